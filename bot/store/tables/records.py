"""The tables of incidents, their events and their deadlines."""

import json
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from bot.business_time.hours import Interval
from bot.incidents.deadlines import Deadline, Kind, Outcome
from bot.incidents.events import Event, EventKind, unknown_details
from bot.incidents.incidents import Incident, Status
from bot.policy.severities import Severity
from bot.store.database import Row, Transaction, to_json

_INCIDENT, _DEADLINE = (
    tuple(field.name for field in fields(kind)) for kind in (Incident, Deadline)
)
# The key of a deadline, and what a fired reminder changes of it.
_FIRED = (
    "incident",
    "kind",
    "count",
    "step",
    "fired",
    "next_nudge_at",
    "snoozed_until",
)
# `asdict` deep-copies every value, and building by keywords takes twice as long.
_OF_INCIDENT, _OF_DEADLINE = attrgetter(*_INCIDENT), attrgetter(*_DEADLINE)
_TO_INCIDENT, _TO_DEADLINE = itemgetter(*_INCIDENT), itemgetter(*_DEADLINE)
_OF_FIRED = attrgetter(*_FIRED)
# Calling an enum takes ten times as long.
_SEVERITIES = {one.value: one for one in Severity}
_STATUSES = {one.value: one for one in Status}
_KINDS = {one.value: one for one in Kind}
_MOMENT = timedelta(milliseconds=1)  # The resolution of stored instants.


def next_number(tx: Transaction) -> int:
    """Take the workspace's next incident number; a rollback gives it back."""
    row = tx.one("next_number")
    assert row is not None, "the counter answers with its new value"
    return int(row["value"])


def insert_incident(tx: Transaction, incident: Incident) -> None:
    tx.write("insert_incident", **_incident_values(incident))


def update_incident(tx: Transaction, incident: Incident) -> None:
    tx.write("update_incident", **_incident_values(incident))


def incident(tx: Transaction, number: int) -> Incident | None:
    return ask_incident(tx, number)()


def ask_incident(tx: Transaction, number: int) -> Callable[[], Incident | None]:
    """Ask for an incident; what is returned reads it."""
    answer = tx.ask("incident", number=number)
    return lambda: next(map(_incident, answer()), None)


def lock(tx: Transaction, number: int) -> Callable[[], Incident | None]:
    """Lock an incident until the transaction ends; what is returned reads it."""
    tx.write("lock_incident", number=number)
    return ask_incident(tx, number)


def free_incident(tx: Transaction, number: int) -> Incident | None:
    """Lock an incident and return it, unless somebody else is changing it."""
    row = tx.one("lock_free_incident", number=number)
    return _incident(row) if row else None


def incidents_since(tx: Transaction, since: datetime) -> list[Incident]:
    """Return the open incidents and those closed since an instant, oldest first."""
    rows = tx.all("incidents_open_or_closed_since", since=since)
    return [_incident(row) for row in rows]


def open_incidents_of(
    tx: Transaction, owner: str, *, with_unowned: bool
) -> list[Incident]:
    """Return the open incidents of a person, and perhaps those without an owner."""
    rows = tx.all("open_incidents_of", owner=owner, unowned=int(with_unowned))
    return [_incident(row) for row in rows]


def ask_open_incidents_of_customer(
    tx: Transaction, customer: str
) -> Callable[[], list[Incident]]:
    """Ask for a customer's open incidents; what is returned reads them."""
    answer = tx.ask("open_incidents_of_customer", customer=customer)
    return lambda: [_incident(row) for row in answer()]


def incidents_of_thread(
    tx: Transaction, channel: str, ts: str, thread: str
) -> list[Incident]:
    """Return the incidents whose card or linked message is one of two, newest first."""
    rows = tx.all(
        "incidents_of_thread",
        channel=channel,
        ts=ts,
        thread=thread,
        message=f"%{message_path(channel, ts)}%",
        parent=f"%{message_path(channel, thread)}%",
    )
    return [_incident(row) for row in rows]


