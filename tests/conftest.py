"""What every test may use, and the profiles of the property tests.

`HYPOTHESIS_PROFILE=thorough` makes those look longer. With `SEVBOT_TEST_SKIPS=no` a
test that lacks a browser or PostgreSQL fails with the reason; otherwise it is skipped.
"""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.delivery.pacing import UNPACED, Pace
from bot.store.engines.sqlite import SqliteDatabase
from tests import postgres
from tests.commands import Run, runner
from tests.posting import Post

settings.register_profile("default", deadline=None, max_examples=25)
settings.register_profile("ci", deadline=None, max_examples=25, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "default")
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[
    None, pytest.TestReport, pytest.TestReport
]:
    """Fail what would be skipped, where nothing may be."""
    report = yield
    if report.skipped and os.environ.get("SEVBOT_TEST_SKIPS") == "no":
        report.outcome = "failed"
        report.longrepr = f"not tested: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def _postgres() -> Iterator[None]:
    """Stop the server that a test started."""
    yield
    postgres.stop_shared()


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command in an empty folder: `run("check").out`."""
    return runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def posting(tmp_path: Path) -> Iterator[Callable[[Pace], Post]]:
    """Make outboxes that share a record and keep to a pace."""
    database = SqliteDatabase(tmp_path / "sevbot.db", "T1")
    yield lambda pace: Post(database, pace)
    database.close()


@pytest.fixture
def post(posting: Callable[[Pace], Post]) -> Post:
    """An outbox that is as fast as it can be."""
    return posting(UNPACED)
