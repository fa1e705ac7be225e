"""Business time the slow way: every open minute of some weeks in a set, then counting.

It shares no code with `bot`, only the definitions. Instants are whole minutes since
1970 in UTC, and a zone is asked for nothing but its offset at an instant.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = 24 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


class OutOfSightError(Exception):
    """The answer lies outside the days that the oracle knows."""


@dataclass(frozen=True)
class Week:
    """Minutes of opening and closing for seven weekdays, less the dates of holidays.

    Of the dates in `short` only those from one minute of the clock to another are open.
    """

    zone: ZoneInfo
    spans: Sequence[Sequence[tuple[int, int]]]
    holidays: Mapping[date, str]
    short: Mapping[date, tuple[int, int]] = field(default_factory=dict)


class Oracle:
    """The open minutes from `first` to `last` of several weeks; the home comes first.

    The outer two days at both ends are only there to complete those within: an answer
    that touches them raises OutOfSightError.
    """

    def __init__(self, weeks: Sequence[Week], first: date, last: date) -> None:
        self._zone = weeks[0].zone
        self._days = _minutes_by_day(weeks[0], first, last)
        self._home = set[int]().union(*self._days.values())
        self._open = self._home.union(
            *(m for w in weeks[1:] for m in _minutes_by_day(w, first, last).values())
        )
        self._sight = range(_midnight(first) + 2 * DAY, _midnight(last) - 2 * DAY)

    def is_open(self, at: int) -> bool:
        return at in self._open

    def elapsed(self, a: int, b: int) -> int:
        return sum(1 for minute in range(a, b) if minute in self._open)

    def add(self, start: int, minutes: int) -> int:
        if minutes == 0:
            return self.roll_forward(start)
        counted = sorted(m for m in self._open if m >= start)
        return self._seen(counted[minutes - 1 : minutes]) + 1

    def subtract(self, end: int, minutes: int) -> int:
        counted = sorted((m for m in self._open if m < end), reverse=True)
        return self._seen(counted[minutes - 1 : minutes])

    def roll_forward(self, at: int) -> int:
        return self._seen(m for m in self._open if m >= at)

    def next_opening(self, after: int) -> int:
        return self._seen(m for m in _openings(self._open) if m > after)

    def last_closing(self, at: int) -> int:
        return self._seen(_closings_until(self._open, at))

    def spans(self, a: int, b: int) -> list[tuple[int, int]]:
        minutes = {minute for minute in range(a, b) if minute in self._open}
        closings = reversed(_closings_until(minutes, b))
        return list(zip(_openings(minutes), closings, strict=True))

    def add_days(self, start: int, days: int) -> int:
        rolled = self._seen(m for m in self._home if m >= start)
        day = self._business_day(rolled)
        later = sorted(other for other in self._days if other > day)
        if len(later) < days:
            raise OutOfSightError
        target = later[days - 1]
        wall = wall_clock(self._zone, rolled, day)
        held = _held_inside(self._days[target], instant(self._zone, target, wall))
        if held in self._home and held - 1 not in self._home:
            return self._seen(_closings_until(self._home, held))
        return self._seen([held])

    def day_length(self, at: int) -> int:
        rolled = self._seen(m for m in self._home if m >= at)
        return len(self._days[self._business_day(rolled)])

    def on_date(self, start: int, day: date) -> int:
        local = local_date(self._zone, start)
        at = instant(self._zone, day, wall_clock(self._zone, start, local))
        if at in self._open:
            return self._seen([at])
        if self.elapsed(start, at) == 0:
            return self.roll_forward(at)
        closing = self.last_closing(at)
        if day not in self._days and self._same_day(start, closing - 1):
            return self.roll_forward(at)
        return closing

    def _same_day(self, *instants: int) -> bool:
        rolled = (self._seen(m for m in self._home if m >= at) for at in instants)
        return len({self._business_day(at) for at in rolled}) == 1

    def _business_day(self, opened: int) -> date:
        return max(d for d, minutes in self._days.items() if min(minutes) <= opened)

    def _seen(self, candidates: Iterable[int]) -> int:
        """Return the first candidate in the order given, or the least of a set."""
        ordered = candidates if isinstance(candidates, list) else sorted(candidates)
        if not ordered or ordered[0] not in self._sight:
            raise OutOfSightError
        return ordered[0]


def minute(at: datetime) -> int:
    """Return the minutes since 1970."""
    return (at - _EPOCH) // timedelta(minutes=1)


def moment(at: int) -> datetime:
    """Return the instant of a minute since 1970."""
    return _EPOCH + timedelta(minutes=at)


def offset(zone: ZoneInfo, at: int) -> int:
    """Return by how many minutes the wall clock is ahead of UTC at an instant."""
    ahead = moment(at).astimezone(zone).utcoffset()
    assert ahead is not None
    return ahead // timedelta(minutes=1)


def instant(zone: ZoneInfo, day: date, wall: int) -> int:
    """Return the first instant whose wall clock is `wall` minutes past midnight.

    Where there is none it is read with the offset before the gap.
    Source: RFC 5545 section 3.3.5.
    """
    local = _midnight(day) + wall
    before, after = offset(zone, local - DAY), offset(zone, local + DAY)
    shown = [a for a in (before, after) if offset(zone, local - a) == a]
    return local - max(shown, default=before)


def local_date(zone: ZoneInfo, at: int) -> date:
    """Return the date on the wall."""
    return date.fromordinal(_EPOCH_DAY + (at + offset(zone, at)) // DAY)


def wall_clock(zone: ZoneInfo, at: int, day: date) -> int:
    """Return the minutes that the wall clock is past midnight of `day`."""
    return at + offset(zone, at) - _midnight(day)


def open_minutes(week: Week, first: date, last: date) -> set[int]:
    """Return the open minutes of a week's spans that begin from `first` to `last`."""
    return set[int]().union(*_minutes_by_day(week, first, last).values())


