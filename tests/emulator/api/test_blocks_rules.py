"""Every limit on blocks, elements and forms, with the place that Slack names."""

from typing import Any

import pytest

from bot.emulator.api.blocks_rules import check_message, check_view
from bot.emulator.api.refusals import Refused
from tests.emulator.world import actions, button, option, plain, rich_text, section

MANY = [option(str(n), str(n)) for n in range(101)]
CONFIRM = {
    "title": plain("x" * 100),
    "text": plain("x" * 300),
    "confirm": plain("x" * 30),
    "deny": plain("x" * 30),
}


def select(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "a", "options": MANY[:100], **more}


def radio(**more: Any) -> dict[str, Any]:
    return {"type": "radio_buttons", "options": MANY[:10], **more}


def field(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain("x"), "element": element, **more}


def text_input(**more: Any) -> dict[str, Any]:
    return {"type": "plain_text_input", **more}


def form(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": plain("x"),
        "submit": plain("x"),
        "blocks": list(blocks),
        **more,
    }


LARGEST = [
    section("x" * 3000, block_id="x" * 255, accessory=button("x" * 75, "x" * 255)),
    {"type": "section", "fields": [plain("x" * 200)] * 10},
    {"type": "header", "text": plain("x" * 150)},
    {"type": "context", "elements": [plain("x")] * 10},
    actions(*[button("x", str(n), value="x" * 2000) for n in range(25)]),
    actions(button("x", "a", confirm=CONFIRM, style="danger")),
    actions(select(placeholder=plain("x" * 150), initial_option=MANY[0])),
    field(radio()),
    field({"type": "checkboxes", "options": MANY[:10], "initial_options": MANY[:2]}),
    field({"type": "users_select"}),
    field({"type": "datetimepicker"}),
    {"type": "divider"},
    field(text_input(multiline=True, max_length=3000), hint=plain("x"), optional=True),
]

