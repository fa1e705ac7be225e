"""What every storage engine offers: transactions over named queries.

On SQLite one transaction runs at a time. On PostgreSQL the replicas' run side by side,
and each statement sees what others have committed by then. So whoever will change what
they read, or what they conclude from it, first locks it, always in this order:

1. a lock (`locks`): the tick, the claiming of messages, the taking up of a policy;
2. a key of the inbox, by claiming it (`claim_inbox`);
3. incidents, in order of their numbers (`lock_incident`); the row of an incident stands
   for its deadlines and its history, too;
4. messages in order of their ids, then their edits in order of their keys;
5. rate limits.

All else is one conditional statement: an upsert, or an UPDATE that names the state or
the token that it expects, and returns nothing to whoever lost.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from json import JSONEncoder
from typing import Any, Protocol

from bot.errors import StorageError
from bot.store.queries import named

# How we keep what has no columns of its own.
to_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
LOCKED = "the database is locked"

Row = Mapping[str, Any]


class Transaction(Protocol):
    """One transaction; it commits when its block ends and rolls back when it raises.

    Values and columns that are instants are aware UTC datetimes to the millisecond.
    `:workspace` is filled in by itself.
    """

    def one(self, query: str, **values: object) -> Row | None:
        """Return the first row of a named query."""

    def all(self, query: str, **values: object) -> list[Row]:
        """Return all rows of a named query."""

    def many(self, query: str, rows: Iterable[Row], **same: object) -> list[Row]:
        """Insert rows by a named query; return what it answers, in no order.

        `same` are the values that all of them have in common, and those of what stands
        outside of the row.
        """

    def write(self, query: str, **values: object) -> None:
        """Run a named query whose answer nobody needs: with the next, or the commit."""

    def write_many(self, query: str, rows: Iterable[Row], **same: object) -> None:
        """Insert rows by a named query whose answer nobody needs.

        They may be gone through as late as at the commit.
        """


class Whole(Protocol):
    """A transaction that has the record to itself, and sees every workspace."""

    def each(self, sql: str) -> Iterator[Row]:
        """Go through the rows of a statement, without holding them all."""

    def put(self, sql: str, rows: Iterable[Row]) -> None:
        """Run a statement for each of some rows."""

    def count_on(self, table: str) -> None:
        """Let the ids of new rows go on after those that were put."""


class Database(Protocol):
    """A storage engine. Raises StorageError where it cannot read or write."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that may write; others wait until it ends."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """Look at the record as it stands; nobody has to wait for that."""

    def whole(self) -> AbstractContextManager[Whole]:
        """Begin a transaction while which nobody else can write, however long."""

    def empty_log(self) -> bool:
        """Let nothing that was erased stay in a log of ours, and tell whether it does.

        Somebody who reads just now may be in the way.
        """

    def close(self) -> None:
        """Let go of the storage."""


def must_be_of_our_shape(migrated: int) -> None:
    """Raise StorageError for a record that saw more, or fewer, migrations than we know.

    A newer version of the bot may have changed what our statements mean. So an older
    one stands down: it refuses what comes in, and sends nothing.
    """
    ours = len(named("schema.sql"))
    if migrated > ours:
        raise StorageError("a newer sevbot changed the database; update this one")
    if migrated < ours:
        raise StorageError("the database is older than this sevbot; restart it")
