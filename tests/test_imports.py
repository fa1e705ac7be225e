"""Each module of the tests can be loaded first, whatever else has been loaded."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests import documents
from tests.paths import ROOT

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for path in (ROOT / "tests").rglob("*.py")
}
COMMANDS = re.findall(
    r"uv run (?:--exact |--group \w+ )*python -m (tests[\w.]+)", documents.ALL
)
# What the benchmarks and the training need, where their group is not installed.
STAND_INS = """
import sys
from importlib.machinery import ModuleSpec
from unittest.mock import MagicMock

class Peers:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in PEERS:
            return ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return MagicMock()

    def exec_module(self, module):
        module.__path__ = []

sys.meta_path.append(Peers())
"""
PEERS = [
    "businesstimedelta", "exchange_calendars", "numpy", "pandas", "procrastinate",
    "pytz", "scipy", "sklearn", "sqlalchemy", "threadpoolctl",
]  # fmt: skip


def imported(path: Path) -> set[str]:
    """Return the modules of the tests that a file imports as it is loaded."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module}
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found & MODULES.keys()


def test_no_test_module_imports_itself_indirectly() -> None:
    graph = {name: imported(path) for name, path in MODULES.items()}

    TopologicalSorter(graph).prepare()  # Raises CycleError, which names the circle.


@pytest.mark.parametrize("module", ["tests.story", *sorted(set(COMMANDS))])
def test_what_the_documents_run_loads_in_a_fresh_interpreter(module: str) -> None:
    if (ROOT / module.replace(".", "/")).is_dir():
        module = f"{module}.__main__"

    ran = subprocess.run(
        [sys.executable, "-c", f"PEERS = {PEERS}\n{STAND_INS}\nimport {module}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
