"""Named queries on PostgreSQL, in a pipeline and many rows at once.

In a pipeline the client sends a statement without waiting for the result of the one
before. So a statement without a result costs no round trip. An error shows only when a
result is read, at the latest at the commit.
Source: https://www.psycopg.org/psycopg3/docs/advanced/pipeline.html
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import NoneType

import psycopg
from psycopg import adapters, errors
from psycopg.rows import DictRow
from psycopg_pool import PoolTimeout

from bot.errors import StorageError
from bot.store.database import LOCKED, Row
from bot.store.engines.connections import AWAY
from bot.store.queries import Dialect, blocks, numbered, statement

DIALECT = Dialect("$", locks_rows=True, instant="TIMESTAMPTZ(3)")
_PLAIN = {int, NoneType}
_INSTANT = adapters.types["timestamptz"].oid
# Statements between two syncs. The server buffers results until a sync, so without one
# a long pipeline would look like a server that does not answer.
_IN_FLIGHT = 25
_FETCHED = 500
_WITH_IDS = ("events", "outbox")
_BRIEF = b"SET LOCAL idle_in_transaction_session_timeout = '2s'"
_COUNT_ON = """
SELECT setval(
  pg_get_serial_sequence('{table}', 'id'),
  (SELECT COALESCE(MAX(id), 0) + 1 FROM {table}),
  FALSE
)
"""

_REASONS: Mapping[type[psycopg.Error], str] = {
    PoolTimeout: AWAY,
    errors.ConnectionTimeout: "the database does not answer",
    errors.LockNotAvailable: LOCKED,
    errors.QueryCanceled: "the database takes too long",
    errors.DeadlockDetected: "two changes met, and this one gave way",
    errors.SerializationFailure: "two changes met, and this one gave way",
    errors.ReadOnlySqlTransaction: "the database is read-only",
    errors.InsufficientPrivilege: "the database may not be written",
    errors.DiskFull: "the disk is full",
    errors.IoError: "the disk does not answer",
    errors.TooManyConnections: "the database has no connection left",
    errors.DataCorrupted: "the database is damaged",
    errors.IndexCorrupted: "the database is damaged",
    errors.UndefinedTable: "a table of the database is gone",
    errors.DuplicateTable: "the database holds somebody else's tables",
    errors.InFailedSqlTransaction: "a statement before failed",
    errors.PipelineAborted: "a statement before failed",
    errors.InvalidSqlStatementName: "the session was reset",
}
# Only a person can mend these.
_LASTING = (
    errors.InsufficientPrivilege,
    errors.DataCorrupted,
    errors.IndexCorrupted,
    errors.UndefinedTable,
    errors.DuplicateTable,
)


class PostgresTransaction:
    """Named queries within one transaction, in a pipeline."""

    def __init__(
        self,
        connection: psycopg.Connection[DictRow],
        pipeline: psycopg.Pipeline,
        workspace: str,
    ) -> None:
        self._connection = connection
        self._pipeline = pipeline
        self._workspace = workspace
        self._asked = 0

    def one(self, query: str, **values: object) -> Row | None:
        """Return the first row of a named query."""
        rows = self.all(query, **values)
        return rows[0] if rows else None

    def all(self, query: str, **values: object) -> list[Row]:
        """Return all rows of a named query."""
        with honest():
            cursor = self._named(query, values)
            self._synced()
            return fetched(cursor)

    def many(self, query: str, rows: Iterable[Row], **same: object) -> list[Row]:
        """Insert rows with a named query; return its rows, in no order."""
        with honest():
            # All are sent before the first result is read.
            cursors = list(self._blocks(query, rows, same))
            self._synced()
            return [row for cursor in cursors for row in fetched(cursor)]

    def write(self, query: str, **values: object) -> None:
        """Send a named query without a result, and do not wait for it."""
        with honest():
            self._named(query, values, is_silent=True)

    def write_many(self, query: str, rows: Iterable[Row], **same: object) -> None:
        """Insert rows with a named query without a result."""
        with honest():
            for _ in self._blocks(query, rows, same, is_silent=True):
                pass

    def _synced(self) -> None:
        # Fetching alone only flushes. Only after a sync does the server count a
        # transaction as idle; it would wait for ever for a client that freezes before.
        # https://www.postgresql.org/docs/current/protocol-flow.html
        self._pipeline.sync()

    def be_brief(self) -> None:
        """Let the server end this transaction after two seconds without a statement."""
        with honest():
            self._connection.execute(_BRIEF)

    def _named(
        self, query: str, values: dict[str, object], *, is_silent: bool = False
    ) -> psycopg.Cursor[DictRow]:
        values["workspace"] = self._workspace
        asked = statement(query, DIALECT, is_silent=is_silent)
        return self._sent(asked.text, map(values.__getitem__, asked.names))

    def _blocks(
        self,
        query: str,
        rows: Iterable[Row],
        same: dict[str, object],
        *,
        is_silent: bool = False,
    ) -> Iterator[psycopg.Cursor[DictRow]]:
        same["workspace"] = self._workspace
        for text, values in blocks(query, rows, same, DIALECT, is_silent=is_silent):
            yield self._sent(text, values)

    def _sent(self, text: str, values: Iterable[object]) -> psycopg.Cursor[DictRow]:
        self._asked += 1
        if self._asked % _IN_FLIGHT == 0:
            self._pipeline.sync()
        given = to_stored(values)
        return self._connection.execute(text.encode(), given, binary=True)

    def each(self, sql: str) -> Iterator[Row]:
        """Iterate over the rows of a statement without holding them all in memory."""
        # psycopg's server-side cursors do not work in a pipeline.
        self._asked += 1
        name = f"each_{self._asked}"
        self._connection.execute(f"DECLARE {name} CURSOR FOR {sql}".encode())
        ask = f"FETCH {_FETCHED} FROM {name}".encode()
        while some := fetched(self._connection.execute(ask, binary=True)):
            yield from some

    def put(self, sql: str, rows: Iterable[Row]) -> None:
        """Run a statement for each of some rows."""
        text, names = numbered(sql, DIALECT)
        given = [to_stored(map(row.__getitem__, names)) for row in rows]
        self._connection.cursor().executemany(text.encode(), given)

    def count_on(self, table: str) -> None:
        """Make new rows get ids after those that were put."""
        if table in _WITH_IDS:
            self._connection.execute(_COUNT_ON.format(table=table).encode())


@contextmanager
def transacting(
    connection: psycopg.Connection[DictRow], workspace: str
) -> Iterator[PostgresTransaction]:
    """Yield a transaction that has begun, and commit it.

    Raises a StorageError with `in_doubt` if the connection was lost between the COMMIT
    and its answer.
    """
    commit = None
    with honest():
        try:
            with connection.pipeline() as pipeline:
                yield PostgresTransaction(connection, pipeline, workspace)
                commit = connection.cursor()
                commit.execute(b"COMMIT", prepare=False)
        except psycopg.OperationalError as error:
            # The COMMIT was sent, and the server may have carried it out. The caller
            # has to look before it repeats anything.
            if connection.closed and commit is not None:
                raise StorageError(AWAY, in_doubt=True, may_pass=True) from error
            raise
        # After a failed statement PostgreSQL answers COMMIT with ROLLBACK and no error.
        # https://www.postgresql.org/docs/current/sql-commit.html
        if commit.statusmessage != "COMMIT":
            raise errors.InFailedSqlTransaction


def to_stored(values: Iterable[object]) -> list[object]:
    """Return values for PostgreSQL: instants to the millisecond, text without NUL."""
    return [one if type(one) in _PLAIN else _plain(one) for one in values]


def _plain(value: object) -> object:
    if isinstance(value, str):
        # PostgreSQL's TEXT cannot hold NUL.
        # https://www.postgresql.org/docs/current/datatype-character.html
        return str(value).replace("\0", "")
    # Cut, not rounded as TIMESTAMPTZ(3) would: SQLite's texts are cut too, and an
    # instant must not move into the future.
    if isinstance(value, datetime) and value.microsecond % 1000:
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    return value


def fetched(cursor: psycopg.Cursor[DictRow]) -> list[Row]:
    """Return the rows with instants in UTC; psycopg gives the session's zone."""
    rows = cursor.fetchall()
    if rows and cursor.connection.info.timezone is not UTC:
        for column in cursor.description or ():
            if column.type_code == _INSTANT:
                _to_utc(rows, column.name)
    return list[Row](rows)


def _to_utc(rows: Iterable[DictRow], name: str) -> None:
    for row in rows:
        if (at := row[name]) is not None:
            row[name] = at.astimezone(UTC)


@contextmanager
def honest() -> Iterator[None]:
    """Turn psycopg's errors into StorageErrors in plain words."""
    try:
        yield
    except psycopg.Error as error:
        for kind, reason in _REASONS.items():
            if isinstance(error, kind):
                may_pass = not isinstance(error, _LASTING)
                raise StorageError(reason, may_pass=may_pass) from error
        # Anything else is a connection failure.
        if isinstance(error, psycopg.OperationalError):
            raise StorageError(AWAY, may_pass=True) from error
        # The driver's own sentence may quote what a person typed.
        named = f"{type(error).__name__}, {error.sqlstate or 'no code'}"
        raise StorageError(f"the database refuses: {named}") from error
