"""`sevbot demo` shows its page by itself, on the story that was asked for."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.demo import in_browser, tried_policy
from bot.demo.stories import STORIES
from tests.commands import Run
from tests.processes import until


@contextmanager
def demo(
    folder: Path, *arguments: str, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """Run the demo with a browser that writes down what it is to open."""
    browser = folder / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{folder}/opened"\n', encoding="utf-8")
    browser.chmod(0o700)
    bare = {k: v for k, v in os.environ.items() if "DISPLAY" not in k}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--port", "0", *arguments],
        cwd=folder,
        env={**bare, "BROWSER": f"{browser} %s", **environment},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_the_page_opens_by_itself_where_there_is_a_screen(tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    with demo(tmp_path, "--empty", DISPLAY=":9") as process:
        said = first_line(process)
        assert until(opened.exists)

    url = opened.read_text(encoding="utf-8").strip()
    assert said == f"{url} opens in your browser. Ctrl-C stops it.\n"


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [((), {}), (("--no-browser",), {"DISPLAY": ":9"})],
)
def test_the_address_is_printed_where_no_browser_opens(
    tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    with demo(tmp_path, "--empty", *arguments, **environment) as process:
        said = first_line(process)

    assert said.startswith("Open http://127.0.0.1:")
    assert not (tmp_path / "opened").exists()


def test_the_page_begins_with_the_story_that_was_asked_for() -> None:
    story = STORIES[-1]
    tried = tried_policy.Policies(None)
    with in_browser.opened(tried, port=0, story=story, beat=0) as opened:
        shown = opened.stage.state()

    assert shown["story"]["id"] == story.id
    assert shown["story"]["step"] == 0


def test_a_story_that_is_not_there_is_named(run: Run) -> None:
    ran = run("demo", "--story", "nope")

    assert ran.status
    assert "no story 'nope'" in ran.err
