"""The README is true and short: what it shows is what is there."""

import re

import pytest

from tests.commands import Run
from tests.documents import PAGES, READ, README, blocks, lines, links
from tests.paths import ROOT

TEXT = READ[README]
DRAWN = blocks(README, "")[0]


def test_it_is_read_in_a_few_minutes() -> None:
    assert len(TEXT.splitlines()) <= 200


@pytest.mark.parametrize(
    "command",
    [
        "pip install uv && uv run sevbot demo",
        "pip install uv && uv run --group dev pytest",
    ],
)
def test_two_commands_are_enough_to_try_it(command: str) -> None:
    shown = [line.partition("#")[0].strip() for line in lines(blocks(README, "sh")[0])]

    assert command in shown


def test_it_shows_one_light_picture_of_the_demo() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", TEXT)

    assert pictures == ["bot/manual/demo.png"]
    assert (ROOT / pictures[0]).stat().st_size < 150_000


def test_it_links_to_each_page_of_the_manual() -> None:
    assert {f"bot/manual/{name}.md" for name in PAGES} <= set(links(README))


def test_its_drawing_has_each_package_and_module() -> None:
    bot = ROOT / "bot"
    there = {path.name for path in bot.glob("[!_.]*/")} | {"__main__.py"}
    there |= {path.name for path in bot.glob("[!_]*.py")}

    drawn = re.findall(r"^  (\w+)/ ", DRAWN, re.M) + re.findall(r"\w+\.py", DRAWN)

    assert sorted(drawn) == sorted(there)


@pytest.mark.parametrize("line", re.findall(r"^  \w+/ .*", DRAWN, re.M))
def test_what_its_drawing_names_in_a_package_is_there(line: str) -> None:
    name, _, said = line.partition("/")
    package = ROOT / "bot" / name.strip()
    inner = re.findall(r" (\w+/|\w+\.sql)", said)

    assert [name for name in inner if not (package / name).exists()] == []


def test_due_prints_what_it_shows(run: Run) -> None:
    shown = lines(blocks(README, "text")[0])

    printed = lines(run("due", "sev2", "standard", "--at", "2026-11-25T16:00").out)

    start = printed.index(shown[0])
    assert printed[start : start + len(shown)] == shown
