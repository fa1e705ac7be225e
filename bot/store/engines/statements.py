"""Named queries, as PostgreSQL gets them: in a pipeline, many rows at once.

In a pipeline a statement is sent without waiting for the answer to the one before. So
what nobody needs an answer to costs no round trip of its own.
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
# Statements in flight, bounded so that the server can answer them in time.
_IN_FLIGHT = 25
_FETCHED = 500
_WITH_IDS = ("events", "outbox")
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
    errors.DuplicateTable: "the database holds somebody else's tables",
    errors.InFailedSqlTransaction: "a statement before failed",
    errors.PipelineAborted: "a statement before failed",
    errors.InvalidSqlStatementName: "the session was reset",
}


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
            return fetched(self._named(query, values))

    def many(self, query: str, rows: Iterable[Row], **same: object) -> list[Row]:
        """Insert rows by a named query; return what it answers, in no order."""
        with honest():
            cursors = list(self._blocks(query, rows, same))
            return [row for cursor in cursors for row in fetched(cursor)]

    def write(self, query: str, **values: object) -> None:
        """Send a named query whose answer nobody needs, and do not wait for it."""
        with honest():
            self._named(query, values, is_silent=True)

    def write_many(self, query: str, rows: Iterable[Row], **same: object) -> None:
        """Insert rows by a named query whose answer nobody needs."""
        with honest():
            for _ in self._blocks(query, rows, same, is_silent=True):
                pass

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
        """Go through the rows of a statement, without holding them all."""
        # The driver's own cursors of this kind do not work in a pipeline.
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
        """Let the ids of new rows go on after those that were put."""
        if table in _WITH_IDS:
            self._connection.execute(_COUNT_ON.format(table=table).encode())


@contextmanager
def transacting(
    connection: psycopg.Connection[DictRow], workspace: str
) -> Iterator[PostgresTransaction]:
    """Go on with a transaction that has begun, and commit it.

    Raises a StorageError in doubt where the server was lost after it was asked to
    commit, and before it answered.
    """
    commit = None
    with honest():
        try:
            with connection.pipeline() as pipeline:
                yield PostgresTransaction(connection, pipeline, workspace)
                commit = connection.cursor()
                commit.execute(b"COMMIT", prepare=False)
        except psycopg.OperationalError as error:
            if connection.closed and commit is not None:
                raise StorageError(AWAY, in_doubt=True) from error
            raise
        # After a failure PostgreSQL answers a commit with a rollback.
        if commit.statusmessage != "COMMIT":
            raise errors.InFailedSqlTransaction


def to_stored(values: Iterable[object]) -> list[object]:
    """Return values as PostgreSQL takes them: instants to the millisecond, no NUL."""
    return [one if type(one) in _PLAIN else _plain(one) for one in values]


def _plain(value: object) -> object:
    if isinstance(value, str):
        return str(value).replace("\0", "")
    if isinstance(value, datetime) and value.microsecond % 1000:
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    return value


def fetched(cursor: psycopg.Cursor[DictRow]) -> list[Row]:
    """Return rows with their instants in UTC; they come in the session's zone."""
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
    """Say in plain words why the storage refused."""
    try:
        yield
    except psycopg.Error as error:
        for kind, reason in _REASONS.items():
            if isinstance(error, kind):
                raise StorageError(reason) from error
        # What the server does not name came from the way to it.
        if isinstance(error, psycopg.OperationalError):
            raise StorageError(AWAY) from error
        raise
