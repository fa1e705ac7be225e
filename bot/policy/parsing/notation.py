"""Read the notations in policies.yaml: hours, days, durations, times and Slack's ids.

Each function reads one of them, and raises ValueError with what was read and what is
allowed. The patterns are for editors, in the JSON Schema.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from bot.business_time.schedules import DAY, WEEKDAYS, Span
from bot.policy.likeness import near
from bot.policy.names import folded
from bot.policy.rotations import Unit
from bot.policy.zones import NO_PLACES, PLACES

_DAY = "|".join(WEEKDAYS)
# Editors and spreadsheets make an en dash of the hyphen between two figures.
_DASH = "[-\u2010-\u2015\u2212]"
DAYS_PATTERN = rf"^({_DAY})( ?{_DASH} ?({_DAY}))?$"
_TIME = r"([01]?\d|2[0-3]):[0-5]\d"
SPAN_PATTERN = rf"^{_TIME} ?{_DASH} ?({_TIME}|24:00)$"
RETENTION_PATTERN = r"^(off|[1-9]\d{0,3} (day|week|month|year)s?)$"
DURATION_PATTERN = r"^\d{1,5} ?[smhd]$"
EMOJI_PATTERN = r"^:?[a-z0-9_'+-]{1,100}:?$"
# A morning list is one message, and the list of all that comes later another.
BUDGET_PATTERN = r"^([2-9]|[1-9]\d{1,2})$"
SHARE_PATTERN = r"^\d{1,2} ?%$"
TIME_PATTERN = rf"^{_TIME}$"
HAND_OVER_PATTERN = rf"^(({_DAY}) )?{_TIME}$"
TURNS_PATTERN = rf"^[1-9]\d{{0,2}} ({'|'.join(Unit)})s?$"
DATE_PATTERN = r"^\d{4}-\d{2}-\d{2}$"
DATES_PATTERN = (
    r"^(\d{4}-\d{2}-\d{2}( to \d{4}-\d{2}-\d{2})?|\d{2}-\d{2}( to \d{2}-\d{2})?)$"
)
NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
CHANNEL_PATTERN = r"^[CG][A-Z0-9]{4,}$"
PERSON_PATTERN = r"^[UW][A-Z0-9]{4,}$"
USER_GROUP_PATTERN = r"^S[A-Z0-9]{4,}$"

# Control characters (but tab and line ends), line separators, and no characters at all.
# Many come from a file of Windows that was saved as if it were Latin-1.
_UNPRINTABLE = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]"
)
_LINE_END = re.compile(r"\r\n|\r|\n")
# Beyond them nobody asks.
YEARS = range(1970, 2200)
_LEAP_YEAR = 2028
_DAYS_OF = {"day": 1, "week": 7, "month": 30, "year": 365}
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def quoted(value: object) -> str:
    """Return what was read, short, on one line and in quotes; a list in brackets."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:56]}..."


def refused(value: object, allowed: str) -> ValueError:
    """Return the error that says what was read and what to write instead."""
    if value is None:
        return ValueError(f"nothing is written here; write {allowed}")
    return ValueError(f"{quoted(value)} is not allowed; write {allowed}")


def unprintable(written: str) -> Iterator[tuple[int, str]]:
    """Yield each line with a control character, and a sentence about the first one."""
    told = 0
    for found in _UNPRINTABLE.finditer(written):
        line = len(_LINE_END.findall(written, 0, found.start())) + 1
        if line != told:
            sentence = f"U+{ord(found[0]):04X} is no character that anybody can see"
            yield line, f"{sentence}; write what is meant, or delete it"
        told = line


def one_of(names: Iterable[str]) -> str:
    """Return names as a choice: a, b or c."""
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def all_of(names: Iterable[str]) -> str:
    """Return names as a list: a, b and c."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that was probably meant; `None` if none is similar."""
    return next(iter(near(name, names, most=1, cutoff=0.55)), None)


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return "; did you mean ...?" if a name is similar, else an empty string."""
    meant = nearest(name, names)
    return f"; did you mean {meant}?" if meant else ""


def text(value: object, allowed: str = "a text") -> str:
    """Read a text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise refused(value, allowed)
    if not folded(value):
        raise ValueError(f"{json.dumps(value)} shows nothing; write {allowed}")
    return value.strip()