def _midnight(day: date) -> int:
    return (day.toordinal() - _EPOCH_DAY) * DAY


def _minutes_by_day(week: Week, first: date, last: date) -> dict[date, set[int]]:
    """Return the open minutes under the local date on which their stretch opens."""
    days: dict[date, set[int]] = {}
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day, tomorrow = date.fromordinal(ordinal), date.fromordinal(ordinal + 1)
        for span in week.spans[day.weekday()]:
            whole = _minutes(week.zone, day, *span)
            for at in whole:
                off = [on for one in (day, tomorrow) for on in _off(week, one)]
                if any(at in minutes for minutes, _ in off):
                    continue
                # The last closed time before it that cut its span says its date.
                cuts = [on for minutes, on in off if whole[0] < minutes.stop <= at]
                days.setdefault([day, *cuts][-1], set()).add(at)
    return days


def _off(week: Week, day: date) -> Iterator[tuple[range, date]]:
    """Yield the minutes of a date that are off, and the date of what follows them."""
    opens, closes = week.short.get(day, (0, DAY))
    if day in week.holidays:
        opens, closes = 0, 0
    if opens:
        yield _minutes(week.zone, day, 0, opens), day
    if closes < DAY:
        yield (
            _minutes(week.zone, day, closes, DAY),
            date.fromordinal(day.toordinal() + 1),
        )


def _minutes(zone: ZoneInfo, day: date, opens: int, closes: int) -> range:
    return range(instant(zone, day, opens), instant(zone, day, closes))


def _openings(minutes: set[int]) -> list[int]:
    return sorted(m for m in minutes if m - 1 not in minutes)


def _closings_until(minutes: set[int], at: int) -> list[int]:
    """Return the closings at or before an instant, the last one first."""
    closings = (m + 1 for m in minutes if m + 1 not in minutes)
    return sorted((m for m in closings if m <= at), reverse=True)


def _held_inside(minutes: set[int], at: int) -> int:
    if at in minutes:
        return at
    return max((m + 1 for m in minutes if m < at), default=min(minutes))
