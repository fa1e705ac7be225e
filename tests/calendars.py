"""Schedules and instants for tests, written as a person would say them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.business_time.schedules import DAY, WEEKDAYS, Schedule, Span

WEEK, WORKDAYS = WEEKDAYS, WEEKDAYS[:5]
NO_TIME = timedelta(0)


def span(text: str) -> Span:
    """Read "22:00-06:00"."""
    opens, closes = (
        timedelta(hours=int(edge[:2]), minutes=int(edge[3:]))
        for edge in text.split("-")
    )
    return Span(opens, closes if opens < closes else closes + DAY)


def schedule(
    *spans: str,
    zone: str = "America/Los_Angeles",
    on: Iterable[str] = WORKDAYS,
    holidays: Iterable[str] = (),
    **others: str,
) -> Schedule:
    """Return the same spans on some weekdays, and one of its own on `others`."""
    alike = tuple(span(text) for text in spans)
    weekly = [
        (span(others[day]),) if day in others else alike if day in on else ()
        for day in WEEK
    ]
    names = dict.fromkeys(map(date.fromisoformat, holidays), "a holiday")
    return Schedule(ZoneInfo(zone), tuple(weekly), names)


def at(text: str, zone: str = "America/Los_Angeles") -> datetime:
    """Read "2026-11-24 09:00" on the wall of a zone, as UTC."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)
