"""The targets in the cells of the policy: reading, writing, and when they are due.

A first response says how long a customer waits at most ("4 business hours"). A
follow-up says how often the customer hears from us ("twice per business day").
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.business_time import schedules
from bot.business_time.hours import BusinessHours


class Unit(StrEnum):
    """The unit of a target. Minutes and hours run by day and night."""

    MINUTE = "minute"
    HOUR = "hour"
    BUSINESS_HOUR = "business hour"
    BUSINESS_DAY = "business day"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Shape(StrEnum):
    """The kind of a target."""

    WITHIN = "within"
    EVERY = "every"
    TIMES_PER = "times per"
    CONTINUOUS = "continuous"
    NONE = "none"


class EveryDay(StrEnum):
    """How "every day" is read."""

    BUSINESS_DAYS = "business days"
    CALENDAR_DAYS = "calendar days"


class ShareOf(StrEnum):
    """What "twice per business day" and "twice per week" take a share of."""

    ACTUAL = "the actual length"
    NOMINAL = "the nominal length"


class WhenClosed(StrEnum):
    """When an update is due whose week or month ends in closed time."""

    CLOSING_BEFORE = "the closing before"
    OPENING_AFTER = "the opening after"


@dataclass(frozen=True, slots=True)
class Interpretations:
    """How the policy's words are read where they are ambiguous."""

    every_day: EveryDay = EveryDay.BUSINESS_DAYS
    per_business_day: ShareOf = ShareOf.ACTUAL
    per_week: ShareOf = ShareOf.NOMINAL
    week_ends_closed: WhenClosed = WhenClosed.CLOSING_BEFORE


@dataclass(frozen=True, slots=True)
class Target:
    """One cell of the policy. Shapes without a number have `count` 0 and no unit."""

    shape: Shape
    count: int = 0
    unit: Unit | None = None

    @property
    def has_due(self) -> bool:
        """Return whether it has a due instant."""
        return self.shape not in (Shape.CONTINUOUS, Shape.NONE)

    @property
    def is_clock_time(self) -> bool:
        """Return whether it runs by day and night, whatever the calendar says."""
        return self.unit in (Unit.MINUTE, Unit.HOUR)


CONTINUOUS = Target(Shape.CONTINUOUS)
NOTHING = Target(Shape.NONE)

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_NAMES = {number: name for name, number in _NUMBERS.items()}
_TIMES = {"once": 1, "twice": 2}
_WITHIN = re.compile(r"([0-9]{1,4}) (minute|hour|business hour|business day)s?")
_NUMBER = rf"([0-9]{{1,3}}|{'|'.join(_NUMBERS)})"
_EVERY = re.compile(
    rf"every (?:{_NUMBER} )?(minute|hour|business hour|business day|day|week|month)s?"
)
_TIMES_PER = re.compile(rf"(?:{_NUMBER} times|(once|twice)) per (business day|week)")
# How these are written. `follow_up` reads other words for them as well: "every week".
_WORDS = {
    Target(Shape.EVERY, 1, Unit.WEEK): "weekly",
    Target(Shape.EVERY, 1, Unit.MONTH): "monthly",
    CONTINUOUS: "continuous",
    NOTHING: "none",
}
_SINGLE = {word: target for target, word in _WORDS.items()}

FIRST_RESPONSE_PATTERN = rf"^({_WITHIN.pattern}|none)$"
FOLLOW_UP_PATTERN = rf"^({_EVERY.pattern}|{_TIMES_PER.pattern}|{'|'.join(_SINGLE)})$"

FIRST_RESPONSE_WORDS = (
    '"4 business hours", "1 business day", "15 minutes", "1 hour" or "none"'
)
FOLLOW_UP_WORDS = (
    '"continuous", "twice per business day", "every day", "every two business days", '
    '"every 4 hours", "3 times per week", "weekly", "every two weeks", "monthly" '
    'or "none"'
)


@cache
def first_response(words: str) -> Target:
    """Read a first-response target. Raises ValueError saying what is allowed."""
    text = _plain(words)
    if text == "none":
        return NOTHING
    match = _WITHIN.fullmatch(text)
    if match is None or not int(match[1]):
        raise ValueError(f"write {FIRST_RESPONSE_WORDS}")
    return Target(Shape.WITHIN, int(match[1]), Unit(match[2]))


@cache
def follow_up(words: str) -> Target:
    """Read a follow-up cadence. Raises ValueError saying what is allowed."""
    text = _plain(words)
    if text in _SINGLE:
        return _SINGLE[text]
    for target in (_every(text), _times_per(text)):
        if target is not None and target.count:
            return target
    raise ValueError(f"write {FOLLOW_UP_WORDS}")


@cache
def words(target: Target) -> str:
    """Return a target in the words of policies.yaml, which read back as the same."""
    if target in _WORDS:
        return _WORDS[target]
    if target.shape is Shape.WITHIN:
        return _counted(target)
    if target.shape is Shape.TIMES_PER:
        times = {1: "once", 2: "twice"}.get(target.count, f"{target.count} times")
        return f"{times} per {target.unit}"
    if target.count == 1:
        return f"every {target.unit}"
    if target.is_clock_time:
        return f"every {target.count} {target.unit}s"
    return f"every {_NAMES.get(target.count, target.count)} {target.unit}s"


