"""When a schedule is open: its spans, its holidays, and the changes of the clock.

In 2026 the clock changes on 8 March and 1 November in the United States.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.business_time.hours import BusinessHours
from bot.business_time.schedules import Schedule, ShortDay, Span, always
from tests.calendars import NO_TIME, WEEK, at, hours, schedule, span


def test_a_lunch_break_does_not_count() -> None:
    lunch = BusinessHours(schedule("09:00-12:30", "13:30-18:00"))

    due = lunch.add(at("2026-11-24 12:00"), hours(1))

    assert due == at("2026-11-24 14:00")


def test_the_spans_of_a_day_may_come_in_any_order() -> None:
    swapped = BusinessHours(schedule("13:30-18:00", "09:00-12:30"))

    due = swapped.add_days(at("2026-11-24 13:30"), 1)

    assert due == at("2026-11-25 12:30")


def test_a_shift_past_midnight_stays_open_on_the_next_date() -> None:
    nights = BusinessHours(schedule("22:00-06:00"))

    assert nights.is_open(at("2026-11-28 05:59"))
    assert not nights.is_open(at("2026-11-28 06:00"))
    assert not nights.is_open(at("2026-11-28 22:00"))


def test_a_day_until_24_00_touches_the_next_one() -> None:
    weekdays = BusinessHours(schedule("00:00-24:00"))

    assert weekdays.is_open(at("2026-11-25 00:00"))
    assert weekdays.next_opening(at("2026-11-24 12:00")) == at("2026-11-30 00:00")
    assert weekdays.last_closing(at("2026-11-30 12:00")) == at("2026-11-28 00:00")


def test_shifts_of_two_days_that_overlap_count_once() -> None:
    overlapping = BusinessHours(schedule("22:00-06:00", tue="05:00-13:00"))

    night_and_day = overlapping.elapsed(at("2026-11-23 22:00"), at("2026-11-24 13:00"))

    assert night_and_day == hours(15)


def test_a_week_of_overlapping_shifts_has_their_common_length() -> None:
    overlapping = BusinessHours(schedule("22:00-06:00", on=["mon"], tue="05:00-13:00"))

    assert overlapping.nominal_week() == hours(15)
    assert overlapping.nominal_day() == hours(7.5)


def test_a_holiday_is_closed_from_midnight_to_midnight() -> None:
    clock = BusinessHours(
        schedule("00:00-24:00", on=WEEK, holidays=["2026-11-26", "2026-12-25"])
    )

    assert clock.last_closing(at("2026-11-27 12:00")) == at("2026-11-26 00:00")
    assert clock.next_opening(at("2026-11-26 12:00")) == at("2026-11-27 00:00")


def test_a_shift_into_a_holiday_ends_at_midnight() -> None:
    nights = BusinessHours(schedule("22:00-06:00", holidays=["2026-11-26"]))

    closing = nights.last_closing(at("2026-11-26 12:00"))

    assert closing == at("2026-11-26 00:00")


def test_the_shift_of_a_holiday_begins_at_the_midnight_after_it() -> None:
    nights = BusinessHours(schedule("22:00-06:00", holidays=["2026-11-26"]))

    opening = nights.next_opening(at("2026-11-26 12:00"))

    assert opening == at("2026-11-27 00:00")


def test_the_rest_of_a_cut_shift_joins_the_shift_it_overlaps() -> None:
    nights = BusinessHours(
        schedule("22:00-06:00", holidays=["2026-11-26"], fri="05:00-13:00")
    )

    length = nights.day_length(at("2026-11-27 00:00"))

    assert length == hours(13)


def _short(one: Schedule, opens: int, closes: int) -> BusinessHours:
    eve = ShortDay("Christmas Eve", hours(opens), hours(closes))
    return BusinessHours(replace(one, short_days={date(2026, 12, 24): eve}))


def test_a_short_day_is_due_at_its_closing_and_late_at_the_next_opening() -> None:
    clock = _short(schedule("09:00-17:00"), 0, 12)

    assert clock.add(at("2026-12-23 16:00"), hours(4)) == at("2026-12-24 12:00")
    assert clock.roll_forward(at("2026-12-24 12:00")) == at("2026-12-25 09:00")
    assert clock.add_days(at("2026-12-23 16:00"), 1) == at("2026-12-24 12:00")
    assert clock.nominal_day() == hours(8)


def test_a_short_day_cuts_the_night_shifts_into_it_and_out_of_it() -> None:
    clock = _short(schedule("22:00-06:00", on=WEEK), 3, 23)

    assert clock.open_spans(at("2026-12-23 12:00"), at("2026-12-25 12:00")) == [
        (at("2026-12-23 22:00"), at("2026-12-24 00:00")),
        (at("2026-12-24 03:00"), at("2026-12-24 06:00")),
        (at("2026-12-24 22:00"), at("2026-12-24 23:00")),
        (at("2026-12-25 00:00"), at("2026-12-25 06:00")),
    ]
    assert clock.business_day(at("2026-12-24 05:00")) == date(2026, 12, 24)
    assert clock.business_day(at("2026-12-25 05:00")) == date(2026, 12, 25)


def test_a_night_shift_before_an_early_closing_stays_one_business_day() -> None:
    clock = _short(schedule("22:00-06:00", on=WEEK), 0, 12)

    assert clock.business_day(at("2026-12-24 05:00")) == date(2026, 12, 23)


def test_a_union_is_open_when_any_part_is() -> None:
    union = BusinessHours(
        schedule("09:00-17:00", zone="Europe/Berlin"), schedule("09:00-17:00")
    )

    assert union.is_open(at("2026-11-24 09:00", "Europe/Berlin"))
    assert union.is_open(at("2026-11-24 16:59"))
    assert not union.is_open(at("2026-11-24 17:00"))


def test_time_shared_by_parts_of_a_union_counts_once() -> None:
    union = BusinessHours(
        schedule("09:00-17:00"), schedule("09:00-17:00", zone="America/New_York")
    )

    day = union.elapsed(at("2026-11-24 00:00"), at("2026-11-25 00:00"))

    assert day == hours(11)
    assert union.nominal_week() == hours(55)


def test_a_holiday_of_one_part_leaves_the_other_open() -> None:
    home = schedule("09:00-17:00", holidays=["2026-11-26"])
    union = BusinessHours(home, schedule("09:00-17:00", zone="Europe/Berlin"))

    assert union.is_open(at("2026-11-26 09:00", "Europe/Berlin"))
    assert not union.is_open(at("2026-11-26 09:00"))


def test_a_union_counts_on_where_its_parts_see_the_new_year_apart() -> None:
    union = BusinessHours(
        schedule("14:00-22:00"), schedule("09:00-17:00", zone="Pacific/Auckland")
    )

    # Thursday evening in California is Friday, New Year's Day, in New Zealand.
    both = union.open_spans(at("2026-12-31 00:00"), at("2027-01-01 00:00"))

    assert both == [(at("2026-12-31 12:00"), at("2026-12-31 22:00"))]


def test_an_opening_that_the_clock_skips_is_an_hour_later() -> None:
    early = BusinessHours(schedule("02:30-10:00", on=["sun"]))

    opening = early.next_opening(at("2026-03-08 00:00"))

    assert opening == datetime(2026, 3, 8, 10, 30, tzinfo=UTC)


def test_a_span_that_the_clock_skips_moves_an_hour_later() -> None:
    skipped = BusinessHours(schedule("02:15-02:45", on=["sun"]))

    spans = skipped.open_spans(at("2026-03-08 00:00"), at("2026-03-09 00:00"))

    assert spans == [(at("2026-03-08 03:15"), at("2026-03-08 03:45"))]


def test_a_span_that_would_open_after_it_closes_stays_closed() -> None:
    early = BusinessHours(schedule("02:30-03:00", on=["sun"]))

    opening = early.next_opening(at("2026-03-08 00:00"))

    assert opening == at("2026-03-15 02:30")


def test_a_closing_that_comes_twice_is_the_first() -> None:
    late = BusinessHours(schedule("22:00-01:30", on=["sat"]))

    closing = late.last_closing(at("2026-11-01 12:00"))

    assert closing == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert not late.is_open(datetime(2026, 11, 1, 9, 15, tzinfo=UTC))


def test_an_opening_that_comes_twice_is_the_first() -> None:
    early = BusinessHours(schedule("01:30-10:00", on=["sun"]))

    length = early.elapsed(at("2026-11-01 00:00"), at("2026-11-01 12:00"))

    assert length == hours(9.5)


@pytest.mark.parametrize(
    ("day", "length"), [("2026-03-08", 23), ("2026-06-14", 24), ("2026-11-01", 25)]
)
def test_a_day_around_the_clock_is_as_long_as_the_clock_says(
    day: str, length: int
) -> None:
    around_the_clock = BusinessHours(always(ZoneInfo("America/Los_Angeles")))

    assert around_the_clock.day_length(at(f"{day} 00:00")) == hours(length)


def test_half_an_hour_of_summer_time_counts_as_half_an_hour() -> None:
    zone = "Australia/Lord_Howe"
    nights = BusinessHours(schedule("22:00-06:00", zone=zone, on=WEEK))

    spring = nights.day_length(at("2026-10-03 23:00", zone))
    autumn = nights.day_length(at("2026-04-04 23:00", zone))

    assert (spring, autumn) == (hours(7.5), hours(8.5))


def test_a_day_whose_midnight_is_skipped_opens_at_one() -> None:
    cairo = BusinessHours(schedule("00:00-08:00", zone="Africa/Cairo", on=WEEK))

    spans = cairo.open_spans(
        at("2026-04-23 20:00", "Africa/Cairo"), at("2026-04-24 20:00", "Africa/Cairo")
    )

    assert spans == [
        (at("2026-04-24 01:00", "Africa/Cairo"), at("2026-04-24 08:00", "Africa/Cairo"))
    ]


def test_a_span_that_the_clock_moves_into_a_holiday_stays_closed() -> None:
    # In Greenland 23:00 of this Saturday is followed by Sunday's 00:00.
    late = schedule(
        "23:15-23:45", zone="America/Nuuk", on=WEEK, holidays=["2026-03-29"]
    )

    opened = BusinessHours(late).elapsed(
        at("2026-03-28 12:00", "America/Nuuk"), at("2026-03-30 12:00", "America/Nuuk")
    )

    assert opened == NO_TIME


def test_a_schedule_without_open_time_is_refused() -> None:
    with pytest.raises(ValueError, match="some open time"):
        schedule(on=[])


def test_spans_of_one_day_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        schedule("13:00-18:00", "09:00-13:30")


def test_spans_of_one_day_may_touch() -> None:
    touching = BusinessHours(schedule("09:00-13:00", "13:00-17:00"))

    assert touching.next_opening(at("2026-11-24 09:00")) == at("2026-11-25 09:00")


def test_a_week_of_six_days_is_refused() -> None:
    with pytest.raises(ValueError, match="seven"):
        Schedule(ZoneInfo("UTC"), ((span("09:00-17:00"),),) * 6)


@pytest.mark.parametrize(("opens", "closes"), [(-1, 8), (24, 30), (9, 9), (9, 34)])
def test_a_span_of_no_day_is_refused(opens: int, closes: int) -> None:
    with pytest.raises(ValueError, match="a span"):
        Span(hours(opens), hours(closes))
