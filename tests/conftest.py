"""What every test may use, and the profiles of the property tests.

`HYPOTHESIS_PROFILE=thorough` makes those look longer.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.commands import Run, runner

settings.register_profile("default", deadline=None, max_examples=25)
settings.register_profile("ci", deadline=None, max_examples=25, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "default")
)


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command in an empty folder: `run("check").out`."""
    return runner(tmp_path, monkeypatch, capsys)
