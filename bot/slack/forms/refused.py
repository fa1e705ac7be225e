"""A form that was refused: it keeps everything that was entered."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.slack.blocks import (
    Block,
    Element,
    View,
    mention,
    section,
    sections,
    shown,
    when,
)
from bot.slack.forms import receipts
from bot.slack.forms.inputs import modal
from bot.slack.messages import answers
from bot.slack.payloads import Submission

_WHY = "refused"
_OWN_FIELDS = ("type", "callback_id", "title", "close", "submit", "private_metadata")
# What an input begins with, by what its state calls it.
_INITIAL = {
    "value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_date_time": "initial_date_time",
}
_LONGEST_LABEL = 100


def again(form: Submission, why: str) -> View:
    """Return the form as it was sent off, with a sentence of mark-up above it."""
    blocks = [
        _filled(block, form.values)
        for block in form.view["blocks"]
        if block.get("block_id") != _WHY
    ]
    head = {**section(f"{why} Nothing was recorded."), "block_id": _WHY}
    own = {name: form.view[name] for name in _OWN_FIELDS if form.view.get(name)}
    return {**own, "blocks": [head, *blocks]}


def for_good(form: Submission, why: str) -> View:
    """Return what was entered to be copied, for a form that can no longer succeed."""
    told = answers.given_back(why, form.typed)
    chosen = sections(_chosen(form))
    blocks = [*told.blocks, *chosen]
    return modal("sevbot", blocks, callback_id=receipts.ID, close="Close")


def _filled(block: Block, values: Mapping[str, Any]) -> Block:
    """Return a block of a form whose input begins with what was entered."""
    if block["type"] != "input":
        return block
    element = {
        name: value
        for name, value in block["element"].items()
        if name not in _INITIAL.values()
    }
    for name, entered in _state(block, values).items():
        if name in _INITIAL and entered:
            element[_INITIAL[name]] = _as_offered(entered, element)
    return {**block, "element": element}


def _as_offered(entered: Any, element: Element) -> Any:
    """Return a choice as the menu offers it; Slack accepts no other one."""
    offered = {one["value"]: one for one in element.get("options", ())}
    if isinstance(entered, list):
        return [offered[one["value"]] for one in entered]
    return offered[entered["value"]] if isinstance(entered, dict) else entered


def _chosen(form: Submission) -> Iterator[str]:
    """Yield what was chosen and not typed, each with the label of its input."""
    for block in form.view["blocks"]:
        if block["type"] != "input":
            continue
        label = shown(block["label"]["text"], _LONGEST_LABEL)
        if what := "; ".join(_words(_state(block, form.values))):
            yield f"{label}: {what}"


def _words(state: Mapping[str, Any]) -> Iterator[str]:
    options = [state.get("selected_option"), *(state.get("selected_options") or ())]
    for option in filter(None, options):
        yield shown(option["text"]["text"], _LONGEST_LABEL)
    if user := state.get("selected_user"):
        yield mention(user)
    if seconds := state.get("selected_date_time"):
        yield when(datetime.fromtimestamp(int(seconds), UTC))


def _state(block: Block, values: Mapping[str, Any]) -> Mapping[str, Any]:
    block_id = block.get("block_id", "")
    state: Mapping[str, Any] = values.get(block_id, {}).get(block_id, {})
    return state
