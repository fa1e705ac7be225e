"""The reminders within a message: for which deadlines, and why they go there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.incidents.deadlines import Deadline, Kind
from bot.incidents.nudges import StepKind
from bot.incidents.recipients import Because
from bot.store.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Item:
    """A reminder of one deadline within a message, and why it goes there.

    `next_person` is paged at `next_at` if nobody answers.
    """

    incident: int
    kind: Kind
    count: int
    fired: int
    step: StepKind
    because: Because
    next_person: str | None = None
    next_at: datetime | None = None


def item_of(
    deadline: Deadline,
    step: StepKind,
    because: Because,
    following: tuple[str, datetime] | None = None,
) -> Item:
    """Return the reminder that a deadline has just fired."""
    next_person, next_at = following or (None, None)
    return Item(
        incident=deadline.incident,
        kind=deadline.kind,
        count=deadline.count,
        fired=deadline.fired,
        step=step,
        because=because,
        next_person=next_person,
        next_at=next_at,
    )


def key_of(item: Item, place: str) -> str:
    """Return the key of a message that holds only this reminder, to a place.

    Slack may show it since before an escalation was a kind of its own, so both internal
    kinds keep one word here. They count on together: no two reminders share a key.
    """
    kind = Kind.CHECK_IN if item.kind.is_internal else item.kind
    return f"INC-{item.incident}/{kind}/{item.count}/{item.fired}/{place}"


def insert(tx: Transaction, items: Mapping[str, Sequence[Item]]) -> None:
    """Put reminders into messages, given by their keys."""
    rows = (
        {"key": key, "position": position, **_values(item)}
        for key, within in items.items()
        for position, item in enumerate(within)
    )
    tx.write_many("queue_item", rows)


def remove(tx: Transaction, key: str, item: Item) -> None:
    """Take a reminder out of a message."""
    tx.write(
        "remove_item",
        key=key,
        incident=item.incident,
        deadline_kind=item.kind,
        deadline_count=item.count,
        fired=item.fired,
    )


def within(tx: Transaction, key: str) -> list[Item]:
    """Return the reminders within a message, in order."""
    return [_item(row) for row in tx.all("outbox_items", key=key)]


def is_superseded(tx: Transaction, item: Item, place: str) -> bool:
    """Return whether a newer reminder of the same deadline went to the same place."""
    row = tx.one(
        "newer_reminders",
        incident=item.incident,
        deadline_kind=item.kind,
        deadline_count=item.count,
        fired=item.fired,
        place=place,
    )
    return row is not None and row["newer"] > 0


def is_told(tx: Transaction, item: Item, person: str) -> bool:
    """Return whether the same reminder is in a message to a person."""
    row = tx.one(
        "has_reminder",
        incident=item.incident,
        deadline_kind=item.kind,
        deadline_count=item.count,
        fired=item.fired,
        person=person,
    )
    return row is not None and row["written"] > 0


def _values(item: Item) -> dict[str, object]:
    return {
        "incident": item.incident,
        "deadline_kind": item.kind,
        "deadline_count": item.count,
        "fired": item.fired,
        "step": item.step,
        "because": item.because,
        "next_person": item.next_person,
        "next_at": item.next_at,
    }


def _item(row: Row) -> Item:
    return Item(
        incident=row["incident"],
        kind=Kind(row["deadline_kind"]),
        count=row["deadline_count"],
        fired=row["fired"],
        step=StepKind(row["step"]),
        because=Because(row["because"]),
        next_person=row["next_person"],
        next_at=row["next_at"],
    )
