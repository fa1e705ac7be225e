"""How often the record is used: when idle, for a command, for a question."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.store.engines.sqlite import SqliteDatabase
from tests.field import story
from tests.story import IS_POSTGRES, REPLICAS, Story

pytestmark = pytest.mark.skipif(
    IS_POSTGRES or REPLICAS > 1, reason="listens to one SQLite connection"
)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Story]:
    with story(tmp_path, "2026-11-24 10:00") as told:
        told.command("dee", "/sev4 acme: a question")
        told.advance(minutes=1)
        yield told


@contextmanager
def written(told: Story) -> Iterator[list[str]]:
    """Collect the statements on the one connection that may write."""
    database = told.bot.database
    assert isinstance(database, SqliteDatabase)
    asked: list[str] = []
    database._connection.set_trace_callback(asked.append)
    try:
        yield asked
    finally:
        database._connection.set_trace_callback(None)


def test_an_idle_bot_takes_no_write_lock(told: Story) -> None:
    with written(told) as asked:
        for _ in range(10):
            told.system_clock.advance(seconds=1)
            told.bot.tick()
            assert not told.bot.outbox.has_work()

    assert asked == []


def test_a_command_takes_the_write_lock_once(told: Story) -> None:
    with written(told) as asked:
        told.slack.as_("dee").command("/sev2", "acme: push of apps fails")

    assert asked.count("BEGIN IMMEDIATE") == 1


def test_a_question_from_a_known_person_takes_no_lock(told: Story) -> None:
    with written(told) as asked:
        told.slack.as_("dee").command("/incident", "")
        told.slack.as_("dee").command("/incident", "1")

    assert asked == []
