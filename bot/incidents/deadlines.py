"""Deadlines: one target on one incident each, when it is due, and how it ended. Pure.

What each event does to them is in `contract`, and in `check_ins` for what is owed to
the team.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from bot.business_time.hours import BusinessHours, Interval
from bot.business_time.ledger import Line, ledger
from bot.incidents.incidents import Incident
from bot.policy import targets, wording
from bot.policy.policies import Policy
from bot.policy.targets import Target
from bot.values import value


class Kind(StrEnum):
    """What is owed.

    We owe the customer a first response and updates, and where the policy says so a
    resolution. On a grave incident the team is owed an owner (the escalation), and the
    owner of a Sev1 owes it check-ins.
    """

    FIRST_RESPONSE = "first_response"
    UPDATE = "update"
    RESOLUTION = "resolution"
    CHECK_IN = "check_in"
    ESCALATION = "escalation"

    @property
    def is_internal(self) -> bool:
        """Return whether it is owed to the team, not to the customer."""
        return self in (Kind.CHECK_IN, Kind.ESCALATION)

    @property
    def words(self) -> str:
        """The way people write it: first response, update, check-in."""
        match self:
            case Kind.FIRST_RESPONSE:
                return "first response"
            case Kind.UPDATE:
                return "update"
            case Kind.RESOLUTION:
                return "resolution"
            case Kind.CHECK_IN:
                return "check-in"
            case Kind.ESCALATION:
                return "escalation"
            case _:
                assert_never(self)


class Outcome(StrEnum):
    """How a deadline ended. No statistic counts a `VOID` one."""

    KEPT = "kept"
    LATE = "late"
    VOID = "void"


@value
class Deadline:
    """One target on one incident. `target` is in the policy's words; instants are UTC.

    It is overdue only after `late_at`. That differs from `due_at` if the deadline is
    due exactly at a closing: no open time passes until the next opening, so an answer
    before then took no longer than the contract allows.

    It may start later than the event that it follows, where updates keep a rhythm.
    `is_aim` marks our own aim, which the contract does not name. `step` says which of
    its reminders are over: 0 for none, else one more than the number of the last one
    (`steps.NUMBERS`). `fired` counts the reminders sent; it only grows, since it is
    part of their keys in the outbox. `changed` says that a change of severity, plan,
    customer or policy moved it. `missed_at` is when it became late, or when a change
    showed that it already was; it stays whatever happens later.
    """

    incident: int
    kind: Kind
    count: int
    target: str
    calendar: str
    policy: str
    is_aim: bool
    started_at: datetime
    due_at: datetime
    late_at: datetime
    pauses: tuple[Interval, ...] = ()
    paused_at: datetime | None = None
    changed: bool = False
    step: int = 0
    fired: int = 0
    next_nudge_at: datetime | None = None
    snoozed_until: datetime | None = None
    missed_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None

    @property
    def id(self) -> str:
        """A name that reads well: INC-42/update/3."""
        return f"INC-{self.incident}/{self.kind}/{self.count}"

    @property
    def is_resolution(self) -> bool:
        """Return whether it lasts until the incident is resolved."""
        return self.kind is Kind.RESOLUTION

    @property
    def is_open(self) -> bool:
        """Return whether it is still owed."""
        return self.closed_at is None

    def is_overdue(self, now: datetime) -> bool:
        """Return whether it is open, not paused, and past `late_at`."""
        return self.is_open and self.paused_at is None and now > self.late_at


def hours_of(policy: Policy, deadline: Deadline, incident: Incident) -> BusinessHours:
    """Return the hours in which a deadline counts."""
    calendar = policy.hours(deadline.calendar)
    if deadline.kind.is_internal:
        return escalation_hours(policy, incident, calendar)
    return targets.clock(target_of(deadline), calendar)


def escalation_hours(
    policy: Policy, incident: Incident, calendar: BusinessHours
) -> BusinessHours:
    """Return the hours of an escalation or check-in: day and night if it wakes people.

    Source: `wakes` in the policy's section "Escalation".
    """
    if (incident.severity, incident.plan) in policy.escalation.wakes:
        return targets.day_and_night(calendar)
    return calendar


def target_of(deadline: Deadline) -> Target:
    """Return the target of a deadline of the contract."""
    if deadline.kind is Kind.UPDATE:
        return wording.follow_up(deadline.target)
    return wording.first_response(deadline.target)


def why(policy: Policy, deadline: Deadline, incident: Incident) -> tuple[Line, ...]:
    """Return the ledger of a deadline's due instant."""
    hours = hours_of(policy, deadline, incident)
    return ledger(hours, deadline.started_at, deadline.due_at, deadline.pauses)


