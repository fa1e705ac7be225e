"""When a method, a conversation or the whole workspace may be written to again.

The gates stand in the record, so that every sender of every process keeps to them.
Their instants are the machine's.
"""

from datetime import datetime, timedelta

from bot.store.database import Transaction

WORKSPACE = "workspace"
OPENING = "conversations.open"
POSTING = "chat.postMessage"
EDITING = "chat.update"
DELETING = "chat.delete"
READING = "conversations.history"
READING_THREADS = "conversations.replies"

_A_LOOK = timedelta(milliseconds=500)


def close(tx: Transaction, name: str, until: datetime) -> None:
    """Hold back a method or the whole workspace; the later instant counts."""
    tx.write("close_gate", name=name, opens_at=until)


def close_lane(
    tx: Transaction, lane: str, machine_now: datetime, every: timedelta
) -> None:
    """Hold back a conversation that was written to just now.

    Who looked a moment late does not lose that moment: the pace is kept on average.
    """
    row = tx.one("gate", name=f"lane:{lane}")
    since = row["opens_at"] if row else machine_now
    if not machine_now - _A_LOOK <= since <= machine_now:
        since = machine_now
    close(tx, f"lane:{lane}", since + every)


def opens_at(tx: Transaction, name: str, machine_now: datetime) -> datetime | None:
    """Return until when something is held back; `None` if it is not."""
    row = tx.one("gate", name=name)
    return row["opens_at"] if row and row["opens_at"] > machine_now else None


def is_ahead(tx: Transaction, of: datetime) -> bool:
    """Tell whether a budget is overdrawn beyond an instant."""
    row = tx.one("furthest_budget")
    return bool(row and row["opens_at"] and row["opens_at"] > of)


def open_all(tx: Transaction, machine_now: datetime) -> None:
    """Hold nothing back any longer."""
    tx.write("open_gates", machine_now=machine_now)


def use_budget(
    tx: Transaction, name: str, machine_now: datetime, every: timedelta
) -> None:
    """Take one from the budget of a method, which regains one `every` so often.

    The gate's instant is when the budget would be whole again.
    Source: the generic cell rate algorithm, ITU-T I.371.
    """
    row = tx.one("gate", name=f"budget:{name}")
    whole_at = max(row["opens_at"], machine_now) if row else machine_now
    close(tx, f"budget:{name}", whole_at + every)
