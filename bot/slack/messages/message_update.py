"""Private answers to somebody who says that a message was the customer's update."""

from collections.abc import Mapping, Sequence

from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.slack import actions
from bot.slack.blocks import (
    LONGEST_BUTTON,
    Element,
    Message,
    button,
    mention,
    option,
    say,
    section,
    select,
)
from bot.slack.blocks import actions as row
from bot.slack.cutting import cut
from bot.slack.forms.receipts import next_due
from bot.slack.messages.notice import notice
from bot.slack.phrases import NOBODY_KNOWN, Voice, name_of

_MOST_CHOICES = 100


def receipt(  # noqa: PLR0913  # What the sentence is about, and for whom.
    incident: Incident,
    deadlines: Sequence[Deadline],
    voice: Voice,
    *,
    author: str = "",
    hint: str = "",
    undo: str = "",
) -> Message:
    """Say which incident has the update, and what is due next.

    Without an `author` the update was taken back. `undo` is the value of the button
    that does that.
    """
    told, name = [], name_of(incident, voice.policy)
    for one in voice.both():
        if author and incident.updated_at is not None:
            wrote = one.at(incident.updated_at, "wrote at")
            said = f"Logged for {name}: what {mention(author)} {wrote}."
        else:
            said = f"Taken back: {name} has no update by this message."
        due = next_due(incident, deadlines, one)
        told.append(" ".join(filter(None, (said, due, hint))))
    if not undo:
        return notice(*told)
    label = f"Take the update back: {incident.name}"
    take_back = button("Take it back", actions.TAKE_BACK, undo, label=label)
    return say(told[0], [section(told[1]), row([take_back])])


def which(choices: Mapping[Incident, str]) -> Message:
    """Ask which incident a message was an update of; of too many the newest ones."""
    said = "Which incident was this message the update of? Nothing is logged yet."
    newest = sorted(choices, key=lambda one: one.number, reverse=True)
    options = [_option(one, choices[one]) for one in newest]
    menu = select(actions.UPDATE_OF, "Choose", options[:_MOST_CHOICES])
    return say(said, [section(said), row([menu])])


def _option(incident: Incident, value: str) -> Element:
    words = f"{incident.name} {incident.customer or NOBODY_KNOWN}: {incident.title}"
    return option(cut(" ".join(words.split()), LONGEST_BUTTON), value)
