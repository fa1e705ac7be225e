"""Read a calendar in a process of its own, with limits: what comes may be hostile.

Standard input has a line of JSON and then the calendar; standard output gets JSON. What
the libraries make nothing of ends the process.
Source: RFC 5545.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

# What the libraries return has other types in other versions.
Calendar = Any
Event = Any

MEMORY = 200_000_000
WITHIN_S = 10
_MOST_ENTRIES = 10_000
_MOST_TEXTS = 20
_LONGEST = 200
# The others do not return, or mean no turns.
_RULES = ("DAILY", "WEEKLY", "MONTHLY")
_TIMES = ("DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID")


class RefusedError(Exception):
    """The calendar cannot be used; the sentence goes on from its name."""


def expanded(
    content: bytes, zone: ZoneInfo, hand_over: time, since: datetime, until: datetime
) -> list[tuple[str, str, list[str]]]:
    """Return the events that touch `[since, until)`: from when to when, and the texts.

    Raises RefusedError.
    """
    calendar = _calendar(content)
    for event in calendar.walk("VEVENT"):
        _check(event)
    found = []
    for event in _occurrences(calendar, since, until):
        begins = _instant(event["DTSTART"].dt, zone, hand_over)
        ends = _instant(_end(event), zone, hand_over)
        is_there = event.get("STATUS") != "CANCELLED" and begins < ends
        if is_there and ends > since and begins < until:
            found.append((begins.isoformat(), ends.isoformat(), [*_texts(event)]))
        if len(found) > _MOST_ENTRIES:
            raise RefusedError(f"has more than {_MOST_ENTRIES} events")
    return found


def _calendar(content: bytes) -> Calendar:
    import icalendar  # noqa: PLC0415  # Within the limits.

    content = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    begins = content[:15].upper()
    if begins.startswith(b"<"):
        raise RefusedError("is a web page, perhaps one to log in, and no calendar")
    if begins != b"BEGIN:VCALENDAR":
        raise RefusedError("is no calendar: it does not begin with BEGIN:VCALENDAR")
    return icalendar.Calendar.from_ical(content)


def _check(event: Event) -> None:
    """Refuse what would not return, or would be read at the wrong time."""
    for rule in _listed(event.get("RRULE")):
        (frequency, *_) = rule.get("FREQ", ["nothing"])
        if str(frequency).upper() not in _RULES:
            named = _shown(str(frequency))
            raise RefusedError(
                f"has an event that repeats {named}; only {', '.join(_RULES)} are read"
            )
        if any(int(one) < 1 for one in _listed(rule.get("INTERVAL", 1))):
            raise RefusedError("has an event that repeats at an interval below one")
    if "DTSTART" not in event:
        raise RefusedError("has an event that does not say when it begins")
    for key in _TIMES:
        for value in _listed(event.get(key)):
            named = value.params.get("TZID")
            for at in getattr(value, "dts", [value]):
                if named and getattr(at.dt, "tzinfo", UTC) is None:
                    said = _shown(str(named))
                    raise RefusedError(f"is in a time zone that is unknown: {said}")


def _occurrences(
    calendar: Calendar, since: datetime, until: datetime
) -> Iterator[Event]:
    import recurring_ical_events  # noqa: PLC0415  # Within the limits.

    # Times without a zone are compared as if they were in UTC.
    margin = timedelta(days=2)
    asked = recurring_ical_events.of(calendar)
    yield from asked.between(since - margin, until + margin)


def _end(event: Event) -> date:
    """Return the end: an all-day event without one lasts a day."""
    begins: date = event["DTSTART"].dt
    if "DTEND" in event:
        ends: date = event["DTEND"].dt
        return ends
    if "DURATION" in event:
        lasts: timedelta = event["DURATION"].dt
        return begins + lasts
    return begins if isinstance(begins, datetime) else begins + timedelta(days=1)


def _instant(at: date, zone: ZoneInfo, hand_over: time) -> datetime:
    if not isinstance(at, datetime):
        at = datetime.combine(at, hand_over)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _texts(event: Event) -> Iterator[str]:
    """Yield what may name people: the title, then who is invited and may come."""
    yield str(event.get("SUMMARY", ""))[:_LONGEST]
    for one in _listed(event.get("ATTENDEE"))[:_MOST_TEXTS]:
        if one.params.get("PARTSTAT") != "DECLINED":
            address = str(one).lower().removeprefix("mailto:")
            yield f"{one.params.get('CN', '')}, {address}"[:_LONGEST]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _shown(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text[:60])


def _limit() -> None:
    import resource  # noqa: PLC0415  # Windows has none, and the bot does not run there.

    # macOS refuses a limit for memory; that for the time holds there, too.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (WITHIN_S, WITHIN_S))


def main() -> None:
    """Answer what standard input asks."""
    _limit()
    line, _, content = sys.stdin.buffer.read().partition(b"\n")
    asked = json.loads(line)
    try:
        answer: dict[str, object] = {
            "entries": expanded(
                content,
                ZoneInfo(asked["zone"]),
                time.fromisoformat(asked["hand_over"]),
                datetime.fromisoformat(asked["since"]),
                datetime.fromisoformat(asked["until"]),
            )
        }
    except RefusedError as error:
        answer = {"refused": str(error)}
    except MemoryError:
        answer = {"refused": f"needs more than {MEMORY // 1_000_000} MB to be read"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
