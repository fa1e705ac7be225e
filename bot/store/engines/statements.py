"""Named queries, as PostgreSQL gets them: numbered, put off, many rows at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, count, islice
from types import NoneType

import psycopg
from psycopg import adapters, errors
from psycopg.rows import DictRow
from psycopg_pool import PoolTimeout

from bot.errors import StorageError
from bot.store.database import LOCKED, Row
from bot.store.engines.connections import AWAY, committing
from bot.store.queries import Dialect, Statement, blocks, numbered, statement

DIALECT = Dialect("$", locks_rows=True, instant="TIMESTAMPTZ(3)")
_PLAIN = {int, NoneType}
_INSTANT = adapters.types["timestamptz"].oid
# So many statements go out at once: again, to be answered in time.
_TOGETHER = 25
_MOST_WAITING = 1000
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
    errors.InvalidSqlStatementName: "the session was reset",
}

_Asked = tuple[bytes, Sequence[object]]
_Cursors = list[psycopg.Cursor[DictRow]]
_COMMIT: _Asked = (b"COMMIT", ())


class PostgresTransaction:
    """Named queries within one transaction."""

    def __init__(self, connection: psycopg.Connection[DictRow], workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace
        self._waiting: list[Iterable[_Asked]] = []
        self._is_sending = self._is_committing = False

    def one(self, query: str, **values: object) -> Row | None:
        """Return the first row of a named query."""
        rows = self.all(query, **values)
        return rows[0] if rows else None

    def all(self, query: str, **values: object) -> list[Row]:
        """Return all rows of a named query."""
        with honest():
            [cursor] = self._sent([self._named(statement(query, DIALECT), values)])
            return fetched(cursor)

    def many(self, query: str, rows: Iterable[Row], **same: object) -> list[Row]:
        """Insert rows by a named query; return what it answers, in no order."""
        every = self._blocks(query, rows, same)
        with honest():
            return [row for cursor in self._sent(every) for row in fetched(cursor)]

    def write(self, query: str, **values: object) -> None:
        """Put off a named query whose answer nobody needs: it saves a round trip."""
        asked = statement(query, DIALECT, is_silent=True)
        self._put_off(iter([self._named(asked, values)]))

    def write_many(self, query: str, rows: Iterable[Row], **same: object) -> None:
        """Put off the insertion of rows by a named query whose answer nobody needs."""
        self._put_off(self._blocks(query, rows, same, is_silent=True))

    def commit(self) -> None:
        """Commit, after what was put off."""
        with honest(), committing(self._connection, lambda: self._is_committing):
            self._sent([_COMMIT])

    def _put_off(self, every: Iterator[_Asked]) -> None:
        with self._alone():
            if first := next(every, None):
                self._waiting.append(chain([first], every))
        if len(self._waiting) == _MOST_WAITING:
            with honest():
                self._sent([])

    def _sent(self, every: Iterable[_Asked]) -> _Cursors:
        """Send what was put off, then this, and wait until all of it was done.

        While the server does some of it, we make out what follows.
        """
        with self._alone():
            following = iter(every)
            first = list(islice(following, 2))
            if not self._waiting and len(first) < 2:
                return [self._execute(asked) for asked in first]
            waiting, self._waiting = self._waiting, []
            with self._connection.pipeline() as pipeline:
                numbers = count(1)
                for _ in self._run(pipeline, chain(*waiting), numbers):
                    pass
                return list(self._run(pipeline, chain(first, following), numbers))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._is_sending:
            raise RuntimeError("rows may not ask the transaction that they are for")
        self._is_sending = True
        try:
            yield
        finally:
            self._is_sending = False

    def _run(
        self,
        pipeline: psycopg.Pipeline,
        every: Iterable[_Asked],
        numbers: Iterator[int],
    ) -> Iterator[psycopg.Cursor[DictRow]]:
        for asked, number in zip(every, numbers, strict=False):
            yield self._execute(asked)
            if number % _TOGETHER == 0:
                pipeline.sync()

    def _execute(self, asked: _Asked) -> psycopg.Cursor[DictRow]:
        if asked is _COMMIT:
            self._is_committing = True
            return self._connection.execute(asked[0], prepare=False)
        return self._connection.execute(*asked, binary=True)

    def _named(self, asked: Statement, values: dict[str, object]) -> _Asked:
        values["workspace"] = self._workspace
        return asked.text.encode(), to_stored(map(values.__getitem__, asked.names))

    def _blocks(
        self,
        query: str,
        rows: Iterable[Row],
        same: dict[str, object],
        *,
        is_silent: bool = False,
    ) -> Iterator[_Asked]:
        same["workspace"] = self._workspace
        for text, values in blocks(query, rows, same, DIALECT, is_silent=is_silent):
            yield text.encode(), to_stored(values)

    def each(self, sql: str) -> Iterator[Row]:
        """Go through the rows of a statement, without holding them all."""
        with self._connection.cursor("each", binary=True) as cursor:
            cursor.execute(sql.encode())
            while some := fetched(cursor, _FETCHED):
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


def to_stored(values: Iterable[object]) -> list[object]:
    """Return values as PostgreSQL takes them: instants to the millisecond, no NUL."""
    return [one if type(one) in _PLAIN else _plain(one) for one in values]


def _plain(value: object) -> object:
    if isinstance(value, str):
        return str(value).replace("\0", "")
    if isinstance(value, datetime) and value.microsecond % 1000:
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    return value


def fetched(cursor: psycopg.Cursor[DictRow], most: int | None = None) -> list[Row]:
    """Return rows with their instants in UTC; they come in the session's zone."""
    rows = cursor.fetchmany(most) if most else cursor.fetchall()
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
