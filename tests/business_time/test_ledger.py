"""The ledger of a due instant: every stretch with the reason why it counted or not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.business_time.hours import BusinessHours
from bot.business_time.ledger import WAITING, Line, counted, ledger
from bot.business_time.schedules import Schedule, ShortDay, Span, always

PACIFIC = ZoneInfo("America/Los_Angeles")
DAY = (Span(timedelta(hours=9), timedelta(hours=17)),)
OFFICE = BusinessHours(
    Schedule(PACIFIC, (DAY,) * 5 + ((), ()), {date(2026, 11, 26): "Thanksgiving Day"})
)


def at(day: int, clock: str) -> datetime:
    """Return a local time in November 2026; the 20th and the 27th are Fridays."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=PACIFIC).astimezone(UTC)


def reasons(hours: BusinessHours, start: datetime, due: datetime) -> list[str]:
    return [line.why for line in ledger(hours, start, due)]


def test_a_span_within_open_time_is_one_line() -> None:
    lines = ledger(OFFICE, at(24, "10:15"), at(24, "14:15"))

    hours = timedelta(hours=4)
    assert lines == (Line(at(24, "10:15"), at(24, "14:15"), True, hours, "open"),)


def test_a_night_is_skipped_and_says_so() -> None:
    lines = ledger(OFFICE, at(23, "15:00"), at(24, "11:00"))

    assert [line.why for line in lines] == ["open", "night", "open"]
    assert [line.is_open for line in lines] == [True, False, True]
    assert lines[1].counted == timedelta(0)
    assert counted(lines) == timedelta(hours=4)


def test_a_weekend_and_a_holiday_are_named() -> None:
    assert reasons(OFFICE, at(20, "16:00"), at(23, "10:00")) == [
        "open", "weekend", "open",
    ]  # fmt: skip
    assert reasons(OFFICE, at(25, "16:00"), at(27, "10:00")) == [
        "open", "holiday: Thanksgiving Day", "open",
    ]  # fmt: skip


def test_a_short_day_is_named_only_where_it_is_short() -> None:
    short = {date(2026, 11, 24): ShortDay("Fair", closes=timedelta(hours=12))}
    hours = BusinessHours(replace(OFFICE.home, short_days=short))

    assert reasons(hours, at(23, "16:00"), at(25, "10:00")) == [
        "open", "night", "open", "short day: Fair", "open",
    ]  # fmt: skip


def test_a_break_within_a_day_is_no_night() -> None:
    lunch = (
        Span(timedelta(hours=9), timedelta(hours=12)),
        Span(timedelta(hours=13), timedelta(hours=17)),
    )
    hours = BusinessHours(Schedule(PACIFIC, (lunch,) * 7))

    assert reasons(hours, at(24, "11:00"), at(24, "14:00")) == [
        "open", "break", "open",
    ]  # fmt: skip


def test_a_weekday_that_is_never_open_is_named() -> None:
    hours = BusinessHours(Schedule(PACIFIC, (DAY, DAY, (), DAY, DAY, (), ())))

    assert reasons(hours, at(24, "16:00"), at(26, "10:00")) == [
        "open", "closed on Wednesdays", "open",
    ]  # fmt: skip


def test_a_ledger_covers_its_span_without_a_gap() -> None:
    lines = ledger(OFFICE, at(21, "12:00"), at(28, "12:00"))

    assert lines[0].start == at(21, "12:00")
    assert lines[-1].end == at(28, "12:00")
    assert [line.end for line in lines[:-1]] == [line.start for line in lines[1:]]


def test_the_counted_lines_sum_to_the_elapsed_open_time() -> None:
    start, due = at(20, "16:30"), at(30, "10:10")

    assert counted(ledger(OFFICE, start, due)) == OFFICE.elapsed(start, due)


def test_waiting_on_the_customer_counts_nothing_and_closed_hours_only_once() -> None:
    pauses = [(at(23, "15:00"), at(24, "11:00"))]

    lines = ledger(OFFICE, at(23, "13:00"), at(24, "13:00"), pauses)

    assert [(line.why, line.counted) for line in lines] == [
        ("open", timedelta(hours=2)),
        (WAITING, timedelta(0)),
        ("night", timedelta(0)),
        (WAITING, timedelta(0)),
        ("open", timedelta(hours=2)),
    ]


def test_day_and_night_counts_everything() -> None:
    hours = BusinessHours(always(PACIFIC))

    lines = ledger(hours, at(20, "16:30"), at(22, "16:30"))

    assert [line.why for line in lines] == ["open"]
    assert counted(lines) == timedelta(hours=48)


def test_nothing_between_two_equal_instants_is_an_empty_ledger() -> None:
    assert ledger(OFFICE, at(24, "10:00"), at(24, "10:00")) == ()
