"""Tests of bot.slack.blocks and bot.slack.cutting."""

import html
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block as SdkBlock

from bot.emulator.api.blocks_rules import check_message
from bot.slack.blocks import (
    Message,
    Style,
    actions,
    beside,
    button,
    channel_link,
    confirmation,
    context,
    fields,
    header,
    hours,
    link,
    local,
    mention,
    option,
    place,
    section,
    sections,
    select,
    shown,
    span,
    when,
)
from bot.slack.buttons import likely
from bot.slack.cutting import cut, cut_marked
from tests.factories import BERLIN, PACIFIC, pacific

NOW = pacific(24, "12:00")
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAGS = "\U0001f1e9\U0001f1ea\U0001f1fa\U0001f1f8"


@given(st.text(), st.integers(min_value=1, max_value=60))
def test_shown_text_fits_and_is_on_one_line(text: str, longest: int) -> None:
    result = html.unescape(shown(text.replace("&", ""), longest))

    assert len(result) <= longest
    assert len(result.splitlines()) <= 1


def test_a_long_text_is_cut_after_a_word() -> None:
    assert cut("push of apps fails everywhere", 20) == "push of apps fails…"


@pytest.mark.parametrize(
    "whole", [FAMILY, FLAGS[:2], "e\u0301", "\U0001f44d\U0001f3fd"]
)
def test_a_visible_character_is_never_split(whole: str) -> None:
    text = "x" * 10 + whole + "y" * 10

    ends = {cut(text, longest).removesuffix("…") for longest in range(10, 25)}

    torn = {text[: 10 + i] for i in range(1, len(whole))}
    assert ends & torn == set()


@given(st.integers(min_value=1, max_value=80))
def test_marked_up_text_is_never_cut_inside_a_token_or_entity(
    longest: int,
) -> None:
    text = f"a &lt;b&gt; {mention('U0ANA')} {when(NOW)} &amp; the rest"

    result = cut_marked(text, longest)

    assert len(result) <= longest
    assert result.count("<") == result.count(">")
    assert "&" not in result.replace("&lt;", "").replace("&gt;", "").replace(
        "&amp;", ""
    )


def test_a_word_before_a_date_is_part_of_its_token() -> None:
    assert when(NOW, "due", PACIFIC) == (
        "<!date^1795550400^due {date_long_pretty} {time}|due Tue 24 Nov 2026 12:00 PST>"
    )


def test_a_heading_and_facts_stay_within_slacks_limits() -> None:
    check_message("x", [header("x" * 150), fields([("Owner", "x")] * 10)])

    with pytest.raises(ValueError, match="at most 150"):
        header("x" * 151)
    with pytest.raises(ValueError, match="1 to 10 fields"):
        fields([("Owner", "x")] * 11)


def test_a_date_token_has_a_fallback_that_names_its_zone() -> None:
    assert when(NOW, zone=PACIFIC) == (
        "<!date^1795550400^{date_long_pretty} {time}|Tue 24 Nov 2026 12:00 PST>"
    )
    assert when(NOW, zone=BERLIN, style=Style.TIME) == (
        "<!date^1795550400^{time}|Tue 24 Nov 2026 21:00 CET>"
    )


def test_a_zone_without_letters_is_named_by_its_offset() -> None:
    assert "UTC+0545>" in when(NOW, zone=ZoneInfo("Asia/Kathmandu"))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (pacific(24, "13:30"), "13:30"),
        (pacific(25, "09:00"), "tomorrow 09:00"),
        (pacific(20, "16:00"), "Fri 20 Nov 16:00"),
        (pacific(1, "09:00", month=12), "Tue 1 Dec 09:00"),
        (datetime(2027, 11, 24, 17, tzinfo=UTC), "Wed 24 Nov 2027 09:00"),
    ],
    ids=["today", "tomorrow", "last week", "a week on", "next year"],
)
def test_local_text_is_no_longer_than_it_must_be(at: datetime, expected: str) -> None:
    assert local(at, PACIFIC, NOW) == expected


