"""Reading the arguments of a call: JSON bodies carry values, forms carry text."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from bot.emulator.api.refusals import Json, Refused, missing

T = TypeVar("T")

TRUE = {True, "1", "true", "True"}


def text_of(arguments: Json) -> str:
    return str(arguments.get("text") or "")


def blocks_of(arguments: Json) -> list[Json] | None:
    """Return the `blocks`, or None if the call has no such argument."""
    if arguments.get("blocks") is None:
        return None
    blocks = decoded(arguments["blocks"], "invalid_blocks_format")
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    return blocks


def flag(arguments: Json, name: str) -> bool:
    return arguments.get(name) in TRUE


def required(arguments: Json, *names: str) -> Sequence[str]:
    """Return required arguments as text, or refuse the call."""
    for name in names:
        if arguments.get(name) in (None, ""):
            raise missing(name)
    return [str(arguments[name]) for name in names]


def decoded(value: object, code: str) -> Any:
    """Return a structured argument; a form sends it as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise Refused(code) from error


def page(
    found: Sequence[T], arguments: Json, what: str, *, usual: int, most: int
) -> tuple[Sequence[T], str]:
    """Return the page of what was found that a call asks for, and the next cursor.

    Cursors begin with `what`, so that those of another method are refused.
    """
    limit = int(arguments.get("limit") or usual)
    if not 1 <= limit <= most:
        raise Refused("invalid_limit")
    cursor = str(arguments.get("cursor") or f"{what}:0")
    kind, _, number = cursor.partition(":")
    if kind != what or not number.isdigit():
        raise Refused("invalid_cursor")
    end = int(number) + limit
    return found[int(number) : end], f"{what}:{end}" if end < len(found) else ""
