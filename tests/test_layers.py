"""Who may import whom: the packages of the README's "How it is built"."""

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.paths import ROOT

BOT = ROOT / "bot"
PATHS = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for path in sorted(BOT.rglob("*.py"))
}

# Each package, and the packages that it may import besides itself and the ground.
GROUND = {"settings", "errors", "clock", "logs", "values"}
PURE = {"incidents", "classification", "policy", "business_time"}
SAID = {"slack", *PURE}
RECORDED = {"store", *SAID}
MAY_IMPORT = {
    "__main__": {"cli"},
    "cli": {
        "demo",
        "doctor",
        "app",
        "feeds",
        "inbound",
        "delivery",
        "triage",
        *RECORDED,
    },
    "demo": {
        "app",
        "doctor",
        "running",
        "inbound",
        "delivery",
        "triage",
        "emulator",
        *RECORDED,
    },
    "app": {"feeds", "running", "inbound", "delivery", "triage", *RECORDED},
    "doctor": RECORDED,
    "feeds": {"delivery", "triage", *RECORDED},
    "running": {"delivery", "triage", *RECORDED},
    "inbound": {"delivery", "triage", *RECORDED} - {"store"},
    "delivery": {"triage", *RECORDED},
    "triage": RECORDED,
    "slack": PURE,
    "store": PURE,
    "incidents": {"policy", "business_time"},
    "classification": {"policy"},
    "policy": {"business_time"},
    "business_time": set(),
    "emulator": set(),
    **dict.fromkeys(GROUND, GROUND),
}
# The edge words the use cases. These two look people up in Slack, and write the notices
# about a changed policy.
KNOW_SLACK = {"bot.triage.people", "bot.triage.policy_changes"}
# The file's boundary is the one place in the policy that knows other libraries.
BOUNDARY, ITS_LIBRARIES = (
    "bot.policy.parsing",
    {"pydantic", "pydantic_core", "yaml", "holidays"},
)


def imports(module: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(PATHS[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{name.name}" for name in node.names}
            found |= {name for name in inner if name in PATHS} or {node.module}
    return found


def package(module: str) -> str:
    """Return the package of a module of ours, or its name where it has none."""
    return module.split(".")[1]


OURS = [name for name in PATHS if not name.endswith("__init__")]


@pytest.mark.parametrize("module", OURS)
def test_a_module_imports_only_what_its_package_may(module: str) -> None:
    own = package(module)
    ours = {package(name) for name in imports(module) if name.startswith("bot.")}
    ground = GROUND
    if own in PURE:
        ground = {"errors", "values"}
    elif own in {"emulator", *GROUND}:
        ground = set()

    assert ours - {own} <= MAY_IMPORT[own] | ground


def test_only_two_modules_of_triage_know_slack() -> None:
    knowing = {
        name
        for name in OURS
        if package(name) == "triage"
        and any(one.startswith("bot.slack") for one in imports(name))
    }

    assert knowing == KNOW_SLACK


def test_packages_import_only_packages_below_them() -> None:
    TopologicalSorter(
        {
            name: below - {name}
            for name, below in MAY_IMPORT.items()
            if name not in GROUND
        }
    ).prepare()


def test_no_modules_import_each_other_in_a_circle() -> None:
    TopologicalSorter({name: imports(name) & PATHS.keys() for name in OURS}).prepare()


@pytest.mark.parametrize("module", [name for name in OURS if package(name) in PURE])
def test_the_core_knows_neither_slack_nor_sql_nor_a_clock(module: str) -> None:
    allowed = {"bot", *sys.stdlib_module_names} - {"sqlite3"}
    if module.startswith(BOUNDARY):
        allowed |= ITS_LIBRARIES
    else:
        assert ".now(" not in PATHS[module].read_text(encoding="utf-8")

    assert {name.split(".")[0] for name in imports(module)} <= allowed


@pytest.mark.parametrize("folder", sorted({path.parent for path in PATHS.values()}))
def test_a_package_says_in_a_sentence_what_it_is_for(folder: Path) -> None:
    tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))

    assert ast.get_docstring(tree)
    assert len(tree.body) == 1


def users_of(attribute: str) -> set[str]:
    """Return the modules of ours that read an attribute of this name."""
    return {
        name
        for name in OURS
        for node in ast.walk(ast.parse(PATHS[name].read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == attribute
    }


def test_only_the_recipients_ask_who_is_on_call_at_an_instant() -> None:
    assert users_of("on_call_at") == {"bot.incidents.recipients"}
