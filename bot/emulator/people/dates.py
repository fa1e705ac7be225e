"""Slack's date tokens in English, with a clock of 24 hours."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

TOKEN = re.compile(r"\{(\w+)\}")
NEAR = timedelta(days=182)
NAMES = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def written(tokens: str, at: datetime, now: datetime) -> str:
    """Return a token string with the local instant `at` filled in.

    A token that Slack does not know stays as it is. A day that begins the string gets a
    capital, wherever in a text that stands: "since Today 10:00", unless "since" is a
    part of it. Slack does not document it; two libraries that imitate it agree:
    https://metacpan.org/pod/Slack::BlockKit::Block::RichText::Date and jsx-slack.
    """

    def fill(match: re.Match[str]) -> str:
        write = WRITERS.get(match.group(1))
        filled = write(at, now) if write else match.group()
        is_day = filled in NAMES.values() and match.start() == 0
        return filled.capitalize() if is_day else filled

    return TOKEN.sub(fill, tokens)


def _long(at: datetime, now: datetime) -> str:
    return f"{at:%A}, {_date(at, now)}"


def _date(at: datetime, now: datetime) -> str:
    return f"{at:%B} {at.day}{_suffix(at.day)}" + _year(at, now)


def _short(at: datetime, now: datetime) -> str:
    return f"{at:%b} {at.day}" + _year(at, now)


def _year(at: datetime, now: datetime) -> str:
    """Return the year; Slack leaves it out within half a year of now."""
    return "" if abs(at - now) < NEAR else f", {at.year}"


def _suffix(day: int) -> str:
    if 10 < day < 20:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _pretty(
    other: Callable[[datetime, datetime], str],
) -> Callable[[datetime, datetime], str]:
    def write(at: datetime, now: datetime) -> str:
        return NAMES.get((at.date() - now.date()).days) or other(at, now)

    return write


def _ago(at: datetime, now: datetime) -> str:
    seconds = abs((now - at).total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            words = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"{words} ago" if at <= now else f"in {words}"
    return "just now"


WRITERS: dict[str, Callable[[datetime, datetime], str]] = {
    "date_num": lambda at, _: f"{at:%Y-%m-%d}",
    "date": _date,
    "date_short": _short,
    "date_long": _long,
    "date_pretty": _pretty(_date),
    "date_short_pretty": _pretty(_short),
    "date_long_pretty": _pretty(_long),
    "time": lambda at, _: f"{at:%H:%M}",
    "time_secs": lambda at, _: f"{at:%H:%M:%S}",
    "ago": _ago,
}
