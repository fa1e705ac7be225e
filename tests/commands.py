"""Commands as they are typed, with what they print."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.cli.main import main
from bot.policy.parsing.policy_file import default_text


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


def runner(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Return what runs a command in a folder, with nothing set in the environment."""
    monkeypatch.chdir(folder)
    for name in (
        "SEVBOT_POLICIES",
        "SEVBOT_CLOCK",
        "SEVBOT_PORT",
        "SEVBOT_BACKUPS",
        "DATABASE_URL",
        "PORT",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Ran(code, printed.out, printed.err)

    return run


def write(name: str, *pairs: tuple[str, str]) -> None:
    """Write the shipped policies file with some of its words replaced."""
    text = default_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    Path(name).write_text(text, encoding="utf-8")
