"""Weekly opening hours in a time zone, without holidays, as open intervals in UTC.

A schedule says when the team is at work; `hours` counts over it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Span:
    """Opening hours of one weekday, both ends counted from its local midnight.

    A `closes` beyond 24 hours is on the next date: 22:00-06:00 is 22 h to 30 h.
    """

    opens: timedelta
    closes: timedelta

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.opens < DAY:
            raise ValueError(f"a span opens within its day, not at {self.opens}")
        if not self.opens < self.closes <= self.opens + DAY:
            raise ValueError(f"a span lasts at most a day, not until {self.closes}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A half-open interval `[opens, closes)` in UTC.

    `day` is the local date on which it opens: its business day.
    """

    day: date
    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class ShortDay:
    """A date of which only what lies from `opens` to `closes` on the clock is open."""

    name: str
    opens: timedelta = timedelta(0)
    closes: timedelta = DAY

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.opens < self.closes <= DAY:
            raise ValueError("a short day opens before it closes, on one date")


@dataclass(frozen=True, slots=True)
class Schedule:
    """Weekly spans (seven tuples, Monday first) in a zone, holidays and short days.

    Raises ValueError if no day is open or the spans of one day overlap.
    """

    zone: ZoneInfo
    weekly: tuple[tuple[Span, ...], ...]
    holidays: Mapping[date, str] = field(default_factory=dict)
    short_days: Mapping[date, ShortDay] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise ValueError("a week has seven lists of spans, Monday first")
        if not any(self.weekly):
            raise ValueError("a schedule needs some open time")
        for spans in self.weekly:
            ordered = sorted(spans, key=lambda span: span.opens)
            if any(a.closes > b.opens for a, b in pairwise(ordered)):
                raise ValueError("the spans of one day overlap")

    def pieces(self, first: date, last: date) -> Iterator[Piece]:
        """Yield the open pieces whose span begins from `first` to `last`, inclusive.

        They are in the order of their spans. Neighbours may touch or overlap, since a
        night shift may reach into the next day's hours.
        """
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            for span in self.weekly[day.weekday()]:
                yield from self._without_days_off(day, span)

    def _without_days_off(self, day: date, span: Span) -> Iterator[Piece]:
        """Yield what holidays and short days leave of a span.

        A holiday lasts from local midnight to local midnight. It also cuts a night
        shift of the day before; what a holiday's own night shift leaves after midnight
        counts as the next day's. So it is with the closed hours of a short day.
        """
        opens, closes = self.instant(day, span.opens), self.instant(day, span.closes)
        opened_on = day
        for off, on, date_of_rest in (*self._off(day), *self._off(day + DAY)):
            # Nothing is off before a short day that opens as usual.
            if off == on:
                continue
            if opens < min(off, closes):
                yield Piece(opened_on, opens, min(off, closes))
            if opens < on:
                opens, opened_on = on, date_of_rest
        # Empty on a holiday, or if DST skips the whole span.
        if opens < closes:
            yield Piece(opened_on, opens, closes)

    def _off(self, day: date) -> Iterator[tuple[datetime, datetime, date]]:
        """Yield the parts of a date that are off, and the date of what follows them."""
        midnight, tomorrow = timedelta(0), day + DAY
        short = self.short_days.get(day)
        if day in self.holidays:
            yield (
                self.instant(day, midnight),
                self.instant(tomorrow, midnight),
                tomorrow,
            )
        elif short is not None:
            opens, closes = (
                self.instant(day, at) for at in (short.opens, short.closes)
            )
            yield self.instant(day, midnight), opens, day
            yield closes, self.instant(tomorrow, midnight), tomorrow

    def instant(self, day: date, wall: timedelta) -> datetime:
        """Return local midnight of `day` plus `wall` on the wall clock, in UTC.

        A local time that DST skips is read with the offset before the change (02:30
        becomes 03:30). One that occurs twice is its first occurrence.
        Source: RFC 5545 section 3.3.5, https://www.rfc-editor.org/rfc/rfc5545
        """
        # Arithmetic on an aware datetime moves the wall clock and ignores changes of
        # the offset, which is what opening hours mean. The sum has fold=0, which for a
        # repeated time is the first one, and for a skipped one the offset before.
        # https://docs.python.org/3/library/datetime.html, https://peps.python.org/pep-0495/
        local = datetime.combine(day, time(), self.zone) + wall
        return local.astimezone(UTC)


def always(zone: ZoneInfo) -> Schedule:
    """Return the schedule that is open day and night."""
    return Schedule(zone, ((Span(timedelta(0), DAY),),) * 7)
