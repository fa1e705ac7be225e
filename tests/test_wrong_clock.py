"""A bot that ran with its clock ahead, and one with the right clock after it."""

import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from subprocess import Popen

import pytest

from bot.clock import system_clock
from bot.emulator.driver import LocalSlack
from bot.store import opening
from bot.store.database import Database
from tests import postgres
from tests.processes import environment, sevbot, team_slack, until

AN_HOUR_S = 3600


@pytest.fixture(params=["sqlite", "postgres"])
def record(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return postgres.record_of(tmp_path)
    return f"sqlite:///{tmp_path / 'sevbot.db'}"


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with team_slack() as slack:
        yield slack


def is_ahead(database: Database) -> bool:
    """Return whether a bot with a wrong clock started on the record and ticked."""
    with database.reading() as tx:
        marks = {row["name"]: row["at"] for row in tx.all("marks")}
        ticked = tx.one("mark", name="tick")
    later = system_clock() + timedelta(minutes=30)
    return "begun" in marks and marks["begun"] > later and ticked is not None


def run_ahead(slack: LocalSlack, folder: Path, record: str) -> None:
    """Let a bot whose clock is an hour ahead run for a moment, then kill it."""
    command = [sys.executable, "-m", "tests.wrong_clock", str(AN_HOUR_S)]
    settings = environment(slack, folder, DATABASE_URL=record)
    with (
        closing(opening.opened(record, "T0ACME")) as database,
        Popen(command, cwd=folder, env=settings) as bot,
    ):
        try:
            assert until(lambda: is_ahead(database))
        finally:
            bot.kill()


def test_a_bot_after_one_with_a_wrong_clock_sends_at_once(
    slack: LocalSlack, tmp_path: Path, record: str
) -> None:
    with sevbot(slack, tmp_path, "run", DATABASE_URL=record):
        slack.wait_for_socket(timeout=20)
        slack.as_("dee").command("/sev1", "acme: before", channel="support")
        slack.wait_for_messages("incidents")
    run_ahead(slack, tmp_path, record)

    with sevbot(slack, tmp_path, "run", DATABASE_URL=record):
        slack.wait_for_socket(timeout=20)
        slack.as_("dee").command("/sev1", "acme: after", channel="support")
        cards = slack.wait_for_messages("incidents", count=2, timeout=20)

    assert len(cards) == 2


def test_a_bot_beside_one_with_a_wrong_clock_keeps_sending(
    slack: LocalSlack, tmp_path: Path, record: str
) -> None:
    with sevbot(slack, tmp_path, "run", DATABASE_URL=record):
        slack.wait_for_socket(timeout=20)
        slack.as_("dee").command("/sev1", "acme: before", channel="support")
        slack.wait_for_messages("incidents")

        run_ahead(slack, tmp_path, record)
        slack.as_("dee").command("/sev1", "acme: after", channel="support")
        cards = slack.wait_for_messages("incidents", count=2, timeout=20)

    assert len(cards) == 2
