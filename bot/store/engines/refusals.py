"""SQLite's errors as StorageErrors in plain words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from bot.errors import StorageError
from bot.store.database import LOCKED

_REASONS = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the database is read-only",
    sqlite3.SQLITE_IOERR: "the disk does not answer",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened",
    sqlite3.SQLITE_CORRUPT: "the database is damaged",
    sqlite3.SQLITE_NOTADB: "the file is not a database",
    sqlite3.SQLITE_PERM: "the database may not be written",
}


@contextmanager
def honest() -> Iterator[None]:
    """Turn SQLite's errors into StorageErrors in plain words."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        refuse(error)


def refuse(error: sqlite3.DatabaseError) -> NoReturn:
    """Raise StorageError if SQLite refused, and any other error unchanged."""
    # The low byte is the primary code; SQLITE_BUSY_SNAPSHOT, say, is a SQLITE_BUSY.
    # https://www.sqlite.org/rescode.html
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code not in _REASONS:
        raise error
    reason = _REASONS[code]
    raise StorageError(reason, may_pass=reason == LOCKED) from error