BROKEN = {
    "unknown block": ({"type": "markdown"}, "unsupported type: markdown", "/type"),
    "no type": ({"text": plain("x")}, "missing required field: type", ""),
    "unknown property": (
        section("x", colour="red"),
        "invalid additional property: colour",
        "",
    ),
    "block id": (
        section("x", block_id="x" * 256),
        "must be less than 256 characters",
        "/block_id",
    ),
    "section text": (
        section("x" * 3001),
        "must be less than 3001 characters",
        "/text/text",
    ),
    "empty text": (section(""), "must be more than 0 characters", "/text/text"),
    "empty section": (
        {"type": "section"},
        "must define either `text` or `fields`",
        "",
    ),
    "eleven fields": (
        {"type": "section", "fields": [plain("x")] * 11},
        "no more than 10 items allowed",
        "/fields",
    ),
    "long field": (
        {"type": "section", "fields": [plain("x" * 2001)]},
        "must be less than 2001 characters",
        "/fields/0/text",
    ),
    "input as accessory": (
        section("x", accessory=text_input()),
        "unsupported type: plain_text_input",
        "/accessory/type",
    ),
    "long header": (
        {"type": "header", "text": plain("x" * 151)},
        "must be less than 151 characters",
        "/text/text",
    ),
    "marked up header": (
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        "unsupported type: mrkdwn",
        "/text/type",
    ),
    "eleven in context": (
        {"type": "context", "elements": [plain("x")] * 11},
        "no more than 10 items allowed",
        "/elements",
    ),
    "button in context": (
        {"type": "context", "elements": [button("x", "a")]},
        "unsupported type: button",
        "/elements/0/type",
    ),
    "no words in rich text": (
        rich_text({"type": "text", "text": ""}),
        "must be more than 0 characters",
        "/elements/0/elements/0/text",
    ),
    "a mention typed into rich text": (
        rich_text({"type": "mrkdwn", "text": "<@U0ANA>"}),
        "unsupported type: mrkdwn",
        "/elements/0/elements/0/type",
    ),
    "a style that rich text does not have": (
        rich_text({"type": "text", "text": "x", "style": {"dim": True}}),
        "invalid additional property: dim",
        "/elements/0/elements/0/style",
    ),
    "26 actions": (
        actions(*[button("x", str(n)) for n in range(26)]),
        "no more than 25 items allowed",
        "/elements",
    ),
    "no action": (actions(), "must provide at least 1 items", "/elements"),
    "action id": (
        actions(button("x", "a" * 256)),
        "must be less than 256 characters",
        "/elements/0/action_id",
    ),
    "action id twice": (
        actions(button("x", "a"), button("y", "a")),
        "`action_id` a already exists",
        "/elements/1/action_id",
    ),
    "button text": (
        actions(button("x" * 76, "a")),
        "must be less than 76 characters",
        "/elements/0/text/text",
    ),
    "button value": (
        actions(button("x", "a", value="x" * 2001)),
        "must be less than 2001 characters",
        "/elements/0/value",
    ),
    "button value not text": (
        actions(button("x", "a", value=42)),
        "must be a string",
        "/elements/0/value",
    ),
    "button url, which the bot never sends": (
        actions(button("x", "a", url="https://x.example")),
        "invalid additional property: url",
        "/elements/0",
    ),
    "button style": (
        actions(button("x", "a", style="loud")),
        "must be one of: primary, danger",
        "/elements/0/style",
    ),
    "button label": (
        actions(button("x", "a", accessibility_label="x" * 76)),
        "must be less than 76 characters",
        "/elements/0/accessibility_label",
    ),
    "confirm title": (
        actions(button("x", "a", confirm={**CONFIRM, "title": plain("x" * 101)})),
        "must be less than 101 characters",
        "/elements/0/confirm/title/text",
    ),
    "confirm text": (
        actions(button("x", "a", confirm={**CONFIRM, "text": plain("x" * 301)})),
        "must be less than 301 characters",
        "/elements/0/confirm/text/text",
    ),
    "confirm button": (
        actions(button("x", "a", confirm={**CONFIRM, "confirm": plain("x" * 31)})),
        "must be less than 31 characters",
        "/elements/0/confirm/confirm/text",
    ),
    "101 options": (
        actions(select(options=MANY)),
        "no more than 100 items allowed",
        "/elements/0/options",
    ),
    "no options": (
        actions({"type": "static_select"}),
        "missing required field: options",
        "/elements/0",
    ),
    "placeholder": (
        actions(select(placeholder=plain("x" * 151))),
        "must be less than 151 characters",
        "/elements/0/placeholder/text",
    ),
    "option text": (
        actions(select(options=[option("x" * 76, "x")])),
        "must be less than 76 characters",
        "/elements/0/options/0/text/text",
    ),
    "option value": (
        actions(select(options=[option("x", "x" * 151)])),
        "must be less than 151 characters",
        "/elements/0/options/0/value",
    ),
    "initial option": (
        actions(select(initial_option=option("other", "other"))),
        "initial option must match one of the options",
        "/elements/0",
    ),
    "overflow, which the bot never sends": (
        actions({"type": "overflow", "options": MANY[:2]}),
        "unsupported type: overflow",
        "/elements/0/type",
    ),
    "eleven radio buttons": (
        field(radio(options=MANY[:11])),
        "no more than 10 items allowed",
        "/element/options",
    ),
    "eleven checkboxes": (
        field({"type": "checkboxes", "options": MANY[:11]}),
        "no more than 10 items allowed",
        "/element/options",
    ),
    "datetimepicker in a section": (
        section("x", accessory={"type": "datetimepicker"}),
        "unsupported type: datetimepicker",
        "/accessory/type",
    ),
    "instant": (
        field({"type": "datetimepicker", "initial_date_time": 5}),
        "must be between 1000000000 and 9999999999",
        "/element/initial_date_time",
    ),
    "input label": (
        field(text_input(), label=plain("x" * 2001)),
        "must be less than 2001 characters",
        "/label/text",
    ),
    "input hint": (
        field(text_input(), hint=plain("x" * 2001)),
        "must be less than 2001 characters",
        "/hint/text",
    ),
    "button as input": (
        field(button("x", "a")),
        "unsupported type: button",
        "/element/type",
    ),
    "input max_length": (
        field(text_input(max_length=3001)),
        "must be between 1 and 3000",
        "/element/max_length",
    ),
    "flag": (field(text_input(), optional="yes"), "must be a boolean", "/optional"),
}


