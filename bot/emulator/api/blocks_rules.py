"""Slack's limits on messages and forms; a violation is refused with its JSON pointer.

What the bot never sends is not known here and is refused, too.

Source: https://docs.slack.dev/reference/block-kit/blocks
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from bot.emulator.api.elements_rules import (
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    SOME_ID,
    any_text,
    plain,
)
from bot.emulator.api.limits import (
    boolean,
    by_type,
    either,
    items,
    problem,
    shape,
    string,
)
from bot.emulator.api.refusals import Json, Refused
from bot.emulator.api.rich_text_rules import RICH_TEXT

MOST_IN_MESSAGE = 50
MOST_IN_VIEW = 100
MOST_TEXT = 13_200
LARGEST_VIEW = 250_000

BLOCK = by_type(
    {
        "section": either(
            "text",
            "fields",
            shape(
                {},
                {
                    "block_id": SOME_ID,
                    "text": any_text(3000),
                    "fields": items(any_text(2000), 10),
                    "accessory": IN_SECTION,
                },
            ),
        ),
        "header": shape({"text": plain(150)}, {"block_id": SOME_ID}),
        "context": shape(
            {"elements": items(any_text(3000), 10)}, {"block_id": SOME_ID}
        ),
        "actions": shape({"elements": items(IN_ACTIONS, 25)}, {"block_id": SOME_ID}),
        "input": shape(
            {"label": plain(2000), "element": IN_INPUT},
            {
                "block_id": SOME_ID,
                "hint": plain(2000),
                "optional": boolean,
                "dispatch_action": boolean,
            },
        ),
        "divider": shape({}, {"block_id": SOME_ID}),
        "rich_text": RICH_TEXT,
    }
)
VIEW = by_type(
    {
        "modal": shape(
            {"title": plain(24), "blocks": items(BLOCK, MOST_IN_VIEW, least=0)},
            {
                "submit": plain(24),
                "close": plain(24),
                "private_metadata": string(3000),
                "callback_id": SOME_ID,
            },
        )
    }
)
MESSAGE_BLOCKS = items(BLOCK, MOST_IN_MESSAGE, least=0)


def check_message(text: str, blocks: list[Json] | None) -> None:
    """Refuse a message without content or with blocks that Slack would not take."""
    if not text and not blocks:
        raise Refused("no_text")
    _refuse("invalid_blocks", _message_problems(blocks or []))
    if sum(_lengths(blocks or [])) > MOST_TEXT:
        raise Refused("msg_blocks_too_long")


def check_view(view: Any) -> None:
    """Refuse a form that Slack would not take."""
    if len(json.dumps(view)) > LARGEST_VIEW:
        raise Refused("view_too_large")
    _refuse("invalid_arguments", _view_problems(view))


def _message_problems(blocks: list[Json]) -> Iterator[str]:
    yield from (found := list(MESSAGE_BLOCKS(blocks, "/blocks")))
    if not found:
        yield from _twice(blocks, "/blocks")


def _view_problems(view: Any) -> Iterator[str]:
    yield from (found := list(VIEW(view, "/view")))
    if found:
        return
    yield from _twice(view["blocks"], "/view/blocks")
    if "submit" not in view:
        for index, block in enumerate(view["blocks"]):
            if block["type"] == "input":
                words = "must define `submit` to use an `input` block in modals"
                yield problem(words, f"/view/blocks/{index}/input")


def _twice(blocks: list[Json], at: str) -> Iterator[str]:
    """Yield duplicate ids: of blocks anywhere, of elements within one block."""
    block_ids = [block.get("block_id") for block in blocks]
    yield from _repeated(block_ids, "block_id", [f"{at}/{i}" for i in _range(blocks)])
    for index, block in enumerate(blocks):
        elements = block.get("elements", ()) if block["type"] == "actions" else ()
        places = [f"{at}/{index}/elements/{i}" for i in _range(elements)]
        action_ids = [element.get("action_id") for element in elements]
        yield from _repeated(action_ids, "action_id", places)


def _range(things: Iterable[object]) -> range:
    return range(len(list(things)))


def _repeated(ids: list[str | None], name: str, places: list[str]) -> Iterator[str]:
    for index, each in enumerate(ids):
        if each is not None and each in ids[:index]:
            yield problem(f"`{name}` {each} already exists", f"{places[index]}/{name}")


def _refuse(code: str, problems: Iterable[str]) -> None:
    messages = tuple(problems)
    if messages:
        raise Refused(code, messages)


def _lengths(value: Any) -> Iterator[int]:
    """Yield the length of every text in some blocks."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield len(value["text"])
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _lengths(each)
