"""Small checks that compose: what a place in a JSON document may contain.

A check yields one sentence per problem in Slack's manner, with the JSON pointer of
the place: `must be less than 76 characters [json-pointer:/blocks/0/text/text]`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]


def problem(words: str, pointer: str) -> str:
    return f"{words} [json-pointer:{pointer}]"


def string(longest: int, *, shortest: int = 0) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield problem("must be a string", at)
        elif len(value) > longest:
            yield problem(f"must be less than {longest + 1} characters", at)
        elif len(value) < shortest:
            yield problem(f"must be more than {shortest - 1} characters", at)

    return check


def number(least: int, most: int) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield problem("must be an integer", at)
        elif not least <= value <= most:
            yield problem(f"must be between {least} and {most}", at)

    return check


def boolean(value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield problem("must be a boolean", at)


def word(*allowed: str) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if value not in allowed:
            yield problem(f"must be one of: {', '.join(allowed)}", at)

    return check


def items(check_one: Check, most: int, *, least: int = 1) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield problem("must be an array", at)
            return
        if len(value) > most:
            yield problem(f"no more than {most} items allowed", at)
        if len(value) < least:
            yield problem(f"must provide at least {least} items", at)
        for index, one in enumerate(value):
            yield from check_one(one, f"{at}/{index}")

    return check


def shape(
    required: Mapping[str, Check], optional: Mapping[str, Check] | None = None
) -> Check:
    """Return a check for an object with these properties and no others.

    `type` is allowed as well, since it selects the shape.
    """
    known = {**required, **(optional or {})}

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must be an object", at)
            return
        for key in required:
            if key not in value:
                yield problem(f"missing required field: {key}", at)
        for key, inner in value.items():
            if key in known:
                yield from known[key](inner, f"{at}/{key}")
            elif key != "type":
                yield problem(f"invalid additional property: {key}", at)

    return check


def either(first: str, second: str, check_both: Check) -> Check:
    """Return a check that also wants one of two properties to be there."""

    def check(value: Any, at: str) -> Iterator[str]:
        yield from check_both(value, at)
        if isinstance(value, dict) and first not in value and second not in value:
            yield problem(f"must define either `{first}` or `{second}`", at)

    return check


def by_type(checks: Mapping[str, Check]) -> Check:
    """Return a check for an object of one of several types."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict) or "type" not in value:
            yield problem("missing required field: type", at)
        elif value["type"] not in checks:
            yield problem(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            yield from checks[value["type"]](value, at)

    return check
