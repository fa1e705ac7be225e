"""A person's own quiet hours, and what they leave of a working day."""

from datetime import timedelta

import pytest

from bot.business_time.schedules import Span
from bot.policy import quiet_hours


def span(opens: float, closes: float) -> Span:
    return Span(timedelta(hours=opens), timedelta(hours=closes))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("22:00-07:00", span(22, 31)),
        ("22-7", span(22, 31)),
        ("12:00 – 13:30", span(12, 13.5)),  # noqa: RUF001  # As phones type it.
        ("00:00-07:00", span(0, 7)),
        ("22:00 to 07:00", span(22, 31)),
        ("22.30-07.00", span(22.5, 31)),
        ("10pm-7am", span(22, 31)),
        ("12 a.m. to 7:30 AM", span(0, 7.5)),
    ],
)
def test_hours_are_read_as_people_write_them(written: str, read: Span) -> None:
    found = quiet_hours.read(written)

    assert found == read
    assert quiet_hours.read(quiet_hours.written(read)) == read


@pytest.mark.parametrize(
    "written",
    ["", "night", "22:00", "22:00-22:00", "25:00-07:00", "22:60-07:00", "22pm-7am"],
)
def test_what_is_no_span_of_the_day_is_not_read(written: str) -> None:
    assert quiet_hours.read(written) is None


@pytest.mark.parametrize(
    ("works", "quiet", "left"),
    [
        (span(9, 17), span(22, 31), [(9, 17)]),
        (span(9, 17), span(12, 13), [(9, 12), (13, 17)]),
        (span(9, 17), span(8, 10), [(10, 17)]),
        (span(9, 17), span(16, 34), [(10, 16)]),
        (span(9, 17), span(8, 18), [(18, 19)]),
        (span(9, 17), span(17, 33), [(9, 17)]),
        (span(22, 30), span(23, 25), [(22, 30)]),
    ],
    ids=[
        "by night", "over lunch", "into the morning", "round the day",
        "the whole day", "just not the day", "within a night shift",
    ],
)  # fmt: skip
def test_quiet_hours_are_left_out_of_a_day(
    works: Span, quiet: Span, left: list[tuple[float, float]]
) -> None:
    week = quiet_hours.without([[works]] * 7, quiet)

    assert week == (tuple(span(*one) for one in left),) * 7
