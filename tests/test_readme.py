"""The README is true: what it shows is what the commands print."""

import io
import re

import pytest
from rich.console import Console

from bot.cli.main import commands
from bot.demo import terminal
from bot.doctor.manifest import NEEDED, OPTIONAL, Scope
from bot.settings import Settings
from tests.commands import Run
from tests.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = re.findall(r"^```text\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip(" …\n")]


@pytest.mark.parametrize("command", commands())
def test_each_command_is_in_the_readme(command: str) -> None:
    assert f"sevbot {command}" in README


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_each_setting_is_in_the_readme(name: str) -> None:
    field = Settings.model_fields[name]
    alias = field.validation_alias
    choices = getattr(alias, "choices", [alias or name.upper()])

    assert all(f"`{choice}`" in README for choice in choices)


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`(tests/[\w/]+\.py)`", README)))
)
def test_each_test_that_it_names_is_there(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("scope", [*NEEDED, *OPTIONAL], ids=lambda scope: scope.name)
def test_each_scope_is_explained_as_the_manifest_does(scope: Scope) -> None:
    assert f"| {scope.what_for} | {scope.without} |" in README


def test_the_demo_prints_what_the_readme_shows() -> None:
    output = io.StringIO()
    console = Console(file=output, width=88, highlight=False)

    terminal.run(is_paced=False, console=console)

    printed = lines(output.getvalue())
    assert [line for line in lines(TEXTS[0]) if line not in printed] == []


def test_due_prints_what_the_readme_shows(run: Run) -> None:
    shown = TEXTS[2]

    printed = run("due", "sev2", "standard", "--at", "2026-11-25T16:00").out

    assert lines(shown) == lines(printed)