def name(value: object) -> str:
    """Read the name that other parts of the file use for a plan or a calendar."""
    return _matching(value, NAME_PATTERN, "small letters, digits and _, as in my_name")


def channel(value: object) -> str:
    """Read the id of a channel in Slack."""
    return _matching(
        value,
        CHANNEL_PATTERN,
        "a channel's id such as C0INCIDENTS, which Slack shows at the end of the "
        "channel's details",
    )


def person(value: object) -> str:
    """Read the id of a person in Slack."""
    return _matching(
        value,
        PERSON_PATTERN,
        "a member's id such as U0ANA, which Slack shows in a profile under \"Copy "
        'member ID"',
    )


def user_group(value: object) -> str:
    """Read the id of a user group in Slack."""
    return _matching(
        value,
        USER_GROUP_PATTERN,
        "a user group's id such as S0SUPPORT, which Slack shows in the group's menu "
        'under "Copy group ID"',
    )


def zone(value: object) -> ZoneInfo:
    """Read an IANA time zone."""
    allowed = "an IANA time zone such as America/Los_Angeles"
    key = text(value, allowed)
    if not key.startswith(NO_PLACES):
        with suppress(KeyError, OSError, ValueError):
            return ZoneInfo(key)
    # Not EST for PST: the short names keep no summer time.
    places = {name for name in available_timezones() if "/" in name}
    near = did_you_mean(PLACES.get(key.upper(), key), places)
    raise ValueError(f"{quoted(key)} is no time zone; write {allowed}{near}")


def duration(value: object) -> timedelta:
    """Read a length of time such as `15m`."""
    allowed = "a number with s, m, h or d, such as 15m"
    number = _matching(value, DURATION_PATTERN, allowed)
    return timedelta(**{_UNITS[number[-1]]: int(number[:-1])})


def interval(value: object) -> timedelta:
    """Read a length of time that is not zero."""
    length = duration(value)
    if not length:
        raise refused(value, "a length of time that is not zero, such as 15m")
    return length


def retention(value: object) -> timedelta | None:
    """Read how long texts are kept, such as `2 years`; `off` is for ever.

    A month counts 30 days and a year 365.
    """
    allowed = 'a number of days, weeks, months or years, such as 2 years, or "off"'
    written = _matching(value, RETENTION_PATTERN, allowed)
    if written == "off":
        return None
    number, unit = written.split()
    return timedelta(days=int(number) * _DAYS_OF[unit.removesuffix("s")])


def budget(value: object) -> int:
    """Read how many messages a person gets in a day, such as `12`."""
    allowed = "a number of messages from 2 to 999, such as 12"
    return int(_matching(value, BUDGET_PATTERN, allowed))


def emoji(value: object) -> str | None:
    """Read the name of an emoji, between colons or not; `off` is none."""
    allowed = 'the name of an emoji, such as telephone_receiver, or "off"'
    written = _matching(value, EMOJI_PATTERN, allowed).strip(":")
    return None if written == "off" else written


def share(value: object) -> float:
    """Read a share such as `25%`."""
    allowed = "a share from 1% to 99%, such as 25%"
    number = int(_matching(value, SHARE_PATTERN, allowed).rstrip(" %"))
    if not number:
        raise refused(value, allowed)
    return number / 100


def time_of_day(value: object) -> time:
    """Read a local time such as `09:15`."""
    written = _matching(value, TIME_PATTERN, 'a time of the day such as "09:15"')
    hours, minutes = written.split(":")
    return time(int(hours), int(minutes))


def wall(at: time) -> timedelta:
    """Return how far a time of day is past midnight on the wall clock."""
    return timedelta(hours=at.hour, minutes=at.minute)


def hand_over(value: object) -> tuple[int | None, time]:
    """Read a time of day such as `09:00`, maybe on a weekday: `mon 09:00`."""
    allowed = "a time of the day, on a weekday for turns of weeks, as in mon 09:00"
    *day, clock = _matching(value, HAND_OVER_PATTERN, allowed).split()
    return WEEKDAYS.index(day[0]) if day else None, time_of_day(clock)


