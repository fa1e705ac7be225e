"""A note: the line about an event, in the card's thread or to its owner."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Event, Incident
from bot.policy.policies import Policy
from bot.slack.blocks import Message
from bot.slack.history import sentence
from bot.slack.messages.notice import notice
from bot.slack.phrases import (
    NO_LINKS,
    Times,
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
) -> Message:
    """Return the line in the card's thread about an event.

    `moved` are the open deadlines that a change of severity, plan or customer moved.
    With a `reader` it is a message to them, which names the incident and links it.
    """
    zone = reader.zone if reader else policy.team_hours.zone
    plain, token = both(zone, now, named=reader is None, says_far=reader is not None)
    line, marked_line = (
        " ".join([sentence(incident, event, policy, times), *_moves(moved, times)])
        for times in (plain, token)
    )
    text = f"{name_of(incident)}: {line}"
    if reader is None:
        return notice(text, marked_line)
    links = {incident.number: url} if url else NO_LINKS
    return notice(text, f"{linked_name(incident, links)}: {marked_line}")


def _moves(moved: Sequence[Deadline], times: Times) -> Iterator[str]:
    for deadline in moved:
        if deadline.is_open and not deadline.kind.is_internal:
            what = opened_up(owed_as(deadline))
            due = times.at(deadline.due_at, "due")
            yield f"{what} is now {due}{times.far(deadline.due_at)}."
