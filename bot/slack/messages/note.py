"""A note: the line about an event in the thread of the card."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Event, Incident
from bot.policy.policies import Policy
from bot.slack.blocks import Message
from bot.slack.history import sentence
from bot.slack.messages.notice import notice
from bot.slack.phrases import Times, both, name_of, opened_up, owed_as


def message(
    incident: Incident,
    event: Event,
    policy: Policy,
    now: datetime,
    *,
    moved: Sequence[Deadline] = (),
) -> Message:
    """Return the line in the card's thread about an event.

    `moved` are the open deadlines that a change of severity, plan or customer moved.
    """
    plain, token = both(policy.team_hours.zone, now, named=True)
    line = sentence(incident, event, policy, plain)
    text = " ".join([f"{name_of(incident)}: {line}", *_moves(moved, plain)])
    block = " ".join([sentence(incident, event, policy, token), *_moves(moved, token)])
    return notice(text, block)


def _moves(moved: Sequence[Deadline], times: Times) -> Iterator[str]:
    for deadline in moved:
        if deadline.is_open and not deadline.kind.is_internal:
            what = opened_up(owed_as(deadline))
            yield f"{what} is now due {times.at(deadline.due_at)}."
