"""The local Slack imports nothing of the bot that it serves."""

import ast
from pathlib import Path

from bot import emulator

MODULES = sorted(Path(emulator.__file__).parent.rglob("*.py"))


def imported(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def test_the_emulator_imports_nothing_else_of_the_bot_and_no_client() -> None:
    names = {name for module in MODULES for name in imported(module)}

    ours = {name for name in names if name.split(".")[0] == "bot"}
    clients = {name for name in names if name.split(".")[0].startswith("slack")}
    assert len(MODULES) > 20
    assert all(name.startswith("bot.emulator") for name in ours)
    assert clients == set()
