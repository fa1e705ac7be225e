"""What every storage engine offers: transactions over named queries.

On SQLite one writing transaction runs at a time. On PostgreSQL they run side by side at
READ COMMITTED, where each statement sees what others have committed before it began
(https://www.postgresql.org/docs/current/transaction-iso.html). So a transaction that
changes what it has read, or decides by it, locks it first. Locks are always taken in
this order, so that no two transactions can deadlock:

1. a named lock (`locks`): the tick, claiming messages, loading a policy;
2. people, in order of their ids (`lock_leavers`);
3. a key of the inbox, by claiming it (`claim_inbox`);
4. incidents, in order of their numbers (`lock_incident`); an incident's row also covers
   its deadlines and its history;
5. messages in order of their ids, then their edits in order of their keys;
6. rate limits.

Every other race is decided by one conditional statement: an upsert, or an UPDATE that
names the state or the token it expects and returns no row to the loser.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from json import JSONEncoder
from typing import Any, Protocol

from bot.errors import StorageError
from bot.store.queries import named

# For what has no columns of its own. `json.dumps` with options would build an encoder
# for each call.
to_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
LOCKED = "the database is locked"

Row = Mapping[str, Any]
Answer = Callable[[], list[Row]]


class Transaction(Protocol):
    """One transaction; it commits when its block ends and rolls back when it raises.

    Instants are aware UTC datetimes, to the millisecond. Leave `:workspace` out.
    """

    def one(self, query: str, **values: object) -> Row | None:
        """Return the first row of a named query."""

    def all(self, query: str, **values: object) -> list[Row]:
        """Return all rows of a named query."""

    def ask(self, query: str, **values: object) -> Answer:
        """Ask a named query; what is returned reads its rows.

        All that was asked before an answer is read costs one round trip. With the last
        ones of a transaction that is the commit's, so read them after it.
        """

    def ask_many(self, query: str, rows: Iterable[Row], **same: object) -> Answer:
        """Insert rows with a named query; what is returned reads its rows, in no order.

        `same` holds the values that all rows share, and the parameters that stand
        outside of `VALUES`.
        """

    def write(self, query: str, **values: object) -> None:
        """Run a named query without a result, at the latest with the commit."""

    def write_many(self, query: str, rows: Iterable[Row], **same: object) -> None:
        """Insert rows with a named query without a result.

        `rows` may be consumed as late as the commit.
        """

    def be_brief(self) -> None:
        """Let a server end this transaction soon if its client stands still."""


class Whole(Protocol):
    """A transaction that has the database to itself and sees every workspace."""

    def each(self, sql: str) -> Iterator[Row]:
        """Iterate over the rows of a statement without holding them all in memory."""

    def put(self, sql: str, rows: Iterable[Row]) -> None:
        """Run a statement for each of some rows."""

    def count_on(self, table: str) -> None:
        """Make new rows get ids after those that were put."""


class Database(Protocol):
    """A storage engine. Raises StorageError if it cannot read or write."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that may write; on SQLite other writers wait for it."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that only reads and that blocks no writer."""

    def whole(self) -> AbstractContextManager[Whole]:
        """Begin a transaction that locks out every other writer, however long."""

    def empty_log(self) -> bool:
        """Remove erased texts from the engine's log; return whether that worked.

        A transaction that is reading at the moment can prevent it.
        """

    def close(self) -> None:
        """Close every connection."""


def must_be_of_our_shape(migrated: int) -> None:
    """Raise StorageError unless the database has exactly the migrations that we know.

    A newer version of the bot may have changed what our statements mean. So an older
    one, still running during a deployment, refuses commands and sends nothing.
    """
    ours = len(named("schema.sql"))
    if migrated > ours:
        raise StorageError("a newer sevbot changed the database; update this one")
    if migrated < ours:
        raise StorageError("the database is older than this sevbot; restart it")
