"""The record in one SQLite file."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any

from sqlite_utils import Database as SqliteUtils

from bot.errors import StorageError
from bot.store.database import Row, queries
from bot.store.migrations import migrations

# Whoever writes waits so long for a turn among our threads, and so long again for other
# processes: together less than the three seconds that Slack grants a command.
_BUSY_FOR = timedelta(milliseconds=1200)
_REASONS = {
    sqlite3.SQLITE_BUSY: "the database is locked",
    sqlite3.SQLITE_LOCKED: "the database is locked",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the database is read-only",
    sqlite3.SQLITE_IOERR: "the disk does not answer",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened",
    sqlite3.SQLITE_CORRUPT: "the database is damaged",
    sqlite3.SQLITE_NOTADB: "the file is not a database",
    sqlite3.SQLITE_PERM: "the database may not be written",
}


class SqliteDatabase:
    """A SQLite file with one writer at a time, in this process and beside others.

    SQLite is unfair to writers that compete, so that this process has one connection
    behind a lock; whoever waits too long for it is told that it is locked.
    """

    def __init__(
        self, path: Path | str, workspace: str, *, busy_for: timedelta = _BUSY_FOR
    ) -> None:
        self._workspace = workspace
        self._busy_for = busy_for
        self._lock = RLock()
        with _honest():
            self._connection = _opened(path, busy_for)

    @contextmanager
    def transaction(self) -> Iterator["SqliteTransaction"]:
        """Begin immediately: a read that turns into a write would fail when busy."""
        with self._turn(), _honest():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield SqliteTransaction(self._connection, self._workspace)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=self._busy_for.total_seconds()):
            raise StorageError(_REASONS[sqlite3.SQLITE_BUSY])
        try:
            yield
        finally:
            self._lock.release()

    def empty_log(self) -> None:
        """Bring all into the file itself, as far as other readers allow it."""
        with self._turn(), _honest():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file; a transaction in flight ends first."""
        with self._lock:
            self._connection.close()


class SqliteTransaction:
    """Named queries within one SQLite transaction."""

    def __init__(self, connection: sqlite3.Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def one(self, query: str, **values: object) -> Row | None:
        """Return the first row of a named query."""
        rows = self.all(query, **values)
        return rows[0] if rows else None

    def all(self, query: str, **values: object) -> list[Row]:
        """Return all rows of a named query."""
        given = {name: _stored(value) for name, value in values.items()}
        given["workspace"] = self._workspace
        cursor = self._connection.execute(queries()[query], given)
        return [_row(cursor, row) for row in cursor.fetchall()]


def to_text(at: datetime) -> str:
    """Return an instant as UTC text of fixed width, to the millisecond."""
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def _stored(value: object) -> object:
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, str):
        return str(value)
    return value


def _row(cursor: sqlite3.Cursor, values: tuple[object, ...]) -> Row:
    names = (column[0] for column in cursor.description)
    return {
        name: datetime.fromisoformat(value)
        if isinstance(value, str) and _is_instant(name)
        else value
        for name, value in zip(names, values, strict=True)
    }


def _is_instant(column: str) -> bool:
    is_named_so = column.endswith(("_at", "_since", "_until"))
    return is_named_so or column in ("at", "not_before")


def _opened(path: Path | str, busy_for: timedelta) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path,
        timeout=busy_for.total_seconds(),
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        _migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to the newest shape; one of several processes does it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(SqliteUtils(connection))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _honest() -> Iterator[None]:
    """Say in plain words why the storage refused."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code not in _REASONS:
            raise
        raise StorageError(_REASONS[code]) from error


def last_policy(path: Path | str) -> Mapping[str, str] | None:
    """Return the files of the policy that was last in force; `None` if none was."""
    found = _first(path, "last_policy")
    return json.loads(found[1]) if found else None


def known_workspace(path: Path | str) -> str | None:
    """Return the workspace that a file was used for last; `None` if it has none."""
    found = _first(path, "last_workspace")
    return found[0] if found else None


def _first(path: Path | str, query: str) -> tuple[Any, ...] | None:
    """Return the first row of a query to a file that may not be there."""
    if not Path(path).exists():
        return None
    connection = sqlite3.connect(path)
    try:
        row: tuple[Any, ...] | None = connection.execute(queries()[query]).fetchone()
    except sqlite3.DatabaseError:
        return None
    finally:
        connection.close()
    return row
