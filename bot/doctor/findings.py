"""What `sevbot doctor` finds: each in a sentence, with how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much it matters. `NOTE` is something to know, or that cannot be looked at."""

    OK = "ok"
    NOTE = "note"
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was looked at. `mend` says what to do about it."""

    level: Level
    what: str
    mend: str = ""


def ok(what: str) -> Finding:
    """Return that something is as it must be."""
    return Finding(Level.OK, what)


def note(what: str, mend: str = "") -> Finding:
    """Return something to know."""
    return Finding(Level.NOTE, what, mend)


def wrong(what: str, mend: str) -> Finding:
    """Return something that must be mended."""
    return Finding(Level.WRONG, what, mend)


def is_healthy(findings: Iterable[Finding]) -> bool:
    """Tell whether nothing must be mended."""
    return all(finding.level is not Level.WRONG for finding in findings)
