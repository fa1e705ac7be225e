"""The record's file or folder disappears under the bot, or is locked briefly."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from bot.store import opening
from tests.processes import until
from tests.story import Story

# Less than Slack grants a command, and less than the bot waits for others.
A_SECOND = 1.0


@pytest.fixture
def tuesday(tmp_path: Path) -> Iterator[Story]:
    """A story whose record has a folder of its own."""
    told = Story(tmp_path, "2026-11-24 10:00", is_postgres=False, replicas=1)
    (tmp_path / "data").mkdir()
    told.database_url = f"sqlite:///{tmp_path / 'data' / 'sevbot.db'}"
    told.start()
    yield told
    told.stop()


def record(told: Story) -> Path:
    return opening.sqlite_path(told.database_url)


def test_a_record_that_is_deleted_under_the_bot_loses_nothing(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: a")
    for file in record(tuesday).parent.iterdir():
        file.unlink()

    answer = tuesday.command("dee", "/sev2 acme: b")
    tuesday.restart()

    assert "*INC-2 · " in tuesday.read(answer.private)
    assert "*INC-3 · " in tuesday.read(tuesday.command("dee", "/sev2 acme: c").private)
    assert len(tuesday.slack.channel("incidents")) == 3


def test_while_the_records_folder_is_gone_a_command_offers_a_retry(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev2 acme: a")
    shutil.rmtree(record(tuesday).parent)

    refused = tuesday.slack.as_("dee").command("/sev2", "acme: b").private
    assert refused
    health = tuesday.bot.health()
    record(tuesday).parent.mkdir()
    again = tuesday.asked("dee", "Try again", refused)
    tuesday.restart()

    assert tuesday.read(refused, "dee") == (
        "*NOT recorded (the database file is gone).* Try again.\n"
        "Your text: acme: b\n[Try again]"
    )
    assert health.reasons == ("the record cannot be used: the database file is gone",)
    assert "*INC-2 · " in again
    assert until(lambda: tuesday.bot.health().is_well)
    assert len(tuesday.slack.channel("incidents")) == 2


def test_a_command_waits_for_a_briefly_locked_record(tuesday: Story) -> None:
    with closing(
        sqlite3.connect(record(tuesday), isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        ends = Timer(A_SECOND, other.execute, ["ROLLBACK"])
        ends.start()
        answer = tuesday.slack.as_("dee").command("/sev2", "acme: push fails")
        was_over = ends.finished.is_set()
        ends.join()

    assert was_over
    assert "*INC-1 · " in tuesday.read(answer.private)