def test_local_text_names_the_zone_where_readers_live_in_several() -> None:
    assert local(NOW, PACIFIC, NOW, named=True) == "12:00 PST"


def test_local_text_names_the_zone_in_the_hour_that_comes_twice() -> None:
    first = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    second = first + timedelta(hours=1)

    assert local(first, PACIFIC, first) == "01:30 PDT"
    assert local(second, PACIFIC, first) == "01:30 PST"


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(seconds=20), "less than a minute"),
        (timedelta(minutes=40, seconds=20), "40 min"),
        (timedelta(minutes=59, seconds=58), "1 h"),
        (timedelta(hours=1, minutes=10), "1 h 10"),
        (timedelta(hours=3), "3 h"),
        (timedelta(hours=24), "1 day"),
        (timedelta(hours=53), "2 days 5 h"),
        (timedelta(days=6, hours=5), "6 days"),
        (timedelta(minutes=-40), "40 min"),
    ],
)
def test_a_span_is_a_few_words(length: timedelta, expected: str) -> None:
    assert span(length) == expected


def test_open_time_is_shown_in_hours_not_days() -> None:
    assert hours(timedelta(hours=26)) == "26 h"
    assert hours(timedelta(hours=3, minutes=5)) == "3 h 05"
    assert hours(timedelta(minutes=40)) == "40 min"


def test_people_and_channels_are_shown_by_name() -> None:
    assert mention("U0ANA") == "<@U0ANA>"
    assert channel_link("C0LEADS") == "<#C0LEADS>"
    assert [place("W0ANA"), place("C0LEADS")] == ["<@W0ANA>", "<#C0LEADS>"]


def test_nothing_in_a_link_can_end_it_early() -> None:
    assert link("https://x.y/?a=1&b=<|>", "a|b > c") == (
        "<https://x.y/?a=1&amp;b=%3C%7C%3E|a¦b &gt; c>"
    )


@pytest.mark.parametrize(
    "build",
    [
        lambda: section("x" * 3001),
        lambda: section(" "),
        lambda: context("x" * 3001),
        lambda: actions([]),
        lambda: actions([button("a", f"a{i}", "1") for i in range(26)]),
        lambda: actions([button("a", "a", "1"), button("b", "a", "1")]),
        lambda: button("x" * 76, "a", "1"),
        lambda: button("a", "a", "x" * 2001),
        lambda: option("a", "x" * 151),
        lambda: option("a", ""),
        lambda: select("a", "b", []),
        lambda: select("a", "b", [option("a", "1")], initial=option("b", "2")),
        lambda: confirmation("x" * 101, "a", "b", "c"),
        lambda: Message(" "),
        lambda: Message("x" * 4001),
        lambda: Message("x", (section("a"),) * 51),
        lambda: Message("x", (section("x" * 3000),) * 5),
    ],
)
def test_a_builder_refuses_what_slack_would(build: object) -> None:
    assert callable(build)

    with pytest.raises(ValueError, match=r"."):
        build()


def test_lines_are_packed_into_as_few_paragraphs_as_hold_them() -> None:
    lines = ["x" * 999] * 7

    blocks = list(sections(lines))

    texts = [block["elements"][0]["elements"][0]["text"] for block in blocks]
    assert [len(text) for text in texts] == [2999, 2999, 999]


def test_the_builders_blocks_are_valid_for_the_sdk() -> None:
    question = confirmation("Sure?", "It ends.", "Yes", "No")
    row = actions(
        [
            likely(button("Go", "go", "1", confirm=question)),
            select("when", "When", [option("Now", "now")]),
        ],
        block_id="row",
    )

    for block in (
        section("*a*"),
        beside("a", button("b", "b", "1")),
        context("c"),
        row,
    ):
        parsed = SdkBlock.parse(block)
        assert parsed is not None
        parsed.validate_json()
