"""Explain a due instant: which time was counted, which was skipped, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.business_time.hours import BusinessHours, Interval
from bot.business_time.schedules import DAY

WAITING = "waiting on the customer"


@dataclass(frozen=True, slots=True)
class Line:
    """An interval `[start, end)` in UTC: open or closed, and how much of it counted."""

    start: datetime
    end: datetime
    is_open: bool
    counted: timedelta
    why: str


def ledger(
    hours: BusinessHours,
    start: datetime,
    due: datetime,
    pauses: Sequence[Interval] = (),
) -> tuple[Line, ...]:
    """Return every interval between `start` and `due`, in order and without gaps.

    The counted parts sum to `elapsed(start, due)` less the open time of the pauses.
    """
    lines: list[Line] = []
    at = start
    for opens, closes in hours.open_spans(start, due):
        if at < opens:
            lines.append(_closed(hours, at, opens))
        lines.extend(_open(opens, closes, pauses))
        at = closes
    if at < due:
        lines.append(_closed(hours, at, due))
    return tuple(lines)


def counted(lines: Sequence[Line]) -> timedelta:
    """Return the total time that a ledger counted."""
    return sum((line.counted for line in lines), timedelta(0))


def _open(
    opens: datetime, closes: datetime, pauses: Sequence[Interval]
) -> Iterator[Line]:
    at = opens
    for paused, resumed in pauses:
        first, last = max(paused, at), min(resumed, closes)
        if first >= last:
            continue
        if at < first:
            yield Line(at, first, is_open=True, counted=first - at, why="open")
        yield Line(first, last, is_open=True, counted=timedelta(0), why=WAITING)
        at = last
    if at < closes:
        yield Line(at, closes, is_open=True, counted=closes - at, why="open")


def _closed(hours: BusinessHours, start: datetime, end: datetime) -> Line:
    why = _reason(hours, start, end)
    return Line(start, end, is_open=False, counted=timedelta(0), why=why)


def _reason(hours: BusinessHours, start: datetime, end: datetime) -> str:
    """Return the closed days in a gap, else "night", or "break" within a day."""
    first = start.astimezone(hours.zone).date()
    # The end is exclusive: a gap that ends at midnight does not touch that date.
    last = (end - timedelta(microseconds=1)).astimezone(hours.zone).date()
    reasons: dict[str, None] = {}
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if why := _closed_day(hours, day) or _short_day(hours, day, start, end):
            reasons[why] = None
    if reasons:
        return ", ".join(reasons)
    return "break" if _within_one_day(hours, start, end) else "night"


def _closed_day(hours: BusinessHours, day: date) -> str | None:
    for part in hours.parts:
        if day in part.holidays and part.weekly[day.weekday()]:
            return f"holiday: {part.holidays[day]}"
    if any(part.weekly[day.weekday()] for part in hours.parts):
        return None
    if day.weekday() >= 4:
        return "weekend"
    return f"closed on {day:%A}s"


def _short_day(
    hours: BusinessHours, day: date, start: datetime, end: datetime
) -> str | None:
    """Return why a short day is closed in a gap in which it usually is not."""
    for part in hours.parts:
        if (short := part.short_days.get(day)) is None:
            continue
        usual = replace(part, short_days={}).pieces(day - DAY, day)
        if any(one.opens < end and start < one.closes for one in usual):
            return f"short day: {short.name}"
    return None


def _within_one_day(hours: BusinessHours, start: datetime, end: datetime) -> bool:
    """Return whether a business day of the home goes on after the gap."""
    pieces = hours.pieces_on(end.astimezone(hours.zone).date())
    return any(piece.closes == start for piece in pieces) and any(
        piece.opens == end for piece in pieces
    )
