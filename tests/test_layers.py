"""Who may import whom: the table of the README's "How it is built"."""

import ast

import pytest

from tests.paths import ROOT

BOT = ROOT / "bot"
MODULES = sorted(BOT.rglob("*.py"))
NAMES = [
    ".".join(path.relative_to(BOT.parent).with_suffix("").parts) for path in MODULES
]

# Each row may import the rows after it, and its own.
ROWS = (
    ("bot.cli*", "bot.__main__", "bot.demo*", "bot.trial", "bot.doctor*"),
    ("bot.app", "bot.emulator*"),
    (
        "bot.scheduler", "bot.socket_mode", "bot.signed_http", "bot.rendering",
        "bot.slack.listeners", "bot.slack.commands", "bot.slack.presses",
        "bot.slack.forms",
    ),
    (
        "bot.triage*", "bot.reminders", "bot.outbox", "bot.settlement", "bot.recovery",
        "bot.dead_letters", "bot.pacing", "bot.roster", "bot.daily",
        "bot.policy_changes", "bot.daily_backups", "bot.retention",
    ),
    (
        "bot.slack*", "bot.store*", "bot.policy_*", "bot.customer_files",
        "bot.public_holidays",
    ),
    ("bot.settings", "bot.logs", "bot.health", "bot.manifest"),
    (
        "bot.digest", "bot.nudges", "bot.check_ins", "bot.deadlines", "bot.incidents",
        "bot.policies", "bot.ledger", "bot.targets", "bot.business_time",
        "bot.timeline", "bot.schedules", "bot.forecast", "bot.retargeting",
    ),
    ("bot.errors", "bot.clock", "bot"),
)  # fmt: skip
CORE = ROWS[6]
EDGES = ("slack_bolt", "slack_sdk", "sqlite3", "sqlite_utils", "starlette", "uvicorn",
         "holidays", "typer", "rich", "apscheduler", "pydantic_settings")  # fmt: skip


def row_of(module: str) -> int:
    exact = [i for i, row in enumerate(ROWS) if module in row]
    prefix = [
        i
        for i, row in enumerate(ROWS)
        for name in row
        if name.endswith("*") and module.startswith(name[:-1])
    ]
    return (exact + prefix)[0]


def imports(module: str) -> set[str]:
    path = MODULES[NAMES.index(module)]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{name.name}" for name in node.names}
            found |= {name for name in inner if name in NAMES} or {node.module}
    return found


@pytest.mark.parametrize("module", NAMES)
def test_a_module_imports_only_its_own_row_and_those_below(module: str) -> None:
    above = {
        name
        for name in imports(module)
        if name in NAMES and row_of(name) < row_of(module)
    }

    assert above == set()


@pytest.mark.parametrize("module", [name for name in NAMES if name in CORE])
def test_the_core_knows_neither_slack_nor_sql_nor_a_clock(module: str) -> None:
    text = MODULES[NAMES.index(module)].read_text(encoding="utf-8")

    assert [name for name in imports(module) if name.split(".")[0] in EDGES] == []
    assert ".now(" not in text


@pytest.mark.parametrize("module", [n for n in NAMES if n.startswith("bot.emulator")])
def test_the_local_slack_imports_nothing_else_of_the_bot(module: str) -> None:
    others = {name for name in imports(module) if name.split(".")[0] == "bot"}

    assert all(name.startswith("bot.emulator") for name in others)
