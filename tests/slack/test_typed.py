"""Tests of bot.slack.typed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import typed
from tests.factories import PACIFIC, pacific

NOW = pacific(24, "10:00")
INVISIBLE = (
    "\u00ad\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062"
    "\u2063\u2064\u2065\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f\ufeff"
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<@U0ANA|ana> &amp; <@U0BEN>", "@ana & @ben"),
        ("<@U0ZED>", "@U0ZED"),
        ("<#C1|general> <#C2|>", "#general #C2"),
        ("<!channel> <!here>", "<!channel> <!here>"),
        ("<!subteam^S1|@oncall> <!subteam^S2>", "@oncall @S2"),
        ("<http://acme.com|acme.com> <https://x.y/a?b=1&amp;c=2>",
         "acme.com https://x.y/a?b=1&c=2"),
        ("<mailto:a@b.c|a@b.c>", "a@b.c"),
        ("&lt;!channel&gt; 1 &lt; 2", "<!channel> 1 < 2"),
        ("&amp;lt;", "&lt;"),
    ],
)  # fmt: skip
def test_markup_reads_as_it_was_typed(raw: str, expected: str) -> None:
    names = {"U0BEN": "ben"}

    assert typed.readable(raw, names.get) == expected


def test_control_characters_become_spaces() -> None:
    assert typed.clean("a\x00b\ud800d\u2028e") == "a b\ufffdd e"


@pytest.mark.parametrize("unseen", INVISIBLE, ids=ascii)
def test_what_cannot_be_seen_is_left_out(unseen: str) -> None:
    assert typed.clean(f"{unseen}glo{unseen}bex") == "globex"


@pytest.mark.parametrize("text", ["می‌خواهم", "👩‍💻", "❤️"], ids=ascii)
def test_joiners_and_variations_stay_where_they_shape_letters(text: str) -> None:
    assert typed.clean(text) == text


def test_lines_stay_where_they_are_wanted() -> None:
    assert typed.clean_lines(" a \r\n\x07b\n\n") == "a\n b"


@given(st.text())
def test_clean_text_has_no_control_characters_and_can_be_stored(text: str) -> None:
    result = typed.clean(text)

    assert result.isprintable() or "\n" not in result
    assert result.encode() is not None
    assert len(result) == len([one for one in text if one not in INVISIBLE])


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("https://x.y/z", "https://x.y/z"),
        ("<https://x.y/?a=1&amp;b=2|x.y>", "https://x.y/?a=1&b=2"),
        ("HTTP://X.Y", "HTTP://X.Y"),
    ],
)
def test_a_link_is_taken_out_of_its_brackets(raw: str, expected: str) -> None:
    assert typed.link(raw) == expected


@pytest.mark.parametrize(
    "raw",
    ["", "x.y", "ftp://x.y", "javascript:alert(1)", "https://", "http://[::1",
     "https://x.y/a b", "https://x.y/" + "a" * 1000, "<mailto:a@b.c|a@b.c>"],
)  # fmt: skip
def test_text_that_is_no_web_address_is_no_link(raw: str) -> None:
    with pytest.raises(ValueError, match="not a link"):
        typed.link(raw)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09:40", pacific(24, "09:40")),
        ("9:40", pacific(24, "09:40")),
        ("10:00", pacific(24, "10:00")),
        ("10:01", NOW),
        ("10:05", NOW),
        ("10:05am", NOW),
        ("10:06", pacific(23, "10:06")),
        ("9:40pm", pacific(23, "21:40")),
        ("12:05 am", pacific(24, "00:05")),
        ("9.40 a.m.", pacific(24, "09:40")),
        ("9:40\N{NARROW NO-BREAK SPACE}AM", pacific(24, "09:40")),
        ("０９：４０", pacific(24, "09:40")),  # noqa: RUF001
        ("23:59", pacific(23, "23:59")),
    ],
)
def test_a_time_is_the_most_recent_within_a_day(text: str, expected: datetime) -> None:
    assert typed.recent_instant(text, PACIFIC, NOW) == expected


@pytest.mark.parametrize(
    "text", ["", "25:00", "9", "13:00pm", "0:10am", "soon", "٩:٤٠"]
)
def test_an_invalid_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a time of the day"):
        typed.recent_instant(text, PACIFIC, NOW)


def test_a_time_that_comes_twice_is_the_later_one_that_has_been() -> None:
    second = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)

    assert typed.recent_instant("01:30", PACIFIC, second) == second
    just_before = second - timedelta(minutes=1)
    first = second - timedelta(hours=1)
    assert typed.recent_instant("01:30", PACIFIC, just_before) == first


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (datetime(2026, 11, 25, 7, 59, 30, tzinfo=UTC), "00:00"),
        (datetime(2026, 11, 25, 7, 59, 30, tzinfo=UTC), "12:01am"),
        (datetime(2026, 3, 8, 9, 59, 30, tzinfo=UTC), "03:00"),
        (datetime(2026, 11, 1, 9, 59, 30, tzinfo=UTC), "2:00"),
    ],
    ids=["midnight", "midnight of 12 hours", "DST begins", "DST ends"],
)
def test_a_clock_that_is_ahead_shows_what_comes_next(now: datetime, text: str) -> None:
    assert typed.recent_instant(text, PACIFIC, now) == now


@pytest.mark.parametrize(
    ("text", "is_time"),
    [
        ("9:40 PM", True),
        ("9:40 p.m.", True),
        ("09:40 UTC", True),
        ("9:40 pm PST yesterday", True),
        ("09:40 2026-11-23", True),
        ("09:40", True),
        ("25:00", False),
        ("5", False),
        ("09:40 the disk", False),
        ("09:40 ist weg", False),
    ],
)
def test_a_time_is_known_with_the_words_behind_it(text: str, is_time: bool) -> None:
    assert typed.is_time(text) is is_time


def test_an_hour_that_comes_again_is_the_one_that_has_been() -> None:
    now = datetime(2026, 11, 1, 8, 59, 30, tzinfo=UTC)

    found = typed.recent_instant("01:00", PACIFIC, now)

    assert found == datetime(2026, 11, 1, 8, tzinfo=UTC)


def test_a_clock_that_is_behind_at_midnight_shows_the_day_before() -> None:
    now = pacific(25, "00:01")

    assert typed.recent_instant("23:59", PACIFIC, now) == pacific(24, "23:59")


def test_a_time_that_the_clock_skipped_was_not() -> None:
    now = datetime(2026, 3, 8, 18, tzinfo=UTC)

    with pytest.raises(ValueError, match="not within the last 24 hours"):
        typed.recent_instant("02:30", PACIFIC, now)


@given(
    minutes=st.integers(0, 24 * 60 - 1),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001
    zone=st.sampled_from(["America/Los_Angeles", "Europe/Berlin", "Asia/Kathmandu"]),
)
def test_a_time_found_shows_on_the_clock_and_has_been(
    minutes: int, now: datetime, zone: str
) -> None:
    text, local = f"{minutes // 60:02}:{minutes % 60:02}", ZoneInfo(zone)
    now = now.replace(tzinfo=UTC)

    try:
        found = typed.recent_instant(text, local, now)
    except ValueError:
        return

    assert now - timedelta(days=1) <= found <= now
    shown = {now + timedelta(minutes=ahead) for ahead in range(6)}
    voice = {f"{at.astimezone(local):%H:%M}" for at in {found, *shown}}
    assert text in voice if found == now else f"{found.astimezone(local):%H:%M}" == text
