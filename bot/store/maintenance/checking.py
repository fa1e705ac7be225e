"""Check a database for damage and for contradictions, without writing to it."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

from bot.errors import StorageError
from bot.incidents import steps
from bot.incidents.deadlines import Kind
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.store.database import Row
from bot.store.engines.refusals import honest
from bot.store.engines.sqlite import SqliteTransaction
from bot.store.queries import named, queries

Each = Callable[[str], Iterator[Row]]

_HAS_SHAPES = """
SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlite_migrations'
"""
_SHAPES = "SELECT name FROM _sqlite_migrations WHERE migration_set = 'sevbot'"
_MOST = 5
# The tick's mark is written every half a minute.
_TICKED_WITHIN = timedelta(minutes=1)


@contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a SQLite file read-only. Raises StorageError."""
    with honest():
        uri = f"{file.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as opened:
            yield opened


def must_be_whole(file: Path) -> int:
    """Read all of a SQLite file, and return how many incidents it has.

    Raises StorageError if it is damaged or not a database that this version can open.
    """
    with reading(file) as connection:
        _must_be_intact(connection.execute("PRAGMA integrity_check(1)"))
        if broken := connection.execute("PRAGMA foreign_key_check").fetchone():
            raise StorageError(f"a row of {broken[0]} names one that is not there")
        _must_be_ours(connection)
        row = connection.execute(_checks()["count_incidents"]).fetchone()
        return int(row[0])


def must_look_whole(file: Path, most: int) -> None:
    """Raise StorageError if a quick check finds a SQLite file damaged.

    If it has more than `most` bytes only the first pages are read, so that starting the
    bot does not take longer as the database grows.
    """
    with reading(file) as connection:
        _shapes(connection)
        if file.stat().st_size <= most:
            _must_be_intact(connection.execute("PRAGMA quick_check(1)"))


def faults(each: Each, policy: Policy | None) -> list[str]:
    """Return the contradictions in a database, in plain sentences.

    `each` runs a statement over every workspace. Without a policy the check for missing
    deadlines is skipped.
    """
    found = chain(
        _gaps(each),
        _without_target(each, policy),
        _listed(each(_checks()["owed_after_all"]), "{} is closed, but still owes {}."),
        _unminded(each),
        _without_outcome(each),
        _stuck(each),
    )
    return list(found)


def faults_of(file: Path, policy: Policy | None) -> list[str] | None:
    """Return a SQLite file's contradictions; `None` for one of an older version."""
    with reading(file) as connection:
        connection.execute("BEGIN")
        if len(_shapes(connection)) < len(named("schema.sql")):
            return None
        return faults(SqliteTransaction(connection, "").each, policy)


def _checks() -> Mapping[str, str]:
    return named("checks.sql")


def _must_be_intact(cursor: sqlite3.Cursor) -> None:
    (said,) = cursor.fetchone()
    if said != "ok":
        raise StorageError("the database is damaged")


def _must_be_ours(connection: sqlite3.Connection) -> None:
    shapes = _shapes(connection)
    if not shapes:
        raise StorageError("it is not a record of sevbot")
    if shapes - set(named("schema.sql")):
        raise StorageError("a newer sevbot wrote it; update this one")


def _shapes(connection: sqlite3.Connection) -> set[str]:
    (has_any,) = connection.execute(_HAS_SHAPES).fetchone()
    return {name for (name,) in connection.execute(_SHAPES)} if has_any else set()


def _gaps(each: Each) -> Iterator[str]:
    """Yield missing incident numbers, except those that the leads were told about."""
    missing = {
        (row["workspace"], number)
        for row in each(_checks()["number_gaps"])
        for number in range((row["before"] or 0) + 1, row["number"])
    }
    for row in each(_checks()["last_numbers"]):
        newest = row["newest"] or 0
        missing |= {(row["workspace"], n) for n in range(newest + 1, row["value"] + 1)}
        if newest > row["value"]:
            yield f"The next number would be INC-{row['value'] + 1}, which is taken."
    for row in each(_checks()["told_gaps"]):
        numbers = json.loads(row["refs"])["numbers"].split()
        missing -= {(row["workspace"], int(number)) for number in numbers}
    if missing:
        yield f"Numbers are missing: {_some(f'INC-{n}' for _, n in sorted(missing))}."


def _without_target(each: Each, policy: Policy | None) -> Iterator[str]:
    if policy is None:
        return
    rows = [
        row for row in each(_checks()["without_target"]) if _has_target(policy, row)
    ]
    if rows:
        names = _some(f"INC-{row['number']}" for row in rows)
        yield f"Open, and no deadline says what is owed: {names}."


def _has_target(policy: Policy, row: Row) -> bool:
    severity, plan = Severity(row["severity"]), row["plan"]
    if (severity, plan) not in policy.first_responses:
        return False
    is_first = row["responded_at"] is None
    if is_first and policy.first_response(severity, plan).has_due:
        return True
    return policy.news(severity, plan).has_due


def _unminded(each: Each) -> Iterator[str]:
    rows = (row for row in each(_checks()["open_deadlines"]) if not _is_minded(row))
    return _listed(rows, "Nobody will be reminded: {} owes {}.")


def _without_outcome(each: Each) -> Iterator[str]:
    text = queries()["without_receipt"].replace(":workspace", "owed.workspace")
    sentence = "A reminder was due and has no outcome: {} owes {}."
    return _listed(each(text), sentence)


def _is_minded(row: Row) -> bool:
    """Return whether the next reminder of a deadline is as it should be.

    After the last step there is none. But a clock that was ahead may have gone through
    all steps before the deadline is due, or through days of an escalation.
    """
    latest = datetime.max.replace(tzinfo=UTC)
    if row["at"] is not None:
        latest = row["at"] + _TICKED_WITHIN
    if row["next_nudge_at"] is not None:
        last = row["queued_at"] or latest
        return last <= latest or row["next_nudge_at"] <= last
    must_go_on = steps.must_go_on(Kind(row["kind"]), row["step"])
    return not must_go_on and row["due_at"] <= latest


def _listed(rows: Iterator[Row], sentence: str) -> Iterator[str]:
    for row in rows:
        what = f"{row['kind']} {row['count']}".replace("_", " ")
        yield sentence.format(f"INC-{row['incident']}", what)


def _stuck(each: Each) -> Iterator[str]:
    keys = [row["key"] for row in each(_checks()["stuck_messages"])]
    if keys:
        yield f"Messages that nobody will ever send: {_some(keys)}."


def _some(names: Iterator[str] | list[str]) -> str:
    """Return the first few names, and how many more there are."""
    named_all = list(names)
    more = len(named_all) - _MOST
    shown = ", ".join(named_all[:_MOST])
    return f"{shown} and {more} more" if more > 0 else shown
