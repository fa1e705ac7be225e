"""The manual is true: what it shows is what the commands print, and all is in it."""

import io
import json
import re
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest
import typer
from rich.console import Console

from bot.cli.main import commands
from bot.demo import terminal
from bot.doctor.manifest import EVENTS, NEEDED, OPTIONAL, Scope, explained
from bot.errors import BotError
from bot.settings import Settings
from tests.commands import Ran, Run, write
from tests.documents import ALL, PAGES, READ, blocks, lines, links, typed_commands
from tests.paths import ROOT

# The first table of the page, without its head.
PROMISES = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in READ[PAGES["promises"]].partition("\n## ")[0].splitlines()
    if line.startswith("| ")
][2:]


@pytest.mark.parametrize("command", commands())
def test_each_command_is_documented(command: str) -> None:
    assert f"sevbot {command}" in ALL


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_each_setting_is_documented(name: str) -> None:
    field = Settings.model_fields[name]
    alias = field.validation_alias
    choices = getattr(alias, "choices", [alias or name.upper()])

    assert all(f"`{choice}`" in ALL for choice in choices)


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`(tests/[\w/]+(?:\.py)?)`", ALL)))
)
def test_each_test_that_is_named_is_there(path: str) -> None:
    found = ROOT / path
    files = [found] if found.is_file() else sorted(found.glob("test_*.py"))

    assert any("def test_" in file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("row", PROMISES, ids=lambda row: row[0][:40])
def test_each_promise_names_who_is_told_and_the_test(row: list[str]) -> None:
    _, promised, seen, shown = row

    assert promised
    assert seen
    assert re.fullmatch(r"`tests/[\w/.]+`(, `tests/[\w/.]+`)*", shown)


def test_the_table_of_promises_can_be_read_at_a_sitting() -> None:
    assert 30 <= len(PROMISES) <= 40


@pytest.mark.parametrize("scope", [*NEEDED, *OPTIONAL], ids=lambda scope: scope.name)
def test_each_scope_is_explained_as_the_manifest_does(scope: Scope) -> None:
    assert f"| {scope.what_for} | {scope.without} |" in READ[PAGES["security"]]


@pytest.mark.parametrize("event", EVENTS)
def test_each_event_is_explained_as_the_manifest_does(event: str) -> None:
    assert f"| `{event}` | {EVENTS[event]} |" in READ[PAGES["security"]]


def test_the_tables_of_scopes_are_what_the_manifest_prints() -> None:
    assert explained() in READ[PAGES["security"]]


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_each_link_leads_somewhere(path: Path) -> None:
    inside = [link for link in links(path) if not link.startswith("https://")]

    assert [link for link in inside if not (path.parent / link).is_file()] == []


@pytest.mark.parametrize("words", typed_commands(), ids=" ".join)
def test_each_command_that_is_shown_can_be_typed(words: list[str]) -> None:
    name = max((n for n in commands() if words[: len(n.split())] == n.split()), key=len)
    arguments = words[len(name.split()) :]
    module, _, function = name.partition(" ")
    app = typer.Typer()

    if arguments:  # A name alone only speaks of a command.
        found = import_module(f"bot.cli.commands.{module}")
        app.command()(getattr(found, function or module))
        # One that answers while it is parsed may find no record here.
        with suppress(BotError):
            assert typer.main.get_command(app).make_context(name, arguments)


def test_the_demo_prints_what_the_manual_shows() -> None:
    output = io.StringIO()
    console = Console(file=output, width=88, highlight=False)

    terminal.run(is_paced=False, console=console)

    printed = lines(output.getvalue())
    shown = lines(blocks(PAGES["demo"], "text")[0])
    assert [line for line in shown if line not in printed] == []


def test_check_prints_the_warning_that_the_manual_shows(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    nine_to_five = "      mon-fri: 09:00-17:00"
    short_friday = "      mon-thu: 09:00-17:00\n      fri: 09:00-13:00"
    write("policies.yaml", (nine_to_five, short_friday))
    stands_still = {"at": "2026-11-23T09:00:00-08:00", "since": 0, "speed": 0}
    Path("clock.json").write_text(json.dumps(stands_still), encoding="utf-8")
    monkeypatch.setenv("SEVBOT_CLOCK", "clock.json")

    printed = run("check").out

    assert " ".join(lines(blocks(PAGES["policy"], "text")[0])) in printed


def test_policy_check_prints_what_the_manual_shows(run: Run) -> None:
    write("policies.yaml")
    text = (ROOT / "tests" / "data" / "support-policy.md").read_text(encoding="utf-8")
    row = "| Sev2 | 4 Business Hours |"
    Path("page.html").write_text(text.replace(f"{row} 8", f"{row} 4"), encoding="utf-8")

    printed = run("policy", "check", "page.html").out

    shown = blocks(PAGES["policy"], "text")[3]
    assert " ".join(lines(shown)) == " ".join(lines(printed))


def test_due_prints_what_the_manual_shows(run: Run) -> None:
    shown = blocks(PAGES["policy"], "text")[2]

    printed = run("due", "sev2", "standard", "--at", "2026-11-25T16:00").out

    assert lines(shown) == lines(printed)


def test_oncall_prints_what_the_manual_shows(run: Run) -> None:
    rotation, *_ = blocks(PAGES["policy"], "yaml")
    write("policies.yaml", ("on_call:\n  primary: U0ANA\n", rotation))

    printed = run("oncall", "--at", "2026-11-26T17:00:00Z").out

    assert lines(printed) == lines(blocks(PAGES["policy"], "text")[1])


def test_a_calendar_plans_a_rotation_as_the_manual_shows(run: Run) -> None:
    (feed,) = (one for one in blocks(PAGES["policy"], "yaml") if "ical:" in one)
    used = f"{feed}on_call:\n  primary: support\n"
    write("policies.yaml", ("on_call:\n  primary: U0ANA\n", used))

    ran = run("check")

    missing = "support.ics cannot be read: No such file or directory."
    assert (ran.status, ran.err) == (0, "")
    assert f"warning: rotations.support: {missing}\n" in ran.out


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_printed_as_it_is(run: Run, name: str) -> None:
    assert run("manual", name) == Ran(0, READ[PAGES[name]], "")


def test_without_a_page_each_is_listed_with_its_title(run: Run) -> None:
    ran = run("manual")

    listed = [line.split(maxsplit=1) for line in ran.out.splitlines()]
    titles = [READ[path].splitlines()[0] for path in PAGES.values()]
    assert ran.status == 0
    assert [name for name, _ in listed] == list(PAGES)
    assert [f"# {title}" for _, title in listed] == titles


def test_an_unknown_page_is_answered_with_the_names(run: Run) -> None:
    ran = run("manual", "../../README")

    assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert ran.err.startswith("sevbot: The manual has no page '../../README'")
    assert all(name in ran.err for name in PAGES)
