"""Named queries, as PostgreSQL gets them: numbered, put off, many rows at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from types import NoneType

import psycopg
from psycopg import adapters, errors
from psycopg.rows import DictRow
from psycopg_pool import PoolTimeout

from bot.errors import StorageError
from bot.store.connections import AWAY, committing
from bot.store.database import LOCKED, Row
from bot.store.queries import AT_ONCE, Dialect, Statement, blocks, numbered, statement

DIALECT = Dialect("$", locks_rows=True, instant="TIMESTAMPTZ(3)")
_PLAIN = {int, NoneType}
_INSTANT = adapters.types["timestamptz"].oid
# So many blocks of rows go out at once: again, to be answered in time.
_BLOCKS = 10
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


class PostgresTransaction:
    """Named queries within one transaction."""

    def __init__(self, connection: psycopg.Connection[DictRow], workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace
        self._waiting: list[_Asked] = []

    def one(self, query: str, **values: object) -> Row | None:
        """Return the first row of a named query."""
        rows = self.all(query, **values)
        return rows[0] if rows else None

    def all(self, query: str, **values: object) -> list[Row]:
        """Return all rows of a named query."""
        return self._asked(self._named(statement(query, DIALECT), values))

    def many(self, query: str, rows: Sequence[Row]) -> list[Row]:
        """Insert rows by a named query; return what it answers, in no order."""
        found: list[Row] = []
        every = self._blocks(query, rows)
        while some := list(islice(every, _BLOCKS)):
            found += self._asked(*some)
        return found

    def write(self, query: str, **values: object) -> None:
        """Put off a named query whose answer nobody needs: it saves a round trip."""
        asked = statement(query, DIALECT, is_silent=True)
        self._put_off(self._named(asked, values))

    def write_many(self, query: str, rows: Sequence[Row]) -> None:
        """Put off the insertion of rows by a named query whose answer nobody needs."""
        for block in self._blocks(query, rows, is_silent=True):
            self._put_off(block)

    def commit(self) -> None:
        """Commit, after what was put off."""
        with honest(), committing(self._connection), self._caught_up():
            self._connection.execute("COMMIT", prepare=False)

    @contextmanager
    def _caught_up(self, following: int = 1) -> Iterator[None]:
        """Send what was put off and what follows, and wait for all of it together."""
        if not self._waiting and following == 1:
            yield
            return
        with self._connection.pipeline():
            for asked in self._waiting:
                self._connection.execute(*asked)
            self._waiting.clear()
            yield

    def _asked(self, *asked: _Asked) -> list[Row]:
        with honest():
            with self._caught_up(len(asked)):
                found = [self._connection.execute(*one, binary=True) for one in asked]
            return [row for cursor in found for row in fetched(cursor)]

    def _put_off(self, asked: _Asked) -> None:
        self._waiting.append(asked)
        if len(self._waiting) == AT_ONCE:
            with honest(), self._caught_up():
                pass

    def _named(self, asked: Statement, values: dict[str, object]) -> _Asked:
        values["workspace"] = self._workspace
        return asked.text.encode(), to_stored(map(values.__getitem__, asked.names))

    def _blocks(
        self, query: str, rows: Sequence[Row], *, is_silent: bool = False
    ) -> Iterator[_Asked]:
        own = [{**row, "workspace": self._workspace} for row in rows]
        for text, values in blocks(query, own, DIALECT, is_silent=is_silent):
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
    if isinstance(value, datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    if isinstance(value, str):
        return str(value).replace("\0", "")
    return value


def fetched(cursor: psycopg.Cursor[DictRow], most: int | None = None) -> list[Row]:
    """Return rows with their instants in UTC; they come in the server's zone."""
    rows = cursor.fetchmany(most) if most else cursor.fetchall()
    for column in cursor.description or () if rows else ():
        if column.type_code == _INSTANT:
            for row in rows:
                if (at := row[column.name]) is not None:
                    row[column.name] = at.astimezone(UTC)
    return list[Row](rows)


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
