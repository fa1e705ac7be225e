"""The open intervals of schedules in sorted columns, computed year by year on demand.

All instants are in UTC. Datetimes that share a tzinfo compare as naive ones, without
computing offsets, so bisecting them is about as fast as integers. It is also correct:
within a zone with DST, Python compares wall clocks and ignores `fold`.
Source: https://docs.python.org/3/library/datetime.html
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

from bot.business_time.schedules import DAY, Schedule

Interval = tuple[datetime, datetime]

NO_TIME = timedelta(0)
# How far to look for open time: in a schedule whose days are all holidays a search
# would not end.
HORIZON = timedelta(days=12 * 366)

# A neighbouring year can still change this much of a year: local dates differ from UTC
# by up to 14 hours, and a span reaches up to a day beyond its date.
_MARGIN = 2 * DAY


def utc(at: datetime) -> datetime:
    """Return the same instant in UTC. Raises ValueError if `at` is naive."""
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC)


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the intervals in order, joining those that touch or overlap."""
    joined: list[Interval] = []
    for opens, closes in sorted(intervals):
        if joined and opens <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], closes)
        else:
            joined.append((opens, closes))
    return joined


@dataclass(frozen=True, slots=True)
class Layout:
    """Open intervals as parallel columns, reliable from `safe_from` to `safe_to`.

    `until[i]` is the total open time up to the end of interval i. Beyond the safe
    instants an interval may still grow once a neighbouring year is added.
    """

    opens: Sequence[datetime]
    closes: Sequence[datetime]
    until: Sequence[timedelta]
    safe_from: datetime
    safe_to: datetime

    def position(self, at: datetime) -> timedelta:
        """Return the open time from the start of the layout to `at`."""
        i = bisect_right(self.opens, at) - 1
        if i < 0:
            return NO_TIME
        closes = self.closes[i]
        if at >= closes:
            return self.until[i]
        return self.until[i] - (closes - at)

    def earliest(self, position: timedelta) -> datetime | None:
        """Return the first instant at a position: a closing rather than an opening.

        `None` if that is not within the safe instants.
        """
        # A closing and the next opening have the same position. bisect_left finds the
        # interval that ends there, bisect_right in `latest` the one that begins.
        i = bisect_left(self.until, position)
        if i == len(self.until):
            return None
        at = self.closes[i] - (self.until[i] - position)
        return at if at <= self.safe_to else None

    def latest(self, position: timedelta) -> datetime | None:
        """Return the last instant at a position: an opening rather than a closing.

        `None` if that is not within the safe instants.
        """
        i = bisect_right(self.until, position)
        if position < NO_TIME or i == len(self.until):
            return None
        at = self.closes[i] - (self.until[i] - position)
        return at if at >= self.safe_from else None

    def is_open(self, at: datetime) -> bool:
        """Return whether `at` is in an interval; a closing is not."""
        i = bisect_right(self.opens, at) - 1
        return i >= 0 and at < self.closes[i]

    def next_opening(self, after: datetime) -> datetime | None:
        """Return the first opening after `after`; `None` if not a safe one."""
        i = bisect_right(self.opens, after)
        if i == len(self.opens) or self.opens[i] > self.safe_to:
            return None
        return self.opens[i]

    def last_closing(self, at: datetime) -> datetime | None:
        """Return the last closing at or before `at`; `None` if not a safe one."""
        i = bisect_right(self.closes, at) - 1
        if i < 0 or self.closes[i] < self.safe_from:
            return None
        return self.closes[i]

    def cut(self, start: datetime, end: datetime) -> list[Interval]:
        """Return the intervals between two instants, clipped to them."""
        first = bisect_right(self.closes, start)
        last = bisect_left(self.opens, end)
        return [
            (max(self.opens[i], start), min(self.closes[i], end))
            for i in range(first, last)
        ]


class Timeline:
    """The layout of a union of schedules, extended year by year on demand."""

    def __init__(self, parts: tuple[Schedule, ...]) -> None:
        self._parts = parts
        self._years: dict[int, list[Interval]] = {}
        self._layout = Layout(
            opens=(),
            closes=(),
            until=(),
            safe_from=datetime.max.replace(tzinfo=UTC),
            safe_to=datetime.min.replace(tzinfo=UTC),
        )

    def between(self, start: datetime, end: datetime) -> Layout:
        """Return a layout that is safe from `start` to `end`, inclusive.

        Threads may share a timeline without a lock. A layout never changes, and a new
        one replaces it in a single assignment; at worst two threads compute the same
        year.
        """
        layout = self._layout
        if layout.safe_from <= start and end < layout.safe_to:
            return layout
        first = min((start - _MARGIN).year, layout.safe_from.year)
        last = max((end + _MARGIN).year, layout.safe_to.year)
        self._layout = layout = self._laid_out(first, last)
        return layout

    def later(self, layout: Layout, at: datetime) -> Layout | None:
        """Return a layout with another year; `None` beyond the horizon of `at`."""
        if layout.safe_to > at + HORIZON:
            return None
        return self.between(layout.safe_from, layout.safe_to + DAY)

    def earlier(self, layout: Layout, at: datetime) -> Layout | None:
        """Return a layout with an earlier year; `None` beyond the horizon of `at`."""
        if layout.safe_from < at - HORIZON:
            return None
        return self.between(layout.safe_from - DAY, layout.safe_from)

    def _laid_out(self, first: int, last: int) -> Layout:
        for year in range(first, last + 1):
            if year not in self._years:
                self._years[year] = self._year(year)
        # Years of a union overlap: Sydney starts a new one while London still works. So
        # intervals at the turn of a year have to be merged.
        years = (self._years[year] for year in range(first, last + 1))
        intervals = merged(interval for year in years for interval in year)
        return Layout(
            opens=[opens for opens, _ in intervals],
            closes=[closes for _, closes in intervals],
            until=list(accumulate(closes - opens for opens, closes in intervals)),
            safe_from=datetime(first, 1, 1, tzinfo=UTC) + _MARGIN,
            safe_to=datetime(last + 1, 1, 1, tzinfo=UTC) - _MARGIN,
        )

    def _year(self, year: int) -> list[Interval]:
        first, last = date(year, 1, 1), date(year, 12, 31)
        return merged(
            (piece.opens, piece.closes)
            for part in self._parts
            for piece in part.pieces(first, last)
        )
