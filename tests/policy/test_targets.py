"""Targets: when they are due."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.business_time.hours import BusinessHours
from bot.business_time.schedules import Schedule, Span
from bot.policy import targets, wording
from bot.policy.targets import (
    CONTINUOUS,
    NOTHING,
    EveryDay,
    Interpretations,
    ShareOf,
    Target,
    WhenClosed,
)

BERLIN = ZoneInfo("Europe/Berlin")
DAY = (Span(timedelta(hours=9), timedelta(hours=17)),)
SHORT = (Span(timedelta(hours=9), timedelta(hours=13)),)
OFFICE = BusinessHours(Schedule(BERLIN, (DAY,) * 5 + ((), ())))
SHORT_FRIDAYS = BusinessHours(Schedule(BERLIN, (DAY,) * 4 + (SHORT, (), ())))
INTERPRETATIONS = Interpretations()


def at(day: int, clock: str, month: int = 6) -> datetime:
    """Return a local time in Berlin in 2026; Monday is the 1st and the 8th of June."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


def due(
    words: str, start: datetime, interpretations: Interpretations = INTERPRETATIONS
) -> datetime:
    target = wording.follow_up(words)
    hours = targets.clock(target, OFFICE)
    return targets.due_at(target, hours, start, interpretations)


@pytest.mark.parametrize(
    ("words", "start", "expected"),
    [
        # From Friday 5 June, 15:00: two hours are left in the week.
        ("every 4 hours", at(5, "15:00"), at(5, "19:00")),
        ("every 30 minutes", at(6, "15:00"), at(6, "15:30")),
        ("every 4 business hours", at(5, "15:00"), at(8, "11:00")),
        ("every two business days", at(5, "15:00"), at(9, "15:00")),
        ("every day", at(5, "15:00"), at(8, "15:00")),
        ("twice per business day", at(5, "15:00"), at(8, "11:00")),
        ("once per business day", at(5, "15:00"), at(8, "15:00")),
        ("twice per week", at(5, "15:00"), at(10, "11:00")),
        ("weekly", at(5, "15:00"), at(12, "15:00")),
        ("every two weeks", at(5, "15:00"), at(19, "15:00")),
        ("monthly", at(5, "15:00"), at(3, "17:00", month=7)),
    ],
)
def test_a_cadence_from_a_friday_afternoon(
    words: str, start: datetime, expected: datetime
) -> None:
    assert due(words, start) == expected


@pytest.mark.parametrize(
    ("words", "start", "expected"),
    [
        ("next business day", at(4, "10:00"), at(5, "17:00")),
        ("next business day", at(5, "10:00"), at(8, "17:00")),
        ("next business day", at(5, "17:00"), at(8, "17:00")),
        ("next business day", at(6, "12:00"), at(8, "17:00")),
        ("next business day", at(8, "07:00"), at(9, "17:00")),
        ("same business day", at(5, "16:59"), at(5, "17:00")),
        ("same business day", at(5, "17:00"), at(8, "17:00")),
        ("same business day", at(8, "07:00"), at(8, "17:00")),
        ("30 business minutes", at(5, "16:45"), at(8, "09:15")),
        ("1 day", at(5, "15:00"), at(8, "15:00")),
        ("2 weeks", at(5, "15:00"), at(19, "15:00")),
    ],
)
def test_a_first_response_is_due(
    words: str, start: datetime, expected: datetime
) -> None:
    target = wording.first_response(words)

    assert targets.due_at(target, OFFICE, start, INTERPRETATIONS) == expected


def test_the_next_business_day_after_a_night_shift_is_the_shift_of_that_night() -> None:
    night = (Span(timedelta(hours=22), timedelta(hours=30)),)
    hours = BusinessHours(Schedule(BERLIN, (night,) * 5 + ((), ())))
    target = wording.first_response("next business day")

    in_the_shift = targets.due_at(target, hours, at(2, "02:00"), INTERPRETATIONS)
    before_it = targets.due_at(target, hours, at(2, "12:00"), INTERPRETATIONS)

    assert in_the_shift == at(3, "06:00")
    assert before_it == at(4, "06:00")


def test_a_month_after_the_31st_ends_on_a_shorter_months_last_day() -> None:
    assert due("monthly", at(30, "10:00", month=1)) == at(27, "17:00", month=2)


def test_twice_per_business_day_takes_half_of_a_short_day() -> None:
    target = wording.follow_up("twice per business day")

    from_friday = targets.due_at(target, SHORT_FRIDAYS, at(5, "09:00"), INTERPRETATIONS)

    assert from_friday == at(5, "11:00")


