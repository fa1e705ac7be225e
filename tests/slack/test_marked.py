"""Typed text in our mark-up: shown as it was typed, and never read as marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.blocks import Message, context, link, mention, say, section, when
from bot.slack.cutting import cut_marked
from bot.slack.marked import escape, rich, spoken
from tests.factories import pacific
from tests.formatting import mrkdwn

_TEXTS = st.text(st.sampled_from("ab *_~`<>&!@#|.:;\n“”1\u0627\U0001f525"))


@given(_TEXTS.filter(bool))
def test_rich_text_shows_what_was_typed(text: str) -> None:
    assert rich(escape(text)) == [{"type": "text", "text": text}]


@given(_TEXTS, _TEXTS)
def test_no_typed_text_formats_a_notification(one: str, other: str) -> None:
    text = spoken(f"INC-1 Acme: {escape(one)}. INC-2 Globex: {escape(other)}.")

    assert {style for span in mrkdwn(text) for style in span.styles} == set()
    assert "&#" not in text


@given(_TEXTS)
def test_nothing_but_marks_is_left_out_of_a_notification(text: str) -> None:
    kept = text.translate(dict.fromkeys(map(ord, "*_~`>")))

    left = "".join(span.text for span in mrkdwn(spoken(f"x{escape(text)}")))

    plain = left.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert (
        plain.translate(dict.fromkeys(map(ord, "*_~`>"))).split() == f"x{kept}".split()
    )


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("```rm -rf /```", "rm -rf /"),
        ("*all* of _it_ is ~down~", "all of it is down"),
        ("some_name and 2*3 and 2 * 3", "some_name and 2*3 and 2 * 3"),
        ("a*", "a"),
        ("*down*_since_~nine~", "downsincenine"),
        ("<!channel> & <@U0ANA>", "&lt;!channel&gt; &amp; &lt;@U0ANA&gt;"),
        ("> quoted", "quoted"),
        ("a > b", "a &gt; b"),
        ("&#42;", "&amp;#42;"),
    ],
)
def test_marks_that_slack_would_read_are_left_out(typed: str, heard: str) -> None:
    assert spoken(escape(typed)) == heard


def test_our_own_marks_become_elements_of_rich_text() -> None:
    at = when(pacific(24, "12:00"))
    text = f"*Sev1 for {mention('U0ANA')}*: `/incident 1`, <#C0X>, {at}"
    text += f" {link('https://a.example/?a=1&b=2', 'a|b')}"

    assert rich(text) == [
        {"type": "text", "text": "Sev1 for ", "style": {"bold": True}},
        {"type": "user", "user_id": "U0ANA", "style": {"bold": True}},
        {"type": "text", "text": ": "},
        {"type": "text", "text": "/incident 1", "style": {"code": True}},
        {"type": "text", "text": ", "},
        {"type": "channel", "channel_id": "C0X"},
        {"type": "text", "text": ", "},
        {
            "type": "date",
            "timestamp": 1795550400,
            "format": "{date_long_pretty} {time}",
            "fallback": "Tue 24 Nov 2026 20:00 UTC",
        },
        {"type": "text", "text": " "},
        {"type": "link", "url": "https://a.example/?a=1&b=2", "text": "a¦b"},
    ]


@given(_TEXTS, st.integers(min_value=1, max_value=60))
def test_a_cut_never_leaves_half_of_an_escaped_mark(text: str, longest: int) -> None:
    cut = cut_marked(escape(text), longest)

    shown = "".join(one["text"] for one in rich(cut))
    assert text.startswith(shown.removesuffix("…").rstrip()) or shown == text


def test_a_message_and_a_small_line_hold_no_escaped_marks() -> None:
    typed = escape("*x*")

    with pytest.raises(ValueError, match="Slack's own"):
        Message(typed)
    assert say(typed, [section(typed)]).text == "x"
    assert context(typed)["elements"][0]["text"] == "x"
