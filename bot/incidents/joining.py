"""What joins two incidents that are the same thing, and parts them again. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.incidents.acts import must_be_open, reopened
from bot.incidents.events import Event, EventKind, VoidReason
from bot.incidents.incidents import Incident

# How long it can be undone that an incident is the same thing as another.
_UNDONE_WITHIN = timedelta(days=1)


def same_thing(
    newer: Incident, older: Incident, by: str, now: datetime
) -> tuple[Event, Event]:
    """Void the newer of two incidents as the same thing; the older one goes on.

    It keeps the earlier of both reports: the customer has waited since then.
    """
    must_be_open(newer)
    must_be_open(older)
    details = {"reason": VoidReason.SAME, "same_as": str(older.number)}
    again = {"as": str(newer.number)}
    if newer.reported_at < older.reported_at:
        again |= _reported(newer.reported_at, older.reported_at)
    return (
        Event(EventKind.VOIDED, now, now, by, details),
        Event(EventKind.REPORTED_AGAIN, now, now, by, again),
    )


def told_apart(
    newer: Incident,
    older: Incident,
    by: str,
    now: datetime,
    reports: Sequence[datetime],
) -> tuple[Event, Event]:
    """Open the newer incident again; the older one gets the earliest report back.

    `reports` are its own, and those of what else is the same thing.
    """
    undone = {"as": str(newer.number), "undone": "yes"}
    if (at := min(reports)) != older.reported_at:
        undone |= _reported(at, older.reported_at)
    return (
        reopened(newer, by, now),
        Event(EventKind.REPORTED_AGAIN, now, now, by, undone),
    )


def is_undoable(joined: Event | None, now: datetime) -> bool:
    """Return whether it can be undone that an incident is the same thing."""
    return joined is not None and now - joined.recorded_at <= _UNDONE_WITHIN


def joined(events: Sequence[Event]) -> dict[int, Event]:
    """Return what an incident's history says is the same thing, each by the event."""
    again = (one for one in events if one.kind is EventKind.REPORTED_AGAIN)
    last = {int(one.details["as"]): one for one in again}
    return {number: one for number, one in last.items() if "undone" not in one.details}


def own_report(incident: Incident, events: Sequence[Event]) -> datetime:
    """Return when an incident was reported itself, by its history."""
    moved = (one.details.get("old_reported_at") for one in events)
    first = next(filter(None, moved), None)
    return datetime.fromisoformat(first) if first else incident.reported_at


def _reported(at: datetime, old: datetime) -> dict[str, str]:
    return {"reported_at": at.isoformat(), "old_reported_at": old.isoformat()}
