"""What the contract owes after each event. Pure.

`opened` and `after` return the deadlines that start, move, pause or end. What was once
kept or missed is never rewritten. Check-ins and escalations follow rules of their own:
see `check_ins`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.incidents import resolutions
from bot.incidents.deadlines import (
    Deadline,
    Kind,
    Outcome,
    answered,
    owed_to_customer,
    void,
)
from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident
from bot.incidents.movements import (
    begin,
    end_unowed,
    move,
    pause_or_resume,
    recount,
    resume,
)
from bot.policy.policies import Policy, Reopening, UpdateClock


def opened(policy: Policy, incident: Incident) -> tuple[Deadline, ...]:
    """Return what the contract owes on a new incident."""
    kinds, start = (Kind.FIRST_RESPONSE, Kind.RESOLUTION), incident.reported_at
    begun = (begin(policy, incident, kind, start, ()) for kind in kinds)
    return tuple(_with_miss(one, incident.opened_at) for one in begun if one)


def after(
    policy: Policy,
    incident: Incident,
    event: Event,
    deadlines: Sequence[Deadline],
) -> tuple[Deadline, ...]:
    """Return every deadline of the contract that an event changed or started.

    `incident` is its state after the event; `deadlines` are all it ever had.
    """
    answers = [one for one in deadlines if not one.is_resolution]
    resolving = [one for one in deadlines if one.is_resolution]
    changed = (
        *_after(policy, incident, event, answers),
        *resolutions.after(policy, incident, event, resolving),
    )
    return tuple(_with_miss(one, event.recorded_at) for one in changed)


def _after(
    policy: Policy, incident: Incident, event: Event, deadlines: Sequence[Deadline]
) -> tuple[Deadline, ...]:
    owed = list(owed_to_customer(deadlines))
    match event.kind:
        case EventKind.UPDATED:
            ended = tuple(answered(one, event.at) for one in owed)
            start = _start_of_next(policy, incident, owed, event.at)
            begun = begin(policy, incident, Kind.UPDATE, start, deadlines)
            if begun is None:
                return ended
            return (*ended, pause_or_resume(policy, incident, begun, event.at))
        case EventKind.UPDATE_TAKEN_BACK:
            return tuple(_taken_back(policy, incident, event, deadlines))
        case EventKind.RESUMED:
            paused = [one for one in owed if one.paused_at is not None]
            return tuple(
                pause_or_resume(policy, incident, one, event.at) for one in paused
            )
        case EventKind.CHANGED | EventKind.CUSTOMER_SET:
            old = owed[0] if owed else None
            return _retargeted(policy, incident, event, old, deadlines)
        case EventKind.REPORTED_AGAIN:
            return _from_report(policy, incident, event, owed, deadlines)
        case EventKind.RESOLVED:
            return tuple(answered(one, event.at) for one in owed)
        case EventKind.VOIDED:
            return tuple(void(one, event.at) for one in owed)
        case EventKind.REOPENED:
            kind, start = _owed_by_reopening(policy, incident, event)
            begun = begin(policy, incident, kind, start, deadlines)
            return (begun,) if begun else ()
        case (
            EventKind.OPENED
            | EventKind.TAKEN
            | EventKind.CHECKED_IN
            | EventKind.HAND_OFF_OFFERED
            | EventKind.HAND_OFF_ACCEPTED
            | EventKind.HAND_OFF_DECLINED
            | EventKind.HAND_OFF_EXPIRED
            | EventKind.RELEASED
            | EventKind.SHIFT_CHANGED
            | EventKind.KEPT
            | EventKind.SNOOZED
            | EventKind.ERASED
        ):
            return ()
        case _:
            assert_never(event.kind)


def _start_of_next(
    policy: Policy, incident: Incident, owed: Sequence[Deadline], at: datetime
) -> datetime:
    """Return the instant from which the update after one at `at` counts.

    Source: `update_clock` in the policy's section "Interpretations".
    """
    target = policy.news(incident.severity, incident.plan)
    is_rhythm = policy.conduct.update_clock is UpdateClock.LAST_DUE
    if not (is_rhythm and owed and target.has_due):
        return at
    last = owed[0]
    if last.paused_at is not None:
        last = resume(policy, incident, last, (last.paused_at, at))
    # One more update before its turn must not put off the next one.
    start = last.due_at if at >= last.started_at else last.started_at
    name = policy.calendar_name(incident.severity, incident.plan, incident.customer)
    # After a longer silence the rhythm begins again.
    return start if policy.due_at(target, policy.hours(name), start) > at else at


def _taken_back(
    policy: Policy, incident: Incident, event: Event, deadlines: Sequence[Deadline]
) -> Iterator[Deadline]:
    """Yield what an update had ended, open again, and what it had begun, void."""
    told_at, since = datetime.fromisoformat(event.details["at"]), incident.waiting_since
    for deadline in deadlines:
        if deadline.kind.is_internal:
            continue
        if deadline.closed_at == told_at and deadline.outcome is not Outcome.VOID:
            owed = replace(deadline, closed_at=None, outcome=None)
            yield pause_or_resume(policy, incident, owed, since) if since else owed
        elif deadline.is_open and deadline.kind is Kind.UPDATE:
            yield void(deadline, event.at)


def _retargeted(
    policy: Policy,
    incident: Incident,
    event: Event,
    old: Deadline | None,
    deadlines: Sequence[Deadline],
) -> tuple[Deadline, ...]:
    """Recompute the open deadline from its own start, by the new target and calendar.

    If nothing is owed any more, it ends: void, or late if it was. If something is owed
    only now, or something else, its deadline starts when it would have started under
    the new target.
    """
    kind, start = _owed_next(incident, old, deadlines)
    new = begin(policy, incident, kind, start, deadlines)
    if old is not None and new is not None and new.kind is old.kind:
        moved = move(policy, incident, old, new)
        return (pause_or_resume(policy, incident, moved, event.at),)
    ended = (end_unowed(old, event.at),) if old else ()
    if new is None:
        return ended
    begun = pause_or_resume(policy, incident, replace(new, changed=True), event.at)
    return (*ended, begun)


def _from_report(
    policy: Policy,
    incident: Incident,
    event: Event,
    owed: Sequence[Deadline],
    deadlines: Sequence[Deadline],
) -> tuple[Deadline, ...]:
    """Count what is owed from another report, unless the customer has heard already."""
    if "reported_at" not in event.details or incident.responded_at or not owed:
        return ()
    moved = recount(policy, incident, event, owed[0], deadlines)
    return (moved,) if moved else ()


def _owed_next(
    incident: Incident, old: Deadline | None, deadlines: Sequence[Deadline]
) -> tuple[Kind, datetime]:
    """Return what a changed target is for, and the instant from which it counts."""
    # A first response that was missed and then no longer owed is not asked again: it
    # would be missed twice.
    is_over = any(
        one.kind is Kind.FIRST_RESPONSE and one.outcome is Outcome.LATE
        for one in deadlines
    )
    is_due = incident.responded_at is None and not is_over
    is_first = is_due if old is None else is_due or old.kind is Kind.FIRST_RESPONSE
    start = incident.updated_at or incident.reported_at
    return (
        Kind.FIRST_RESPONSE if is_first else Kind.UPDATE,
        start if old is None else old.started_at,
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


def _with_miss(deadline: Deadline, now: datetime) -> Deadline:
    """Mark a deadline as missed if it is late already: reported late, or moved back."""
    # Missed now, not at `late_at`: that may lie before the last digest, and then no
    # digest would ever count the miss.
    if deadline.missed_at is None and deadline.is_overdue(now):
        return replace(deadline, missed_at=now)
    return deadline
