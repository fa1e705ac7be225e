"""Restore a backup; the database in its place is moved aside."""

import fcntl
import os
import shutil
import sqlite3
import stat
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from bot.errors import BotError, StorageError
from bot.store.engines.sqlite import SqliteDatabase
from bot.store.files import part_of, put, telling
from bot.store.maintenance import checking
from bot.store.maintenance.backups import STAMP, copy
from bot.store.queries import named
from bot.store.tables import marks
from bot.store.tables.marks import Mark

# SQLite locks these bytes. In WAL mode every process that has the file open holds a
# shared lock on them until it closes the file. Source:
# https://www.sqlite.org/src/file/src/os.h
_SHARED_FROM, _SHARED_SIZE = 0x40000002, 510


def restore(file: Path, record: Path, now: datetime, *, replaces: bool) -> Path | None:
    """Put a backup in the place of a database; return where the old one is now.

    The bot that starts on it will look in Slack before it posts what it may have posted
    already. Raises BotError if the backup is damaged, if something has the database
    open, or if that is intact and `replaces` is not set.
    """
    if not file.exists():
        raise BotError(f"There is no {file}.")
    with telling(f"{file} was not restored"):
        checking.must_be_whole(file)
        _must_be_unused(record)
        is_good = _is_good(record)
        if is_good and not replaces:
            raise BotError(
                f"{record} is good and was left as it is. With --replace it is moved "
                "aside first."
            )
        with part_of(record) as part:
            copy(file, part)
            _mark(part, now)
            _give_to_owner_of(record, part)
            aside = moved_aside(record, now, is_good=is_good)
            put(part, record)
    return aside


def _mark(record: Path, now: datetime) -> None:
    """Note in each workspace that it was restored: Slack may show what it lacks."""
    with closing(SqliteDatabase(record, "")) as database, database.whole() as tx:
        found = tx.each(named("checks.sql")["workspaces"])
        workspaces = [row["workspace"] for row in found]
    for workspace in workspaces:
        with (
            closing(SqliteDatabase(record, workspace)) as database,
            database.transaction() as tx,
        ):
            marks.note(tx, Mark.RESTORED, now)


def _give_to_owner_of(record: Path, part: Path) -> None:
    """Keep the old file's owner and mode, since root may be the one who restores."""
    if record.exists():
        old = record.stat()
        part.chmod(stat.S_IMODE(old.st_mode))
        with suppress(PermissionError):
            os.chown(part, old.st_uid, old.st_gid)


def _is_good(record: Path) -> bool:
    if not record.exists():
        return False
    try:
        checking.must_be_whole(record)
    except StorageError:
        return False
    return True


def _must_be_unused(record: Path) -> None:
    """Raise BotError if another process has a database open.

    The kernel releases the locks of a process that ends, even after a `kill -9`.
    """
    if not record.exists():
        return
    descriptor = os.open(record, os.O_RDWR)
    try:
        fcntl.lockf(
            descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FROM
        )
    except OSError as error:
        raise BotError(
            f"Something has {record} open, most likely a running bot. Stop it first."
        ) from error
    finally:
        os.close(descriptor)


def make_room(record: Path, now: datetime) -> Path | None:
    """Move an empty file and its log out of the way; return where they are now."""
    log = record.with_name(f"{record.name}-wal")
    is_empty = not record.exists() or not record.stat().st_size
    if not is_empty or not log.exists():
        return None
    with telling(f"{record} was not begun"):
        record.touch(mode=0o600)
        _must_be_unused(record)
        aside = moved_aside(record, now, is_good=False)
        record.unlink()
    return aside


def moved_aside(record: Path, now: datetime, *, is_good: bool) -> Path | None:
    """Keep the old database under another name, together with its WAL.

    It is linked, not renamed: the old name must never be without a file, or a bot that
    starts right then would create an empty database.
    """
    if not record.exists():
        return None
    if is_good:
        _bring_into_one_file(record)
    aside = record.with_name(f"{record.name}.replaced-{now:{STAMP}}")
    try:
        aside.hardlink_to(record)
    except OSError:  # Not every file system has links.
        shutil.copy2(record, aside)
    # A stale -wal file beside the restored database would be replayed into it.
    # https://www.sqlite.org/howtocorrupt.html, on a journal of another database.
    for suffix in ("-wal", "-shm"):
        beside = record.with_name(record.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    return aside


def _bring_into_one_file(record: Path) -> None:
    with closing(sqlite3.connect(record, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
