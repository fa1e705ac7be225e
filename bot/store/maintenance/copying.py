"""Moves a whole record to another place, and from one engine to the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.errors import BotError, StorageError
from bot.store.database import Database, Row, Whole

# A table comes after those whose rows its own name. The turns are made as they are
# needed, and each record keeps its own account of its shapes.
TABLES = (
    "policies",
    "people",
    "marks",
    "counters",
    "rate_limits",
    "inbox",
    "incidents",
    "events",
    "deadlines",
    "outbox",
    "outbox_items",
)
_EVERY = 500

Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Copied:
    """How many rows of a table were moved."""

    table: str
    rows: int


def copy(
    source: Database, to: Database, told: Told = lambda *_: None
) -> tuple[Copied, ...]:
    """Copy every table, and return what was counted afterwards, on both sides alike.

    `told` hears of a table, how many of its rows are there, and of how many. Nobody
    else writes meanwhile, and `to` gets all or nothing. What a bot that never had an
    incident noted there is replaced. Raises BotError where `to` has incidents.
    """
    with source.whole() as read, to.whole() as write:
        if _count(write, "incidents"):
            raise BotError("There are incidents already in the record to copy to.")
        for table in reversed(TABLES):
            write.put(f"DELETE FROM {table}", [{}])  # noqa: S608  # A name of ours.
        return tuple(_copy_table(read, write, table, told) for table in TABLES)


def _copy_table(read: Whole, write: Whole, table: str, told: Told) -> Copied:
    total = _count(read, table)
    told(table, 0, total)
    for done, rows in _batches(read.each(_selected(table))):
        columns = tuple(rows[0])
        values = ", ".join(f":{column}" for column in columns)
        write.put(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})",  # noqa: S608
            rows,
        )
        told(table, done, total)
    write.count_on(table)
    if (written := _count(write, table)) != total:
        raise StorageError(f"{written} of {total} {table} arrived; nothing was kept")
    return Copied(table, total)


def _batches(rows: Iterator[Row]) -> Iterator[tuple[int, list[Row]]]:
    """Yield rows by the hundreds, with how many there were by then."""
    batch: list[Row] = []
    done = 0
    for done, row in enumerate(rows, start=1):
        batch.append(row)
        if len(batch) == _EVERY:
            yield done, batch
            batch = []
    if batch:
        yield done, batch


def _selected(table: str) -> str:
    return f"SELECT * FROM {table}"  # noqa: S608  # A name of ours.


def _count(on: Whole, table: str) -> int:
    row = next(on.each(f"SELECT COUNT(*) AS rows FROM {table}"))  # noqa: S608
    return int(row["rows"])
