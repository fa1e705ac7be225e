"""What `sevbot doctor` finds: each in a sentence, with how to fix it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How serious it is. `NOTE` is good to know, or could not be checked."""

    OK = "ok"
    NOTE = "note"
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a check. `mend` says what to do about it."""

    level: Level
    what: str
    mend: str = ""


def ok(what: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(Level.OK, what)


def note(what: str, mend: str = "") -> Finding:
    """Return a finding that is good to know."""
    return Finding(Level.NOTE, what, mend)


def wrong(what: str, mend: str) -> Finding:
    """Return a finding that must be fixed."""
    return Finding(Level.WRONG, what, mend)


def is_healthy(findings: Iterable[Finding]) -> bool:
    """Return whether nothing must be fixed."""
    return all(finding.level is not Level.WRONG for finding in findings)
