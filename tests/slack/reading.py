"""What a person sees of a message or a form, for tests to compare with."""

import re
from datetime import datetime
from itertools import groupby
from typing import Any

from bot.emulator.api.blocks_rules import check_message, check_view
from bot.slack.blocks import Message, View
from bot.slack.payloads import Submission

_DATE = re.compile(r"<!date\^\d+\^[^|]*\|([^>]*)>")


def paragraphs(message: Message) -> list[str]:
    """Return the text of each block but buttons, date tokens as their fallbacks."""
    check_message(message.text, list(message.blocks))
    return [_text_of(block) for block in message.blocks if block["type"] != "actions"]


def buttons(message: Message) -> list[str]:
    """Return the label of each button and menu, in order."""
    check_message(message.text, list(message.blocks))
    return [_label(element) for element in elements(message)]


def elements(message: Message) -> list[dict[str, Any]]:
    """Return each button and menu, in order."""
    found = []
    for block in message.blocks:
        found += [block["accessory"]] if "accessory" in block else []
        found += block["elements"] if block["type"] == "actions" else []
    return found


def form_text(view: View) -> str:
    """Return everything that a form says, a block a line."""
    check_view(view)
    return "\n".join(_form_line(block) for block in view["blocks"])


def field(view: View, block_id: str) -> dict[str, Any]:
    """Return one input of a form."""
    check_view(view)
    found = [block for block in view["blocks"] if block.get("block_id") == block_id]
    assert len(found) == 1, f"the form has one {block_id}"
    return dict(found[0])


def filled(view: View, **entries: Any) -> Submission:
    """Return a submitted form with these entries, by block id.

    Text is given as text, a choice by its value, a tick as True, an instant as a
    number, a person as `person`.
    """
    check_view(view)
    states = {
        block["block_id"]: {block["block_id"]: _state(block["element"], None)}
        for block in view["blocks"]
        if block["type"] == "input"
    }
    for block_id, entry in entries.items():
        element = field(view, block_id)["element"]
        states[block_id] = {block_id: _state(element, entry)}
    return Submission(
        form=view["callback_id"],
        view_id="V1",
        by="U0ANA",
        team="T1",
        metadata=view["private_metadata"],
        values=states,
        view=view,
    )


def stamp(at: datetime) -> int:
    """Return an instant as a form carries it."""
    return int(at.timestamp())


def _state(element: dict[str, Any], entry: Any) -> dict[str, Any]:
    match element["type"]:
        case "plain_text_input":
            return {
                "value": entry if entry is not None else element.get("initial_value")
            }
        case "static_select" | "radio_buttons":
            option = element.get("initial_option")
            if entry is not None:
                option = next(o for o in element["options"] if o["value"] == entry)
            return {"selected_option": option}
        case "checkboxes":
            return {"selected_options": element["options"] if entry else []}
        case "datetimepicker":
            return {"selected_date_time": entry}
        case "users_select":
            return {"selected_user": entry}
    raise AssertionError(f"no test fills in {element['type']}")


def _text_of(block: dict[str, Any]) -> str:
    if "fields" in block:
        facts = (one["text"].replace("\n", " ") for one in block["fields"])
        return _DATE.sub(r"\1", "\n".join(facts))
    if block["type"] == "rich_text":
        (inside,) = block["elements"]
        return rich_words(inside["elements"])
    text = block["text"] if "text" in block else block["elements"][0]
    return _DATE.sub(r"\1", text["text"])


def rich_words(elements: list[dict[str, Any]]) -> str:
    """Return rich text as mark-up; dates as their fallbacks."""
    parts = []
    for is_bold, run in groupby(elements, key=lambda one: _has(one, "bold")):
        star = "*" if is_bold else ""
        parts += [star, *map(_rich_word, run), star]
    return "".join(parts)


def _has(element: dict[str, Any], style: str) -> bool:
    return style in element.get("style", {})


def _rich_word(element: dict[str, Any]) -> str:
    match element["type"]:
        case "text":
            return f"`{element['text']}`" if _has(element, "code") else element["text"]
        case "user":
            return f"<@{element['user_id']}>"
        case "channel":
            return f"<#{element['channel_id']}>"
        case "date":
            return str(element["fallback"])
        case "link":
            return f"<{element['url']}|{element['text']}>"
    raise AssertionError(f"no message has {element['type']}")


def _form_line(block: dict[str, Any]) -> str:
    if block["type"] == "input":
        return f"{block['label']['text']} [{block['element']['type']}]"
    if "accessory" in block:
        return f"{_text_of(block)} [{_label(block['accessory'])}]"
    return _text_of(block)


def _label(element: dict[str, Any]) -> str:
    text = element["text"] if element["type"] == "button" else element["placeholder"]
    return str(text["text"])
