"""The reminders within a message: for which deadlines, and why they go there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter

from bot.incidents.deadlines import Deadline, Kind
from bot.incidents.nudges import Sent
from bot.incidents.recipients import Because
from bot.incidents.steps import StepKind
from bot.store.database import Row, Transaction

_REST = ("fired", "step", "because", "next_person", "next_at", "held_at")
_OF_REST = attrgetter(*_REST)


@dataclass(frozen=True, slots=True)
class Item:
    """A reminder of one deadline within a message, and why it goes there.

    `next_person` is paged at `next_at` if nobody answers. `held_at` is since when it
    was held until the person's day began.
    """

    incident: int
    kind: Kind
    count: int
    fired: int
    step: StepKind
    because: Because
    next_person: str | None = None
    next_at: datetime | None = None
    held_at: datetime | None = None


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


def hold(tx: Transaction, held: Iterable[tuple[str, Item, datetime]]) -> None:
    """Keep reminders for people until their day begins: who, what, until when."""
    rows = (
        {"person": person, "until": until, **_values(item)}
        for person, item, until in held
    )
    tx.write_many("hold_item", rows)


def release(tx: Transaction, person: str, now: datetime) -> list[Item]:
    """Return what was held for a person until now, oldest first, and forget it."""
    rows = tx.all("release_held", person=person, now=now)
    return sorted(map(_item, rows), key=lambda one: (one.held_at, one.incident))


def held_until(tx: Transaction) -> dict[str, set[datetime]]:
    """Return the instants until which something is held, for each person."""
    found = dict[str, set[datetime]]()
    for row in tx.all("held_items"):
        found.setdefault(row["person"], set()).add(row["held_until"])
    return found


def remove(tx: Transaction, key: str, item: Item) -> None:
    """Take a reminder out of a message."""
    tx.write("remove_item", key=key, **_values(item))


def within(tx: Transaction, key: str) -> list[Item]:
    return [_item(row) for row in tx.all("outbox_items", key=key)]


def folded(tx: Transaction, key: str) -> list[Item]:
    """Return the reminders within the messages that were folded into a list."""
    return [_item(row) for row in tx.all("folded_items", key=key)]


def posted_at(ts: str) -> datetime:
    """Return when Slack posted a message, by its own clock."""
    return datetime.fromtimestamp(float(ts), UTC)


def sent_of(tx: Transaction, deadline: Deadline) -> list[Sent]:
    """Return the reminders of a deadline that were queued."""
    rows = tx.all("sent_reminders", **_which(deadline))
    return [Sent(row["queued_at"], row["ts"] and posted_at(row["ts"])) for row in rows]


def told_before(tx: Transaction, key: str) -> list[tuple[Item, datetime | None]]:
    """Return what older messages at the same place say of a message's incidents.

    Each with when it was sent, `None` if it was not. Only what is still owed, the
    newest of each deadline, and nothing of which the message itself reminds.
    """
    known = {_deadline_of(item) for item in within(tx, key)}
    found: dict[tuple[int, Kind, int], tuple[Item, datetime | None]] = {}
    for row in tx.all("told_before", key=key):
        item = _item(row)
        if _deadline_of(item) not in known:
            found.setdefault(_deadline_of(item), (item, row["sent_at"]))
    return list(found.values())


def replaced(tx: Transaction, key: str) -> dict[int, bool]:
    """Return the incidents of a message that a newer one at the same place is about.

    Each with whether that is a reminder, which tells all that is still owed. What was
    posted is replaced only by what was posted as well. What waits is replaced by a
    reminder that is as urgent.
    """
    found: dict[int, bool] = {}
    for row in tx.all("replaced_incidents", key=key):
        is_reminder = row["kind"] == "reminder"
        found[row["incident"]] = found.get(row["incident"], False) or is_reminder
    return found


def standing(tx: Transaction, item: Item, place: str) -> tuple[str, datetime] | None:
    """Return the key of a deadline's newest message in a channel, and its instant."""
    row = tx.one("standing_reminder", **_which(item), place=place)
    return (row["key"], row["queued_at"]) if row else None


def rung(tx: Transaction, deadline: Deadline) -> list[str]:
    """Return the places outside of Slack that rang because of a deadline."""
    rows = tx.all("rung", **_which(deadline))
    return [row["place"] for row in rows]


def renew(tx: Transaction, key: str, item: Item) -> None:
    """Say in a message that stands in a channel who is paged next."""
    tx.write("renew_item", key=key, **_values(item))


def is_told(tx: Transaction, item: Item, place: str) -> bool:
    """Return whether the same reminder is in a message to a person or a channel."""
    row = tx.one("has_reminder", **_values(item), place=place)
    return row is not None and row["written"] > 0


def _deadline_of(item: Item) -> tuple[int, Kind, int]:
    return item.incident, item.kind, item.count


def _which(one: Item | Deadline) -> dict[str, object]:
    return {
        "incident": one.incident,
        "deadline_kind": one.kind,
        "deadline_count": one.count,
    }


def _values(item: Item) -> dict[str, object]:
    """Return every column; a statement takes those that it names."""
    return {**_which(item), **dict(zip(_REST, _OF_REST(item), strict=True))}


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
        held_at=row["held_at"],
    )
