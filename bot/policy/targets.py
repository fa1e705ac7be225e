"""The targets in the cells of the policy, and when they are due."""

from calendar import monthrange
from dataclasses import dataclass, field
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
    BUSINESS_MINUTE = "business minute"
    BUSINESS_HOUR = "business hour"
    BUSINESS_DAY = "business day"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Shape(StrEnum):
    """The kind of a target."""

    WITHIN = "within"
    END_OF = "end of"
    EVERY = "every"
    TIMES_PER = "times per"
    CONTINUOUS = "continuous"
    NONE = "none"


class BareHours(StrEnum):
    """How "4 hours" is read, which says neither business hours nor 24x7."""

    DAY_AND_NIGHT = "by day and night"
    BUSINESS_HOURS = "business hours"


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

    hours: BareHours = BareHours.DAY_AND_NIGHT
    every_day: EveryDay = EveryDay.BUSINESS_DAYS
    per_business_day: ShareOf = ShareOf.ACTUAL
    per_week: ShareOf = ShareOf.NOMINAL
    week_ends_closed: WhenClosed = WhenClosed.CLOSING_BEFORE


@dataclass(frozen=True, slots=True)
class Target:
    """One cell of the policy. Shapes without a number have `count` 0 and no unit.

    `END_OF` counts from the business day of the start, 0, to the next one, 1. `written`
    are the policy's words where they are not ours: they change nothing but how it is
    shown.
    """

    shape: Shape
    count: int = 0
    unit: Unit | None = None
    or_agreed: bool = field(default=False, kw_only=True)
    written: str = field(default="", compare=False, kw_only=True)

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
        case Unit.BUSINESS_DAY if target.shape is Shape.END_OF:
            return hours.end_of_day(start, count)
        case Unit.BUSINESS_DAY if is_share:
            return hours.add(
                start, _share_of_day(hours, start, interpretations) / count
            )
        case Unit.WEEK if is_share:
            return _by_share_of_week(count, hours, start, interpretations)
        case Unit.MINUTE | Unit.BUSINESS_MINUTE:
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
            raise ValueError(f"{target.shape.value!r} has no due instant")
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
        case Unit.MINUTE | Unit.BUSINESS_MINUTE:
            return timedelta(minutes=target.count) >= day
        case Unit.HOUR | Unit.BUSINESS_HOUR:
            return timedelta(hours=target.count) >= day
        case Unit.BUSINESS_DAY if is_share or target.shape is Shape.END_OF:
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
