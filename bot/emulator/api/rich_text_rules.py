"""Slack's limits on rich text.

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
STYLE = shape({}, dict.fromkeys(("bold", "italic", "strike", "code"), boolean))
STYLED: Mapping[str, Check] = {"style": STYLE}
SOME_TEXT = string(13_200, shortest=1)
ELEMENT = by_type(
    {
        "text": shape({"text": SOME_TEXT}, STYLED),
        "link": shape({"url": string(3000, shortest=1)}, {"text": SOME_TEXT, **STYLED}),
        "user": shape({"user_id": SOME_ID}, STYLED),
        "channel": shape({"channel_id": SOME_ID}, STYLED),
        "date": shape(
            {"timestamp": number(0, LAST_SECOND), "format": string(255, shortest=1)},
            {"fallback": SOME_TEXT, "url": string(3000), **STYLED},
        ),
        "emoji": shape({"name": string(100, shortest=1)}, STYLED),
    }
)
INSIDE: Mapping[str, Check] = {"elements": items(ELEMENT, MOST_ELEMENTS)}
SECTION = shape(INSIDE)
RICH_TEXT = shape(
    {
        "elements": items(
            by_type(
                {
                    "rich_text_section": SECTION,
                    "rich_text_quote": SECTION,
                    "rich_text_preformatted": SECTION,
                    "rich_text_list": shape(
                        {
                            "style": string(10),
                            "elements": items(
                                by_type({"rich_text_section": SECTION}), MOST_ELEMENTS
                            ),
                        },
                        {"indent": number(0, 8)},
                    ),
                }
            ),
            MOST_ELEMENTS,
        )
    },
    {"block_id": SOME_ID},
)