def open_incidents_with_update(
    tx: Transaction, channel: str, ts: str
) -> list[Incident]:
    """Return the open incidents of which a message was the update, newest first."""
    message = f"%{message_path(channel, ts)}%"
    rows = tx.all("open_incidents_with_update", message=message)
    return [_incident(row) for row in rows]


def message_path(channel: str, ts: str) -> str:
    """Return how a link to a message in Slack goes on after the workspace's address."""
    return f"archives/{channel}/p{ts.replace('.', '')}"


def add_event(tx: Transaction, number: int, event: Event) -> None:
    tx.write("insert_event", incident=number, **_event_values(event))


def noted(tx: Transaction, number: int, event: Event) -> Event:
    """Append an event to an incident's history, and return it with its id."""
    row = tx.one("insert_event", incident=number, **_event_values(event))
    assert row is not None, "an insert answers with its id"
    return replace(event, id=int(row["id"]))


def events(tx: Transaction, number: int) -> list[Event]:
    """Return an incident's history, oldest first."""
    return [read_event(row) for row in tx.all("events", incident=number)]


def event(tx: Transaction, event_id: int) -> Event | None:
    row = tx.one("event", id=event_id)
    return read_event(row) if row else None


def erase_event(tx: Transaction, event: Event) -> None:
    """Store what is left of an event's details once its texts are erased."""
    tx.write("erase_event", id=event.id, details=to_json(dict(event.details)))


def save_deadlines(tx: Transaction, deadlines: Iterable[Deadline]) -> None:
    tx.write_many("save_deadline", map(_deadline_values, deadlines))


def save_fired(tx: Transaction, deadlines: Iterable[Deadline]) -> None:
    """Store what fired reminders change of deadlines; firing ends a snooze."""
    rows = (dict(zip(_FIRED, _OF_FIRED(one), strict=True)) for one in deadlines)
    tx.write_many("save_fired", rows)


def deadlines(tx: Transaction, number: int) -> tuple[Deadline, ...]:
    """Return every deadline that an incident ever had, by start."""
    return ask_deadlines(tx, number)()


def ask_deadlines(tx: Transaction, number: int) -> Callable[[], tuple[Deadline, ...]]:
    """Ask for every deadline of an incident; what is returned reads them."""
    answer = tx.ask("deadlines", incident=number)
    return lambda: tuple(map(read_deadline, answer()))


def open_deadlines(tx: Transaction) -> dict[int, tuple[Deadline, ...]]:
    """Return the open deadlines of every open incident, by its number."""
    rows = tx.all("open_deadlines")
    by_incident = groupby(map(read_deadline, rows), attrgetter("incident"))
    return {number: tuple(owed) for number, owed in by_incident}


def due_deadlines(
    tx: Transaction, after: datetime, by: datetime, most: int
) -> list[Deadline]:
    """Return the deadlines with a reminder due in `(after, by]`, the oldest first."""
    rows = tx.all("due_deadlines", after=after, by=by, most=most)
    return [read_deadline(row) for row in rows]


def is_due(tx: Transaction, now: datetime) -> bool:
    """Return whether any deadline has a reminder due by `now`."""
    return bool(due_deadlines(tx, datetime.min.replace(tzinfo=UTC), now, most=1))


def is_late_or_due(tx: Transaction, now: datetime) -> bool:
    """Return whether there is a reminder, a miss or the end of an offer by `now`."""
    at = next_instant(tx)
    return at is not None and at <= now


def lock_due(
    tx: Transaction, after: datetime, by: datetime, most: int
) -> dict[int, Incident]:
    """Lock the incidents of due deadlines; return those that nobody else had locked."""
    rows = tx.all("lock_due_incidents", after=after, by=by, most=most)
    return {row["number"]: _incident(row) for row in rows}


