"""A demo and a browser for the tests of the page; skipped where there is none."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.demo import in_browser, tried_policy
from bot.demo.in_browser import Opened
from bot.emulator.driver import LocalSlack
from bot.emulator.page.server import open_page
from tests.browser.browsers import browser, complaints, why_not

HERE = Path(__file__).parent
Open = Callable[..., Any]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip with the reason, and give a browser more time than a function."""
    reason = why_not()
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(180))
            if reason:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture
def demo() -> Iterator[Opened]:
    """Run the demo with nothing in it."""
    tried = tried_policy.Policies(None)
    with in_browser.opened(tried, port=0, story=None, beat=0) as opened:
        yield opened


@pytest.fixture
def visit(chromium: Any, demo: Opened) -> Iterator[Open]:
    """Open the page in a browser of its own: `visit("U0ANA/C0SUPPORT")`.

    A page that reports an error fails the test.
    """
    errors: list[list[str]] = []
    with ExitStack() as stack:

        def open_one(where: str, **more: Any) -> Any:
            context = chromium.new_context(**more)
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(15_000)
            errors.append(complaints(page))
            page.goto(f"{demo.page.url}#{where}")
            page.wait_for_selector("#messages li")
            page.wait_for_selector("#now:not(:empty)", state="attached")
            return page

        yield open_one
    assert [error for found in errors for error in found] == []


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    """Run a local Slack with two people and no app behind it."""
    with LocalSlack() as slack:
        slack.add_person("ana", tz="Europe/Berlin")
        slack.add_person("ben", tz="America/Los_Angeles")
        slack.add_channel("support", members=["ana", "ben"])
        slack.add_channel("leads", members=["ana", "ben"])
        yield slack


@pytest.fixture
def enter(chromium: Any, slack: LocalSlack) -> Iterator[Open]:
    """Open that Slack's page: `enter("U0ANA/C0SUPPORT")`."""
    served = open_page(slack)
    errors: list[list[str]] = []
    with ExitStack() as stack:

        def open_one(where: str, **more: Any) -> Any:
            context = chromium.new_context(**more)
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(15_000)
            errors.append(complaints(page))
            page.goto(f"{served.url}#{where}")
            page.wait_for_selector("#messages li")
            return page

        yield open_one
    assert [error for found in errors for error in found] == []
