"""What holds for every schedule: the laws, and agreement with a walk by the minute."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from bot.business_time.hours import BusinessHours
from bot.business_time.ledger import counted, ledger
from tests.oracle import DAY, Oracle, OutOfSightError, local_date, minute, moment
from tests.questions import (
    NEW_YEARS,
    ONE_DAY,
    Question,
    days_all_alike,
    questions,
)

ONE_MINUTE = timedelta(minutes=1)
SUB_MINUTE = st.timedeltas(timedelta(0), ONE_MINUTE)


@contextmanager
def _as_far_as_the_oracle_sees() -> Iterator[None]:
    try:
        yield
    except OutOfSightError:
        reject()


@given(questions())
def test_is_open_agrees_with_the_walk(q: Question) -> None:
    expected = q.oracle.is_open(minute(q.start))

    assert q.hours.is_open(q.start) is expected


@given(questions())
def test_elapsed_agrees_with_the_walk(q: Question) -> None:
    a, b = sorted((q.start, q.end))
    expected = q.oracle.elapsed(minute(a), minute(b))

    assert q.hours.elapsed(a, b) == timedelta(minutes=expected)


@given(questions())
def test_add_agrees_with_the_walk(q: Question) -> None:
    with _as_far_as_the_oracle_sees():
        expected = q.oracle.add(minute(q.start), q.minutes)

    assert q.hours.add(q.start, q.amount) == moment(expected)


@given(questions())
def test_subtract_agrees_with_the_walk(q: Question) -> None:
    with _as_far_as_the_oracle_sees():
        expected = q.oracle.subtract(minute(q.end), q.minutes + 1)

    assert q.hours.subtract(q.end, q.amount + ONE_MINUTE) == moment(expected)


@given(questions())
def test_roll_forward_agrees_with_the_walk(q: Question) -> None:
    with _as_far_as_the_oracle_sees():
        expected = q.oracle.roll_forward(minute(q.start))

    assert q.hours.roll_forward(q.start) == moment(expected)


@given(questions())
def test_next_opening_agrees_with_the_walk(q: Question) -> None:
    with _as_far_as_the_oracle_sees():
        expected = q.oracle.next_opening(minute(q.start))

    assert q.hours.next_opening(q.start) == moment(expected)


@given(questions())
def test_last_closing_agrees_with_the_walk(q: Question) -> None:
    with _as_far_as_the_oracle_sees():
        expected = q.oracle.last_closing(minute(q.start))

    assert q.hours.last_closing(q.start) == moment(expected)


@given(questions())
def test_open_spans_agree_with_the_walk(q: Question) -> None:
    a, b = sorted((q.start, q.end))
    expected = q.oracle.spans(minute(a), minute(b))

    assert q.hours.open_spans(a, b) == [(moment(x), moment(y)) for x, y in expected]


@given(questions())
def test_add_days_agrees_with_the_walk(q: Question) -> None:
    with _as_far_as_the_oracle_sees():
        expected = q.oracle.add_days(minute(q.start), q.days)

    assert q.hours.add_days(q.start, q.days) == moment(expected)


@given(questions())
def test_day_length_agrees_with_the_walk(q: Question) -> None:
    with _as_far_as_the_oracle_sees():
        expected = q.oracle.day_length(minute(q.start))

    assert q.hours.day_length(q.start) == timedelta(minutes=expected)


@given(questions(), st.sampled_from((1, 7, 14)))
def test_a_date_later_on_agrees_with_the_walk(q: Question, days: int) -> None:
    day = local_date(q.weeks[0].zone, minute(q.start)) + days * ONE_DAY
    with _as_far_as_the_oracle_sees():
        expected = q.oracle.on_date(minute(q.start), day)

    assert q.hours.on_date(q.start, day) == moment(expected)


@given(questions())
def test_the_nominal_week_is_the_walk_through_a_plain_one(q: Question) -> None:
    clear = [replace(week, holidays={}) for week in q.weeks]
    monday = minute(datetime(2026, 6, 8, tzinfo=UTC))
    oracle = Oracle(clear, date(2026, 6, 1), date(2026, 6, 22))
    expected = oracle.elapsed(monday, monday + 7 * DAY)

    assert q.hours.nominal_week() == timedelta(minutes=expected)


@given(questions(), SUB_MINUTE, SUB_MINUTE)
def test_adding_twice_is_adding_the_sum(
    q: Question, a: timedelta, more: timedelta
) -> None:
    b = q.amount + more + timedelta.resolution
    start = q.start + more

    assert q.hours.add(q.hours.add(start, a), b) == q.hours.add(start, a + b)


@given(questions(), SUB_MINUTE)
def test_an_added_amount_has_elapsed(q: Question, more: timedelta) -> None:
    start, amount = q.start + more, q.amount + more

    assert q.hours.elapsed(start, q.hours.add(start, amount)) == amount


@given(questions(), SUB_MINUTE)
def test_a_later_start_is_never_due_earlier(q: Question, more: timedelta) -> None:
    a, b = sorted((q.start, q.end + more))

    assert q.hours.add(a, q.amount) <= q.hours.add(b, q.amount)


@given(questions(), SUB_MINUTE)
def test_a_larger_amount_is_due_later(q: Question, more: timedelta) -> None:
    smaller = q.amount + timedelta.resolution
    larger = smaller + more + timedelta.resolution

    assert q.hours.add(q.start, smaller) < q.hours.add(q.start, larger)


@given(questions(), SUB_MINUTE)
def test_elapsed_is_the_sum_of_its_parts(q: Question, more: timedelta) -> None:
    a, b, c = q.start, q.end + more, q.start + q.amount
    parts = q.hours.elapsed(a, b) + q.hours.elapsed(b, c)

    assert parts == q.hours.elapsed(a, c)


@given(questions(), SUB_MINUTE)
def test_elapsed_backwards_is_negative(q: Question, more: timedelta) -> None:
    there = q.hours.elapsed(q.start, q.end + more)

    assert q.hours.elapsed(q.end + more, q.start) == -there


@given(questions(), SUB_MINUTE)
def test_subtracting_leads_back_to_an_open_start(q: Question, more: timedelta) -> None:
    start, amount = (
        q.hours.roll_forward(q.start + more),
        q.amount + timedelta.resolution,
    )

    assert q.hours.subtract(q.hours.add(start, amount), amount) == start


@given(questions())
def test_between_due_and_late_no_open_time_passes(q: Question) -> None:
    due = q.hours.add(q.start, q.amount)
    late = q.hours.roll_forward(due)

    assert q.hours.is_open(late)
    assert q.hours.elapsed(due, late) == timedelta(0)


@given(questions())
def test_business_days_lead_into_the_future(q: Question) -> None:
    due = q.hours.add_days(q.start, q.days)

    assert q.start < due <= q.hours.add_days(q.start, q.days + 1)


@given(questions(parts=(1,)))
def test_a_holiday_closes_its_whole_local_date(q: Question) -> None:
    home = q.hours.home
    opened = [
        q.hours.elapsed(
            home.instant(day, timedelta(0)), home.instant(day + ONE_DAY, timedelta(0))
        )
        for day in home.holidays
    ]

    assert not any(opened)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda h, q: h.add(q.start, q.amount), id="add"),
        pytest.param(lambda h, q: h.subtract(q.start, q.amount + ONE_MINUTE), id="sub"),
        pytest.param(lambda h, q: h.elapsed(q.start, q.end), id="elapsed"),
        pytest.param(lambda h, q: h.next_opening(q.start), id="next_opening"),
        pytest.param(lambda h, q: h.last_closing(q.start), id="last_closing"),
    ],
)
@given(q=questions(days=NEW_YEARS))
def test_a_first_answer_near_new_year_equals_a_later_one(
    answer: Callable[[BusinessHours, Question], object], q: Question
) -> None:
    fresh, knowing = (BusinessHours(*q.hours.parts) for _ in range(2))
    knowing.elapsed(q.start - 40 * ONE_DAY, q.start + 40 * ONE_DAY)

    assert answer(fresh, q) == answer(knowing, q)


@given(
    days_all_alike(),
    st.integers(0, 40 * DAY).map(
        lambda m: datetime(2026, 2, 25, tzinfo=UTC) + timedelta(minutes=m)
    ),
    st.integers(1, 20),
)
def test_equal_business_days_equal_a_number_of_hours(
    hours: BusinessHours, start: datetime, days: int
) -> None:
    in_hours = hours.add(start, days * hours.nominal_day())

    assert hours.add_days(start, days) == in_hours


@given(questions(), SUB_MINUTE)
def test_a_ledger_counts_what_has_elapsed_without_a_gap(
    q: Question, more: timedelta
) -> None:
    start = q.start + more
    due = q.hours.add(start, q.amount)

    lines = ledger(q.hours, start, due)

    assert counted(lines) == q.hours.elapsed(start, due)
    assert [line.start for line in lines] == [start, *(x.end for x in lines)][:-1]
    assert not lines or lines[-1].end == due


@given(questions(), SUB_MINUTE)
def test_a_ledger_counts_the_open_lines_whole_and_the_closed_ones_not(
    q: Question, more: timedelta
) -> None:
    start = q.start + more

    lines = ledger(q.hours, start, q.hours.add(start, q.amount))

    assert all(x.counted == q.hours.elapsed(x.start, x.end) for x in lines)
    assert all(x.counted == (x.end - x.start) * x.is_open for x in lines)


@given(questions(), st.integers(0, 100), SUB_MINUTE)
def test_a_pause_moves_the_due_instant_but_not_what_is_counted(
    q: Question, percent: int, more: timedelta
) -> None:
    due = q.hours.add(q.start, q.amount)
    paused = q.start + (due - q.start) * percent / 100
    resumed = paused + q.amount + more

    moved = q.hours.add(resumed, q.hours.elapsed(paused, due))

    lines = ledger(q.hours, q.start, moved, [(paused, resumed)])
    assert counted(lines) == q.hours.elapsed(q.start, due)
