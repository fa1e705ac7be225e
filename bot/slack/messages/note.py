"""A note: the line about an event, in the card's thread or to its owner."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.incidents.deadlines import Deadline
from bot.incidents.events import Event
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.slack.blocks import Message, say
from bot.slack.history import sentence
from bot.slack.messages import yours
from bot.slack.messages.notice import notice
from bot.slack.phrases import (
    NO_LINKS,
    Voice,
    both,
    linked_name,
    name_of,
    opened_up,
    owed_as,
)
from bot.slack.readers import Person


def message(  # noqa: PLR0913  # All that a line says.
    incident: Incident,
    event: Event,
    policy: Policy,
    now: datetime,
    *,
    moved: Sequence[Deadline] = (),
    reader: Person | None = None,
    url: str | None = None,
    owed: Deadline | None = None,
    is_asked: bool = False,
) -> Message:
    """Return the line in the card's thread about an event.

    `moved` are the open deadlines that a change of severity, plan or customer moved.
    With a `reader` it is a message to them, which names the incident and links it. It
    stands for earlier ones, so its owner reads what is `owed`, and is asked again what
    they have not answered.
    """
    plain, token = both(policy, now, reader, says_far=reader is not None)
    if reader and incident.is_open and incident.owner == reader.id:
        said, marked_said = (
            yours.again(event, reader) or sentence(incident, event, voice)
            for voice in (plain, token)
        )
        text = f"{name_of(incident, policy)}: {said}"
        blocks = yours.blocks(
            incident, marked_said, owed, token, url, is_asked=is_asked
        )
        return say(f"{text} {yours.owes(incident, owed, plain)}", blocks)
    line, marked_line = (
        " ".join([sentence(incident, event, voice), *_moves(moved, voice)])
        for voice in (plain, token)
    )
    text = f"{name_of(incident, policy)}: {line}"
    if reader is None:
        return notice(text, marked_line)
    links = {incident.number: url} if url else NO_LINKS
    return notice(text, f"{linked_name(incident, policy, links)}: {marked_line}")


def _moves(moved: Sequence[Deadline], voice: Voice) -> Iterator[str]:
    for deadline in moved:
        if deadline.is_open and not deadline.kind.is_internal:
            what = opened_up(owed_as(deadline))
            due = voice.at(deadline.due_at, "due")
            yield f"{what} is now {due}{voice.far(deadline.due_at)}."
