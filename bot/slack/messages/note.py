"""A note: the line about an event, in the card's thread or to its owner."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.incidents.deadlines import Deadline
from bot.incidents.events import Event
from bot.incidents.incidents import Incident
from bot.slack.blocks import Message, say
from bot.slack.history import sentence
from bot.slack.messages import yours
from bot.slack.messages.notice import notice
from bot.slack.phrases import (
    NO_LINKS,
    Voice,
    linked_name,
    name_of,
    opened_up,
    owed_as,
)


def message(  # noqa: PLR0913  # All that a line says.
    incident: Incident,
    event: Event,
    voice: Voice,
    *,
    moved: Sequence[Deadline] = (),
    url: str | None = None,
    owed: Deadline | None = None,
    is_asked: bool = False,
) -> Message:
    """Return the line in the card's thread about an event.

    `moved` are the open deadlines that a change of severity, plan or customer moved.
    To a person it is a message, which names the incident and links it. It stands for
    earlier ones, so its owner reads what is `owed`, and is asked again what they have
    not answered.
    """
    plain, token = replace(voice, says_far=voice.reader is not None).both()
    if incident.is_open and voice.is_to(incident.owner):
        said, marked_said = (
            yours.again(event, voice) or sentence(incident, event, voice)
            for voice in (plain, token)
        )
        text = f"{name_of(incident, voice.policy)}: {said}"
        blocks = yours.blocks(
            incident, marked_said, owed, token, url, is_asked=is_asked
        )
        return say(f"{text} {yours.owes(incident, owed, plain)}", blocks)
    line, marked_line = (
        " ".join([sentence(incident, event, voice), *_moves(moved, voice)])
        for voice in (plain, token)
    )
    text = f"{name_of(incident, voice.policy)}: {line}"
    if voice.reader is None:
        return notice(text, marked_line)
    links = {incident.number: url} if url else NO_LINKS
    return notice(text, f"{linked_name(incident, voice.policy, links)}: {marked_line}")


def _moves(moved: Sequence[Deadline], voice: Voice) -> Iterator[str]:
    for deadline in moved:
        if deadline.is_open and not deadline.kind.is_internal:
            what = opened_up(owed_as(deadline))
            due = voice.at(deadline.due_at, "due")
            yield f"{what} is now {due}{voice.far(deadline.due_at)}."
