"""The receipts: what became of each reminder that was due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import assert_never

from bot.incidents.deadlines import Kind
from bot.incidents.receipts import Outcome, Reason, Receipt
from bot.incidents.recipients import Because
from bot.incidents.steps import StepKind
from bot.store.database import Row, Transaction
from bot.store.tables.items import Item
from bot.store.tables.outbox_messages import MessageKind, State

_REST = ("place", "step", "due_at", "outcome", "reason", "held_until")
_OF_REST = attrgetter(*_REST)


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that was due for a place. Without an outcome a message tells it."""

    incident: int
    kind: Kind
    count: int
    fired: int
    step: StepKind
    due_at: datetime
    place: str
    outcome: Outcome | None = None
    reason: Reason | None = None
    held_until: datetime | None = None


def write(tx: Transaction, found: Iterable[Due]) -> None:
    """Write what was due; of what is held for a person the newest stands for all."""
    every = list(found)
    for one in every:
        if one.outcome is Outcome.HELD:
            _end_held(tx, one, one.place, (Outcome.MERGED, Reason.NEWER))
    rows = (
        {**_of(one), **dict(zip(_REST, _OF_REST(one), strict=True))} for one in every
    )
    tx.write_many("write_receipt", rows)


def write_stand_in(tx: Transaction, item: Item, place: str) -> None:
    """Write that somebody else gets a reminder that a place did not take."""
    tx.write("write_stand_in", **_of(item), place=place)


def released(tx: Transaction, item: Item, person: str) -> None:
    """Write that the message which a person gets now has what was held for them."""
    _end_held(tx, item, person, (None, None))


def dropped(tx: Transaction, item: Item, person: str, reason: Reason) -> None:
    """Write that a person needs not hear any more what was held for them."""
    _end_held(tx, item, person, (Outcome.SUPERSEDED, reason))


def of_incident(tx: Transaction, number: int) -> list[Receipt]:
    """Return what became of an incident's reminders, in the order they were due."""
    return [_receipt(row) for row in tx.all("receipts", incident=number)]


def _end_held(
    tx: Transaction,
    item: Item | Due,
    person: str,
    ended: tuple[Outcome | None, Reason | None],
) -> None:
    values = {"place": person, "outcome": ended[0], "reason": ended[1]}
    tx.write("end_held", **_of(item), **values)


def _of(item: Item | Due) -> dict[str, object]:
    return {
        "incident": item.incident,
        "deadline_kind": item.kind,
        "deadline_count": item.count,
        "fired": item.fired,
    }


def _receipt(row: Row) -> Receipt:
    outcome, why, at = _outcome(row)
    return Receipt(
        kind=Kind(row["deadline_kind"]),
        count=row["deadline_count"],
        step=StepKind(row["step"]),
        due_at=row["due_at"],
        place=row["place"],
        outcome=outcome,
        why=why,
        at=at,
        replaced_at=row["deleted_at"] if outcome is Outcome.SENT else None,
        instead=(row["instead"] or "") if outcome is Outcome.DEAD else "",
        is_missing=outcome is None and row["state"] is None,
    )


def _outcome(row: Row) -> tuple[Outcome | None, str, datetime | None]:
    """Return what became of a reminder, why, and when or until when."""
    if row["outcome"] is not None:
        outcome = Outcome(row["outcome"])
        until = row["held_until"] if outcome is Outcome.HELD else None
        return outcome, Reason(row["reason"]).words, until
    if row["state"] is None:
        return None, "no message has it", None
    state, sent_at = State(row["state"]), row["sent_at"]
    answered_at = row["answered_at"] or row["closed_at"]
    match state:
        case State.SENT if answered_at and sent_at and answered_at < sent_at:
            return Outcome.SUPERSEDED, _why_not_sent(row).words, None
        case State.SENT if row["position"]:
            return Outcome.MERGED, Reason.ONE_MESSAGE.words, sent_at
        case State.SENT:
            is_list = row["kind"] == MessageKind.MORNING
            return Outcome.SENT, "in the morning list" if is_list else "", sent_at
        case State.MERGED if row["folded_into"]:
            return _listed(row, answered_at)
        case State.MERGED:
            return Outcome.MERGED, Reason.ONE_MESSAGE.words, sent_at
        case State.SUPERSEDED:
            return Outcome.SUPERSEDED, _why_not_sent(row).words, None
        case State.DEAD:
            return Outcome.DEAD, row["last_error"], None
        case State.QUEUED | State.SENDING | State.UNCONFIRMED:
            return None, row["last_error"] or "not sent yet", None
        case _:
            assert_never(state)


def _listed(
    row: Row, answered_at: datetime | None
) -> tuple[Outcome | None, str, datetime | None]:
    """Return what became of a reminder that was left to a list."""
    told_at = row["sent_at"] or row["list_sent_at"]
    is_too_late = answered_at and (told_at is None or answered_at < told_at)
    if is_too_late or row["list_state"] == State.SUPERSEDED:
        return Outcome.SUPERSEDED, _why_not_sent(row).words, None
    if told_at is None:
        return None, "not sent yet", None
    return Outcome.MERGED, Reason.BUDGET.words, told_at


def _why_not_sent(row: Row) -> Reason:
    """Return why a reminder had nothing to say any more when its turn came."""
    is_over = row["closed_at"] is not None
    if row["because"] == Because.OWNER and row["owner"] != row["place"]:
        # What is owed to the customer goes on; a check-in ends with its owner's time.
        is_theirs = not is_over or row["deadline_kind"] == Kind.CHECK_IN
        if is_theirs and row["is_incident_open"]:
            return Reason.MOVED
    return Reason.ANSWERED if is_over else Reason.NEWER
