"""The labelled messages, a file for each author, and the 45 that are for testing."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.classification.weights import LABELS, Label
from tests.paths import ROOT

FOLDER = ROOT / "tests" / "data" / "triage"
SHOWN = ROOT / "tests" / "data" / "triage_examples.json"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message, who wrote it, and its label; a second one would do as well."""

    author: str
    text: str
    right: tuple[Label, ...]


def read(path: Path) -> list[Labelled]:
    """Read the messages of a file."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    named = {str(label or "none"): label for label in LABELS}
    return [
        Labelled(
            path.stem,
            row["text"],
            tuple(named[row[key]] for key in ("severity", "or") if key in row),
        )
        for row in rows
    ]


def messages() -> list[Labelled]:
    """Return all messages to learn from, always in the same order."""
    return [one for path in sorted(FOLDER.glob("*.json")) for one in read(path)]
