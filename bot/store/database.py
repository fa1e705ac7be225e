"""What every storage engine offers: transactions over named queries."""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

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


class Database(Protocol):
    """A storage engine. Raises StorageError where it cannot read or write."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that may write; others wait until it ends."""

    def close(self) -> None:
        """Let go of the storage."""


@cache
def queries() -> Mapping[str, str]:
    """Return the SQL of every query by its name, from queries.sql."""
    text = files("bot.store").joinpath("queries.sql").read_text(encoding="utf-8")
    parts = re.split(r"^-- name: (\w+)$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))
