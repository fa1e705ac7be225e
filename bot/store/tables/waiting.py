"""Since when messages have been waiting in the outbox; the health tells."""

from datetime import datetime

from bot.store.database import Transaction


def oldest_unsent_page(tx: Transaction) -> tuple[datetime, str | None] | None:
    """Return since when the oldest unsent page waits, and how it last failed."""
    row = tx.one("oldest_unsent_page")
    return (row["queued_at"], row["last_error"]) if row else None


def oldest_sendable(tx: Transaction, system_now: datetime) -> datetime | None:
    """Return since when the oldest message could have been sent; `None` if none can."""
    row = tx.one("oldest_sendable", system_now=system_now)
    return row["not_before"] if row else None
