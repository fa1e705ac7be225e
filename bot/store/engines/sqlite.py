"""The database in one SQLite file."""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache, partial
from pathlib import Path
from types import NoneType
from typing import Any

from sqlite_utils import Database as SqliteUtils
from sqlite_utils import Migrations

from bot.store.database import Answer, Row, must_be_of_our_shape
from bot.store.engines.fair_locks import FairLock
from bot.store.engines.places import Place
from bot.store.engines.refusals import honest, refuse
from bot.store.migrations import migrations
from bot.store.queries import Dialect, Statement, blocks, numbered, statement

logger = logging.getLogger(__name__)

# A writer waits this long for our own threads, and again this long for other processes:
# together less than the three seconds that Slack gives us to acknowledge a command.
_BUSY_FOR = timedelta(milliseconds=1200)
_MIGRATED = "SELECT COUNT(*) FROM _sqlite_migrations WHERE migration_set = 'sevbot'"
_LOOK_AGAIN_S = 0.02
_DIALECT = Dialect("?", locks_rows=False, instant="TEXT")
_PLAIN = {str, int, NoneType}
_AT_ONCE = 500
_WORDS = {"INSTANT": _DIALECT.instant, "IDENTITY": "INTEGER PRIMARY KEY"}


class SqliteDatabase:
    """A SQLite file with one writer at a time, across threads and processes.

    SQLite's busy handler polls, so that under load an unlucky writer starves. The
    threads of this process therefore share one connection and queue for it in order.
    """

    def __init__(
        self, path: Path | str, workspace: str, *, busy_for: timedelta = _BUSY_FOR
    ) -> None:
        self._workspace = workspace
        with honest():
            self._connection = _opened(path, busy_for)
        self._lock = FairLock()
        self._path, self._busy_for = path, busy_for
        self._place = Place(path)

    @contextmanager
    def transaction(self) -> Iterator["SqliteTransaction"]:
        self._must_be_there()
        with self._lock.held(self._busy_for), honest():
            # IMMEDIATE takes the write lock now, where SQLite may wait for it. A read
            # that turns into a write fails at once if somebody wrote in between.
            # https://www.sqlite.org/lang_transaction.html
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                _must_be_of_our_shape(self._connection)
                yield SqliteTransaction(self._connection, self._workspace)
                self._connection.execute("COMMIT")
            except BaseException:
                # After some errors, such as a full disk, SQLite has rolled back itself.
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator["SqliteTransaction"]:
        """Read on a connection of its own: in WAL mode that blocks no writer."""
        self._must_be_there()
        with reading(self._path, self._workspace) as tx:
            yield tx

    def whole(self) -> AbstractContextManager["SqliteTransaction"]:
        """Begin a transaction that sees every workspace."""
        return self.transaction()

    def empty_log(self) -> bool:
        """Copy the WAL into the file and empty it; `False` if a reader prevents that.

        secure_delete overwrites erased texts in the file, but the WAL still has old
        pages. https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
        """
        with self._lock.held(self._busy_for), honest():
            found = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy, _, _ = found.fetchone()
            return not is_busy

    def close(self) -> None:
        """Close the file; a transaction in flight ends first."""
        with self._lock.held():
            self._connection.close()
            self._place.close()

    def _must_be_there(self) -> None:
        """Write the file again if somebody deleted it, and go on in the new one."""
        if self._place.is_kept():
            return
        with self._lock.held(self._busy_for), honest():
            if self._place.is_kept():  # Another thread was faster.
                return
            self._place.put_back(self._connection)
            # Before the new file is opened: the last connection to close deletes the
            # -wal file by its name, which would be the new one's.
            self._connection.close()
            self._connection = _opened(self._path, self._busy_for)
            self._place.close()
            self._place = Place(self._path)
            logger.error("the database file was deleted, and is put back")


