"""Migrations of a record: several at once, and by a bot that is too old."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import psycopg
import pytest

from bot.errors import StorageError
from bot.store import opening
from bot.store.database import Database
from bot.store.engines import postgres
from bot.store.engines.sqlite import SqliteDatabase
from bot.store.migrations import migrations
from bot.store.queries import named
from tests.breaking import add_shape
from tests.factories import pacific
from tests.postgres import by_hand
from tests.store.conftest import Open

NOON = pacific(24, "12:00")


def refusal(database: Database) -> str:
    with pytest.raises(StorageError) as refused, database.transaction() as tx:
        tx.one("set_mark", name="tick", at=NOON)
    return refused.value.reason


def tables(url: str) -> set[object]:
    found = by_hand(url, "SELECT tablename::TEXT FROM pg_tables")
    return {name for (name,) in found}


def test_bots_that_start_at_once_migrate_a_record_once(
    url: str, open_record: Open
) -> None:
    starting = Barrier(4)

    def start(_: int) -> Database:
        starting.wait(10)
        return open_record(url)

    with ThreadPoolExecutor(4) as threads:
        started = list(threads.map(start, range(4)))

    for database in started:
        with database.transaction() as tx:
            tx.one("set_mark", name="tick", at=NOON)
            assert tx.one("mark", name="tick") == {"at": NOON}


def test_each_migration_is_noted_once(postgres_url: str, open_record: Open) -> None:
    open_record(postgres_url)
    open_record(postgres_url)

    noted = by_hand(
        postgres_url, "SELECT name FROM sevbot_migrations ORDER BY position"
    )

    assert [name for (name,) in noted] == list(named("schema.sql"))


def test_a_record_of_the_first_version_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    words = {"INSTANT": "TEXT", "IDENTITY": "INTEGER PRIMARY KEY"}
    with closing(sqlite3.connect(path)) as file:
        for statement in migrations(words)["first_shape"]:
            file.execute(statement)
        file.execute(
            "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, "
            "migration_set TEXT, name TEXT, applied_at TEXT)"
        )
        file.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('sevbot', 'first_shape', '2026-11-20 09:00:00+00:00')"
        )
        file.execute(
            "INSERT INTO marks VALUES ('T1', 'tick', '2026-11-24T20:00:00.000Z')"
        )
        file.commit()

    with closing(SqliteDatabase(path, "T1")) as database, database.transaction() as tx:
        assert tx.one("mark", name="tick") == {"at": NOON}
        assert tx.one("add_lock", name="tick") == {"name": "tick"}


def test_an_old_record_knows_when_what_was_resolved_was_reopened(
    tmp_path: Path,
) -> None:
    path = tmp_path / "record.db"
    SqliteDatabase(path, "T1").close()
    at = [f"2026-11-24T{hour}:00:00.000Z" for hour in range(17, 21)]
    kinds = {
        1: ("resolved", "reopened", "voided", "reopened"),
        2: ("resolved",),
        3: ("voided", "reopened"),
    }
    with closing(sqlite3.connect(path)) as file:
        file.execute("ALTER TABLE incidents DROP COLUMN reopened_at")
        file.execute("DELETE FROM _sqlite_migrations WHERE name = 'reopened_at'")
        for number, ends in kinds.items():
            file.execute(
                "INSERT INTO incidents (workspace, number, severity, plan, title, "
                "status, opened_by, channel, reported_at, opened_at) VALUES "
                "('T1', ?, 'sev2', 'premium', 'push', 'open', 'U1', 'C1', ?, ?)",
                [number, at[0], at[0]],
            )
            file.executemany(
                "INSERT INTO events (workspace, incident, kind, at, recorded_at, "
                "by_person, details) VALUES ('T1', ?, ?, ?, ?, 'U1', '{}')",
                [
                    (number, kind, when, when)
                    for kind, when in zip(ends, at, strict=False)
                ],
            )
        file.commit()

    with closing(SqliteDatabase(path, "T1")) as database, database.transaction() as tx:
        found = [tx.one("incident", number=number) for number in (1, 2, 3)]

    reopened = [one and one["reopened_at"] for one in found]
    assert reopened == [pacific(24, "10:00"), None, None]


def test_a_migration_killed_halfway_leaves_nothing_behind(
    tmp_path: Path, bare_url: str
) -> None:
    url = bare_url
    with psycopg.connect(url) as other, ThreadPoolExecutor(1) as thread:
        # Creating the same table waits for our transaction.
        other.execute("CREATE TABLE people (mine INTEGER)")
        starting = thread.submit(postgres.migrate, url)
        while not (waiting := by_hand(url, _WAITING)):
            assert not starting.done()
        by_hand(url, f"SELECT pg_terminate_backend({waiting[0][0]})")
        with pytest.raises(psycopg.OperationalError):
            starting.result(10)
        other.rollback()

    assert not tables(url) & {"incidents", "people"}
    postgres.migrate(url)
    assert tables(url) >= {"incidents", "people", "locks"}


_WAITING = """
SELECT pid
FROM pg_stat_activity
WHERE datname = current_database()
  AND wait_event_type = 'Lock'
"""


def test_tables_of_other_programs_are_left_alone(bare_url: str) -> None:
    by_hand(bare_url, "CREATE TABLE people (mine INTEGER)")

    with pytest.raises(StorageError) as refused:
        opening.opened(bare_url, "T1")

    assert refused.value.reason == "the database holds somebody else's tables"
    assert "incidents" not in tables(bare_url)


def test_a_bot_older_than_the_record_stands_down(url: str, open_record: Open) -> None:
    database = open_record(url)
    add_shape(url)

    assert refusal(database) == "a newer sevbot changed the database; update this one"
    with pytest.raises(StorageError, match="update this one"):
        opening.opened(url, "T1")


def must_wait(url: str) -> None:
    """Check that a migration would wait."""
    with pytest.raises(psycopg.errors.LockNotAvailable):
        by_hand(
            url,
            "SET lock_timeout = '50ms'; "
            "LOCK TABLE sevbot_migrations IN ACCESS EXCLUSIVE MODE",
        )


def test_a_migration_waits_for_transactions_of_an_older_bot(
    postgres_url: str, open_record: Open
) -> None:
    database = open_record(postgres_url)

    with database.transaction() as tx:
        tx.one("mark", name="tick")
        must_wait(postgres_url)


def test_a_migration_waits_for_a_copy(postgres_url: str, open_record: Open) -> None:
    open_record(postgres_url)

    with postgres.reading(postgres_url) as tx:
        tx.one("last_workspace")
        must_wait(postgres_url)