def turns(value: object) -> tuple[int, Unit]:
    """Read how long turns are, such as `2 weeks` or `1 business day`."""
    allowed = "a number of hours, days, weeks or business days, such as 1 week"
    number, unit = _matching(value, TURNS_PATTERN, allowed).split(maxsplit=1)
    return int(number), Unit(unit.removesuffix("s"))


def member(value: object) -> str | None:
    """Read the id of a person in Slack, or `none`."""
    return None if value == "none" else person(value)


def calendar_date(value: object) -> date:
    """Read a date such as `2026-12-24`."""
    allowed = "a date such as 2026-12-24"
    written = _matching(value, DATE_PATTERN, allowed)
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise refused(value, allowed) from None


def first_day(value: object) -> date:
    """Read the date from which something counts, in the years that are within reach."""
    day = calendar_date(value)
    if day.year not in YEARS:
        raise ValueError(f"{quoted(value)} is too far; write {YEARS[0]} to {YEARS[-1]}")
    return day


@dataclass(frozen=True, slots=True)
class Dates:
    """A range of dates, both ends included; yearly ones are written in a leap year."""

    first: date
    last: date
    is_yearly: bool = False

    def within(self, years: range) -> Iterator[date]:
        """Yield its dates, of a yearly range those in some years."""
        first, last = self.first, self.last
        if self.is_yearly:
            first, last = date(years.start, 1, 1), date(years.stop, 1, 1) - DAY
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if not self.is_yearly or self._comes_on(day.replace(year=_LEAP_YEAR)):
                yield day

    def _comes_on(self, day: date) -> bool:
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last


def dates(value: object) -> Dates:
    """Read a date, `12-24` for that of every year, or a range of either."""
    allowed = (
        "a date such as 2026-12-24, or 12-24 for every year, or a range such as "
        "2026-12-24 to 2026-12-31"
    )
    written = _matching(value, DATES_PATTERN, allowed)
    is_yearly = len(written.split(" to ")[0]) == len("12-24")
    try:
        ends = [
            date.fromisoformat(f"{_LEAP_YEAR}-{end}" if is_yearly else end)
            for end in written.split(" to ")
        ]
    except ValueError:
        raise refused(value, allowed) from None
    first, last = ends[0], ends[-1]
    if not is_yearly and not first <= last < first + timedelta(days=366):
        raise ValueError(f"{quoted(value)} is no range of days within a year")
    return Dates(first, last, is_yearly)


def days(value: object) -> tuple[int, ...]:
    """Read weekdays, Monday being 0: `fri`, `mon-fri`, or `sun-thu` past Sunday."""
    allowed = "a day or a range of days, such as fri or mon-fri"
    written = _matching(value, DAYS_PATTERN, allowed)
    first, *last = (WEEKDAYS.index(day.strip()) for day in re.split(_DASH, written))
    length = (last[0] - first) % 7 + 1 if last else 1
    return tuple((first + i) % 7 for i in range(length))


def spans(value: object) -> tuple[Span, ...]:
    """Read the opening hours of a day, one span or a list; `closed` is none.

    A span that closes before it opens reaches into the next day.
    """
    if value == "closed":
        return ()
    found = sorted(
        (_span(item) for item in (value if isinstance(value, list) else [value])),
        key=lambda span: span.opens,
    )
    for earlier, later in pairwise(found):
        if earlier.closes > later.opens:
            raise ValueError(f"{quoted(value)} overlaps itself; write spans apart")
    return tuple(found)


def _span(value: object) -> Span:
    allowed = '09:00-17:00, or a list such as [09:00-12:30, 13:30-18:00], or "closed"'
    written = _matching(value, SPAN_PATTERN, allowed)
    opens, closes = (_wall(part) for part in re.split(_DASH, written))
    if opens == closes:
        raise refused(value, "00:00-24:00 for a whole day")
    return Span(opens, closes if opens < closes else closes + DAY)


def _wall(written: str) -> timedelta:
    hours, minutes = written.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _matching(value: object, pattern: str, allowed: str) -> str:
    written = text(value, allowed)
    if not re.fullmatch(pattern, written, re.ASCII):
        raise refused(value, allowed)
    return written
