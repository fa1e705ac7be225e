"""Business time: add and measure time that counts only while the team is at work.

Arguments are aware datetimes, results are UTC, intervals are half-open, and everything
is exact to the microsecond.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.business_time.schedules import DAY, Piece, Schedule
from bot.business_time.timeline import (
    HORIZON,
    NO_TIME,
    Interval,
    Layout,
    Timeline,
    merged,
    utc,
)

__all__ = ["BusinessHours", "Interval"]

_LONGEST_WORKED = timedelta(hours=16)
# A Monday in a week in which no time zone changes its offset.
_PLAIN_MONDAY = date(2026, 6, 8)


class BusinessHours:
    """The open time of one schedule, or of a union of several.

    A union is open when any part is. Its first part is its home: dates, wall clocks and
    business days are those of the home.
    """

    def __init__(self, home: Schedule, *others: Schedule) -> None:
        self.home = home
        self.parts = (home, *others)
        self._timeline = Timeline(self.parts)
        self._days: dict[date, tuple[Piece, ...]] = {}
        self._home_hours = BusinessHours(home) if others else self

    @property
    def zone(self) -> ZoneInfo:
        """The home's time zone, used for dates, morning lists and the digest."""
        return self.home.zone

    def is_open(self, at: datetime) -> bool:
        """Return whether `at` is open time. A closing instant is not."""
        at = utc(at)
        return self._timeline.between(at, at).is_open(at)

    def roll_forward(self, at: datetime) -> datetime:
        """Return `at` if it is open, else the next opening.

        This turns a `due_at` into its `late_at`. An amount that ends at 17:00 is due at
        that closing, but at the next opening at 9:00 exactly as much open time has
        passed. So the deadline is kept until then, and late only after it.

        Raises ValueError if nothing opens within twelve years.
        """
        at = utc(at)
        if self._timeline.between(at, at).is_open(at):
            return at
        opening = self.next_opening(at)
        if opening is None:
            raise ValueError("this schedule never opens again")
        return opening

    def next_opening(self, after: datetime) -> datetime | None:
        """Return the first opening strictly later than `after`.

        `None` if there is none within twelve years, as when it never closes.
        """
        after = utc(after)
        layout: Layout | None = self._timeline.between(after, after)
        while layout:
            if opening := layout.next_opening(after):
                return opening
            layout = self._timeline.later(layout, after)
        return None

    def last_closing(self, at: datetime) -> datetime | None:
        """Return the last closing at or before `at`; `None` if none in twelve years."""
        at = utc(at)
        layout: Layout | None = self._timeline.between(at, at)
        while layout:
            if closing := layout.last_closing(at):
                return closing
            layout = self._timeline.earlier(layout, at)
        return None

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """Return the earliest instant by which `amount` of open time has passed.

        An amount that ends exactly at closing is due at closing, not at the next
        opening: the reminder must come while people are at work. A zero amount gives
        the next open instant.

        Raises ValueError if `amount` is negative or `start` is naive.
        """
        if not amount:
            return self.roll_forward(start)
        if amount < NO_TIME:
            raise ValueError("an amount of business time is not negative")
        start = utc(start)
        layout: Layout | None = self._timeline.between(start, start)
        while layout:
            if end := layout.earliest(layout.position(start) + amount):
                return end
            layout = self._timeline.later(layout, start)
        raise ValueError("that much business time does not come")

    def subtract(self, end: datetime, amount: timedelta) -> datetime:
        """Return the latest instant from which `amount` of open time leads to `end`.

        If both a closing and the next opening qualify it is the opening, when people
        are there to read a reminder.

        Raises ValueError if `amount` is not positive or `end` is naive.
        """
        if amount <= NO_TIME:
            raise ValueError("only a positive amount of business time leads to an end")
        end = utc(end)
        layout: Layout | None = self._timeline.between(end, end)
        while layout:
            if start := layout.latest(layout.position(end) - amount):
                return start
            layout = self._timeline.earlier(layout, end)
        raise ValueError("that much business time has not been")

    def elapsed(self, a: datetime, b: datetime) -> timedelta:
        """Return the open time in `[a, b)`; negative when `b` is before `a`."""
        a, b = utc(a), utc(b)
        if b < a:
            return -self.elapsed(b, a)
        layout = self._timeline.between(a, b)
        return layout.position(b) - layout.position(a)

    def add_days(self, start: datetime, days: int) -> datetime:
        """Return the same wall-clock time, `days` business days later.

        `start` is first rolled forward to open time. The result is clamped to the hours
        of its day. If that gives an opening, the closing before it is returned, as in
        `add`. On a union the days and hours are those of its home.

        Raises ValueError if `days` is not positive or `start` is naive.
        """
        if days < 1:
            raise ValueError("at least one business day can be added")
        home = self._home_hours
        day = home.business_day(start)
        wall = _wall_clock(home.roll_forward(start), day, self.zone)
        pieces = home.days_after(day, days)
        landed = _held_inside(pieces, self.home.instant(pieces[0].day, wall))
        return home.closing_before_opening(landed)

    def end_of_day(self, start: datetime, days: int) -> datetime:
        """Return the last closing of the business day of `start`, or of a later one.

        No days later is the day that `start` is on, rolled forward to open time. One
        day later is the first to open after the date of `start`, or after its shift: on
        a Saturday the next business day is Monday, before Monday's opening it is
        Tuesday.
        """
        home = self._home_hours
        if not days:
            return home.pieces_on(home.business_day(start))[-1].closes
        day = utc(start).astimezone(self.zone).date()
        if home.is_open(start):
            day = home.business_day(start)
        return home.days_after(day, days)[-1].closes

    def on_date(self, start: datetime, day: date) -> datetime:
        """Return the wall-clock time of `start` on `day`, else the closing before it.

        So "weekly" is never longer than a week. It is the next opening instead if
        nothing was open since `start`, or if all of `day` is closed and that closing
        ends the business day of `start`.
        """
        at = self.same_time_on(start, day)
        if self.is_open(at):
            return at
        closing = self.last_closing(at)
        if closing is None or closing <= start:
            return self.roll_forward(at)
        if not self.pieces_on(day) and self.ends_on_day_of(start, closing):
            return self.roll_forward(at)
        return closing

    def ends_on_day_of(self, start: datetime, end: datetime) -> bool:
        """Return whether `end`, perhaps a closing, is on the business day of `start`.

        `start` is rolled forward to open time first.
        """
        return self.business_day(end - timedelta.resolution) == self.business_day(start)

    def opening_after_day_of(self, start: datetime) -> datetime:
        """Return the opening of the business day after that of `start`."""
        return self.days_after(self.business_day(start), 1)[0].opens

    def same_time_on(self, start: datetime, day: date) -> datetime:
        """Return the wall-clock time of `start` on `day`, open or not."""
        local = utc(start).astimezone(self.zone).date()
        return self.home.instant(day, _wall_clock(start, local, self.zone))

    def day_length(self, at: datetime) -> timedelta:
        """Return the open time of the business day that holds `at`, rolled forward."""
        pieces = self.pieces_on(self.business_day(at))
        return sum((piece.closes - piece.opens for piece in pieces), NO_TIME)

    def is_day_and_night(self, at: datetime) -> bool:
        """Return whether the business day of `at` is too long for one person.

        Its opening is not when anybody's working day begins.
        """
        return self.day_length(at) > _LONGEST_WORKED

    def nominal_day(self) -> timedelta:
        """Return the mean open time of the home's business days, without holidays."""
        return self._nominal_day

    @cached_property
    def _nominal_day(self) -> timedelta:
        open_days = sum(1 for spans in self.home.weekly if spans)
        return self._home_hours.nominal_week() / open_days

    def nominal_week(self) -> timedelta:
        """Return the open time of a week without days off or a DST change.

        Time that several parts or shifts cover counts once.
        """
        return self._nominal_week

    @cached_property
    def _nominal_week(self) -> timedelta:
        usual = (replace(part, holidays={}, short_days={}) for part in self.parts)
        clear = BusinessHours(*usual)
        monday = self.home.instant(_PLAIN_MONDAY, NO_TIME)
        return clear.elapsed(monday, monday + 7 * DAY)

    def open_spans(self, a: datetime, b: datetime) -> list[Interval]:
        """Return the open intervals in `[a, b)`, cut at both ends, in order."""
        a, b = utc(a), utc(b)
        return self._timeline.between(a, b).cut(a, b) if a < b else []

    def business_day(self, at: datetime) -> date:
        """Return the home's business day of `at`, after rolling it forward.

        If the shifts of two days overlap it is the one that opened last.
        """
        opened = self._home_hours.roll_forward(at)
        local = opened.astimezone(self.zone).date()
        # A shift belongs to the date on which it opens and may end on the next one. If
        # DST skips midnight, as it did in Cairo and Beirut, the end of that date moves
        # into the one after.
        for days_ago in range(3):
            day = local - days_ago * DAY
            pieces = self.pieces_on(day)
            if pieces and pieces[0].opens <= opened:
                return day
        raise AssertionError("an open instant lies in a business day")

    def pieces_on(self, day: date) -> tuple[Piece, ...]:
        """Return the home's open pieces of one local date, in order."""
        # What a holiday leaves of its night shift belongs to the date after, so the
        # spans of the day before may yield a piece of this one.
        if day not in self._days:
            around = self.home.pieces(day - DAY, day)
            spans = merged((p.opens, p.closes) for p in around if p.day == day)
            self._days[day] = tuple(Piece(day, *span) for span in spans)
        return self._days[day]

    def days_after(self, day: date, days: int) -> tuple[Piece, ...]:
        """Return the pieces of the home's `days`-th business day after `day`."""
        for _ in range(HORIZON.days):
            day += DAY
            if pieces := self.pieces_on(day):
                days -= 1
                if not days:
                    return pieces
        raise ValueError("this schedule never opens again")

    def closing_before_opening(self, at: datetime) -> datetime:
        """Return the closing before `at` if `at` is an opening, else `at`."""
        just_before = at - timedelta.resolution
        if not self.is_open(at) or self.is_open(just_before):
            return at
        return self.last_closing(at) or at


def _wall_clock(at: datetime, day: date, zone: ZoneInfo) -> timedelta:
    """Return how far the wall clock at `at` is past midnight of `day`."""
    # Without tzinfo the difference is one of wall clocks. On a DST day the elapsed time
    # since midnight is an hour more or less.
    local = at.astimezone(zone).replace(tzinfo=None)
    return local - datetime.combine(day, datetime.min.time())


def _held_inside(pieces: Sequence[Piece], at: datetime) -> datetime:
    earlier = [piece for piece in pieces if piece.opens <= at]
    if not earlier:
        return pieces[0].opens
    return min(at, earlier[-1].closes)