class SqliteTransaction:
    """Named queries within one SQLite transaction."""

    def __init__(self, connection: sqlite3.Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def one(self, query: str, **values: object) -> Row | None:
        rows = self.all(query, **values)
        return rows[0] if rows else None

    def all(self, query: str, **values: object) -> list[Row]:
        return self._run(statement(query, _DIALECT), values)

    def ask(self, query: str, **values: object) -> Answer:
        """Ask a named query; here it is answered at once."""
        rows = self.all(query, **values)
        return lambda: rows

    def ask_many(self, query: str, rows: Iterable[Row], **same: object) -> Answer:
        same["workspace"] = self._workspace
        found: list[Row] = []
        for text, values in blocks(query, rows, same, _DIALECT):
            found += self._asked(text, _stored(values))
        return lambda: found

    def write(self, query: str, **values: object) -> None:
        """Run a named query without a result; here that happens at once."""
        self._run(statement(query, _DIALECT, is_silent=True), values)

    def be_brief(self) -> None:
        """Do nothing: SQLite cannot end a transaction of another process."""

    def write_many(self, query: str, rows: Iterable[Row], **same: object) -> None:
        same["workspace"] = self._workspace
        for text, values in blocks(query, rows, same, _DIALECT, is_silent=True):
            self._asked(text, _stored(values))

    def _run(self, asked: Statement, values: dict[str, object]) -> list[Row]:
        values["workspace"] = self._workspace
        return self._asked(asked.text, _stored(map(values.__getitem__, asked.names)))

    def _asked(self, text: str, given: list[object]) -> list[Row]:
        """Run a statement. Raises StorageError here, not only at the end.

        A caller that catches its own errors inside of a transaction must see that this
        one is the database's.
        """
        try:
            cursor = self._connection.execute(text, given)
            return _rows(cursor, cursor.fetchall())
        except sqlite3.DatabaseError as error:
            refuse(error)

    def each(self, sql: str) -> Iterator[Row]:
        cursor = self._connection.execute(sql)
        while found := cursor.fetchmany(_AT_ONCE):
            yield from _rows(cursor, found)

    def put(self, sql: str, rows: Iterable[Row]) -> None:
        text, names = numbered(sql, _DIALECT)
        given = (_stored(map(row.__getitem__, names)) for row in rows)
        self._connection.executemany(text, given)

    def count_on(self, table: str) -> None:
        """Do nothing: SQLite continues after the greatest id by itself."""


@lru_cache(maxsize=1024)
def to_text(at: datetime) -> str:
    """Return UTC text of fixed width, to the millisecond: it sorts as instants do."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return f"{at.isoformat(timespec='milliseconds')[:-6]}Z"


def _stored(values: Iterable[object]) -> list[object]:
    return [one if type(one) in _PLAIN else _plain(one) for one in values]


def _plain(value: object) -> object:
    if type(value) is datetime:
        return to_text(value)
    return str.__str__(value) if isinstance(value, str) else value


def _rows(cursor: sqlite3.Cursor, found: list[tuple[object, ...]]) -> list[Row]:
    if not found:
        return []
    columns = tuple(column[0] for column in cursor.description)
    rows: list[dict[str, Any]] = [
        dict(zip(columns, values, strict=True)) for values in found
    ]
    for name in _instants(columns):
        for row in rows:
            if row[name] is not None:
                row[name] = datetime.fromisoformat(row[name])
    return list[Row](rows)


@cache
def _instants(columns: tuple[str, ...]) -> list[str]:
    ends = ("_at", "_since", "_until")
    return [one for one in columns if one.endswith(ends) or one in ("at", "not_before")]


def _opened(path: Path | str, busy_for: timedelta) -> sqlite3.Connection:
    # It holds what customers wrote. SQLite gives -wal and -shm the mode of the file.
    with suppress(OSError):  # SQLite's own words say why it cannot be made.
        Path(path).touch(mode=0o600)
    connection = sqlite3.connect(
        path,
        timeout=busy_for.total_seconds(),
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        _log_ahead(connection, busy_for)
        # With NORMAL a power cut in WAL mode loses the last commits, and we acknowledge
        # commands after them. https://www.sqlite.org/pragma.html#pragma_synchronous
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # Pages, 16 MB: fewer and larger checkpoints than with the default of 1000.
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        # Overwrite erased texts with zeros; otherwise they stay in free pages.
        connection.execute("PRAGMA secure_delete = ON")
        _migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _log_ahead(connection: sqlite3.Connection, busy_for: timedelta) -> None:
    """Switch to a write-ahead log.

    If another process is switching at the same moment, SQLite answers SQLITE_BUSY at
    once and ignores the timeout. So we wait ourselves.
    """
    until = time.monotonic() + busy_for.total_seconds()
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > until:
                raise
            time.sleep(_LOOK_AGAIN_S)
        else:
            return


@contextmanager
def reading(path: Path | str, workspace: str) -> Iterator[SqliteTransaction]:
    """Read a file as it is now, beside the bot that writes it or after it stopped."""
    # Not mode=ro: a reader in WAL mode may have to create the -shm file, or to recover
    # the WAL after a bot was killed. https://www.sqlite.org/wal.html#readonly
    uri = f"{Path(path).absolute().as_uri()}?mode=rw"
    opened = partial(sqlite3.connect, uri, uri=True, isolation_level=None)
    with honest(), closing(opened()) as connection:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        _must_be_of_our_shape(connection)
        yield SqliteTransaction(connection, workspace)


def _migrate(connection: sqlite3.Connection) -> None:
    """Run the missing migrations in one process; a failed one leaves nothing behind."""
    known = Migrations("sevbot")
    for name, statements in migrations(_WORDS).items():
        known(name=name)(_applying(statements))
    connection.execute("BEGIN IMMEDIATE")
    try:
        known.apply(SqliteUtils(connection))
        _must_be_of_our_shape(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _must_be_of_our_shape(connection: sqlite3.Connection) -> None:
    row = connection.execute(_MIGRATED).fetchone()
    must_be_of_our_shape(int(row[0]))


def _applying(statements: list[str]) -> Callable[[SqliteUtils], None]:
    def apply(db: SqliteUtils) -> None:
        for one in statements:
            db.execute(one)

    return apply


def first(path: Path, query: str) -> Row | None:
    """Return the first row of a query; `None` if there is no file or no such table."""
    if not path.exists():
        return None
    with closing(sqlite3.connect(path)) as connection, suppress(sqlite3.DatabaseError):
        cursor = connection.execute(statement(query, _DIALECT).text)
        return next(iter(_rows(cursor, cursor.fetchmany(1))), None)
    return None
