"""The resolution of an incident: what each event does to its deadline. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from bot.incidents.deadlines import Deadline, Kind, Outcome, answered, void
from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident
from bot.incidents.movements import (
    begin,
    end_unowed,
    move,
    pause_or_resume,
    recount,
    resume,
    waits_since,
)
from bot.policy.policies import Policy


def after(
    policy: Policy, incident: Incident, event: Event, deadlines: Sequence[Deadline]
) -> Iterator[Deadline]:
    """Yield the deadline of the resolution, if an event changed or started it.

    It runs from the report until the incident is resolved, whatever the customer hears
    meanwhile, and after a reopening again. `deadlines` are all resolutions.
    """
    last = max(deadlines, key=lambda one: one.count, default=None)
    old, details = (last if last and last.is_open else None), event.details
    if event.kind in (EventKind.CHANGED, EventKind.CUSTOMER_SET, EventKind.REOPENED):
        yield from _owed(policy, incident, event, last)
    elif old is None:
        return
    elif event.kind is EventKind.RESOLVED:
        yield answered(old, max(event.at, old.started_at))
    elif event.kind is EventKind.VOIDED:
        yield void(_rested(policy, incident, old, event.at), event.at)
    elif event.kind in (EventKind.UPDATED, EventKind.RESUMED):
        # An update may be logged for an earlier instant than the last pause.
        since = (old.started_at, old.paused_at, *(end for _, end in old.pauses))
        at = max(event.at, *filter(None, since))
        yield pause_or_resume(policy, incident, old, at)
    elif event.kind is EventKind.UPDATE_TAKEN_BACK:
        yield _as_before(policy, incident, old, datetime.fromisoformat(details["at"]))
    elif details.get("old_reported_at") == old.started_at.isoformat():
        moved = recount(policy, incident, event, old, deadlines)
        yield from filter(None, [moved])


def _owed(
    policy: Policy, incident: Incident, event: Event, last: Deadline | None
) -> Iterator[Deadline]:
    """Yield the resolution that a change moved, ended or started, or a reopening."""
    start, known = incident.reported_at, [last] if last else []
    if last is not None and (last.is_open or last.outcome is Outcome.VOID):
        start = last.started_at
    elif last is not None and last.closed_at is not None:
        # What was late and then not owed any more is not missed twice.
        start = last.closed_at
    if incident.reopened_at is not None:
        start = max(start, incident.reopened_at)
    new = begin(policy, incident, Kind.RESOLUTION, start, known)
    if last is not None and last.is_open:
        if new is None:
            yield end_unowed(_rested(policy, incident, last, event.at), event.at)
            return
        moved = move(policy, incident, last, new)
        yield pause_or_resume(policy, incident, moved, event.at)
    elif new is not None:
        since = waits_since(policy, incident) or event.at
        if last is not None and last.outcome is Outcome.VOID:
            # It may have ended while we waited, and we may wait still.
            rests = (one for one in last.pauses if one[0] < since)
            pauses = tuple((begun, min(ended, since)) for begun, ended in rests)
            new = move(policy, incident, replace(new, pauses=pauses), new)
        new = replace(new, changed=event.kind is not EventKind.REOPENED)
        yield pause_or_resume(policy, incident, new, max(since, start))


def _rested(
    policy: Policy, incident: Incident, resolution: Deadline, at: datetime
) -> Deadline:
    """Return it with a pause that runs ended, so that a later start knows of it."""
    if resolution.paused_at is None:
        return resolution
    return resume(policy, incident, resolution, (resolution.paused_at, at))


def _as_before(
    policy: Policy, incident: Incident, resolution: Deadline, told_at: datetime
) -> Deadline:
    """Undo what an update that is taken back did: it began a pause, or ended one."""
    if incident.waiting_since is None:
        return replace(resolution, paused_at=None)
    ended = resolution.pauses and resolution.pauses[-1][1] >= told_at
    if resolution.paused_at is not None or not ended:
        return resolution
    *pauses, (since, _) = resolution.pauses
    longer = replace(resolution, pauses=tuple(pauses))
    new = begin(policy, incident, Kind.RESOLUTION, resolution.started_at, ())
    moved = move(policy, incident, longer, new) if new else longer
    return replace(moved, paused_at=since, changed=resolution.changed)
