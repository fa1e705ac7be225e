"""A record made by the version of 2026-11-29 still works and reads the same.

`tests/data/record_of_2026_11_29.json` holds its rows: messages that were queued, being
sent, unconfirmed, merged, superseded and dead, notices of every kind, check-ins in the
middle of an escalation, every named instant, and three accepted policies with the keys
of then; and what each of its messages said.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.delivery.links import Links
from bot.delivery.rendering import Renderer
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.parsing.source import read_stored
from bot.policy.policies import Policy
from bot.store import opening
from bot.store.database import Database
from bot.store.engines import postgres as postgres_engine
from bot.store.engines import sqlite as sqlite_engine
from bot.store.migrations import migrations
from bot.store.tables import items, outbox_messages
from bot.triage.context import Context
from bot.triage.tick import Reminders
from tests import postgres

DATA = Path(__file__).parent / "data" / "record_of_2026_11_29.json"
OLD = json.loads(DATA.read_text("utf-8"))
NOW = datetime.fromisoformat(OLD["at"])
# Parents before children, since rows name those of other tables.
TABLES = (
    *("policies", "people", "marks", "counters", "gates", "turns", "inbox"),
    *("incidents", "events", "deadlines", "outbox", "outbox_items"),
)


def shapes(words: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the migrations that the old record had seen."""
    yield from list(migrations(words).items())[: OLD["shapes"]]


def inserts(mark: str) -> Iterator[tuple[str, list[Any]]]:
    for table in TABLES:
        for row in OLD["tables"][table]:
            marks = ", ".join(mark for _ in row)
            names = ", ".join(row)
            yield f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values())


def make_in_sqlite(path: Path) -> str:
    with closing(sqlite3.connect(path)) as file:
        file.execute(
            "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, "
            "migration_set TEXT, name TEXT, applied_at TEXT)"
        )
        for name, statements in shapes(sqlite_engine._WORDS):
            for statement in statements:
                file.execute(statement)
            file.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
                "VALUES ('sevbot', ?, '2026-11-20 09:00:00+00:00')",
                [name],
            )
        for statement, values in inserts("?"):
            file.execute(statement, values)
        file.commit()
    return f"sqlite:///{path}"


def make_in_postgres(url: str) -> str:
    with psycopg.connect(url) as connection:
        connection.execute(postgres_engine._SHAPES_TABLE)
        for name, statements in shapes(postgres_engine._WORDS):
            for statement in statements:
                connection.execute(statement.encode())
            connection.execute(
                "INSERT INTO sevbot_migrations (name) VALUES (%s)", [name]
            )
        for statement, values in inserts("%s"):
            connection.execute(statement.encode(), values)
        for table in ("events", "outbox"):
            connection.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), 10000)", [table]
            )
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def record(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The old record, opened by the bot of today."""
    if request.param == "sqlite":
        url = make_in_sqlite(tmp_path / "sevbot.db")
    else:
        url = make_in_postgres(postgres.empty())
    with closing(opening.opened(url, "T0ACME")) as database:
        yield database


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The policy that was in force, read as at a start with a broken file."""
    last = max(OLD["tables"]["policies"], key=lambda row: str(row["accepted_at"]))
    texts = json.loads(last["text"])
    assert any("ladder:" in text for text in texts.values())
    return read_stored(texts, public_holidays, date(2026, 11, 25))


def test_each_message_of_an_old_record_reads_the_same(
    record: Database, policy: Policy
) -> None:
    links = Links(lambda: "https://acme.slack.com/")
    render = Renderer(lambda: policy, lambda: NOW, links)

    said = {}
    with record.transaction() as tx:
        for key in OLD["says"]:
            message = outbox_messages.find(tx, key)
            assert message is not None
            rendered = render(tx, message)
            said[key] = rendered and rendered.message.text

    assert said == OLD["says"]


def test_an_old_records_escalation_continues_where_it_was(
    record: Database, policy: Policy
) -> None:
    hour_later = NOW + timedelta(hours=1)
    reminders = Reminders(
        Context(record, lambda: policy, lambda: hour_later, lambda: NOW, "T0ACME")
    )

    reminders.tick()

    with record.reading() as tx:
        rows = tx.all("newest_messages", most=1000)
        found = [
            item
            for row in rows
            if row["key"] not in OLD["says"]
            for item in tx.all("outbox_items", key=row["key"])
        ]
    told = Counter(item["incident"] for item in found if item["step"] == "page")
    assert told.keys() == {7, 9, 11, 12, 13}
    assert not [row["key"] for row in rows if row["key"].startswith("trouble/INC-7")]


def test_each_reminder_of_an_old_record_keeps_the_key_that_slack_shows(
    record: Database,
) -> None:
    now, then = set(), set()
    with record.reading() as tx:
        for key in {row["key"] for row in OLD["tables"]["outbox_items"]}:
            now |= {items.key_of(item, "U1") for item in items.within(tx, key)}
    for row in OLD["tables"]["outbox_items"]:
        names = "deadline_kind", "deadline_count", "fired"
        kind, count, fired = (row[name] for name in names)
        then.add(f"INC-{row['incident']}/{kind}/{count}/{fired}/U1")

    assert now == then


def test_an_old_record_loses_no_row(record: Database) -> None:
    with record.reading() as tx:
        numbers = [row["number"] for row in tx.all("open_incidents")]
        found = [tx.one("message", key=row["key"]) for row in OLD["tables"]["outbox"]]
        marks = [tx.one("mark", name=row["name"]) for row in OLD["tables"]["marks"]]

    open_then = [
        row["number"] for row in OLD["tables"]["incidents"] if row["status"] == "open"
    ]
    assert numbers == open_then
    assert None not in found
    assert None not in marks
