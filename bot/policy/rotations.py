"""Rotations: whose turn it is at an instant, since when, and until when.

Hand-overs are counted on the wall clock of the rotation's zone, from the first one on.
Those of a year are computed on demand and kept, so an answer is a bisection.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count, pairwise
from operator import itemgetter
from zoneinfo import ZoneInfo

from bot.business_time.schedules import DAY, Schedule
from bot.business_time.timeline import Timeline, utc
from bot.values import value

# Local dates differ from UTC by up to 14 hours, and a change of the offset can shift a
# hand-over by a day: https://data.iana.org/time-zones/theory.html tells of Apia, 2011.
_MARGIN = 3 * DAY
_BRIDGED = 3 * DAY
# How far to look for somebody who comes on: there may be nobody in the hours, ever.
_MOST_YEARS = 12
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)


class Unit(StrEnum):
    """What turns are counted in."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    BUSINESS_DAY = "business day"


_LENGTHS = {
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: DAY,
    Unit.WEEK: 7 * DAY,
}


@value
class Shift:
    """Who is on call in a stretch of time `[since, until)`; `None` is nobody.

    `rotation` names the rotation whose turn it is, if it is one. An end that is `None`
    is not known: a person who is named alone is on call for ever. Where the person
    covers for another, `instead_of` is the other.
    """

    person: str | None
    rotation: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    instead_of: str | None = None


# Somebody's time on call, never without ends.
_On = tuple[datetime, datetime, str]
_Year = tuple[Sequence[datetime], Sequence[Shift]]


