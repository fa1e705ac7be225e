"""The definitions of business time, one sentence each. Tuesday is 24 November 2026."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.business_time.hours import BusinessHours
from bot.business_time.schedules import DAY, always
from tests.calendars import NO_TIME, WEEK, at, hours, schedule

OFFICE = BusinessHours(schedule("09:00-17:00", holidays=["2026-11-26"]))
LUNCH = BusinessHours(schedule("09:00-12:30", "13:30-18:00"))
NIGHTS = BusinessHours(schedule("22:00-06:00"))
AROUND_THE_CLOCK = BusinessHours(always(ZoneInfo("America/Los_Angeles")))


def test_business_hours_skip_nights_weekends_and_holidays() -> None:
    due = OFFICE.add(at("2026-11-25 16:00"), hours(10))

    assert due == at("2026-11-30 10:00")


def test_an_amount_that_ends_at_closing_is_due_at_closing() -> None:
    due = OFFICE.add(at("2026-11-24 13:00"), hours(4))

    assert due == at("2026-11-24 17:00")


def test_a_microsecond_more_than_until_closing_is_due_the_next_day() -> None:
    due = OFFICE.add(at("2026-11-24 13:00"), hours(4) + timedelta.resolution)

    assert due == at("2026-11-25 09:00") + timedelta.resolution


def test_zero_hours_answer_the_next_open_instant() -> None:
    assert OFFICE.add(at("2026-11-24 17:00"), NO_TIME) == at("2026-11-25 09:00")
    assert OFFICE.add(at("2026-11-24 16:59"), NO_TIME) == at("2026-11-24 16:59")


def test_an_amount_may_reach_over_several_years() -> None:
    due = AROUND_THE_CLOCK.add(at("2026-11-24 09:00"), timedelta(days=4 * 365))

    assert due == at("2030-11-23 09:00")


def test_subtracting_answers_an_opening_rather_than_the_closing_before() -> None:
    start = OFFICE.subtract(at("2026-11-25 11:00"), hours(2))

    assert start == at("2026-11-25 09:00")


def test_subtracting_from_closed_time_counts_from_the_last_closing() -> None:
    start = OFFICE.subtract(at("2026-11-29 12:00"), hours(9))

    assert start == at("2026-11-25 16:00")


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param("2026-11-23 10:15", 1, "2026-11-24 10:15", id="same-wall-clock"),
        pytest.param("2026-11-25 10:15", 1, "2026-11-27 10:15", id="over-a-holiday"),
        pytest.param("2026-11-27 10:15", 2, "2026-12-01 10:15", id="over-a-weekend"),
        pytest.param("2026-11-28 20:00", 1, "2026-11-30 17:00", id="from-a-weekend"),
        pytest.param("2026-11-24 17:00", 1, "2026-11-25 17:00", id="from-closing"),
        pytest.param("2026-11-24 09:00", 1, "2026-11-24 17:00", id="from-opening"),
        pytest.param("2026-10-30 15:00", 1, "2026-11-02 15:00", id="clock-change"),
    ],
)
def test_a_business_day_ends_at_the_same_wall_clock(
    start: str, days: int, due: str
) -> None:
    assert OFFICE.add_days(at(start), days) == at(due)


def test_a_business_day_into_a_short_friday_ends_at_its_closing() -> None:
    short_fridays = BusinessHours(schedule("09:00-17:00", fri="09:00-13:00"))

    due = short_fridays.add_days(at("2026-11-19 15:00"), 1)

    assert due == at("2026-11-20 13:00")


def test_a_business_day_into_a_late_opening_ends_at_the_closing_before() -> None:
    late_fridays = BusinessHours(schedule("09:00-17:00", fri="12:00-17:00"))

    due = late_fridays.add_days(at("2026-11-19 10:00"), 1)

    assert due == at("2026-11-19 17:00")


def test_a_business_day_into_a_lunch_break_ends_before_it() -> None:
    lunch_on_friday = BusinessHours(
        schedule("09:00-12:30", "13:30-18:00", thu="09:00-18:00")
    )

    due = lunch_on_friday.add_days(at("2026-11-26 13:00"), 4)

    assert due == at("2026-12-02 12:30")


def test_a_business_day_of_a_night_shift_ends_in_the_next_one() -> None:
    due = NIGHTS.add_days(at("2026-11-28 02:00"), 1)

    assert due == at("2026-12-01 02:00")


def test_the_day_of_overlapping_shifts_is_the_one_that_opened_last() -> None:
    overlapping = BusinessHours(
        schedule("20:00-21:00", on=WEEK, mon="23:00-22:30", tue="20:00-21:00")
    )

    due = overlapping.add_days(at("2026-11-24 22:00"), 1)

    assert due == at("2026-11-25 21:00")


def test_a_24_hour_day_across_the_autumn_clock_change_lasts_25_hours() -> None:
    due = AROUND_THE_CLOCK.add_days(at("2026-10-31 12:00"), 1)

    assert due == at("2026-10-31 12:00") + hours(25)


def test_business_days_of_a_union_are_those_of_its_home() -> None:
    union = BusinessHours(
        schedule("09:00-17:00"),
        schedule("00:00-24:00", zone="Asia/Singapore", on=["sat", "sun"]),
    )

    due = union.add_days(at("2026-11-27 10:00"), 1)

    assert due == at("2026-11-30 10:00")
    assert union.zone.key == "America/Los_Angeles"


def test_elapsed_counts_the_opening_but_not_the_closing() -> None:
    second = timedelta(seconds=1)
    opening, closing = at("2026-11-24 09:00"), at("2026-11-24 17:00")

    assert OFFICE.elapsed(opening, opening + second) == second
    assert OFFICE.elapsed(closing, closing + second) == NO_TIME


def test_elapsed_backwards_is_negative() -> None:
    back = OFFICE.elapsed(at("2026-11-25 10:00"), at("2026-11-24 16:00"))

    assert back == -hours(2)


def test_a_time_due_at_closing_is_late_at_the_next_opening() -> None:
    late = OFFICE.roll_forward(at("2026-11-27 17:00"))

    assert late == at("2026-11-30 09:00")


def test_a_time_due_in_open_hours_is_late_at_once() -> None:
    late = OFFICE.roll_forward(at("2026-11-27 16:59"))

    assert late == at("2026-11-27 16:59")


def test_the_next_opening_is_strictly_later() -> None:
    assert OFFICE.next_opening(at("2026-11-24 08:59")) == at("2026-11-24 09:00")
    assert OFFICE.next_opening(at("2026-11-24 09:00")) == at("2026-11-25 09:00")


def test_the_last_closing_may_be_now() -> None:
    assert OFFICE.last_closing(at("2026-11-24 16:59")) == at("2026-11-23 17:00")
    assert OFFICE.last_closing(at("2026-11-24 17:00")) == at("2026-11-24 17:00")


def test_hours_around_the_clock_have_neither_opening_nor_closing() -> None:
    now = at("2026-11-24 12:00")

    assert AROUND_THE_CLOCK.next_opening(now) is None
    assert AROUND_THE_CLOCK.last_closing(now) is None


def test_an_opening_years_ahead_is_found() -> None:
    fridays = (date(2026, 11, 27) + week * 7 * DAY for week in range(300))
    rare = BusinessHours(
        schedule("09:00-17:00", on=["fri"], holidays=map(date.isoformat, fridays))
    )

    assert rare.next_opening(at("2026-11-24 12:00")) == at("2032-08-27 09:00")
    assert rare.last_closing(at("2032-08-24 12:00")) == at("2026-11-20 17:00")


def test_open_spans_are_cut_at_both_ends() -> None:
    spans = LUNCH.open_spans(at("2026-11-24 12:00"), at("2026-11-24 14:00"))

    assert spans == [
        (at("2026-11-24 12:00"), at("2026-11-24 12:30")),
        (at("2026-11-24 13:30"), at("2026-11-24 14:00")),
    ]


def test_no_span_is_open_backwards() -> None:
    assert OFFICE.open_spans(at("2026-11-25 12:00"), at("2026-11-24 12:00")) == []


@pytest.mark.parametrize(
    ("start", "day", "due"),
    [
        pytest.param("2026-11-24 10:00", "2026-12-01", "2026-12-01 10:00", id="open"),
        pytest.param(
            "2026-11-24 20:00", "2026-12-01", "2026-12-01 17:00", id="evening"
        ),
        pytest.param(
            "2026-11-19 10:00", "2026-11-26", "2026-11-25 17:00", id="holiday"
        ),
        pytest.param("2026-11-27 17:00", "2026-11-29", "2026-11-30 09:00", id="never"),
        pytest.param(
            "2026-11-25 16:50", "2026-11-26", "2026-11-27 09:00", id="same afternoon"
        ),
        pytest.param(
            "2026-11-25 08:00", "2026-11-26", "2026-11-27 09:00", id="before opening"
        ),
        pytest.param(
            "2026-11-24 20:00", "2026-11-25", "2026-11-25 17:00", id="open that day"
        ),
    ],
)
def test_a_time_on_a_later_date_is_open_or_the_closing_before(
    start: str, day: str, due: str
) -> None:
    assert OFFICE.on_date(at(start), date.fromisoformat(day)) == at(due)


def test_a_nominal_week_knows_no_holidays() -> None:
    june = BusinessHours(schedule("09:00-17:00", holidays=["2026-06-10"]))

    assert june.nominal_week() == hours(40)
    assert june.nominal_day() == hours(8)


def new_year() -> BusinessHours:
    """Return hours that know no year yet: each part has one shift at New Year 2027.

    New Zealand's is on the first, from 20:00 UTC of the old year, California's on the
    last, from 06:00 UTC of the new year.
    """
    return BusinessHours(
        schedule("22:00-23:00", on=["thu"]),
        schedule("09:00-17:00", on=["fri"], zone="Pacific/Auckland"),
    )


def test_hours_first_used_in_december_know_a_shift_in_january() -> None:
    opening = at("2027-01-01 09:00", "Pacific/Auckland")

    assert new_year().next_opening(at("2026-12-28 12:00")) == opening
    assert new_year().add(at("2026-12-28 12:00"), hours(1)) == opening + hours(1)


def test_hours_first_used_in_january_know_a_shift_in_december() -> None:
    now, closing = at("2027-01-05 12:00"), at("2026-12-31 23:00")

    assert new_year().last_closing(now) == closing
    assert new_year().subtract(now, hours(0.5)) == closing - hours(0.5)
    assert new_year().subtract(now, hours(2)) == at(
        "2027-01-01 16:00", "Pacific/Auckland"
    )


def test_a_shift_may_reach_far_into_the_next_year() -> None:
    long_shift = BusinessHours(schedule("23:00-23:00", on=["thu"], zone="Etc/GMT+12"))

    assert long_shift.is_open(datetime(2027, 1, 2, 10, 59, tzinfo=UTC))


def test_subtracting_reaches_back_past_months_of_closed_time() -> None:
    spring = (date(2027, 1, 4) + week * 7 * DAY for week in range(26))
    closed_in_spring = BusinessHours(
        schedule("09:00-17:00", on=["mon"], holidays=map(date.isoformat, spring))
    )

    start = closed_in_spring.subtract(at("2027-07-05 10:00"), hours(2))

    assert start == at("2026-12-28 16:00")


def test_threads_may_share_the_same_hours() -> None:
    shared = BusinessHours(schedule("09:00-17:00"))
    starts = [at(f"{year}-06-01 09:00") for year in range(2020, 2036)] * 4

    with ThreadPoolExecutor(8) as threads:
        lengths = list(
            threads.map(lambda start: shared.elapsed(start, start + DAY), starts)
        )

    assert lengths == [hours(8) if start.weekday() < 5 else NO_TIME for start in starts]


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(OFFICE.is_open, id="is_open"),
        pytest.param(OFFICE.roll_forward, id="roll_forward"),
        pytest.param(OFFICE.next_opening, id="next_opening"),
        pytest.param(OFFICE.last_closing, id="last_closing"),
        pytest.param(lambda now: OFFICE.add(now, NO_TIME), id="add-nothing"),
        pytest.param(lambda now: OFFICE.add(now, hours(1)), id="add"),
        pytest.param(lambda now: OFFICE.subtract(now, hours(1)), id="subtract"),
        pytest.param(
            lambda now: OFFICE.elapsed(now, at("2026-11-24 09:00")), id="from"
        ),
        pytest.param(lambda now: OFFICE.elapsed(at("2026-11-24 09:00"), now), id="to"),
        pytest.param(lambda now: OFFICE.add_days(now, 1), id="add_days"),
        pytest.param(lambda now: OFFICE.on_date(now, date(2026, 12, 1)), id="on_date"),
        pytest.param(OFFICE.day_length, id="day_length"),
        pytest.param(lambda now: OFFICE.open_spans(now, now), id="open_spans"),
    ],
)
def test_a_naive_datetime_is_refused(ask: Callable[[datetime], object]) -> None:
    naive = at("2026-11-24 12:00").replace(tzinfo=None)

    with pytest.raises(ValueError, match="time zone"):
        ask(naive)


def test_negative_amounts_are_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        OFFICE.add(at("2026-11-24 12:00"), -hours(1))


@pytest.mark.parametrize("amount", [NO_TIME, -hours(1)])
def test_only_a_positive_amount_can_be_subtracted(amount: timedelta) -> None:
    with pytest.raises(ValueError, match="positive"):
        OFFICE.subtract(at("2026-11-24 12:00"), amount)


@pytest.mark.parametrize("days", [0, -1])
def test_less_than_one_business_day_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        OFFICE.add_days(at("2026-11-24 12:00"), days)


def test_hours_that_never_open_again_are_refused_where_they_must() -> None:
    mondays = (date(2026, 11, 30) + week * 7 * DAY for week in range(1000))
    closed = BusinessHours(
        schedule("09:00-17:00", on=["mon"], holidays=map(date.isoformat, mondays))
    )
    now = at("2026-11-24 12:00")

    with pytest.raises(ValueError, match="never opens again"):
        closed.roll_forward(now)
    with pytest.raises(ValueError, match="never opens again"):
        closed.add_days(at("2026-11-23 12:00"), 1)
    with pytest.raises(ValueError, match="does not come"):
        closed.add(now, hours(1))
    assert closed.next_opening(now) is None


def test_more_time_than_there_has_been_is_refused() -> None:
    with pytest.raises(ValueError, match="has not been"):
        OFFICE.subtract(at("2026-11-24 12:00"), timedelta(days=13 * 366))