def published(target: Target) -> str:
    """Return the wording of a published support plan."""
    match target.shape:
        case Shape.WITHIN:
            return _counted(target).title()
        case Shape.EVERY | Shape.TIMES_PER:
            return f"Status updates {words(target)}"
        case Shape.CONTINUOUS:
            return "Continuous work until resolution"
        case Shape.NONE:
            return "No target"
        case _:
            assert_never(target.shape)


def due_at(
    target: Target,
    hours: BusinessHours,
    start: datetime,
    interpretations: Interpretations,
) -> datetime:
    """Return when a target that runs from `start` is due, in UTC.

    `hours` must come from `clock`. Raises ValueError for a target without a due
    instant.
    """
    count = target.count
    is_share = target.shape is Shape.TIMES_PER
    match target.unit:
        case Unit.BUSINESS_DAY if is_share:
            return hours.add(
                start, _share_of_day(hours, start, interpretations) / count
            )
        case Unit.WEEK if is_share:
            return _by_share_of_week(count, hours, start, interpretations)
        case Unit.MINUTE:
            return hours.add(start, timedelta(minutes=count))
        case Unit.HOUR | Unit.BUSINESS_HOUR:
            return hours.add(start, timedelta(hours=count))
        case Unit.BUSINESS_DAY:
            return hours.add_days(start, count)
        case Unit.DAY if interpretations.every_day is EveryDay.BUSINESS_DAYS:
            return hours.add_days(start, count)
        case Unit.DAY | Unit.WEEK | Unit.MONTH:
            return _on_calendar_date(target, hours, start, interpretations)
        case None:
            raise ValueError(f"{words(target)!r} has no due instant")
        case _:
            assert_never(target.unit)


def clock(target: Target, hours: BusinessHours) -> BusinessHours:
    """Return the hours in which a target counts: `hours`, or day and night."""
    if target.is_clock_time:
        return day_and_night(hours)
    return hours


def lasts_a_day(target: Target, hours: BusinessHours) -> bool:
    """Return whether a target nominally takes a business day or more.

    `hours` must come from `clock`.
    """
    is_share, day = target.shape is Shape.TIMES_PER, hours.nominal_day()
    match target.unit:
        case Unit.MINUTE:
            return timedelta(minutes=target.count) >= day
        case Unit.HOUR | Unit.BUSINESS_HOUR:
            return timedelta(hours=target.count) >= day
        case Unit.BUSINESS_DAY if is_share:
            return target.count == 1
        case Unit.WEEK if is_share:
            return hours.nominal_week() / target.count >= day
        case Unit.BUSINESS_DAY | Unit.DAY | Unit.WEEK | Unit.MONTH:
            return True
        case None:
            return False
        case _:
            assert_never(target.unit)


def day_and_night(hours: BusinessHours) -> BusinessHours:
    """Return hours that never close, in the zone of `hours`."""
    return _always(hours.zone)


@cache
def _always(zone: ZoneInfo) -> BusinessHours:
    return BusinessHours(schedules.always(zone))


def _plain(words: str) -> str:
    return " ".join(words.lower().split())


def _number(text: str | None) -> int:
    if text is None:
        return 1
    return int(text) if text.isdecimal() else _NUMBERS[text]


def _every(text: str) -> Target | None:
    match = _EVERY.fullmatch(text)
    return match and Target(Shape.EVERY, _number(match[1]), Unit(match[2]))


def _times_per(text: str) -> Target | None:
    match = _TIMES_PER.fullmatch(text)
    if match is None:
        return None
    count = _TIMES[match[2]] if match[2] else _number(match[1])
    return Target(Shape.TIMES_PER, count, Unit(match[3]))


def _counted(target: Target) -> str:
    return f"{target.count} {target.unit}{'s' * (target.count != 1)}"


def _share_of_day(
    hours: BusinessHours, start: datetime, interpretations: Interpretations
) -> timedelta:
    if interpretations.per_business_day is ShareOf.NOMINAL:
        return hours.nominal_day()
    return hours.day_length(start)


def _by_share_of_week(
    times: int,
    hours: BusinessHours,
    start: datetime,
    interpretations: Interpretations,
) -> datetime:
    nominal = hours.add(start, hours.nominal_week() / times)
    if interpretations.per_week is ShareOf.NOMINAL:
        return nominal
    due_at = hours.add(start, hours.elapsed(start, start + timedelta(days=7)) / times)
    # Closed days make the week short. They never bring an update that belongs on a
    # later day forward to the business day of the last one.
    is_same_day = hours.ends_on_day_of(start, due_at)
    if is_same_day and not hours.ends_on_day_of(start, nominal):
        return hours.opening_after_day_of(start)
    return due_at


def _on_calendar_date(
    target: Target,
    hours: BusinessHours,
    start: datetime,
    interpretations: Interpretations,
) -> datetime:
    local = start.astimezone(hours.zone).date()
    if target.unit is Unit.MONTH:
        months = local.year * 12 + local.month - 1 + target.count
        year, month = months // 12, months % 12 + 1
        # A month from January 31 is the last day of February.
        day = date(year, month, min(local.day, monthrange(year, month)[1]))
    else:
        days = target.count * (7 if target.unit is Unit.WEEK else 1)
        day = local + timedelta(days=days)
    if interpretations.week_ends_closed is WhenClosed.OPENING_AFTER:
        return hours.roll_forward(hours.same_time_on(start, day))
    return hours.on_date(start, day)
