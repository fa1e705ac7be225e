"""Whether the record takes what people and the bot have to write, for the health."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import elapsed
from bot.errors import StorageError
from bot.store.database import Transaction
from bot.triage.context import Context

logger = logging.getLogger(__name__)

_WRITE_EVERY_S = 5
_KEY = "health"
# A disk that is nearly full takes a single row, and not a command.
_AS_MUCH_AS_A_COMMAND = "x" * 6_000
_TABLES = ("try_incidents", "try_events", "try_deadlines", "try_outbox")


@dataclass(frozen=True, slots=True)
class Found:
    """Why the record cannot be used, if so, and what waits in it.

    `page` is since when the oldest unsent page waits, and how it last failed; `waits`
    is for how long the oldest message could have been sent.
    """

    refused: str | None = None
    page: tuple[datetime, str | None] | None = None
    waits: timedelta | None = None


class RecordCheck:
    """Reads and writes as a command does; a failed write is tried at each look."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._write_at = elapsed()

    def look(self) -> Found:
        """Return what was found; nothing that the record does makes this raise."""
        try:
            return self._look()
        except StorageError as error:
            return Found(error.reason)
        except Exception as error:  # The health has to answer, whatever failed.
            logger.exception("the record cannot be checked")
            return Found(type(error).__name__)

    def _look(self) -> Found:
        system_now = self._context.system_clock()
        is_due = elapsed() >= self._write_at
        with self._context.database.transaction() as tx:
            if is_due:
                _write(tx, system_now)
            page = tx.one("oldest_unsent_page")
            first = tx.one("oldest_sendable", system_now=system_now)
        if is_due:
            self._write_at = elapsed() + _WRITE_EVERY_S
        return Found(
            page=(page["queued_at"], page["last_error"]) if page else None,
            waits=system_now - first["not_before"] if first else None,
        )


def _write(tx: Transaction, now: datetime) -> None:
    """Write as much as a command, and leave nothing behind."""
    for query in _TABLES:
        tx.write(query)
    tx.write("save_inbox", key=_KEY, received_at=now, answer=_AS_MUCH_AS_A_COMMAND)
    tx.write("forget_key", key=_KEY)