def test_every_day_may_be_read_as_calendar_days() -> None:
    interpretations = replace(INTERPRETATIONS, every_day=EveryDay.CALENDAR_DAYS)

    from_thursday = due("every day", at(4, "15:00"), interpretations)
    from_friday = due("every day", at(5, "15:00"), interpretations)

    assert from_thursday == at(5, "15:00")
    assert from_friday == at(8, "09:00")


@pytest.mark.parametrize("per_week", ShareOf)
@pytest.mark.parametrize(
    "words",
    ["every day", "every 2 days", "every business day", "once per business day",
     "twice per week", "3 times per week", "weekly", "every two weeks", "monthly"],
)  # fmt: skip
def test_no_update_is_due_on_the_last_afternoon_before_a_shutdown(
    words: str, per_week: ShareOf
) -> None:
    shut = {date(2026, 6, 5) + timedelta(days): "Shutdown" for days in range(31)}
    hours = BusinessHours(Schedule(BERLIN, (DAY,) * 5 + ((), ()), shut))
    interpretations = replace(
        INTERPRETATIONS, every_day=EveryDay.CALENDAR_DAYS, per_week=per_week
    )
    target = wording.follow_up(words)

    due_at = targets.due_at(target, hours, at(4, "16:50"), interpretations)

    assert due_at >= at(6, "09:00", month=7)


def test_many_updates_a_week_may_be_due_on_one_day() -> None:
    actual = replace(INTERPRETATIONS, per_week=ShareOf.ACTUAL)

    assert due("20 times per week", at(4, "09:00"), actual) == at(4, "11:00")


def test_twice_per_business_day_may_mean_half_a_nominal_day() -> None:
    interpretations = replace(INTERPRETATIONS, per_business_day=ShareOf.NOMINAL)
    target = wording.follow_up("twice per business day")

    from_friday = targets.due_at(target, SHORT_FRIDAYS, at(5, "09:00"), interpretations)

    # The mean of four days of 8 hours and one of 4 is 7 hours 12 minutes.
    assert from_friday == at(5, "12:36")


def test_twice_per_week_may_mean_half_the_following_week() -> None:
    holiday = {date(2026, 6, 3): "Founding Day"}
    hours = BusinessHours(Schedule(BERLIN, (DAY,) * 5 + ((), ()), holiday))
    target = wording.follow_up("twice per week")
    actual = replace(INTERPRETATIONS, per_week=ShareOf.ACTUAL)

    nominal_due = targets.due_at(target, hours, at(1, "09:00"), INTERPRETATIONS)
    actual_due = targets.due_at(target, hours, at(1, "09:00"), actual)

    assert nominal_due == at(4, "13:00")
    assert actual_due == at(2, "17:00")


def test_a_week_that_ends_closed_may_be_read_as_the_opening_after() -> None:
    closed = at(6, "10:00")
    interpretations = replace(
        INTERPRETATIONS, week_ends_closed=WhenClosed.OPENING_AFTER
    )

    before = due("weekly", closed)
    after = due("weekly", closed, interpretations)

    assert before == at(12, "17:00")
    assert after == at(15, "09:00")


@pytest.mark.parametrize("target", [CONTINUOUS, NOTHING])
def test_a_target_without_a_time_has_no_due_instant(target: Target) -> None:
    assert not target.has_due
    with pytest.raises(ValueError, match="has no due instant"):
        targets.due_at(target, OFFICE, at(5, "15:00"), INTERPRETATIONS)


@pytest.mark.parametrize(
    ("words", "lasts"),
    [
        ("every 1 minutes", False),
        ("every 4 hours", False),
        ("every 24 hours", True),
        ("every 7 business hours", False),
        ("every 8 business hours", True),
        ("twice per business day", False),
        ("once per business day", True),
        ("every business day", True),
        ("every day", True),
        ("5 times per week", True),
        ("6 times per week", False),
        ("weekly", True),
        ("monthly", True),
        ("none", False),
    ],
)
def test_a_target_of_a_business_day_or_more_is_read_from_its_words(
    words: str, lasts: bool
) -> None:
    target = wording.follow_up(words)

    assert targets.lasts_a_day(target, targets.clock(target, OFFICE)) is lasts


def test_minutes_and_hours_count_by_day_and_night_in_the_same_zone() -> None:
    hours = targets.clock(wording.first_response("1 hour"), OFFICE)

    assert hours.zone == BERLIN
    assert hours.is_open(datetime(2026, 6, 6, 1, tzinfo=UTC))


def test_business_hours_count_in_the_calendar_itself() -> None:
    assert targets.clock(wording.first_response("1 business hour"), OFFICE) is OFFICE
