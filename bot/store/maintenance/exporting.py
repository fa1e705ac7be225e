"""Write a record out for other programs: CSV files, JSON lines, or a SQLite file.

It is read in pages of a few incidents, each in a transaction of its own, so it takes
the same memory however long the record is, and keeps no writer waiting.
"""

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import Any, TextIO

from sqlite_utils import Database as SqliteUtils

from bot.errors import BotError
from bot.policy.severities import Severity
from bot.store.database import Database, Row

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "incidents": (
        *("number", "severity", "plan", "customer", "title", "link", "status"),
        *("owner", "opened_by", "reported_at", "opened_at", "owned_since"),
        *("responded_at", "updated_at", "waiting_since", "closed_at", "closed_by"),
        "reopened_at",
    ),
    "events": ("id", "incident", "kind", "at", "recorded_at", "by_person", "details"),
    "deadlines": (
        *("incident", "kind", "count", "target", "calendar", "policy", "is_aim"),
        *("started_at", "due_at", "late_at", "missed_at", "closed_at", "outcome"),
    ),
    "reminders": (
        *("incident", "deadline_kind", "deadline_count", "step", "because", "person"),
        *("conversation", "message", "state", "queued_at", "sent_at", "error"),
    ),
    "suggestions": (
        *("incident", "about", "candidates", "decision", "by_person", "decided_at"),
    ),
}
_INCIDENTS_AT_ONCE = 100
# A spreadsheet runs a cell that begins so.
# Source: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"[=+\-@\t\r\n|%]")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which incidents are wanted; `is_of` decides by the customer's name, if known."""

    since: datetime
    until: datetime
    severities: frozenset[Severity]
    is_of: Callable[[str | None], bool]

    def admits(self, incident: Row) -> bool:
        return incident["severity"] in self.severities and self.is_of(
            incident["customer"]
        )


# Adds rows to a table; they have its columns.
Target = Callable[[str, Iterable[Row]], object]


def export(
    database: Database,
    wanted: Filter,
    target: Target,
    told: Callable[[int, int], None] = lambda *_: None,
) -> Mapping[str, int]:
    """Write what a filter admits; return rows by table. `told` gets done and total."""
    span = {"since": wanted.since, "until": wanted.until}
    with database.reading() as tx:
        row = tx.one("count_opened", **span)
    total, looked_at, last = (row["incidents"] if row else 0), 0, 0
    counts = dict.fromkeys(COLUMNS, 0)
    told(0, total)
    while True:
        with database.reading() as tx:
            page = tx.all(
                "incidents_opened", **span, last=last, most=_INCIDENTS_AT_ONCE
            )
            if not page:
                return counts
            first, last = page[0]["number"], page[-1]["number"]
            found = {"incidents": [one for one in page if wanted.admits(one)]}
            numbers = {one["number"] for one in found["incidents"]}
            for table in ("events", "deadlines", "reminders", "suggestions"):
                rows = tx.all(f"{table}_between", first=first, last=last)
                found[table] = [one for one in rows if one["incident"] in numbers]
        for table, rows in found.items():
            target(table, (_exported(table, one) for one in rows))
            counts[table] += len(rows)
        looked_at += len(page)
        told(looked_at, total)


@contextmanager
def csv_files(folder: Path) -> Iterator[Target]:
    """Write a file a table; a cell that a spreadsheet would run is defused."""
    with _draft(folder) as draft, ExitStack() as stack:
        writers = {}
        for table, columns in COLUMNS.items():
            file = _opened(draft / f"{table}.csv", stack)
            writers[table] = csv.writer(file, lineterminator="\n")
            writers[table].writerow(columns)
        yield lambda table, rows: writers[table].writerows(
            map(defused, row.values()) for row in rows
        )


@contextmanager
def json_lines(folder: Path) -> Iterator[Target]:
    """Write a file a table, and an object a line."""
    with _draft(folder) as draft, ExitStack() as stack:
        files = {one: _opened(draft / f"{one}.jsonl", stack) for one in COLUMNS}

        def put(table: str, rows: Iterable[Row]) -> None:
            for row in rows:
                told = dict(row)
                if "details" in row:
                    told["details"] = json.loads(row["details"])
                files[table].write(json.dumps(told, ensure_ascii=False) + "\n")

        yield put


@contextmanager
def sqlite_file(folder: Path) -> Iterator[Target]:
    """Write one file with a table for each."""
    with _draft(folder) as draft:
        path = draft / "export.sqlite"
        path.touch(mode=0o600)
        database = SqliteUtils(path)
        for table, columns in COLUMNS.items():
            kinds: dict[str, Any] = {one: _kind(one) for one in columns}
            database.table(table).create(kinds)
        with closing(database):
            yield lambda table, rows: database.table(table).insert_all(map(dict, rows))


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """Give the folder its name only once all is written; texts are for its owner."""
    if folder.exists():
        raise BotError(f"{folder} is there already. Name a folder that is not.")
    draft = folder.with_name(f"{folder.name}.part")
    try:
        rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        yield draft
        draft.replace(folder)
    except OSError as error:
        raise BotError(f"{folder} cannot be written: {error.strerror}.") from error
    finally:
        rmtree(draft, ignore_errors=True)


def _opened(path: Path, stack: ExitStack) -> TextIO:
    def private(name: str, flags: int) -> int:
        return os.open(name, flags, 0o600)

    file = open(path, "w", encoding="utf-8", newline="", opener=private)  # noqa: SIM115
    return stack.enter_context(file)


def _exported(table: str, row: Row) -> Row:
    return {column: _value(row[column]) for column in COLUMNS[table]}


def _value(value: object) -> object:
    if isinstance(value, datetime):
        stamp = value.astimezone(UTC).isoformat(timespec="milliseconds")
        return stamp.replace("+00:00", "Z")
    return value


def defused(value: object) -> object:
    """Return a cell of a CSV file that no spreadsheet runs."""
    is_formula = isinstance(value, str) and _FORMULA.match(value)
    return f"'{value}" if is_formula else value


def csv_of(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as the text of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(defused, row) for row in rows)
    return text.getvalue()


def _kind(column: str) -> type:
    numbers: Sequence[str] = ("number", "id", "incident", "count", "deadline_count")
    return int if column in (*numbers, "is_aim") else str
