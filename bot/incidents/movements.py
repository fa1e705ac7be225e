"""How one deadline of the contract begins, moves, pauses and goes on. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.business_time.hours import Interval
from bot.incidents.deadlines import (
    Deadline,
    Kind,
    Outcome,
    after_pause,
    answered,
    hours_of,
    next_count,
    void,
)
from bot.incidents.events import Event
from bot.incidents.incidents import Incident
from bot.policy import targets, wording
from bot.policy.policies import Policy
from bot.policy.targets import Target


def begin(
    policy: Policy,
    incident: Incident,
    kind: Kind,
    start: datetime,
    deadlines: Sequence[Deadline],
) -> Deadline | None:
    """Return a new deadline of the contract; `None` if the target has no due time.

    Without a target for the first response, an update is owed from the same start.
    """
    if kind is Kind.FIRST_RESPONSE and not _target_for(policy, incident, kind).has_due:
        kind = Kind.UPDATE
    target = _target_for(policy, incident, kind)
    if not target.has_due:
        return None
    calendar = policy.calendar_name(incident.severity, incident.plan, incident.customer)
    hours = policy.hours(calendar)
    due_at = policy.due_at(target, hours, start)
    contract = policy.follow_up(incident.severity, incident.plan)
    return Deadline(
        incident=incident.number,
        kind=kind,
        count=next_count(deadlines, kind),
        target=wording.words(target),
        calendar=calendar,
        policy=policy.version,
        is_aim=kind is Kind.UPDATE and contract != target,
        started_at=start,
        due_at=due_at,
        late_at=targets.clock(target, hours).roll_forward(due_at),
    )


def recount(
    policy: Policy,
    incident: Incident,
    event: Event,
    old: Deadline,
    deadlines: Sequence[Deadline],
) -> Deadline | None:
    new = begin(policy, incident, old.kind, incident.reported_at, deadlines)
    if new is None or new.kind is not old.kind:
        return None
    moved = move(policy, incident, old, new)
    if "undone" in event.details and not moved.is_overdue(event.recorded_at):
        return replace(moved, missed_at=None)
    return moved


def move(policy: Policy, incident: Incident, old: Deadline, new: Deadline) -> Deadline:
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
        started_at=new.started_at,
        target=new.target,
        calendar=new.calendar,
        policy=new.policy,
        is_aim=new.is_aim and (old.is_aim or old.missed_at is None),
        due_at=due_at,
        late_at=hours.roll_forward(due_at),
    )


def end_unowed(deadline: Deadline, at: datetime) -> Deadline:
    ended = answered(deadline, at)
    return ended if ended.outcome is Outcome.LATE else void(deadline, at)


def pause_or_resume(
    policy: Policy, incident: Incident, deadline: Deadline, at: datetime
) -> Deadline:
    """Pause an update while we wait for the customer, or go on when we no longer do.

    A late one is not paused: no time is left of it.
    Source: `waiting_pauses` in the policy's section "Interpretations".
    """
    pauses = waits_since(policy, incident) is not None
    if pauses and deadline.paused_at is None and at <= deadline.late_at:
        return replace(deadline, paused_at=at, snoozed_until=None)
    if not pauses and deadline.paused_at is not None:
        return resume(policy, incident, deadline, (deadline.paused_at, at))
    return deadline


def waits_since(policy: Policy, incident: Incident) -> datetime | None:
    """Return since when we wait for the customer, if that pauses what is owed."""
    may_pause = incident.severity in policy.conduct.waiting_pauses
    return incident.waiting_since if may_pause else None


def resume(
    policy: Policy, incident: Incident, deadline: Deadline, pause: Interval
) -> Deadline:
    """End a pause: as much open time is left as when it began."""
    hours = hours_of(policy, deadline, incident)
    due_at = after_pause(hours, deadline.due_at, pause)
    started_at, pauses = deadline.started_at, (*deadline.pauses, pause)
    # The whole deadline moves if it had not begun: see `_start_of_next`.
    if pause[0] < started_at:
        started_at, pauses = after_pause(hours, started_at, pause), deadline.pauses
    return replace(
        deadline,
        paused_at=None,
        started_at=started_at,
        pauses=pauses,
        due_at=due_at,
        late_at=hours.roll_forward(due_at),
        step=0 if due_at != deadline.due_at else deadline.step,
    )


def _target_for(policy: Policy, incident: Incident, kind: Kind) -> Target:
    if kind is Kind.FIRST_RESPONSE:
        return policy.first_response(incident.severity, incident.plan)
    if kind is Kind.RESOLUTION:
        return policy.resolution(incident.severity, incident.plan)
    return policy.news(incident.severity, incident.plan)
