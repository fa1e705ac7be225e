"""When a method, a conversation or the whole workspace may be written to again.

They stand in the record, so that every sender of every process keeps to them. Their
instants are the system clock's.
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


def limit(tx: Transaction, name: str, until: datetime) -> None:
    """Hold back a method or the whole workspace; the later instant counts."""
    tx.write("set_rate_limit", name=name, limited_until=until)


def limit_conversation(
    tx: Transaction, conversation: str, system_now: datetime, every: timedelta
) -> None:
    """Hold back a conversation that was written to just now.

    Who looked a moment late does not lose that moment: the pace is kept on average.
    """
    row = tx.one("rate_limit", name=f"conversation:{conversation}")
    since = row["limited_until"] if row else system_now
    if not system_now - _A_LOOK <= since <= system_now:
        since = system_now
    limit(tx, f"conversation:{conversation}", since + every)


def limited_until(tx: Transaction, name: str, system_now: datetime) -> datetime | None:
    """Return until when something is held back; `None` if it is not."""
    row = tx.one("rate_limit", name=name)
    return row["limited_until"] if row and row["limited_until"] > system_now else None


def is_ahead(tx: Transaction, of: datetime) -> bool:
    """Tell whether a budget is overdrawn beyond an instant."""
    row = tx.one("furthest_budget")
    return bool(row and row["limited_until"] and row["limited_until"] > of)


def lift_all(tx: Transaction, system_now: datetime) -> None:
    """Hold nothing back any longer."""
    tx.write("lift_rate_limits", system_now=system_now)


def use_budget(
    tx: Transaction, name: str, system_now: datetime, every: timedelta
) -> None:
    """Take one from the budget of a method, which regains one `every` so often.

    The limit ends when the budget would be whole again.
    Source: the generic cell rate algorithm, ITU-T I.371.
    """
    row = tx.one("rate_limit", name=f"budget:{name}")
    whole_at = max(row["limited_until"], system_now) if row else system_now
    limit(tx, f"budget:{name}", whole_at + every)
