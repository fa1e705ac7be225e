"""What `.ci/tested` wrote down: the exact packages that CI and a deployment install."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TO_RUN = [
    *PROJECT["project"]["dependencies"],
    *PROJECT["project"]["optional-dependencies"]["postgres"],
]
TO_TEST = [*TO_RUN, *PROJECT["dependency-groups"]["dev"]]
FILES = {
    "requirements.txt": TO_RUN,
    "requirements-dev.txt": [*TO_TEST, *PROJECT["dependency-groups"]["training"]],
    "requirements-oldest.txt": TO_TEST,
}


def pinned(name: str) -> dict[str, str]:
    """Return what a file pins, from name to version; each has at least one hash."""
    text = (ROOT / ".ci" / name).read_text(encoding="utf-8").replace("\\\n", "")
    found: dict[str, str] = {}
    for line in text.splitlines():
        one = re.match(r"([\w.-]+)==(\S+).* --hash=sha256:[0-9a-f]{64}", line)
        assert one is not None, line
        found[canonicalize_name(one[1])] = one[2]
    return found


@pytest.mark.parametrize(("name", "asked"), FILES.items())
def test_the_tested_set_has_all_that_is_asked(name: str, asked: list[str]) -> None:
    found = pinned(name)

    for one in map(Requirement, asked):
        assert found[canonicalize_name(one.name)] in one.specifier, one


def test_tests_run_on_the_versions_that_are_deployed() -> None:
    assert pinned("requirements.txt").items() <= pinned("requirements-dev.txt").items()


def test_what_is_deployed_holds_no_tools_of_developers() -> None:
    assert not pinned("requirements.txt").keys() & {"pytest", "mypy", "ruff"}


@pytest.mark.parametrize("path", sorted((ROOT / ".ci").iterdir()), ids=lambda p: p.name)
def test_no_file_of_the_set_names_where_packages_come_from(path: Path) -> None:
    assert "://" not in path.read_text(encoding="utf-8")
