"""Named queries, as PostgreSQL gets them: numbered, put off, many rows at once."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

import psycopg
from psycopg import errors
from psycopg.rows import DictRow
from psycopg_pool import PoolTimeout

from bot.errors import StorageError
from bot.store.connections import AWAY, committing
from bot.store.database import AT_ONCE, LOCKED, PLACEHOLDER, Row, blocks, queries

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
        return self._asked(self._named(query, values))

    def many(self, query: str, rows: Sequence[Row]) -> list[Row]:
        """Insert rows by a named query; return what it answers, in no order."""
        return [
            row for block in self._blocks(query, rows) for row in self._asked(block)
        ]

    def write(self, query: str, **values: object) -> None:
        """Put off a named query whose answer nobody needs: it saves a round trip."""
        self._put_off(self._named(query, values))

    def write_many(self, query: str, rows: Sequence[Row]) -> None:
        """Put off the insertion of rows by a named query whose answer nobody needs."""
        for block in self._blocks(query, rows):
            self._put_off(block)

    def commit(self) -> None:
        """Commit, after what was put off."""
        with committing(self._connection), self._caught_up():
            self._connection.execute("COMMIT", prepare=False)

    @contextmanager
    def _caught_up(self) -> Iterator[None]:
        """Send what was put off and what follows, and wait for all of it together."""
        if not self._waiting:
            yield
            return
        with self._connection.pipeline():
            for asked in self._waiting:
                self._connection.execute(*asked)
            self._waiting.clear()
            yield

    def _asked(self, asked: _Asked) -> list[Row]:
        with honest():
            with self._caught_up():
                cursor = self._connection.execute(*asked, binary=True)
            return [from_stored(row) for row in cursor.fetchall()]

    def _put_off(self, asked: _Asked) -> None:
        self._waiting.append(asked)
        if len(self._waiting) == AT_ONCE:
            with honest(), self._caught_up():
                pass

    def _blocks(self, query: str, rows: Sequence[Row]) -> Iterator[_Asked]:
        given = [self._given(row) for row in rows]
        for statement, values in blocks(query, given, _mark):
            yield statement.encode(), values

    def _named(self, query: str, values: Row) -> _Asked:
        statement, names = numbered()[query]
        given = self._given(values)
        return statement, [given[name] for name in names]

    def _given(self, values: Row) -> dict[str, object]:
        given = {name: to_stored(value) for name, value in values.items()}
        return {**given, "workspace": self._workspace}

    def each(self, sql: str) -> Iterator[Row]:
        """Go through the rows of a statement, without holding them all."""
        with self._connection.cursor("each", binary=True) as cursor:
            for row in cursor.execute(sql.encode()):
                yield from_stored(row)

    def put(self, sql: str, rows: Iterable[Row]) -> None:
        """Run a statement for each of some rows."""
        statement, names = _numbered(sql)
        given = [[to_stored(row[name]) for name in names] for row in rows]
        self._connection.cursor().executemany(statement, given)

    def count_on(self, table: str) -> None:
        """Let the ids of new rows go on after those that were put."""
        statement = _COUNT_ON.format(table=table)
        if table in _WITH_IDS:
            self._connection.execute(statement.encode())


def to_stored(value: object) -> object:
    """Return a value as PostgreSQL takes it: instants to the millisecond, no NUL."""
    if isinstance(value, datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    if isinstance(value, str):
        return str(value).replace("\0", "")
    return value


def from_stored(row: DictRow) -> Row:
    """Return a row with its instants in UTC; they come in the server's zone."""
    return {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value
        for name, value in row.items()
    }


@cache
def numbered() -> Mapping[str, tuple[bytes, list[str]]]:
    """Return every query with numbers for its parameters, and their names in order."""
    return {name: _numbered(sql) for name, sql in queries().items()}


def _numbered(sql: str) -> tuple[bytes, list[str]]:
    bare = re.sub(r"--.*", "", sql)
    names = list(dict.fromkeys(PLACEHOLDER.findall(bare)))
    text = PLACEHOLDER.sub(lambda found: _mark(names.index(found[1]) + 1), bare)
    return text.encode(), names


def _mark(number: int) -> str:
    return f"${number}"


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
