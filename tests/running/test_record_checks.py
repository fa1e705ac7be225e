"""The health knows that nothing can be recorded before somebody tries."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from bot.store.engines.sqlite import SqliteDatabase
from tests.story import Story


@pytest.fixture
def on_postgres(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path, "2026-11-24 10:00", is_postgres=True, replicas=1)
    told.start()
    yield told
    told.stop()


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("LOCK TABLE events IN ACCESS EXCLUSIVE MODE", "the database is locked"),
        ("LOCK TABLE outbox IN SHARE MODE", "the database is locked"),
        ("ALTER TABLE deadlines RENAME TO gone", "the database is locked"),
    ],
    ids=["locked", "only read", "changing"],
)
def test_a_table_that_cannot_be_written_is_no_health_until_it_can(
    on_postgres: Story, broken: str, why: str
) -> None:
    with psycopg.connect(on_postgres.database_url) as other:
        other.execute(broken.encode())
        locked = on_postgres.bot.health().reasons
        other.rollback()

    assert f"the record cannot be used: {why}" in locked
    assert not [one for one in on_postgres.bot.health().reasons if "record" in one]


def test_a_table_that_is_gone_is_no_health(on_postgres: Story) -> None:
    with psycopg.connect(on_postgres.database_url) as other:
        other.execute(b"ALTER TABLE deadlines RENAME TO gone")

    reasons = on_postgres.bot.health().reasons

    assert "the record cannot be used: a table of the database is gone" in reasons


def test_a_full_disk_is_no_health_until_there_is_room(tmp_path: Path) -> None:
    told = Story(tmp_path, "2026-11-24 10:00", is_postgres=False, replicas=1)
    told.start()
    database = told.bot.database
    assert isinstance(database, SqliteDatabase)
    database._connection.execute("VACUUM")
    (pages,) = database._connection.execute("PRAGMA page_count").fetchone()
    database._connection.execute(f"PRAGMA max_page_count = {pages}")
    full = told.bot.health().reasons
    database._connection.execute("PRAGMA max_page_count = 1000000")
    mended = told.bot.health().reasons
    told.stop()

    assert "the record cannot be used: the disk is full" in full
    assert not [one for one in mended if "record" in one]


def test_a_message_that_could_long_have_been_sent_is_no_health(
    tmp_path: Path,
) -> None:
    told = Story(tmp_path, "2026-11-24 10:00", is_postgres=False, replicas=1)
    told.start()
    told.slack.as_("dee").command("/sev4", "acme: odd")
    told.system_clock.advance(minutes=14)
    young = told.bot.record_check.look().waits
    told.system_clock.advance(minutes=2)
    old = told.bot.health().reasons
    told.stop()

    assert young == timedelta(minutes=14)
    assert any("a message could have been sent for 960 s" in one for one in old)