def test_the_largest_that_is_allowed_is_let_through() -> None:
    check_message("x", LARGEST[1:])
    check_message("x", LARGEST[:1])
    check_view(
        form(
            *LARGEST,
            title=plain("x" * 24),
            submit=plain("x" * 24),
            close=plain("x" * 24),
            private_metadata="x" * 3000,
            callback_id="x" * 255,
        )
    )


@pytest.mark.parametrize(("block", "words", "place"), BROKEN.values(), ids=list(BROKEN))
def test_a_message_and_a_form_refuse(
    block: dict[str, Any], words: str, place: str
) -> None:
    with pytest.raises(Refused) as message:
        check_message("x", [{"type": "divider"}, block])
    with pytest.raises(Refused) as view:
        check_view(form({"type": "divider"}, block))

    assert message.value.code == "invalid_blocks"
    assert message.value.messages == (f"{words} [json-pointer:/blocks/1{place}]",)
    assert view.value.code == "invalid_arguments"
    assert view.value.messages == (f"{words} [json-pointer:/view/blocks/1{place}]",)


def test_a_message_holds_fifty_blocks_and_a_form_a_hundred() -> None:
    check_message("x", [{"type": "divider"}] * 50)
    check_view(form(*[{"type": "divider"}] * 100))

    with pytest.raises(Refused, match="no more than 50 items allowed"):
        check_message("x", [{"type": "divider"}] * 51)
    with pytest.raises(Refused, match="no more than 100 items allowed"):
        check_view(form(*[{"type": "divider"}] * 101))


def test_a_block_id_may_occur_once_in_a_message() -> None:
    blocks = [section("x", block_id="b"), section("y", block_id="b")]

    with pytest.raises(Refused, match="/blocks/1/block_id"):
        check_message("x", blocks)


def test_the_same_action_id_may_occur_in_two_blocks() -> None:
    check_message("x", [actions(button("x", "a")), actions(button("x", "a"))])


def test_all_blocks_together_hold_13200_characters() -> None:
    blocks = [section("x" * 3000)] * 4

    check_message("x", [*blocks, section("x" * 1200)])
    with pytest.raises(Refused, match="msg_blocks_too_long"):
        check_message("x", [*blocks, section("x" * 1201)])


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"title": plain("x" * 25)}, "less than 25 characters .*/view/title/text"),
        ({"submit": plain("x" * 25)}, "less than 25 characters .*/view/submit/text"),
        ({"close": plain("x" * 25)}, "less than 25 characters .*/view/close/text"),
        ({"private_metadata": "x" * 3001}, "3001 characters .*/view/private_metadata"),
        ({"callback_id": "x" * 256}, "256 characters .*/view/callback_id"),
        ({"external_id": "x"}, "invalid additional property: external_id"),
        ({"notify_on_close": True}, "invalid additional property: notify_on_close"),
        ({"type": "home"}, "unsupported type: home"),
        ({"hash": "1.2"}, "invalid additional property: hash"),
    ],
)
def test_a_form_refuses(broken: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        check_view({**form(), **broken})


def test_a_form_holds_250_kilobytes() -> None:
    with pytest.raises(Refused, match="view_too_large"):
        check_view(form(*[section("x" * 3000)] * 90))


def test_a_view_that_is_no_form_is_refused() -> None:
    with pytest.raises(Refused, match="missing required field: type"):
        check_view("modal")
