"""What `sevbot doctor` finds: one sentence each, and how to fix it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much it matters. `NOTE` is good to know, or could not be checked."""

    OK = "ok"
    NOTE = "note"
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. `mend` says how to fix what is wrong."""

    level: Level
    what: str
    mend: str = ""


def ok(what: str) -> Finding:
    return Finding(Level.OK, what)


def note(what: str, mend: str = "") -> Finding:
    return Finding(Level.NOTE, what, mend)


def wrong(what: str, mend: str) -> Finding:
    return Finding(Level.WRONG, what, mend)
