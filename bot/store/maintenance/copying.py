"""Copy a whole database, also from one engine to the other."""

from collections.abc import Callable, Iterator

from bot.errors import BotError, StorageError
from bot.store.database import Database, Row, Whole

# Parents before children (foreign keys). `locks` and `people_listing` fill themselves
# as needed, and each database keeps its own list of migrations.
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
    "held",
    "receipts",
    "suggestions",
    "covers",
    "next_shifts",
    "feeds",
    "held_suggestions",
)
_EVERY = 500

Told = Callable[[str, int, int], None]


def copy(
    source: Database, to: Database, told: Told = lambda *_: None
) -> dict[str, int]:
    """Copy every table, compare the row counts of both sides, and return them.

    `told` is called with a table, its rows copied so far and its total. Nobody else can
    write meanwhile, and `to` gets everything or nothing. What a bot without incidents
    has stored there is replaced. Raises BotError if `to` has incidents, and a
    StorageError with `in_doubt` if nobody can say whether the copy arrived.
    """
    copied: dict[str, int] = {}
    try:
        with source.whole() as read:
            with to.whole() as write:
                _empty(write)
                counts = {one: _copy_table(read, write, one, told) for one in TABLES}
            copied = counts
    except StorageError:
        # Once the copy is there, it does not matter how the source's reading ends.
        if not copied:
            raise
    return copied


def _empty(write: Whole) -> None:
    if _count(write, "incidents"):
        raise BotError("There are incidents already in the record to copy to.")
    for table in reversed(TABLES):
        write.put(f"DELETE FROM {table}", [{}])  # noqa: S608  # A name of ours.


def _copy_table(read: Whole, write: Whole, table: str, told: Told) -> int:
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
    return total


def _batches(rows: Iterator[Row]) -> Iterator[tuple[int, list[Row]]]:
    """Yield rows in batches, each with how many rows there were so far."""
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