def postpone(tx: Transaction, deadline: Deadline, until: datetime) -> None:
    """Try a deadline's reminder again later."""
    tx.write(
        "postpone_deadline",
        incident=deadline.incident,
        kind=deadline.kind,
        count=deadline.count,
        until=until,
    )


def mark_missed(tx: Transaction, now: datetime) -> set[int]:
    """Note each miss once; return the incidents that missed more than a check-in."""
    missed: set[int] = set()
    for late in tx.all("lock_late_incidents", now=now):
        rows = tx.all("mark_missed", incident=late["number"], now=now)
        missed |= {row["incident"] for row in rows if not Kind(row["kind"]).is_internal}
    return missed


def forget_misses(tx: Transaction, number: int, now: datetime) -> bool:
    """Forget misses of an incident that are still to come; return whether it had any.

    A change may have noted one at another instant than the tick does; that stays.
    """
    return bool(tx.all("forget_misses", incident=number, now=now))


def fallen(
    tx: Transaction, since: datetime, now: datetime
) -> list[tuple[Incident, Deadline]]:
    """Return the contract's deadlines that became late in `[since, now)`."""
    found = []
    for row in tx.all("fallen_deadlines", since=since, now=now):
        of = incident(tx, row["incident"])
        assert of is not None, "a deadline belongs to an incident"
        found.append((of, read_deadline(row)))
    return found


def next_instant(tx: Transaction) -> datetime | None:
    """Return when a reminder is due, a deadline missed or an offer over next.

    At `late_at` itself a deadline is still kept, hence the moment that is added.
    """
    instants = []
    for row in tx.all("next_instants"):
        if row["next_at"] is not None:
            instants.append(row["next_at"])
        if row["next_late_at"] is not None:
            instants.append(row["next_late_at"] + _MOMENT)
    return min(instants, default=None)


def _deadline_values(deadline: Deadline) -> dict[str, Any]:
    pauses = [[a.isoformat(), b.isoformat()] for a, b in deadline.pauses]
    return {
        **dict(zip(_DEADLINE, _OF_DEADLINE(deadline), strict=True)),
        "pauses": to_json(pauses),
        "is_aim": int(deadline.is_aim),
        "changed": int(deadline.changed),
    }


def _event_values(event: Event) -> dict[str, Any]:
    unknown = unknown_details(event)
    assert not unknown, f"not declared in events.DETAILS: {sorted(unknown)}"
    return {
        "kind": event.kind,
        "at": event.at,
        "recorded_at": event.recorded_at,
        "by_person": event.by,
        "details": to_json(dict(event.details)),
    }


def _incident_values(incident: Incident) -> dict[str, Any]:
    values = dict(zip(_INCIDENT, _OF_INCIDENT(incident), strict=True))
    del values["workspace"]
    return values


def _incident(row: Row) -> Incident:
    severity, status = _SEVERITIES[row["severity"]], _STATUSES[row["status"]]
    return Incident(*_TO_INCIDENT({**row, "severity": severity, "status": status}))


def read_event(row: Row) -> Event:
    return Event(
        kind=EventKind(row["kind"]),
        at=row["at"],
        recorded_at=row["recorded_at"],
        by=row["by_person"],
        details=json.loads(row["details"]),
        id=row["id"],
    )


@lru_cache(maxsize=256)
def _pauses(text: str) -> tuple[Interval, ...]:
    instants = datetime.fromisoformat
    return tuple((instants(a), instants(b)) for a, b in json.loads(text))


def read_deadline(row: Row) -> Deadline:
    values = {
        **row,
        "kind": _KINDS[row["kind"]],
        "outcome": Outcome(row["outcome"]) if row["outcome"] else None,
        "is_aim": bool(row["is_aim"]),
        "changed": bool(row["changed"]),
        "pauses": _pauses(row["pauses"]),
    }
    return Deadline(*_TO_DEADLINE(values))