@dataclass(frozen=True, slots=True)
class Rotation:
    """People who take turns of so many units each. A member `None` is an empty slot.

    The first turn begins at the first hand-over on or after `starts`, on `weekday`
    (Monday is 0) if there is one. The weekdays and holidays of `days` say what is a
    business day. Outside of `hours` nobody is on; holidays do not matter to them.
    """

    name: str
    zone: ZoneInfo
    members: tuple[str | None, ...]
    every: int
    unit: Unit
    starts: date
    hand_over: time
    weekday: int | None
    days: Schedule
    hours: Schedule | None = None
    _open: Timeline | None = field(init=False, repr=False, compare=False)
    _on: dict[int, list[_On]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _years: dict[int, _Year] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        timeline = Timeline((self.hours,)) if self.hours else None
        object.__setattr__(self, "_open", timeline)

    def at(self, instant: datetime) -> Shift:
        """Return the shift at an instant; one of nobody lasts until somebody comes on.

        A hand-over ends a shift also where the same person follows.
        """
        instant = utc(instant)
        # Threads may share a rotation: what is computed of a year never changes.
        if instant.year not in self._years:
            self._years[instant.year] = self._laid_out(instant.year)
        begins, shifts = self._years[instant.year]
        return shifts[bisect_right(begins, instant) - 1]

    def without_hours(self) -> "Rotation":
        """Return it as if its people were on by day and night."""
        return replace(self, hours=None)

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield the key of each member in the file, and who it is."""
        for number, person in enumerate(self.members, start=1):
            if person is not None:
                yield f"rotations.{self.name}.members.{number}", person

    def _laid_out(self, year: int) -> _Year:
        """Return when the shifts of a year begin, and the shifts, without a gap."""
        shifts, ended_at = list[Shift](), self._last_end(year)
        for since, until, person in self._on_in(year):
            # It is empty where somebody follows at once.
            shifts.append(Shift(None, None, ended_at, since))
            shifts.append(Shift(person, self.name, since, until))
            ended_at = until
        shifts.append(Shift(None, None, ended_at, self._next_start(year)))
        return [one.since or _EARLIEST for one in shifts], shifts

    def _last_end(self, year: int) -> datetime | None:
        """Return when somebody's time last ended before those of a year, if it did."""
        first = next((since for since, *_ in self._on_in(year)), _LATEST)
        for earlier in range(year - 1, self.starts.year - 2, -1):
            for since, until, _ in reversed(self._on_in(earlier)):
                if since < first:
                    return until
        return None

    def _next_start(self, year: int) -> datetime | None:
        """Return when somebody's time begins after those of a year, if it does."""
        last = next((since for since, *_ in reversed(self._on_in(year))), _EARLIEST)
        soonest = max(year + 1, self.starts.year - 1)
        for later in range(soonest, soonest + _MOST_YEARS):
            for since, *_ in self._on_in(later):
                if since > last:
                    return since
        return None

    def _on_in(self, year: int) -> list[_On]:
        """Return the times with somebody on call that touch a year, in order."""
        if year not in self._on:
            self._on[year] = [*self._cut(self._turns(year))]
        return self._on[year]

    def _cut(self, turns: Sequence[tuple[datetime, int]]) -> Iterator[_On]:
        """Yield what the hours leave of all turns but the last, less empty slots."""
        layout = None
        if self._open and turns:
            layout = self._open.between(turns[0][0], turns[-1][0])
        for (since, number), (until, _) in pairwise(turns):
            person = self.members[number % len(self.members)]
            if person is not None:
                left = layout.cut(since, until) if layout else [(since, until)]
                yield from ((*stretch, person) for stretch in left)

    def _turns(self, year: int) -> list[tuple[datetime, int]]:
        """Return when the turns of a year begin, with their numbers, and one beyond.

        Where DST skips a hand-over several can begin at once, or a later one first. The
        last of those that have begun counts.
        """
        begun = list[tuple[datetime, int]]()
        for number, wall in self._hand_overs(year):
            # As `Schedule.instant` reads local times that do not exist or do twice.
            at = wall.replace(tzinfo=self.zone).astimezone(UTC)
            while begun and begun[-1][0] >= at:
                begun.pop()
            begun.append((at, number))
        return begun

    def _hand_overs(self, year: int) -> Iterator[tuple[int, datetime]]:
        """Yield the hand-overs of a year on the wall clock, and one on each side."""
        first = datetime.combine(date(year, 1, 1), time()) - _MARGIN
        last = datetime.combine(date(year + 1, 1, 1), time()) + _MARGIN
        before = None
        for number, wall in self._numbered(first):
            if wall < first:
                before = number, wall
                continue
            if before is not None:
                yield before
                before = None
            yield number, wall
            if wall > last:
                return

    def _numbered(self, first: datetime) -> Iterator[tuple[int, datetime]]:
        """Yield hand-overs with their numbers, those long before `first` left out."""
        if self.unit is Unit.BUSINESS_DAY:
            yield from enumerate(self._business_days())
        start = datetime.combine(self.starts, self.hand_over)
        if self.weekday is not None:
            start += (self.weekday - start.weekday()) % 7 * DAY
        length = self.every * _LENGTHS[self.unit]
        for number in count(max(0, (first - start) // length)):
            yield number, start + number * length

    def _business_days(self) -> Iterator[datetime]:
        """Yield the hand-overs of turns of business days, from the first one on."""
        counted = 0
        for ordinal in count(self.starts.toordinal()):
            day = date.fromordinal(ordinal)
            if self.days.weekly[day.weekday()] and day not in self.days.holidays:
                if counted % self.every == 0:
                    yield datetime.combine(day, self.hand_over)
                counted += 1


# Who is on from when to when; `None` is somebody whom the policy does not know.
Stretch = tuple[datetime, datetime, str | None]


@dataclass(frozen=True, slots=True)
class Feed:
    """A rotation that another calendar plans, which is read while the bot runs.

    It is in a `file` beside the policy's or, without one, at an address that the
    environment names. Its days begin at `hand_over`, and its times are in `zone` where
    they name none. `people` are ids by the names in it. `stretches`, in order, is what
    was last read of it; `None`: nothing was yet.
    """

    name: str
    zone: ZoneInfo
    file: str | None
    hand_over: time
    people: Mapping[str, str]
    stretches: tuple[Stretch, ...] | None = None

    @property
    def members(self) -> tuple[str, ...]:
        """Those whom it may name."""
        return tuple(dict.fromkeys(self.people.values()))

    def at(self, instant: datetime) -> Shift:
        """Return the shift at an instant; one of nobody lasts until somebody comes on.

        Each stretch is a shift, also where the same person follows.
        """
        found, instant = self.stretches or (), utc(instant)
        after = bisect_right(found, instant, key=itemgetter(0))
        before = after - 1
        if before >= 0:
            since, until, person = found[before]
            if person is not None and instant < until:
                return Shift(person, self.name, since, until)
        while before >= 0 and found[before][2] is None:
            before -= 1
        while after < len(found) and found[after][2] is None:
            after += 1
        ended_at = found[before][1] if before >= 0 else None
        return Shift(
            None, None, ended_at, found[after][0] if after < len(found) else None
        )

    def bridged(self) -> "Feed":
        """Return it as if each stretch lasted until one that begins soon after it.

        Nights and weekends without an event are mostly meant.
        """
        found = self.stretches or ()
        joined = (
            (since, to if to - until <= _BRIDGED else until, who)
            for (since, until, who), (to, *_) in pairwise(found)
        )
        return replace(self, stretches=(*joined, *found[-1:]))

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield the key in the file of each whom it may name, and who it is."""
        for person in self.members:
            yield f"rotations.{self.name}.names", person


# People (Slack's ids) and rotations: the first that has somebody on counts.
Holders = tuple[str | Rotation | Feed, ...]


def shift_at(
    holders: Holders,
    instant: datetime,
    covered: Callable[[Shift], Shift] = lambda shift: shift,
) -> Shift:
    """Return the shift of the first of these who is on, cut by those before it.

    `covered` returns the shift of somebody who is on as the covers leave it.
    """
    since = until = None
    for holder in holders:
        shift = Shift(holder) if isinstance(holder, str) else holder.at(instant)
        if shift.person is not None:
            shift = covered(shift)
        if shift.since and (since is None or shift.since > since):
            since = shift.since
        if shift.until and (until is None or shift.until < until):
            until = shift.until
        if shift.person is not None:
            # Not `replace`, which takes several times as long: a simulation asks often.
            return Shift(shift.person, shift.rotation, since, until, shift.instead_of)
    return Shift(None, None, since, until)
