"""A bot that ran with its clock ahead, and one with the right clock after it."""

import re
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from bot.clock import system_clock
from bot.emulator.driver import LocalSlack
from bot.emulator.faults import Fault
from bot.store import opening
from bot.store.database import Database
from tests import postgres
from tests.processes import environment, free_port, sevbot, team_slack, until

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


class WrongBot:
    """A bot in a process of its own, whose clock is ahead by as much as we say."""

    def __init__(self, slack: LocalSlack, folder: Path, record: str) -> None:
        self._ahead = folder / "ahead"
        self.set_ahead(0)
        self._port = free_port()
        self._how: dict[str, Any] = {
            "cwd": folder,
            "env": environment(
                slack, folder, DATABASE_URL=record, PORT=f"{self._port}"
            ),
        }

    def set_ahead(self, seconds: int) -> None:
        draft = self._ahead.with_suffix(".new")
        draft.write_text(f"{seconds}", encoding="utf-8")
        draft.replace(self._ahead)

    @contextmanager
    def running(self) -> Iterator[None]:
        command = [sys.executable, "-m", "tests.wrong_clock", str(self._ahead)]
        with Popen(command, **self._how) as bot:
            try:
                yield
            finally:
                bot.kill()

    def is_doubted(self, ahead_s: int) -> bool:
        """Whether it says how far ahead. Slack's `Date` has no fractions."""
        said = re.search(r"clock is (\d+) s ahead", self.says())
        return said is not None and int(said[1]) - ahead_s in {0, 1}

    def says(self) -> str:
        """Return what its health says; nothing while it does not answer."""
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=5)) as connection:
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().read().decode()
            except OSError:
                return ""


def marks(database: Database) -> dict[str, datetime]:
    with database.reading() as tx:
        return {row["name"]: row["at"] for row in tx.all("marks")}


def run_ahead(slack: LocalSlack, folder: Path, record: str, *, others: int) -> None:
    """Let a bot whose clock is an hour ahead run for a moment, then kill it.

    Slack does not tell it the time.
    """
    wrong = WrongBot(slack, folder, record)
    wrong.set_ahead(AN_HOUR_S)
    with (
        slack_without_time(slack),
        closing(opening.opened(record, "T0ACME")) as database,
        wrong.running(),
    ):
        later = system_clock() + timedelta(minutes=30)

        def has_ticked() -> bool:
            noted = marks(database)
            return noted.get("begun", later) > later and noted["tick"] > later

        if record.startswith("sqlite"):
            assert until(has_ticked)
        else:
            assert until(lambda: "ahead of the database server's" in wrong.says())
            assert max(marks(database).values()) < later
    # Slack would give the next command to the socket of the one that was killed.
    assert until(lambda: len(slack._sockets) == others)


@contextmanager
def slack_without_time(slack: LocalSlack) -> Iterator[None]:
    slack.faults.add("auth.test", Fault.FAIL_BEFORE, times=None)
    yield
    slack.faults.clear()


def test_a_bot_that_starts_with_a_wrong_clock_goes_by_slacks(
    slack: LocalSlack, tmp_path: Path
) -> None:
    record = f"sqlite:///{tmp_path / 'sevbot.db'}"
    wrong = WrongBot(slack, tmp_path, record)
    wrong.set_ahead(AN_HOUR_S)
    with wrong.running():
        slack.wait_for_socket(timeout=30)
        slack.as_("dee").command("/sev1", "acme: meanwhile", channel="support")
        slack.wait_for_messages("incidents", timeout=30)

        assert until(lambda: wrong.is_doubted(AN_HOUR_S))
        with closing(opening.opened(record, "T0ACME")) as database:
            noted = marks(database)
            with database.reading() as tx:
                noted["opened"] = (tx.one("incident", number=1) or {})["opened_at"]

    assert max(noted.values()) <= system_clock()


def test_a_bot_after_one_with_a_wrong_clock_sends_at_once(
    slack: LocalSlack, tmp_path: Path, record: str
) -> None:
    with sevbot(slack, tmp_path, "run", DATABASE_URL=record):
        slack.wait_for_socket(timeout=30)
        slack.as_("dee").command("/sev1", "acme: before", channel="support")
        slack.wait_for_messages("incidents")
    run_ahead(slack, tmp_path, record, others=0)

    with sevbot(slack, tmp_path, "run", DATABASE_URL=record):
        slack.wait_for_socket(timeout=30)
        slack.as_("dee").command("/sev1", "acme: after", channel="support")
        cards = slack.wait_for_messages("incidents", count=2, timeout=30)

    assert len(cards) == 2


def test_a_bot_beside_one_with_a_wrong_clock_keeps_sending(
    slack: LocalSlack, tmp_path: Path, record: str
) -> None:
    with sevbot(slack, tmp_path, "run", DATABASE_URL=record):
        slack.wait_for_socket(timeout=30)
        slack.as_("dee").command("/sev1", "acme: before", channel="support")
        slack.wait_for_messages("incidents")

        run_ahead(slack, tmp_path, record, others=1)
        slack.as_("dee").command("/sev1", "acme: after", channel="support")
        cards = slack.wait_for_messages("incidents", count=2, timeout=30)

    assert len(cards) == 2


def test_a_clock_that_jumps_is_doubted_until_slack_agrees(
    slack: LocalSlack, tmp_path: Path
) -> None:
    record = f"sqlite:///{tmp_path / 'sevbot.db'}"
    wrong = WrongBot(slack, tmp_path, record)
    with wrong.running(), closing(opening.opened(record, "T0ACME")) as database:
        slack.wait_for_socket(timeout=30)

        wrong.set_ahead(48 * AN_HOUR_S)
        is_doubted = until(lambda: wrong.is_doubted(48 * AN_HOUR_S))
        slack.as_("dee").command("/sev1", "acme: meanwhile", channel="support")
        slack.wait_for_messages("incidents", timeout=30)
        noted = marks(database)
        with database.reading() as tx:
            noted["opened"] = (tx.one("incident", number=1) or {})["opened_at"]
        wrong.set_ahead(0)
        is_believed = until(lambda: "clock" not in (wrong.says() or "no clock"))

    assert (is_doubted, is_believed) == (True, True)
    assert max(noted.values()) <= system_clock()
