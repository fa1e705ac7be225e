"""Erase what people typed about closed incidents; what reports count stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.incidents import incidents
from bot.incidents.events import (
    ERASED_CUSTOMER,
    Event,
    EventKind,
    erased_event,
    unnamed,
)
from bot.incidents.incidents import Incident, Status
from bot.store.database import Transaction
from bot.store.tables import records

# With UNTYPED these are all text columns; a test compares both with the schema. TYPED
# hold what people typed, and are erased here: in events what `events.DETAILS` says,
# in policies every version but the newest.
TYPED = {
    "incidents": ("title", "link", "customer"),
    "events": ("details",),
    "policies": ("text",),
    "suggestions": ("about",),
}
# These hold ids, words of the policy, names from Slack, hashes, Slack's errors and
# references: a message stores no text. Two exceptions are not erased: a notice that
# policies.yaml was refused may quote the file in `refs`, and one about a calendar names
# the people in it there whom the policy does not know.
UNTYPED = {
    "incidents": (
        "workspace", "severity", "plan", "status", "owner", "opened_by", "channel",
        "offered_to", "closed_by", "rotation",
    ),
    "events": ("workspace", "kind", "by_person"),
    "deadlines": (
        "workspace", "kind", "target", "calendar", "policy", "pauses", "outcome",
    ),
    "outbox": (
        "workspace", "key", "kind", "conversation", "person", "thread_of", "edit_of",
        "refs", "state", "lease_token", "ts", "rendered",
        "unconfirmed_because", "last_error", "folded_into",
    ),
    "outbox_items": (
        "workspace", "key", "deadline_kind", "step", "because", "next_person",
    ),
    "rate_limits": ("workspace", "name"),
    "inbox": ("workspace", "key", "answer"),
    "counters": ("workspace", "name"),
    "marks": ("workspace", "name"),
    "people": ("workspace", "id", "name", "zone", "dm", "quiet_hours"),
    "people_listing": ("workspace", "next_page"),
    "held": ("workspace", "person", "deadline_kind", "step", "because"),
    "receipts": ("workspace", "deadline_kind", "place", "step", "outcome", "reason"),
    "covers": (
        "workspace", "request", "of_what", "instead_of", "asked_by", "asked_of",
        "accepted_by", "withdrawn_by",
    ),
    "next_shifts": ("workspace", "person", "of_what"),
    "held_suggestions": ("workspace", "channel", "ts"),
    "feeds": ("workspace", "name", "source", "stretches", "told"),
    "policies": ("version", "holidays"),
    "suggestions": ("workspace", "candidates", "decision", "by_person"),
    "locks": ("workspace", "name"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doomed:
    """Incidents whose texts are to be erased, and those that are still open.

    With `customer` the customer's name is also erased from other incidents' history.
    """

    closed: Sequence[int]
    open: Sequence[int] = ()
    customer: str | None = None


def closed_before(tx: Transaction, before: datetime, most: int) -> list[int]:
    """Return incidents closed before an instant whose texts are still there."""
    rows = tx.all("to_erase", before=before, most=most)
    return [int(row["number"]) for row in rows]


def customers(tx: Transaction) -> list[str]:
    """Return every customer whose name is in the database."""
    names = [row["customer"] for row in tx.all("recorded_customers")]
    return [name for name in names if name != ERASED_CUSTOMER]


def of_customer(tx: Transaction, names: Sequence[str]) -> Doomed:
    """Return the incidents of a customer, by each way in which it was written."""
    rows = [
        row for name in names for row in tx.all("incidents_of_customer", customer=name)
    ]
    is_open = {int(row["number"]): row["status"] == Status.OPEN for row in rows}
    return Doomed(
        closed=[number for number in is_open if not is_open[number]],
        open=[number for number in is_open if is_open[number]],
        customer=names[0],
    )


def of_number(tx: Transaction, number: int) -> Doomed | None:
    """Return one incident; `None` if there is none with this number."""
    incident = records.incident(tx, number)
    if incident is None:
        return None
    return Doomed((), (number,)) if incident.is_open else Doomed((number,))


def erase_all(tx: Transaction, doomed: Doomed, now: datetime) -> list[int]:
    """Erase what can be erased, and return the incidents concerned."""
    erased = erase(tx, doomed.closed, now)
    if doomed.customer is not None:
        _erase_name(tx, doomed.customer)
    return erased


def erase(tx: Transaction, numbers: Sequence[int], now: datetime) -> list[int]:
    """Erase the texts of closed incidents, and return those; open ones stay."""
    done = []
    for number in sorted(numbers):
        incident = records.lock(tx, number)()
        if incident is not None and not incident.is_open:
            _erase(tx, incident, now)
            done.append(number)
    return done


def _erase(tx: Transaction, incident: Incident, now: datetime) -> None:
    erased = incidents.erased(incident)
    tx.write(
        "erase_incident",
        number=erased.number,
        **{name: getattr(erased, name) for name in TYPED["incidents"]},
    )
    tx.write("erase_suggestions", incident=incident.number)
    for event in records.events(tx, incident.number):
        if (without := erased_event(event)) != event:
            records.erase_event(tx, without)
    # While this is the last event, `to_erase` skips the incident.
    records.add_event(tx, incident.number, Event(EventKind.ERASED, now, now, by=""))


def _erase_name(tx: Transaction, customer: str) -> None:
    """Erase a customer's name from incidents that were theirs only for a while.

    Old versions of the policy name the customer too, so they are deleted.
    """
    for row in tx.all("customer_events"):
        event = records.read_event(row)
        if (without := unnamed(event, customer)) != event:
            records.erase_event(tx, without)
    tx.write("forget_policies")
