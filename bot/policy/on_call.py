"""Who is on call, as values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """Who may be paged by an escalation. `FALLBACK` is a channel, not a person."""

    PRIMARY = "primary"
    BACKUP = "backup"
    LEAD = "lead"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class OnCall:
    """The people on call at an instant, by Slack's ids; some roles may be empty."""

    primary: str
    backup: str | None = None
    lead: str | None = None

    def named(self) -> Iterator[tuple[Role, str]]:
        """Yield each role that somebody has, and who has it."""
        yield Role.PRIMARY, self.primary
        if self.backup is not None:
            yield Role.BACKUP, self.backup
        if self.lead is not None:
            yield Role.LEAD, self.lead


@dataclass(frozen=True, slots=True)
class Cover:
    """Somebody stands in for somebody else in `[start, end)`; ids, and UTC instants."""

    of: str
    by: str
    start: datetime
    end: datetime


def covered(on_call: OnCall, instant: datetime, covers: Sequence[Cover]) -> OnCall:
    """Return who is on call once covers count; of several for one person the last."""
    instead = {one.of: one.by for one in covers if one.start <= instant < one.end}
    people = {role.value: instead.get(who, who) for role, who in on_call.named()}
    return OnCall(**people)
