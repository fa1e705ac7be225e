"""What the contract owes on an incident and by when, event by event. Pure values.

A deadline is one promise on one incident. `opened` and `after` answer which deadlines
begin, move, pause and end; what was once kept or missed is never rewritten. Check-ins
are deadlines with rules of their own: see `check_ins`.
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

    To the customer a first response and updates; to the team, on what is grave, the
    owner's check-in, or an owner at all: the escalation of what nobody owns.
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
    """How a deadline ended. `VOID` counts in no share."""

    KEPT = "kept"
    LATE = "late"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One promise. `promise` is in the policy's words; instants are UTC.

    It is overdue only after `late_at`, which differs from `due_at` where that falls on
    a closing. `is_aim` marks our own aim, outside the contract. `step` tells which of
    its reminders are over: 0 for none, else one more than the number of the last one
    (`nudges.NUMBERS`). `fired` is how many went out: it only grows, and names them.
    `changed` tells that a change of severity, plan or customer moved it.
    `missed_at` is when it was found to be late, whatever came after.
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
        """Tell whether it is still owed."""
        return self.closed_at is None

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it is owed, not paused, and past the instant of lateness."""
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
    """Return the hours of the escalation: day and night where the plan wakes people."""
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
    """Return by how much open time it was, or is, answered late; zero if in time.

    One that was moved on after it had been missed counts from the miss.
    """
    answered, since = deadline.closed_at or now, deadline.due_at
    if deadline.missed_at is not None and answered <= deadline.late_at:
        since = deadline.missed_at
    hours = hours_of(policy, deadline, incident)
    return max(hours.elapsed(since, answered), timedelta(0))


def opened(policy: Policy, incident: Incident) -> tuple[Deadline, ...]:
    """Return what the contract owes from the opening on."""
    first = _begin(policy, incident, Kind.FIRST_RESPONSE, incident.reported_at, ())
    return (_with_miss(first, incident.opened_at),) if first else ()


def after(
    policy: Policy,
    incident: Incident,
    event: Event,
    deadlines: Sequence[Deadline],
) -> tuple[Deadline, ...]:
    """Return every deadline of the contract that an event changed or began.

    `incident` is as the event left it; `deadlines` are all that it ever had.
    """
    changed = _after(policy, incident, event, deadlines)
    return tuple(_with_miss(one, event.recorded_at) for one in changed)


def owed_now(deadlines: Iterable[Deadline]) -> Deadline | None:
    """Return the promise to the customer that is open now; there is one at most."""
    return next(_open_promises(deadlines), None)


def next_count(deadlines: Iterable[Deadline], kind: Kind) -> int:
    """Return the number of the next deadline of a kind.

    Check-ins and escalations count on together, since records made before they were
    two kinds have messages whose keys count them so.
    """
    counts = (
        one.count
        for one in deadlines
        if one.kind is kind or (one.kind.is_internal and kind.is_internal)
    )
    return 1 + max(counts, default=0)


def answered(deadline: Deadline, at: datetime) -> Deadline:
    """End a deadline as kept or late by the instant of its answer.

    Kept means no more open time than was granted, so an answer between a closing and
    the next opening is not late. While it was paused no time passed.
    """
    limit = min(deadline.late_at, deadline.missed_at or deadline.late_at)
    is_kept = min(at, deadline.paused_at or at) <= limit
    return _ended(deadline, at, Outcome.KEPT if is_kept else Outcome.LATE)


def void(deadline: Deadline, at: datetime) -> Deadline:
    """End a deadline so that it counts in no share."""
    return _ended(deadline, at, Outcome.VOID)


def after_pause(hours: BusinessHours, due_at: datetime, pause: Interval) -> datetime:
    """Return the due instant moved by one pause; what was late before stays.

    Closed hours inside the pause are not counted twice.
    """
    paused, resumed = pause
    left = hours.elapsed(paused, due_at)
    return hours.add(resumed, left) if left >= timedelta(0) else due_at


def _after(
    policy: Policy, incident: Incident, event: Event, deadlines: Sequence[Deadline]
) -> tuple[Deadline, ...]:
    owed = list(_open_promises(deadlines))
    match event.kind:
        case EventKind.UPDATED:
            ended = tuple(answered(one, event.at) for one in owed)
            begun = _begin(policy, incident, Kind.UPDATE, event.at, deadlines)
            if begun is None:
                return ended
            return (*ended, _standing(policy, incident, begun, event.at))
        case EventKind.RESUMED:
            paused = [one for one in owed if one.paused_at is not None]
            return tuple(_standing(policy, incident, one, event.at) for one in paused)
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


def _open_promises(deadlines: Iterable[Deadline]) -> Iterator[Deadline]:
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
    """Return a new deadline of the contract, or `None` where nothing is promised."""
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
    """Note that a deadline is late as soon as we hear of it, or because it moved.

    Such a miss is news of now: the instant of lateness may lie before the last digest.
    """
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
    """Return what a reopening owes, and from when on.

    Who was never answered, since the incident was closed as void, has waited all the
    time; who was answered is owed news, unless the policy reads it otherwise.
    """
    if incident.responded_at is None:
        return Kind.FIRST_RESPONSE, incident.reported_at
    if policy.conduct.reopened_owes is Reopening.FIRST_RESPONSE:
        return Kind.FIRST_RESPONSE, event.at
    return Kind.UPDATE, event.at


def _standing(
    policy: Policy, incident: Incident, deadline: Deadline, at: datetime
) -> Deadline:
    """Pause an update while we wait for the customer, where the severity allows it.

    What is late already has nothing left to pause.
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
    """Go on after a pause: what was left of the deadline is left again."""
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
    """Recompute what is open from its own start, by the new target and calendar.

    What the new target does not know ends, void unless it was missed; what only the
    new one knows begins where it would have begun.
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
    return (_standing(policy, incident, moved, event.at),)


def _not_owed_any_more(deadline: Deadline, at: datetime) -> Deadline:
    ended = answered(deadline, at)
    return ended if ended.outcome is Outcome.LATE else void(deadline, at)


def _moved(
    policy: Policy, incident: Incident, old: Deadline, new: Deadline
) -> Deadline:
    """Return the old deadline under the new target, with its pauses.

    Its reminders begin anew where that moved it. One that was missed under the
    contract stays the contract's, so that no change can hide the miss.
    """
    hours = hours_of(policy, new, incident)
    due_at = new.due_at
    for pause in old.pauses:
        due_at = after_pause(hours, due_at, pause)
    if due_at != old.due_at:
        old = replace(old, changed=True, step=0, next_nudge_at=None, snoozed_until=None)
    return replace(
        old,
        target=new.target,
        calendar=new.calendar,
        policy=new.policy,
        is_aim=new.is_aim and (old.is_aim or old.missed_at is None),
        due_at=due_at,
        late_at=hours.roll_forward(due_at),
    )
