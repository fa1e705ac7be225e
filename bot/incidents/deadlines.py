"""What the contract owes on an incident and by when, event by event. Pure values.

A deadline is one target on one incident. `opened` and `after` return the deadlines that
start, move, pause or end. What was once kept or missed is never rewritten. Check-ins
and escalations follow rules of their own: see `check_ins`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from bot.business_time.hours import BusinessHours, Interval
from bot.business_time.ledger import Line, ledger
from bot.incidents.incidents import Event, EventKind, Incident
from bot.policy import targets
from bot.policy.policies import Policy, Reopening, Severity
from bot.policy.targets import Target


class Kind(StrEnum):
    """What is owed.

    We owe the customer a first response and updates. On a grave incident the team is
    owed an owner (the escalation), and the owner of a Sev1 owes it check-ins.
    """

    FIRST_RESPONSE = "first_response"
    UPDATE = "update"
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


@dataclass(frozen=True, slots=True)
class Deadline:
    """One target on one incident. `target` is in the policy's words; instants are UTC.

    It is overdue only after `late_at`. That differs from `due_at` if the deadline is
    due exactly at a closing: no open time passes until the next opening, so an answer
    before then took no longer than the contract allows.

    `is_aim` marks our own aim, which the contract does not name. `step` says which of
    its reminders are over: 0 for none, else one more than the number of the last one
    (`nudges.NUMBERS`). `fired` counts the reminders sent; it only grows, since it is
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
    def is_open(self) -> bool:
        """Return whether it is still owed."""
        return self.closed_at is None

    def is_overdue(self, now: datetime) -> bool:
        """Return whether it is open, not paused, and past `late_at`."""
        return self.is_open and self.paused_at is None and now > self.late_at


def hours_of(policy: Policy, deadline: Deadline, incident: Incident) -> BusinessHours:
    """Return the hours in which a deadline counts."""
    calendar = policy.calendars.get(deadline.calendar, policy.team_hours)
    if deadline.kind.is_internal:
        return escalation_hours(policy, incident, calendar)
    return targets.clock(_target_of(deadline), calendar)


def escalation_hours(
    policy: Policy, incident: Incident, calendar: BusinessHours
) -> BusinessHours:
    """Return the hours of an escalation or check-in: day and night if the plan wakes.

    Source: `wakes` in the policy's section "Escalation".
    """
    if incident.severity is Severity.SEV1 and incident.plan in policy.escalation.wakes:
        return targets.day_and_night(calendar)
    return calendar


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


def opened(policy: Policy, incident: Incident) -> tuple[Deadline, ...]:
    """Return what the contract owes on a new incident."""
    first = _begin(policy, incident, Kind.FIRST_RESPONSE, incident.reported_at, ())
    return (_with_miss(first, incident.opened_at),) if first else ()


def after(
    policy: Policy,
    incident: Incident,
    event: Event,
    deadlines: Sequence[Deadline],
) -> tuple[Deadline, ...]:
    """Return every deadline of the contract that an event changed or started.

    `incident` is its state after the event; `deadlines` are all it ever had.
    """
    changed = _after(policy, incident, event, deadlines)
    return tuple(_with_miss(one, event.recorded_at) for one in changed)


def owed_now(deadlines: Iterable[Deadline]) -> Deadline | None:
    """Return the open deadline of the contract; there is at most one."""
    return next(_owed_to_customer(deadlines), None)


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


def _after(
    policy: Policy, incident: Incident, event: Event, deadlines: Sequence[Deadline]
) -> tuple[Deadline, ...]:
    owed = list(_owed_to_customer(deadlines))
    match event.kind:
        case EventKind.UPDATED:
            ended = tuple(answered(one, event.at) for one in owed)
            begun = _begin(policy, incident, Kind.UPDATE, event.at, deadlines)
            if begun is None:
                return ended
            return (*ended, _paused_or_resumed(policy, incident, begun, event.at))
        case EventKind.RESUMED:
            paused = [one for one in owed if one.paused_at is not None]
            return tuple(
                _paused_or_resumed(policy, incident, one, event.at) for one in paused
            )
        case EventKind.CHANGED | EventKind.CUSTOMER_SET:
            old = owed[0] if owed else None
            return _retargeted(policy, incident, event, old, deadlines)
        case EventKind.RESOLVED:
            return tuple(answered(one, event.at) for one in owed)
        case EventKind.VOIDED:
            return tuple(void(one, event.at) for one in owed)
        case EventKind.REOPENED:
            kind, start = _owed_by_reopening(policy, incident, event)
            begun = _begin(policy, incident, kind, start, deadlines)
            return (begun,) if begun else ()
        case (
            EventKind.OPENED
            | EventKind.TAKEN
            | EventKind.CHECKED_IN
            | EventKind.HAND_OFF_OFFERED
            | EventKind.HAND_OFF_ACCEPTED
            | EventKind.HAND_OFF_DECLINED
            | EventKind.SNOOZED
            | EventKind.ERASED
        ):
            return ()
        case _:
            assert_never(event.kind)


def _owed_to_customer(deadlines: Iterable[Deadline]) -> Iterator[Deadline]:
    for deadline in deadlines:
        if deadline.is_open and not deadline.kind.is_internal:
            yield deadline


def _target_of(deadline: Deadline) -> Target:
    if deadline.kind is Kind.FIRST_RESPONSE:
        return targets.first_response(deadline.target)
    return targets.follow_up(deadline.target)


