"""Records of any size: one incident opened by the use cases, and its copies in SQL.

Every copy is whole: an incident with its event, its deadline, and a card that stands in
Slack. A thousand owners share them.
"""

import gc
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.incidents.acts import Report
from bot.policy.severities import Severity
from bot.store.engines.sqlite import SqliteDatabase
from bot.store.tables import records
from bot.store.tables.outbox_messages import card_key
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.tick import Reminders
from bot.triage.use_cases import Triage
from tests.factories import pacific, shipped_policy

WORKSPACE = "T0ACME"
OPENED_AT = pacific(24, "09:00")
OWNERS = 1000
_SHIFTED = ("started_at", "due_at", "late_at", "next_nudge_at")


@dataclass
class Now:
    """A clock that stands still until it is set."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class Desk:
    """A record with what works on it, at an instant. `due_at` is when the first are."""

    path: Path
    database: SqliteDatabase
    triage: Triage
    reminders: Reminders
    clock: Now
    due_at: datetime


@contextmanager
def desk(folder: Path, *, incidents: int, due: int = 1) -> Iterator[Desk]:
    """Open a record of so many open incidents, `due` of them at the same instant."""
    path, clock = folder / "sevbot.db", Now(OPENED_AT)
    database = SqliteDatabase(path, WORKSPACE)
    try:
        context = Context(database, shipped_policy, clock, clock, WORKSPACE)
        triage = Triage(context)
        due_at = _first(database, triage)
        copy(path, incidents, due)
        reminders = Reminders(context)
        gc.freeze()  # As `sevbot run` does.
        yield Desk(path, database, triage, reminders, clock, due_at)
    finally:
        gc.unfreeze()
        database.close()


def report(number: int = 1, severity: Severity = Severity.SEV3) -> Report:
    """Return what somebody may report, each time in other words."""
    title = f"push of apps fails since the release {number}"
    return Report(
        severity=severity,
        title=title,
        channel="C0SUPPORT",
        customer="Acme",
        plan="premium",
        owner=None,
        reported_at=None,
        link=None,
        typed=title,
    )


def copy(path: Path, incidents: int, due: int) -> None:
    """Copy the first incident until there are so many."""
    later = "one.{} , '+' || (1 + n % 365) || ' days', '+' || (n % 86400) || ' seconds'"
    shifted = {
        name: f"CASE WHEN n <= {due} THEN one.{name} "
        f"ELSE strftime('%Y-%m-%dT%H:%M:%fZ', {later.format(name)}) END"
        for name in _SHIFTED
    }
    owner = f"printf('U%06d', n % {OWNERS})"
    card = {
        "key": "'INC-' || n || '/card'",
        "incident": "n",
        "ts": "'1764000000.' || n",
    }
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA synchronous = OFF")
        copies(file, "incidents", incidents, {"number": "n", "owner": owner})
        copies(file, "events", incidents, {"incident": "n"})
        copies(file, "deadlines", incidents, {"incident": "n", **shifted})
        copies(file, "outbox", incidents, card, "is_live = 1")
        file.execute("UPDATE counters SET value = ?", [incidents])
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def backlog(desk: Desk, count: int, conversations: int) -> None:
    """Let so many reminders wait in so many conversations."""
    values = {
        "key": "'waiting/' || n",
        "kind": "'reminder'",
        "conversation": f"'D' || printf('%06d', n % {conversations})",
        "incident": "n",
        "state": "'queued'",
        "ts": "NULL",
        "is_live": "0",
    }
    with closing(sqlite3.connect(desk.path)) as file, file:
        copies(file, "outbox", count + 1, values, "is_live = 1")


def copies(
    file: sqlite3.Connection,
    table: str,
    count: int,
    replaced: Mapping[str, str],
    which: str = "TRUE",
) -> None:
    """Copy a table's rows of the first incident, with some new columns."""
    info = file.execute(f"PRAGMA table_info({table})")
    columns = [name for _, name, *_ in info if name != "id"]
    values = [replaced.get(name, f"one.{name}") for name in columns]
    first = "number" if table == "incidents" else "incident"
    file.execute(
        "WITH RECURSIVE numbers (n) AS "
        "(VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < :count) "
        f"INSERT INTO {table} ({', '.join(columns)}) "
        f"SELECT {', '.join(values)} FROM numbers, {table} AS one "
        f"WHERE n > 1 AND one.{first} = 1 AND {which}",
        {"count": count},
    )


def _first(database: SqliteDatabase, triage: Triage) -> datetime:
    """Open and take the incident that is copied; return when its reminder is due."""
    triage.open(Act("U0DEE", "open"), report())
    triage.take(Act("U000001", "take"), 1, from_owner=None)
    with database.transaction() as tx:
        for name in ("morning", "digest"):
            tx.one("set_mark", name=name, at=OPENED_AT + timedelta(days=1))
        due_at = records.next_instant(tx)
    assert due_at is not None, "an open incident is owed something"
    _settle(database)
    return due_at


def _settle(database: SqliteDatabase) -> None:
    """Let everything be sent, everybody be known, and the first card stand in Slack."""
    with database.transaction() as tx:
        for number in range(OWNERS):
            person = f"U{number:06}"
            tx.one(
                "save_person",
                id=person,
                name=f"owner {number}",
                zone="America/Los_Angeles",
                is_member=1,
                is_active=1,
                updated=0,
                seen_at=datetime.now(UTC),
            )
            tx.one("save_dm", id=person, dm=f"D{number:06}")
    connection = database._connection
    connection.execute("UPDATE outbox SET state = 'sent', sent_at = queued_at")
    connection.execute(
        "UPDATE outbox "
        "SET conversation = 'C0INCIDENTS', ts = '1764000000.1', is_live = 1 "
        "WHERE key = ?",
        [card_key(1)],
    )
