"""A person's own quiet hours: how they are written, and what they leave of a day."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.business_time.schedules import DAY, Span
from bot.policy.names import folded

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_TIME = r"([01]?\d|2[0-3])(?:[:.]([0-5]\d))?(?: ?([ap])\.?m\.?)?"
_SPAN = re.compile(f"{_TIME}(?: ?- ?| to ){_TIME}", re.ASCII)


def read(written: str) -> Span | None:
    """Read hours such as `22:00-07:00` or `10pm to 7am`; `None` if these are none."""
    found = _SPAN.fullmatch(folded(written))
    if found is None:
        return None
    opens, closes = _wall(*found.groups()[:3]), _wall(*found.groups()[3:])
    if opens is None or closes is None or opens == closes:
        return None
    return Span(opens, closes if closes > opens else closes + DAY)


def _wall(hour: str, minute: str | None, half: str | None) -> timedelta | None:
    """Return a time of the wall clock; `None` for such as 22pm."""
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half == "p" else 0)
    return timedelta(hours=hours, minutes=int(minute or 0))


def written(quiet: Span) -> str:
    """Return quiet hours as `read` reads them: 22:00-07:00."""
    return "-".join(clock(at) for at in (quiet.opens, quiet.closes))


def clock(wall: timedelta) -> str:
    """Return a time of the wall clock: 07:00."""
    hours, minutes = divmod(wall % DAY // _MINUTE, 60)
    return f"{hours:02}:{minutes:02}"


def contain(quiet: Span, wall: timedelta) -> bool:
    """Return whether a time of the wall clock lies in quiet hours."""
    return any(quiet.opens <= at < quiet.closes for at in (wall, wall + DAY))


def are_all(quiet: Span, weekly: Sequence[Sequence[Span]]) -> bool:
    """Return whether quiet hours leave nothing of a week."""
    spans = (span for of_day in weekly for span in of_day)
    return not any(True for span in spans for _ in _left(span, quiet))


def without(
    weekly: Sequence[Sequence[Span]], quiet: Span
) -> tuple[tuple[Span, ...], ...]:
    """Return the spans of a week, Monday first, without quiet hours.

    If nothing is left of it, an hour as they end is: then comes the list of the day. A
    shift that crosses midnight stays whole, since what it has after midnight is no day
    of its own.
    """
    if are_all(quiet, weekly):
        ends = quiet.closes % DAY
        return tuple((Span(ends, ends + _HOUR),) if spans else () for spans in weekly)
    return tuple(
        tuple(one for span in spans for one in _of_day(span, quiet)) for spans in weekly
    )


def _of_day(span: Span, quiet: Span) -> Iterator[Span]:
    if span.closes > DAY:
        yield span
    else:
        yield from (Span(*one) for one in _left(span, quiet))


def _left(span: Span, quiet: Span) -> Iterator[tuple[timedelta, timedelta]]:
    """Yield from when to when a span is not quiet."""
    at = span.opens
    for days in (-1, 0, 1):
        begins, ends = quiet.opens + days * DAY, quiet.closes + days * DAY
        if at < min(begins, span.closes):
            yield at, min(begins, span.closes)
        at = max(at, ends)
    if at < span.closes:
        yield at, span.closes
