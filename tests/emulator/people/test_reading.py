"""What a person reads: names, times in their zone, blocks line by line."""

from datetime import UTC, datetime

import pytest
from slack_sdk import WebClient

from bot.emulator.driver import LocalSlack
from tests.emulator.world import (
    INCIDENTS,
    Clock,
    actions,
    button,
    option,
    plain,
    section,
)
from tests.formatting import spans

AT = int(datetime(2026, 11, 20, 21, 30, tzinfo=UTC).timestamp())


def read(
    slack: LocalSlack, client: WebClient, text: str, *, reader: str = "ana"
) -> str:
    client.chat_postMessage(channel=INCIDENTS, text=text)
    return slack.text(slack.channel("incidents")[-1], reader=reader)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<@U0BEN> in <#C0INCIDENTS>", "@ben in #incidents"),
        ("<@U0NOBODY|nobody>", "@nobody"),
        ("<!channel> <!here>", "@channel @here"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("<!subteam^S123|on call>", "on call"),
        ("<https://x.example/?a=1&amp;b=2|the log>", "the log"),
        ("<https://x.example/?a=1&amp;b=2>", "https://x.example/?a=1&b=2"),
        ("*bold* _and_ `code`", "*bold* _and_ `code`"),
    ],
)
def test_markup_is_read(
    slack: LocalSlack, client: WebClient, written: str, seen: str
) -> None:
    assert read(slack, client, written) == seen


@pytest.mark.parametrize(
    ("reader", "seen"),
    [("ana", "Today 22:30"), ("ben", "Today 13:30"), ("cleo", "Tomorrow 03:00")],
)
def test_an_instant_is_read_in_the_readers_zone(
    slack: LocalSlack, client: WebClient, reader: str, seen: str
) -> None:
    token = f"<!date^{AT}^{{date_long_pretty}} {{time}}|21:30 UTC>"

    assert read(slack, client, token, reader=reader) == seen


@pytest.mark.parametrize(
    ("token", "seen"),
    [
        ("due {time} sharp", "due 22:30 sharp"),
        ("{date_long_pretty} {time}", "Today 22:30"),
        ("since {date_long_pretty} {time}", "since today 22:30"),
        ("{ago}, which the bot never sends", "{ago}, which the bot never sends"),
    ],
)
def test_date_tokens(
    slack: LocalSlack, client: WebClient, token: str, seen: str
) -> None:
    assert read(slack, client, f"<!date^{AT}^{token}|x>") == seen


def test_a_date_far_away_shows_its_year(
    slack: LocalSlack, client: WebClient, clock: Clock
) -> None:
    clock.advance(days=365)

    seen = read(slack, client, f"<!date^{AT}^{{date_long_pretty}} {{time}}|x>")

    assert seen == "Friday, November 20th, 2026 22:30"


def test_a_date_within_half_a_year_shows_none(
    slack: LocalSlack, client: WebClient, clock: Clock
) -> None:
    clock.advance(days=90)

    seen = read(slack, client, f"<!date^{AT}^since {{date_long_pretty}}|x>")

    assert seen == "since Friday, November 20th"


def test_an_unreadable_date_shows_its_fallback(
    slack: LocalSlack, client: WebClient
) -> None:
    assert read(slack, client, "<!date^soon^{time}|13:00 PST>") == "13:00 PST"


BOLD, CODE, PRE = ({"bold"}, {"code"}, {"pre"})


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (
            "*bold* _and_ ~so~",
            [("bold", BOLD), ("and", {"italic"}), ("so", {"strike"})],
        ),
        ("*a _b_*", [("a ", BOLD), ("b", {"bold", "italic"})]),
        ("`*code*` 2 * 3 * 4", [("*code*", CODE)]),
        ("some_name_here 2*3*4 * a*", []),
        ("(*a*), *b*.", [("a", BOLD), ("b", BOLD)]),
        ("*a\nb*", []),
        ("```INC-1 a ``` b", [("INC-1 a ", PRE)]),
        ("a ```*b*\n<@U0BEN>``` *c*", [("*b*\n<@U0BEN>", PRE), ("c", BOLD)]),
        ("``` alone", []),
        ("&gt; a *b*\nc", [("a ", {"quote"}), ("b", {"quote", "bold"})]),
        ("a &gt; b", []),
        ("*<@U0BEN>*", [("@ben", BOLD)]),
    ],
)
def test_marks_format_as_in_slack(
    slack: LocalSlack, client: WebClient, written: str, seen: list[tuple[str, set[str]]]
) -> None:
    client.chat_postMessage(channel=INCIDENTS, text=written)

    found = spans(slack, slack.channel("incidents")[-1], "ana")

    assert [(one.text, {*one.styles}) for one in found if one.styles] == seen


def test_rich_text_is_read_and_formats_nothing_typed(
    slack: LocalSlack, client: WebClient
) -> None:
    bold = {"style": {"bold": True}}
    elements = [
        {"type": "text", "text": "Sev1 ", **bold},
        {"type": "user", "user_id": "U0BEN", **bold},
        {"type": "text", "text": ": *typed* <!here> &amp; "},
        {"type": "date", "timestamp": AT, "format": "{time}", "fallback": "x"},
        {"type": "text", "text": "\n"},
        {"type": "link", "url": "https://x.example", "text": "log"},
        {"type": "channel", "channel_id": INCIDENTS},
        {"type": "text", "text": "/sev1", "style": {"code": True}},
    ]
    parts = [
        {"type": "rich_text_section", "elements": elements},
        {"type": "rich_text_section", "elements": elements[:1]},
    ]
    block = {"type": "rich_text", "elements": parts}

    client.chat_postMessage(channel=INCIDENTS, text="x", blocks=[block])

    (message,) = slack.channel("incidents")
    assert slack.text(message, "ana").splitlines() == [
        "*Sev1 @ben*: *typed* <!here> &amp; 22:30",
        "log#incidents`/sev1`",
        "*Sev1 *",
    ]
    assert [
        one.text for one in spans(slack, message, "ana") if "code" in one.styles
    ] == ["/sev1"]


def test_blocks_are_read_line_by_line(slack: LocalSlack, client: WebClient) -> None:
    options = [option("1 hour", "1h")]
    menu = {"type": "static_select", "options": options, "placeholder": plain("Snooze")}
    client.chat_postMessage(
        channel=INCIDENTS,
        text="INC-1",
        blocks=[
            {"type": "header", "text": plain("INC-1 <Acme>")},
            section("*Sev2* of <@U0BEN>", accessory=button("Open", "open")),
            {"type": "section", "fields": [plain("Plan:\nPremium"), plain("Due")]},
            {"type": "divider"},
            {"type": "context", "elements": [plain("by ana"), plain("at noon")]},
            actions(button("Take it", "take"), button("Resolve", "resolve"), menu),
            {
                "type": "input",
                "label": plain("Why"),
                "element": {
                    "type": "plain_text_input",
                    "placeholder": plain("one line"),
                },
            },
        ],
    )

    (message,) = slack.channel("incidents")
    assert slack.text(message, reader="ana").splitlines() == [
        "INC-1 <Acme>",
        "*Sev2* of @ben [Open]",
        "Plan: Premium",
        "Due",
        "---",
        "by ana at noon",
        "[Take it] [Resolve] [Snooze]",
        "Why: [one line]",
    ]
    assert slack.notice(message, reader="ana") == "INC-1"
