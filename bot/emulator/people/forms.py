"""The values of inputs in messages and forms, in the structure of `state.values`."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.emulator.api.refusals import Json

# The key that carries the value of each kind of input in a state.
STATE_KEYS = {
    "plain_text_input": "value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "datetimepicker": "selected_date_time",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """An interactive element and the block that holds it."""

    block: Json
    element: Json

    @property
    def block_id(self) -> str:
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        return str(self.element["action_id"])

    @property
    def path(self) -> str:
        """Return both ids, which identify an element."""
        return f"{self.block_id}/{self.action_id}"

    @property
    def label(self) -> str:
        """Return the words beside the element, empty if there are none."""
        source = self.block.get("label") or self.block.get("text") or {}
        return str(source.get("text", ""))

    @property
    def is_input(self) -> bool:
        return bool(self.block["type"] == "input")


def elements(blocks: Iterable[Json]) -> Iterator[Placed]:
    """Yield every interactive element in order of appearance."""
    for block in blocks:
        held = [block[key] for key in ("accessory", "element") if key in block]
        if block["type"] == "actions":
            held += block["elements"]
        for element in held:
            if "action_id" in element:
                yield Placed(block, element)


def initial_values(blocks: Iterable[Json]) -> Json:
    """Return the state of untouched inputs."""
    values: Json = {}
    for placed in elements(blocks):
        kind = placed.element["type"]
        if kind not in STATE_KEYS:
            continue
        empty: object = [] if kind == "checkboxes" else None
        key = STATE_KEYS[kind]
        initial = f"initial_{key.removeprefix('selected_')}"
        state = {"type": kind, key: placed.element.get(initial, empty)}
        values.setdefault(placed.block_id, {})[placed.action_id] = state
    return values


def carried_over(old: Json, new: Json) -> Json:
    """Return `new` with what people entered kept where the same input remains."""
    return {
        block_id: {
            action_id: _kept(old.get(block_id, {}).get(action_id), state)
            for action_id, state in states.items()
        }
        for block_id, states in new.items()
    }


def _kept(entered: Json | None, fresh: Json) -> Json:
    return entered if entered and entered["type"] == fresh["type"] else fresh


def with_entry(values: Json, placed: Placed, entry: object) -> Json:
    """Return a state in which that element holds `entry`."""
    kind = placed.element["type"]
    state = {"type": kind, STATE_KEYS[kind]: entry}
    block = {**values.get(placed.block_id, {}), placed.action_id: state}
    return {**values, placed.block_id: block}


def entered(element: Json, given: Any, person_id: Callable[[str], str]) -> Any:
    """Return the state after a person enters `given`; None clears.

    Choices are named by visible text or by value. Raises LookupError for a choice
    that is not offered.
    """
    kind = element["type"]
    if kind == "checkboxes":
        return [option_named(element, name) for name in given or ()]
    if given is None:
        return None
    if "options" in element:
        return option_named(element, given)
    if kind == "users_select":
        return person_id(given)
    if kind == "datetimepicker":
        return int(given.timestamp()) if isinstance(given, datetime) else int(given)
    return str(given)


def option_named(element: Json, name: str) -> Json:
    """Return the option with that text or value, or raise LookupError."""
    options: list[Json] = element["options"]
    for option in options:
        if name in {option["text"]["text"], option["value"]}:
            return option
    texts = ", ".join(option["text"]["text"] for option in options)
    raise LookupError(f"{name!r} is not offered; there is: {texts}")


def complaints(blocks: Iterable[Json], values: Json) -> dict[str, str]:
    """Return Slack's own errors under inputs, for which it does not send a form."""
    found = {}
    for placed in elements(blocks):
        if not placed.is_input:
            continue
        kind = placed.element["type"]
        entry = values[placed.block_id][placed.action_id][STATE_KEYS[kind]]
        if complaint := _complaint(placed, entry):
            found[placed.block_id] = complaint
    return found


def _complaint(placed: Placed, entry: object) -> str | None:
    if not entry:
        optional = placed.block.get("optional", False)
        return None if optional else "Please complete this required field."
    if placed.element["type"] != "plain_text_input":
        return None
    longest = placed.element.get("max_length", 3000)
    if len(str(entry)) > longest:
        return f"Please enter at most {longest} characters."
    return None


def named(blocks: Iterable[Json], name: str) -> Placed:
    """Return the input of that block id, action id or label, or raise LookupError."""
    inputs = [p for p in elements(blocks) if p.element["type"] in STATE_KEYS]
    wanted = name.replace("_", " ").casefold()
    for placed in inputs:
        if name in {placed.block_id, placed.action_id}:
            return placed
    for placed in inputs:
        if placed.label.casefold() == wanted:
            return placed
    there = ", ".join(f"{p.block_id} ({p.label})" for p in inputs)
    raise LookupError(f"the form has no input {name!r}; it has: {there}")
