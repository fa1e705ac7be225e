"""Slack's limits on texts and on the elements of blocks that the bot uses.

Source: https://docs.slack.dev/reference/block-kit/block-elements
"""

from collections.abc import Iterator
from typing import Any

from bot.emulator.api.limits import (
    Check,
    boolean,
    by_type,
    items,
    number,
    problem,
    shape,
    string,
    word,
)

SOME_ID = string(255)
LONGEST_INPUT = 3000
LAST_SECOND = 9_999_999_999


def plain(longest: int) -> Check:
    inside = string(longest, shortest=1)
    return by_type({"plain_text": shape({"text": inside}, {"emoji": boolean})})


def any_text(longest: int) -> Check:
    inside = string(longest, shortest=1)
    return by_type(
        {
            "plain_text": shape({"text": inside}, {"emoji": boolean}),
            "mrkdwn": shape({"text": inside}, {"verbatim": boolean}),
        }
    )


def _offered(check: Check) -> Check:
    """Return a check that also wants the first choice to be one of the options."""

    def checked(value: Any, at: str) -> Iterator[str]:
        found = list(check(value, at))
        yield from found
        if found:
            return
        for initial in (value.get("initial_option"), *value.get("initial_options", ())):
            if initial is not None and initial not in value["options"]:
                yield problem("initial option must match one of the options", at)

    return checked


CONFIRM = shape(
    {
        "title": plain(100),
        "text": any_text(300),
        "confirm": plain(30),
        "deny": plain(30),
    },
    {"style": word("primary", "danger")},
)
OPTION = shape({"text": plain(75), "value": string(150)})
RICH_OPTION = shape({"text": any_text(75), "value": string(150)})

BUTTON = shape(
    {"text": plain(75)},
    {
        "action_id": SOME_ID,
        "confirm": CONFIRM,
        "value": string(2000),
        "style": word("primary", "danger"),
        "accessibility_label": string(75),
    },
)
STATIC_SELECT = _offered(
    shape(
        {"options": items(OPTION, 100)},
        {"action_id": SOME_ID, "placeholder": plain(150), "initial_option": OPTION},
    )
)
EXTERNAL_SELECT = shape(
    {},
    {
        "action_id": SOME_ID,
        "placeholder": plain(150),
        "initial_option": OPTION,
        "min_query_length": number(0, 255),
    },
)
SUGGESTIONS = shape({"options": items(OPTION, 100, least=0)})
USERS_SELECT = shape(
    {},
    {"action_id": SOME_ID, "placeholder": plain(150), "initial_user": string(255)},
)
RADIO_BUTTONS = _offered(
    shape(
        {"options": items(RICH_OPTION, 10)},
        {"action_id": SOME_ID, "initial_option": RICH_OPTION},
    )
)
CHECKBOXES = _offered(
    shape(
        {"options": items(RICH_OPTION, 10)},
        {"action_id": SOME_ID, "initial_options": items(RICH_OPTION, 10)},
    )
)
PLAIN_TEXT_INPUT = shape(
    {},
    {
        "action_id": SOME_ID,
        "placeholder": plain(150),
        "initial_value": string(LONGEST_INPUT),
        "multiline": boolean,
        "max_length": number(1, LONGEST_INPUT),
    },
)
DATETIMEPICKER = shape(
    {},
    {
        "action_id": SOME_ID,
        "initial_date_time": number(1_000_000_000, LAST_SECOND),
    },
)

IN_SECTION = by_type({"button": BUTTON})
IN_ACTIONS = by_type(
    {
        "button": BUTTON,
        "static_select": STATIC_SELECT,
        "external_select": EXTERNAL_SELECT,
    }
)
IN_INPUT = by_type(
    {
        "static_select": STATIC_SELECT,
        "users_select": USERS_SELECT,
        "radio_buttons": RADIO_BUTTONS,
        "checkboxes": CHECKBOXES,
        "plain_text_input": PLAIN_TEXT_INPUT,
        "datetimepicker": DATETIMEPICKER,
    }
)
