"""Named queries on PostgreSQL, in pipelines and many rows at once.

A server may be far away, so round trips are what a command costs. A statement waits
until somebody reads an answer, and all that wait then go in one pipeline: the client
sends each without waiting for the result of the one before. An error shows only then,
at the latest at the commit.
Source: https://www.psycopg.org/psycopg3/docs/advanced/pipeline.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from types import NoneType
from typing import Protocol, Self

import psycopg
from psycopg import adapters, errors
from psycopg.rows import DictRow
from psycopg_pool import PoolTimeout

from bot.errors import StorageError
from bot.store.database import LOCKED, Answer, Row
from bot.store.engines.connections import AWAY
from bot.store.queries import Dialect, blocks, numbered, statement

DIALECT = Dialect("$", locks_rows=True, instant="TIMESTAMPTZ(3)")
_PLAIN = {int, NoneType}
_INSTANT = adapters.types["timestamptz"].oid
# Statements in one pipeline. The server buffers results until its end, so a long one
# would look like a server that does not answer.
_IN_FLIGHT = 25
_FETCHED = 500
_WITH_IDS = ("events", "outbox")
_BRIEF = "SET LOCAL idle_in_transaction_session_timeout = '2s'"
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


class Asked:
    """A statement, and its answer once it has one."""

    def __init__(
        self, text: str, given: Iterable[object] = (), *, is_kept: bool = True
    ) -> None:
        self._text, self._given = text.encode(), to_stored(given)
        self._prepare = None if is_kept else False
        self._cursor: psycopg.Cursor[DictRow] | None = None
        self.is_sent = False

    def send(self, connection: psycopg.Connection[DictRow]) -> None:
        """Send it; within a pipeline the answer comes later."""
        self.is_sent = True
        self._cursor = connection.execute(
            self._text, self._given, prepare=self._prepare, binary=True
        )

    @property
    def status(self) -> str | None:
        """What the server did; `None` if it has not answered."""
        return self._cursor.statusmessage if self._cursor is not None else None

    def rows(self) -> list[Row]:
        assert self._cursor is not None, "it was sent"
        return fetched(self._cursor)


class Session(ExitStack):
    """A connection, in one pipeline from its first statements to its last."""

    def __init__(self, connection: psycopg.Connection[DictRow]) -> None:
        super().__init__()
        self.connection = connection
        self._pipeline: psycopg.Pipeline | None = None

    def send(self, batch: Iterable[Asked], *, is_last: bool) -> Self:
        """Send statements, and wait for the answers of all: one round trip."""
        if self._pipeline is None:
            self._pipeline = self.enter_context(self.connection.pipeline())
        for one in batch:
            one.send(self.connection)
        if is_last:
            self.close()
        else:
            # Leaving the pipeline would also flush, and after that the server no longer
            # counts a transaction as idle: it would wait for ever for a client that
            # freezes. https://www.postgresql.org/docs/current/protocol-flow.html
            self._pipeline.sync()
        return self


class Begin(Protocol):
    """Sends the first statements, and returns the session to go on with."""

    def __call__(self, batch: Sequence[Asked], *, is_last: bool) -> Session: ...


class PostgresTransaction:
    """Named queries within one transaction.

    They wait until an answer is read, and then go together. So the transaction begins
    with its first answer, and commits with its last writes.
    """

    def __init__(self, begin: Begin, workspace: str) -> None:
        self._begin = begin
        self._workspace = workspace
        self._waiting: list[Asked] = []
        self._cursors = 0
        self._is_failed = False
        self._session: Session | None = None

    def one(self, query: str, **values: object) -> Row | None:
        rows = self.all(query, **values)
        return rows[0] if rows else None

    def all(self, query: str, **values: object) -> list[Row]:
        return self.ask(query, **values)()

    def ask(self, query: str, **values: object) -> Answer:
        return partial(self._answer, self._named(query, values))

    def ask_many(self, query: str, rows: Iterable[Row], **same: object) -> Answer:
        asked = self._blocks(query, rows, same)
        return lambda: [row for one in asked for row in self._answer(one)]

    def write(self, query: str, **values: object) -> None:
        self._named(query, values, is_silent=True)

    def write_many(self, query: str, rows: Iterable[Row], **same: object) -> None:
        self._blocks(query, rows, same, is_silent=True)

    def be_brief(self) -> None:
        """Let the server end this transaction after two seconds without a statement."""
        self._put(Asked(_BRIEF))

    def commit(self, *, only_reads: bool) -> None:
        """Commit. Raises a StorageError with `in_doubt` if no answer came to that.

        What only reads may begin and commit at once, since it may be repeated.
        """
        if self._session is None and not only_reads:
            if not self._waiting:
                return
            self._send()
        commit = Asked("COMMIT", is_kept=False)
        self._waiting.append(commit)
        try:
            self._send(is_last=True)
        except StorageError as error:
            # The server may have carried the COMMIT out. The caller has to look before
            # it repeats anything.
            is_lost = self._session is not None and self._session.connection.closed
            if is_lost and commit.is_sent:
                raise StorageError(
                    AWAY, in_doubt=True, may_pass=True
                ) from error.__cause__
            raise
        # After a failed statement PostgreSQL answers COMMIT with ROLLBACK and no error.
        # https://www.postgresql.org/docs/current/sql-commit.html
        if commit.status != "COMMIT":
            raise errors.InFailedSqlTransaction

    def _named(
        self, query: str, values: dict[str, object], *, is_silent: bool = False
    ) -> Asked:
        values["workspace"] = self._workspace
        asked = statement(query, DIALECT, is_silent=is_silent)
        return self._put(Asked(asked.text, map(values.__getitem__, asked.names)))

    def _blocks(
        self,
        query: str,
        rows: Iterable[Row],
        same: dict[str, object],
        *,
        is_silent: bool = False,
    ) -> list[Asked]:
        same["workspace"] = self._workspace
        return [
            self._put(Asked(text, values))
            for text, values in blocks(query, rows, same, DIALECT, is_silent=is_silent)
        ]

    def _put(self, asked: Asked) -> Asked:
        self._waiting.append(asked)
        if len(self._waiting) == _IN_FLIGHT:
            self._send()
        return asked

    def _answer(self, asked: Asked) -> list[Row]:
        if asked.status is None:
            self._send()
        with honest():
            return asked.rows()

    def _send(self, *, is_last: bool = False) -> Session:
        """Send what waits, and get its answers."""
        batch, self._waiting = self._waiting, []
        with honest():
            if self._is_failed:
                raise errors.InFailedSqlTransaction
            self._is_failed = True
            send = self._begin if self._session is None else self._session.send
            self._session = send(batch, is_last=is_last)
            self._is_failed = False
        return self._session

    def each(self, sql: str) -> Iterator[Row]:
        self._cursors += 1
        name = f"each_{self._cursors}"
        self._put(Asked(f"DECLARE {name} CURSOR FOR {sql}"))
        while some := self._answer(self._put(Asked(f"FETCH {_FETCHED} FROM {name}"))):
            yield from some

    def put(self, sql: str, rows: Iterable[Row]) -> None:
        text, names = numbered(sql, DIALECT)
        given = [to_stored(map(row.__getitem__, names)) for row in rows]
        self._send().connection.cursor().executemany(text.encode(), given)

    def count_on(self, table: str) -> None:
        if table in _WITH_IDS:
            self._put(Asked(_COUNT_ON.format(table=table)))


@contextmanager
def transacting(
    begin: Begin, workspace: str, *, only_reads: bool = False
) -> Iterator[PostgresTransaction]:
    with honest():
        tx = PostgresTransaction(begin, workspace)
        yield tx
        tx.commit(only_reads=only_reads)


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
    """Return the rows in UTC: psycopg has the zone of before the first pipeline."""
    rows = cursor.fetchall()
    if rows:
        for column in cursor.description or ():
            if column.type_code == _INSTANT:
                _to_utc(rows, column.name)
    return list[Row](rows)


def _to_utc(rows: Iterable[DictRow], name: str) -> None:
    for row in rows:
        if (at := row[name]) is not None and at.tzinfo is not UTC:
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