def lateness(
    policy: Policy, deadline: Deadline, incident: Incident, now: datetime
) -> timedelta:
    """Return how much open time late its answer came, or is by now; zero if in time.

    If it was missed and then moved to a later instant, lateness counts from the miss.
    """
    answered, since = deadline.closed_at or now, deadline.due_at
    if deadline.missed_at is not None and answered <= deadline.late_at:
        since = deadline.missed_at
    hours = hours_of(policy, deadline, incident)
    return max(hours.elapsed(since, answered), timedelta(0))


def owed_now(deadlines: Iterable[Deadline]) -> Deadline | None:
    """Return the open first response or update, of which there is at most one.

    Where neither is owed it is the open resolution.
    """
    owed = sorted(owed_to_customer(deadlines), key=lambda one: one.is_resolution)
    return owed[0] if owed else None


def first_owed(deadlines: Iterable[Deadline], now: datetime) -> Deadline | None:
    """Return what is late longest or, if nothing is, due soonest."""

    def order(one: Deadline) -> tuple[bool, bool, datetime]:
        return one.paused_at is not None, not one.is_overdue(now), one.late_at

    return min(owed_to_customer(deadlines), key=order, default=None)


def next_count(deadlines: Iterable[Deadline], kind: Kind) -> int:
    """Return the number of the next deadline of a kind."""
    # Check-ins and escalations share one count. They once were a single kind, and the
    # keys of messages in old records contain that count. With a count for each kind, a
    # new key could equal an old one, and the outbox would drop the new message.
    counts = (
        one.count
        for one in deadlines
        if one.kind is kind or (one.kind.is_internal and kind.is_internal)
    )
    return 1 + max(counts, default=0)


def answered(deadline: Deadline, at: datetime) -> Deadline:
    """End a deadline as kept or late, by the instant of its answer.

    Kept means that the answer took no more open time than allowed, so an answer between
    a closing and the next opening is not late. No time passes during a pause.
    """
    # A deadline that was missed stays missed, even if a change has moved `late_at` on.
    limit = min(deadline.late_at, deadline.missed_at or deadline.late_at)
    is_kept = min(at, deadline.paused_at or at) <= limit
    return _ended(deadline, at, Outcome.KEPT if is_kept else Outcome.LATE)


def void(deadline: Deadline, at: datetime) -> Deadline:
    """End a deadline so that no statistic counts it."""
    return _ended(deadline, at, Outcome.VOID)


def after_pause(hours: BusinessHours, due_at: datetime, pause: Interval) -> datetime:
    """Return the due instant after a pause; if it was late before that, it stays.

    What moves is the open time that was left when the pause began. Closed hours within
    the pause therefore do not count twice.
    """
    paused, resumed = pause
    left = hours.elapsed(paused, due_at)
    return hours.add(resumed, left) if left >= timedelta(0) else due_at


def owed_to_customer(deadlines: Iterable[Deadline]) -> Iterator[Deadline]:
    """Yield the open deadlines towards the customer."""
    for deadline in deadlines:
        if deadline.is_open and not deadline.kind.is_internal:
            yield deadline


def _ended(deadline: Deadline, at: datetime, outcome: Outcome) -> Deadline:
    return replace(
        deadline,
        closed_at=at,
        outcome=outcome,
        paused_at=None,
        next_nudge_at=None,
        snoozed_until=None,
    )
