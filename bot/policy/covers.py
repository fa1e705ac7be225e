"""Covers: a person is on call instead of another for a stretch of time."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.policy.rotations import Shift


@dataclass(frozen=True, slots=True)
class Cover:
    """Who is on call in `[since, until)` instead of `instead_of`.

    It stands for all turns of a rotation in that time or, at a level of `on_call`, for
    whoever is named there alone. `of` is the rotation's name or the level's key.
    """

    of: str
    instead_of: str
    person: str
    since: datetime
    until: datetime


def covered(shift: Shift, covers: Sequence[Cover], instant: datetime) -> Shift:
    """Return somebody's shift as the covers of its rotation or level leave it.

    They come oldest first, and the newest counts, so that a cover can be covered.
    """
    if not covers:
        return shift
    edges = sorted({edge for one in covers for edge in (one.since, one.until)})
    # What holds from each edge on; nothing does before the first one.
    holding = [None, *(_at(covers, edge) for edge in edges)]
    place = bisect_right(edges, instant)
    here, since, until = holding[place], shift.since, shift.until
    for number in range(place, 0, -1):
        if holding[number - 1] != here:
            since = max(edges[number - 1], since or edges[number - 1])
            break
    for number in range(place, len(edges)):
        if holding[number + 1] != here:
            until = min(edges[number], until or edges[number])
            break
    person = here.person if here else shift.person
    return replace(
        shift,
        person=person,
        since=since,
        until=until,
        instead_of=here.instead_of if here else None,
    )


def _at(covers: Sequence[Cover], instant: datetime) -> Cover | None:
    current = (one for one in reversed(covers) if one.since <= instant < one.until)
    return next(current, None)


@dataclass(frozen=True, slots=True)
class CoverRequest:
    """A request for a cover of one rotation or level; several may share an id.

    `asked_of` are the ids of those who were asked, with spaces between. Nothing changes
    until one of them accepts. What is withdrawn counts until then.
    """

    request: str
    of_what: str
    instead_of: str
    begins_at: datetime
    ends_at: datetime
    asked_by: str
    asked_of: str
    asked_at: datetime
    accepted_by: str | None = None
    accepted_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Return whether somebody can still accept it."""
        is_answered = self.accepted_by is not None or self.withdrawn_at is not None
        return not is_answered and now < self.ends_at

    @property
    def concerned(self) -> frozenset[str]:
        """Those who hear how it ended, and who may withdraw it."""
        found = self.asked_by, self.instead_of, self.accepted_by
        return frozenset(one for one in found if one is not None)

    @property
    def cover(self) -> Cover | None:
        """The cover that came of it, as far as it counts; `None` if none did."""
        until = min(self.ends_at, self.withdrawn_at or self.ends_at)
        if self.accepted_by is None or until <= self.begins_at:
            return None
        names = self.of_what, self.instead_of, self.accepted_by
        return Cover(*names, self.begins_at, until)
