"""Slack's limits on rich text. Of its parts and styles the local Slack has a few.

Source: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from collections.abc import Mapping

from bot.emulator.api.elements_rules import LAST_SECOND, SOME_ID
from bot.emulator.api.limits import (
    Check,
    boolean,
    by_type,
    items,
    number,
    shape,
    string,
)

MOST_ELEMENTS = 1000
STYLED: Mapping[str, Check] = {"style": shape({}, {"bold": boolean, "code": boolean})}
SOME_TEXT = string(13_200, shortest=1)
ELEMENT = by_type(
    {
        "text": shape({"text": SOME_TEXT}, STYLED),
        "link": shape({"url": string(3000, shortest=1)}, {"text": SOME_TEXT, **STYLED}),
        "user": shape({"user_id": SOME_ID}, STYLED),
        "channel": shape({"channel_id": SOME_ID}, STYLED),
        "date": shape(
            {"timestamp": number(0, LAST_SECOND), "format": string(255, shortest=1)},
            {"fallback": SOME_TEXT, **STYLED},
        ),
    }
)
SECTION = shape({"elements": items(ELEMENT, MOST_ELEMENTS)})
PARTS = items(by_type({"rich_text_section": SECTION}), MOST_ELEMENTS)
RICH_TEXT = shape({"elements": PARTS}, {"block_id": SOME_ID})