def _target_for(policy: Policy, incident: Incident, kind: Kind) -> Target:
    if kind is Kind.FIRST_RESPONSE:
        return policy.first_response(incident.severity, incident.plan)
    return policy.news(incident.severity, incident.plan)


def _begin(
    policy: Policy,
    incident: Incident,
    kind: Kind,
    start: datetime,
    deadlines: Sequence[Deadline],
) -> Deadline | None:
    """Return a new deadline of the contract; `None` if the target has no due time."""
    target = _target_for(policy, incident, kind)
    if not target.has_due:
        return None
    calendar = policy.calendar_name(incident.severity, incident.plan, incident.customer)
    hours = policy.calendars[calendar]
    due_at = policy.due_at(target, hours, start)
    contract = policy.follow_up(incident.severity, incident.plan)
    return Deadline(
        incident=incident.number,
        kind=kind,
        count=next_count(deadlines, kind),
        target=targets.words(target),
        calendar=calendar,
        policy=policy.version,
        is_aim=kind is Kind.UPDATE and contract != target,
        started_at=start,
        due_at=due_at,
        late_at=targets.clock(target, hours).roll_forward(due_at),
    )


def _with_miss(deadline: Deadline, now: datetime) -> Deadline:
    """Mark a deadline as missed if it is late already: reported late, or moved back."""
    # Missed now, not at `late_at`: that may lie before the last digest, and then no
    # digest would ever count the miss.
    if deadline.missed_at is None and deadline.is_overdue(now):
        return replace(deadline, missed_at=now)
    return deadline


def _ended(deadline: Deadline, at: datetime, outcome: Outcome) -> Deadline:
    return replace(
        deadline,
        closed_at=at,
        outcome=outcome,
        paused_at=None,
        next_nudge_at=None,
        snoozed_until=None,
    )


def _owed_by_reopening(
    policy: Policy, incident: Incident, event: Event
) -> tuple[Kind, datetime]:
    """Return what a reopened incident owes, and the instant from which it counts.

    Source: `reopened_owes` in the policy's section "Interpretations".
    """
    # Nobody answered the customer before the incident was voided, and they have been
    # waiting since their report.
    if incident.responded_at is None:
        return Kind.FIRST_RESPONSE, incident.reported_at
    if policy.conduct.reopened_owes is Reopening.FIRST_RESPONSE:
        return Kind.FIRST_RESPONSE, event.at
    return Kind.UPDATE, event.at


def _paused_or_resumed(
    policy: Policy, incident: Incident, deadline: Deadline, at: datetime
) -> Deadline:
    """Pause an update while we wait for the customer, or go on when we no longer do.

    A late one is not paused: no time is left of it.
    Source: `waiting_pauses` in the policy's section "Interpretations".
    """
    may_pause = incident.severity in policy.conduct.waiting_pauses
    pauses = may_pause and incident.waiting_since is not None
    if pauses and deadline.paused_at is None and at <= deadline.late_at:
        return replace(deadline, paused_at=at, snoozed_until=None)
    if not pauses and deadline.paused_at is not None:
        return _resumed(policy, incident, deadline, (deadline.paused_at, at))
    return deadline


def _resumed(
    policy: Policy, incident: Incident, deadline: Deadline, pause: Interval
) -> Deadline:
    """End a pause: as much open time is left as when it began."""
    hours = hours_of(policy, deadline, incident)
    due_at = after_pause(hours, deadline.due_at, pause)
    return replace(
        deadline,
        paused_at=None,
        pauses=(*deadline.pauses, pause),
        due_at=due_at,
        late_at=hours.roll_forward(due_at),
        step=0 if due_at != deadline.due_at else deadline.step,
    )


def _retargeted(
    policy: Policy,
    incident: Incident,
    event: Event,
    old: Deadline | None,
    deadlines: Sequence[Deadline],
) -> tuple[Deadline, ...]:
    """Recompute the open deadline from its own start, by the new target and calendar.

    If nothing is owed any more, it ends: void, or late if it was. If something is owed
    only now, its deadline starts when it would have started under the new target.
    """
    if old is not None:
        kind, start = old.kind, old.started_at
    elif incident.responded_at is None:
        kind, start = Kind.FIRST_RESPONSE, incident.reported_at
    else:
        kind, start = Kind.UPDATE, incident.updated_at or event.at
    new = _begin(policy, incident, kind, start, deadlines)
    if new is None:
        return (_not_owed_any_more(old, event.at),) if old else ()
    moved = _moved(policy, incident, old, new) if old else replace(new, changed=True)
    return (_paused_or_resumed(policy, incident, moved, event.at),)


def _not_owed_any_more(deadline: Deadline, at: datetime) -> Deadline:
    ended = answered(deadline, at)
    return ended if ended.outcome is Outcome.LATE else void(deadline, at)


def _moved(
    policy: Policy, incident: Incident, old: Deadline, new: Deadline
) -> Deadline:
    """Return the old deadline under the new target, with its pauses.

    If its due instant moves, its reminders start over.
    """
    hours = hours_of(policy, new, incident)
    due_at = new.due_at
    for pause in old.pauses:
        due_at = after_pause(hours, due_at, pause)
    if due_at != old.due_at:
        old = replace(old, changed=True, step=0, next_nudge_at=None, snoozed_until=None)
    # A miss under the contract stays one: becoming an aim must not hide it from the
    # digest, which counts the contract's deadlines only.
    return replace(
        old,
        target=new.target,
        calendar=new.calendar,
        policy=new.policy,
        is_aim=new.is_aim and (old.is_aim or old.missed_at is None),
        due_at=due_at,
        late_at=hours.roll_forward(due_at),
    )
