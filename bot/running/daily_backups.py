"""Make a backup every day by the system clock, and tell a person if that fails.

Days on which the bot was down are not caught up with: one backup is enough.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.errors import BotError
from bot.settings import Settings
from bot.store import opening
from bot.store.database import Transaction
from bot.store.maintenance import backups
from bot.store.maintenance.backups import Backup
from bot.store.tables import marks, outbox_messages
from bot.store.tables.marks import Mark
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage.context import Context

logger = logging.getLogger(__name__)

_EVERY = timedelta(days=1)
_TRY_AGAIN_AFTER = timedelta(hours=1)


@dataclass(slots=True)
class DailyBackups:
    """Copies the record into a folder; `failure` is why that failed last."""

    _context: Context
    _record: Path
    _folder: Path
    failure: str | None = None
    _failed_at: datetime | None = None

    def note(self) -> str | None:
        """Return that it failed. Why names folders, no business of strangers."""
        if self.failure is None:
            return None
        return "the daily backup failed: the log and the fallback channel say why"

    def look(self) -> None:
        """Make a backup if the last one is a day old, and delete old ones."""
        now = self._context.system_clock()
        if not self._is_due(now):
            return
        try:
            to = self._folder / backups.name_of(now, is_daily=True)
            made = backups.write(self._record, to)
        except BotError as error:
            self._fails(now, str(error))
        else:
            self._works(now, made)
            self._throw_away_old(now)

    def _throw_away_old(self, now: datetime) -> None:
        try:
            backups.throw_away_old(self._folder, now)
        except BotError as error:
            logger.warning("old backups stay", extra={"reason": str(error)})
            self.failure = str(error)

    def _is_due(self, now: datetime) -> bool:
        if self._failed_at is not None and _is_within(
            self._failed_at, now, _TRY_AGAIN_AFTER
        ):
            return False
        with self._context.database.reading() as tx:
            made = marks.at(tx, Mark.BACKUP)
        return made is None or not _is_within(made, now, _EVERY)

    def _fails(self, now: datetime, reason: str) -> None:
        """Tell the fallback channel, only once until it works again."""
        logger.warning("the backup failed", extra={"reason": reason})
        self._failed_at, self.failure = now, reason
        with self._context.database.transaction() as tx:
            if not _was_failing(tx):
                marks.note(tx, Mark.BACKUP_FAILS, now)
                self._tell(tx, f"backup/fails/{now.isoformat()}", reason)

    def _works(self, now: datetime, made: Backup) -> None:
        extra = {"file": made.file.name, "bytes": made.size}
        logger.info("backup made", extra=extra)
        self._failed_at = self.failure = None
        with self._context.database.transaction() as tx:
            if _was_failing(tx):
                self._tell(tx, f"backup/works/{now.isoformat()}", "")
            marks.note(tx, Mark.BACKUP, now)

    def _tell(self, tx: Transaction, key: str, reason: str) -> None:
        where, refs = self._context.policy().channels.fallback, {"reason": reason}
        kind = MessageKind.BACKUP
        new = NewMessage(key, kind, Priority.NUDGE, conversation=where, refs=refs)
        outbox_messages.queue(tx, new, **self._context.instants())


def _was_failing(tx: Transaction) -> bool:
    failing, made = marks.at(tx, Mark.BACKUP_FAILS), marks.at(tx, Mark.BACKUP)
    return failing is not None and (made is None or made < failing)


def _is_within(since: datetime, now: datetime, span: timedelta) -> bool:
    """Return whether less than `span` has passed; `False` if the clock was set back.

    Then the time since is unknown, and one backup too many does no harm.
    """
    return timedelta(0) <= now - since < span


def backups_of(settings: Settings, context: Context) -> DailyBackups | None:
    """Return the backups of a SQLite file; a PostgreSQL server has its own."""
    url, folder = settings.database_url, settings.backups
    if folder is None or opening.is_postgres(url):
        return None
    return DailyBackups(context, opening.sqlite_path(url), folder)
