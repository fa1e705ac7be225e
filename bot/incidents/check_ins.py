"""The escalation of an incident that nobody owns, and the check-ins of a Sev1's owner.

At most one of them is open at a time. It is a deadline: once due, it asks for an owner,
or for the owner's sign of life. `nudges` says whom each of its steps pages.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.incidents import nudges
from bot.incidents.deadlines import (
    Deadline,
    Kind,
    answered,
    escalation_hours,
    hours_of,
    next_count,
    void,
)
from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.policy.severities import Severity


def opened(policy: Policy, incident: Incident) -> tuple[Deadline, ...]:
    """Return the escalation that an opening starts, or the owner's first check-in."""
    begun = _begun(policy, incident, (), incident.opened_at)
    return (begun,) if begun else ()


def after(
    policy: Policy,
    incident: Incident,
    event: Event,
    deadlines: Sequence[Deadline],
) -> tuple[Deadline, ...]:
    """Return every check-in or escalation that an event changed or started.

    Whatever the owner does is a sign of life, and starts the next check-in. Raising an
    incident to Sev1, reopening a Sev1, losing its owner or a change of shift starts
    over, so that people hear of it at once: its owner, unless the act was theirs, or
    else those on call. Any other change moves the running one, if it has to.

    `incident` is its state after the event; `deadlines` are all it ever had.
    """
    running = running_now(deadlines)
    if not incident.is_open:
        return (void(running, event.at),) if running else ()
    is_sign = event.by == incident.owner
    is_change = event.kind in (EventKind.CHANGED, EventKind.CUSTOMER_SET)
    is_raised = "severity" in event.details and incident.severity is Severity.SEV1
    if running is not None and is_change and not is_sign and not is_raised:
        return (_moved(policy, incident, event, running),)
    is_other_now = "owned" in event.details or event.kind is EventKind.SHIFT_CHANGED
    starts_over = event.kind is EventKind.REOPENED or is_other_now
    if not is_sign and not is_change and not starts_over:
        return ()
    begun = _begun(policy, incident, deadlines, event.recorded_at, at_once=not is_sign)
    end = answered if is_sign else void
    ended = (end(running, event.recorded_at),) if running else ()
    return (*ended, begun) if begun else ended


def running_now(deadlines: Iterable[Deadline]) -> Deadline | None:
    """Return the open escalation or check-in, if any."""
    for deadline in deadlines:
        if deadline.is_open and deadline.kind.is_internal:
            return deadline
    return None


def unheard(
    policy: Policy, incident: Incident, deadline: Deadline, now: datetime
) -> Deadline:
    """Return a check-in whose owner cannot be asked: its first page is due at once."""
    hours = hours_of(policy, deadline, incident)
    start = hours.roll_forward(now)
    asked_at = hours.subtract(start, policy.escalation.check_in_repeat)
    due_at = min(deadline.due_at, asked_at)
    return nudges.armed(policy, incident, replace(deadline, due_at=due_at), now)


def _begun(
    policy: Policy,
    incident: Incident,
    deadlines: Sequence[Deadline],
    start: datetime,
    *,
    at_once: bool = False,
) -> Deadline | None:
    """Return the escalation of an incident that nobody owns, or its owner's check-in.

    A check-in is due after `check_in_every` or, if it was not the owner who acted,
    `at_once`. A Sev2 escalates until somebody takes it, and then has no check-in; Sev3
    and Sev4 have neither. Source: the policy's section "Escalation".
    """
    is_unowned_sev2 = incident.severity is Severity.SEV2 and incident.owner is None
    if incident.severity is not Severity.SEV1 and not is_unowned_sev2:
        return None
    calendar = policy.calendar_name(incident.severity, incident.plan, incident.customer)
    hours = escalation_hours(policy, incident, policy.hours(calendar))
    due_at = hours.roll_forward(start)
    if incident.owner is not None and not at_once:
        due_at = hours.add(start, policy.escalation.check_in_every)
    kind = Kind.ESCALATION if incident.owner is None else Kind.CHECK_IN
    return Deadline(
        incident=incident.number,
        kind=kind,
        count=next_count(deadlines, kind),
        target="",
        calendar=calendar,
        policy=policy.version,
        is_aim=True,
        started_at=start,
        due_at=due_at,
        late_at=due_at,
    )


def _moved(
    policy: Policy, incident: Incident, event: Event, running: Deadline
) -> Deadline:
    """Return the running deadline under the new severity, plan, customer or policy.

    If its due instant stays, its steps go on. Otherwise they start over, and an owner
    who is now to be asked earlier is asked at once.
    """
    now = event.recorded_at
    start, sign = running.started_at, incident.last_sign_at
    was_at_once = running.due_at == start or (sign is not None and sign < start)
    new = _begun(policy, incident, (), start, at_once=was_at_once)
    if new is None:
        return void(running, now)
    if new.due_at == running.due_at:
        return replace(running, calendar=new.calendar, policy=new.policy)
    # Never start in the past: the steps that would have passed meanwhile would all be
    # due at once, and page everybody for something that nobody could have answered.
    is_earlier = incident.owner is not None and new.due_at < running.due_at
    if new.due_at < now or is_earlier:
        new = _begun(policy, incident, (), now, at_once=True) or new
    return replace(
        new, count=running.count, fired=running.fired, missed_at=running.missed_at
    )
