"""Who gets a message: for a step, for an unowned incident, or as a stand-in. Pure.

Only this module asks the policy who is on call, and always for a given instant.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from bot.incidents import nudges
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.incidents.nudges import Step
from bot.policy.on_call import OnCall, Role
from bot.policy.policies import Policy


class Because(StrEnum):
    """Why this person gets it. A stand-in replaces somebody who cannot be reached."""

    OWNER = "owner"
    PRIMARY = "primary"
    BACKUP = "backup"
    LEAD = "lead"
    FALLBACK = "fallback"
    STAND_IN = "stand-in"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person (Slack's id) or the fallback channel, and why they get a message."""

    id: str
    because: Because

    @property
    def is_person(self) -> bool:
        """Return whether it is a person, not the fallback channel."""
        return self.because is not Because.FALLBACK


def on_call(policy: Policy, at: datetime) -> OnCall:
    """Return who is on call at an instant."""
    return policy.on_call_at(at)


def of_unowned(policy: Policy, at: datetime) -> str:
    """Return who is responsible for an unowned incident: the primary."""
    return on_call(policy, at).primary


def lead(policy: Policy, at: datetime) -> str:
    """Return the lead, or the primary if the policy names no lead."""
    people = on_call(policy, at)
    return people.lead or people.primary


def stand_in(policy: Policy, missed: Iterable[str], at: datetime) -> str | None:
    """Return the first person on call who can be reached, if there is one."""
    people, gone = on_call(policy, at), frozenset(missed)
    return next((who for _, who in people.named() if who not in gone), None)


def of_step(
    policy: Policy, incident: Incident, step: Step, at: datetime
) -> tuple[Recipient, ...]:
    """Return whom a step reminds: nobody twice, and the owner as the owner."""
    told: dict[str, Recipient] = {}
    if step.to_owner:
        owner = Recipient(of_unowned(policy, at), Because.PRIMARY)
        if incident.owner is not None:
            owner = Recipient(incident.owner, Because.OWNER)
        told[owner.id] = owner
    for recipient in _of_roles(policy, incident, step.roles, at):
        told.setdefault(recipient.id, recipient)
    return tuple(told.values())


def next_told(
    policy: Policy,
    incident: Incident,
    deadlines: Iterable[Deadline],
    *,
    but_not: Iterable[str] = (),
) -> tuple[Recipient, datetime] | None:
    """Return who is told next of these deadlines, and when; `None` if nobody is.

    The owner and `but_not` are skipped: both are told now.
    """
    known = {*but_not, incident.owner}
    found = [
        (recipient, step.at)
        for deadline in deadlines
        for step in nudges.coming(policy, incident, deadline)
        for recipient in of_step(policy, incident, step, step.at)
        if recipient.id not in known
    ]
    return min(found, key=lambda one: one[1], default=None)


def _of_roles(
    policy: Policy, incident: Incident, roles: Iterable[Role], at: datetime
) -> Iterator[Recipient]:
    people = on_call(policy, at)
    for role in roles:
        who, because = _holder(policy, role, people)
        if who is not None:
            is_owner = who == incident.owner
            yield Recipient(who, Because.OWNER if is_owner else because)


def _holder(policy: Policy, role: Role, people: OnCall) -> tuple[str | None, Because]:
    match role:
        case Role.PRIMARY:
            return people.primary, Because.PRIMARY
        case Role.BACKUP:
            return people.backup, Because.BACKUP
        case Role.LEAD:
            return people.lead, Because.LEAD
        case Role.FALLBACK:
            return policy.channels.fallback, Because.FALLBACK
        case _:
            assert_never(role)
