"""A command waits only for what it needs itself."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SLACK = {"slack_bolt", "slack_sdk", "websockets", "starlette", "uvicorn"}
RECORD = {"apscheduler", "sqlite_utils", "sqlite3"}
POLICY = {"holidays", "yaml"}
EDGES = {"pydantic", "typer", "rich", "rich.progress"}


@pytest.mark.parametrize(
    ("command", "spared"),
    [
        ("--version", SLACK | RECORD | POLICY | EDGES),
        ("--help", SLACK | RECORD | POLICY | EDGES),
        ("db --help", SLACK | RECORD | POLICY | EDGES),
        ("dew", SLACK | RECORD | POLICY | EDGES),
        ("manifest", SLACK | RECORD | POLICY | {"rich"}),
        ("check", SLACK | RECORD | {"rich"}),
        ("due sev1 premium", SLACK | RECORD | {"rich"}),
        ("policy show", SLACK | RECORD | {"rich.progress"}),
        ("policy init", SLACK | RECORD | {"rich.progress"}),
        ("db backup", SLACK | {"apscheduler", "rich"}),
        ("db copy a b", SLACK | {"apscheduler"}),
        ("doctor --help", {"slack_bolt", "apscheduler", "uvicorn", "rich"}),
        ("run extra", {"starlette", "uvicorn", "rich", "bot.demo", "bot.emulator"}),
    ],
)
def test_a_command_does_not_import_what_it_does_not_need(
    command: str, spared: set[str], tmp_path: Path
) -> None:
    code = "import sys; from bot.cli.main import main; main(sys.argv[1:])"

    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code, *command.split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    imported = set(re.findall(r"^import time:.*\| +(\S+)$", ran.stderr, re.MULTILINE))
    assert "bot.cli.main" in imported
    assert "Traceback" not in ran.stderr
    assert imported & spared == set()
