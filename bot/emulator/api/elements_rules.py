"""Slack's limits on parts of blocks: text objects, buttons, menus, inputs.

Source: https://docs.slack.dev/reference/block-kit/block-elements
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.emulator.api.limits import (
    Check,
    boolean,
    by_type,
    either,
    items,
    number,
    problem,
    shape,
    string,
    word,
)

SOME_ID = string(255)
LONGEST_INPUT = 3000
DATE = r"\d{4}-\d{2}-\d{2}"
TIME = r"([01]\d|2[0-3]):[0-5]\d"
LAST_SECOND = 9_999_999_999


def plain(longest: int) -> Check:
    """Return a check for a plain text object."""
    inside = string(longest, shortest=1)
    return by_type({"plain_text": shape({"text": inside}, {"emoji": boolean})})


def any_text(longest: int) -> Check:
    """Return a check for a text object, plain or marked up."""
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
        groups = value.get("option_groups", ())
        options = value.get("options") or [o for g in groups for o in g["options"]]
        for initial in (value.get("initial_option"), *value.get("initial_options", ())):
            if initial is not None and initial not in options:
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
OPTION = shape({"text": plain(75), "value": string(150)}, {"description": plain(75)})
RICH_OPTION = shape(
    {"text": any_text(75), "value": string(150)}, {"description": any_text(75)}
)
OVERFLOW_OPTION = shape(
    {"text": plain(75), "value": string(150)},
    {"description": plain(75), "url": string(3000)},
)
OPTION_GROUP = shape({"label": plain(75), "options": items(OPTION, 100)})

ACTION: Mapping[str, Check] = {"action_id": SOME_ID, "confirm": CONFIRM}
FOCUS: Mapping[str, Check] = {"action_id": SOME_ID, "focus_on_load": boolean}
HINTED: Mapping[str, Check] = {**FOCUS, "placeholder": plain(150)}
MENU: Mapping[str, Check] = {**HINTED, "confirm": CONFIRM}

BUTTON = shape(
    {"text": plain(75)},
    {
        **ACTION,
        "value": string(2000),
        "url": string(3000),
        "style": word("primary", "danger"),
        "accessibility_label": string(75),
    },
)
IMAGE = shape({"image_url": string(3000), "alt_text": string(2000)})
OVERFLOW = shape({"options": items(OVERFLOW_OPTION, 5)}, ACTION)
STATIC_SELECT = _offered(
    either(
        "options",
        "option_groups",
        shape(
            {},
            {
                **MENU,
                "options": items(OPTION, 100),
                "option_groups": items(OPTION_GROUP, 100),
                "initial_option": OPTION,
            },
        ),
    )
)
USERS_SELECT = shape({}, {**MENU, "initial_user": string(255)})
RADIO_BUTTONS = _offered(
    shape(
        {"options": items(RICH_OPTION, 10)},
        {**ACTION, **FOCUS, "initial_option": RICH_OPTION},
    )
)
CHECKBOXES = _offered(
    shape(
        {"options": items(RICH_OPTION, 10)},
        {**ACTION, **FOCUS, "initial_options": items(RICH_OPTION, 10)},
    )
)
PLAIN_TEXT_INPUT = shape(
    {},
    {
        **HINTED,
        "initial_value": string(LONGEST_INPUT),
        "multiline": boolean,
        "min_length": number(0, LONGEST_INPUT),
        "max_length": number(1, LONGEST_INPUT),
        "dispatch_action_config": shape(
            {
                "trigger_actions_on": items(
                    word("on_enter_pressed", "on_character_entered"), 2
                )
            }
        ),
    },
)
DATEPICKER = shape({}, {**MENU, "initial_date": string(10, pattern=DATE)})
TIMEPICKER = shape(
    {}, {**MENU, "initial_time": string(5, pattern=TIME), "timezone": string(255)}
)
DATETIMEPICKER = shape(
    {},
    {
        **ACTION,
        **FOCUS,
        "initial_date_time": number(1_000_000_000, LAST_SECOND),
    },
)

CHOICES: Mapping[str, Check] = {
    "static_select": STATIC_SELECT,
    "users_select": USERS_SELECT,
    "radio_buttons": RADIO_BUTTONS,
    "checkboxes": CHECKBOXES,
    "datepicker": DATEPICKER,
    "timepicker": TIMEPICKER,
}
IN_SECTION = by_type(
    {**CHOICES, "button": BUTTON, "overflow": OVERFLOW, "image": IMAGE}
)
IN_ACTIONS = by_type(
    {
        **CHOICES,
        "button": BUTTON,
        "overflow": OVERFLOW,
        "datetimepicker": DATETIMEPICKER,
    }
)
IN_INPUT = by_type(
    {
        **CHOICES,
        "plain_text_input": PLAIN_TEXT_INPUT,
        "datetimepicker": DATETIMEPICKER,
    }
)
