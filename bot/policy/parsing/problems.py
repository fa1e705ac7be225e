"""Problems in a policies file, one per line: key, line, value, what is allowed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.policy.parsing import notation as words
from bot.policy.parsing.fields import IN_A_LIST, ProblemsBelow
from bot.policy.parsing.yaml_lines import Path

_KEY = "[key]"
_NOT_A_LIST = ("list_type", "tuple_type", "frozen_set_type")


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem; `key` is empty if it is about a whole line."""

    file: str
    line: int | None
    key: str
    sentence: str

    def __str__(self) -> str:
        return f"{self._where}: {self.sentence}"

    def discreet(self, name: str) -> str:
        """Return it without a word of the content, unless it is in the file `name`."""
        hidden = f"{self._where} is wrong: `sevbot check` says why"
        return str(self) if self.file == name else hidden

    @property
    def _where(self) -> str:
        where = self.file if self.line is None else f"{self.file} line {self.line}"
        return ", ".join(filter(None, (where, self.key)))


def key_of(path: Path) -> str:
    """Return a path as people write it; the items of a list count from 1."""
    return ".".join(str(part + 1 if isinstance(part, int) else part) for part in path)


def found_by(
    error: ValidationError, model: type[BaseModel]
) -> Iterator[tuple[Path, str]]:
    """Yield the path and a sentence for each error that pydantic found."""
    schema = model.model_json_schema()
    for found in error.errors(include_url=False):
        path, node = _place(schema, found["loc"])
        cause = found.get("ctx", {}).get("error")
        if isinstance(cause, ProblemsBelow):
            yield from (((*path, *below), said) for below, said in cause.found)
        else:
            yield path, _sentence(found, node)


def _place(schema: Mapping[str, Any], loc: Path) -> tuple[Path, Mapping[str, Any]]:
    """Return the path without pydantic's own parts, and the schema at that path.

    For an unknown setting it is the schema of the section around it.
    """
    node, path = schema, list[str | int]()
    for part in loc:
        if part == _KEY:
            continue
        if part == IN_A_LIST:
            several = _resolved(schema, node)["oneOf"]
            node = next(one for one in several if one.get("type") == "array")
            continue
        if part in schema.get("$defs", ()) and "oneOf" in _resolved(schema, node):
            node = schema["$defs"][part]
            continue
        path.append(part)
        around = _resolved(schema, node)
        node = _below(around, part) or around
    return tuple(path), {**_resolved(schema, node), **node}


def _resolved(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow references, and pick the alternative that has settings."""
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    sections = [one for one in node.get("anyOf", ()) if "properties" in one]
    return sections[0] if sections else node


def _below(node: Mapping[str, Any], part: str | int) -> Mapping[str, Any] | None:
    if isinstance(part, int):
        found = node.get("items")
    elif "properties" in node:
        found = node["properties"].get(part)
    elif "patternProperties" in node:
        found = next(iter(node["patternProperties"].values()))
    else:
        found = node.get("additionalProperties")
    return found if isinstance(found, dict) else None


def _sentence(found: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    value, ctx = found["input"], found.get("ctx", {})
    allowed = node.get("description") or _allowed(node)
    match found["type"]:
        case "value_error":
            return str(ctx["error"])
        case "missing":
            return f"is missing; write {allowed}"
        case "extra_forbidden":
            names = list(node.get("properties", ()))
            name = str(found["loc"][-1])
            near = words.did_you_mean(name, names)
            return f"is not a setting here; write {words.one_of(names)}{near}"
        case kind if kind in _NOT_A_LIST and isinstance(value, str):
            example = allowed if value == "none" else f"[{value}]"
            return f"{words.quoted(value)} is no list; write {example}"
        case "too_short":
            return f"is empty; write {allowed}"
        case _:
            return str(words.refused(value, allowed))


def _allowed(node: Mapping[str, Any]) -> str:
    if "properties" in node:
        return f"{words.all_of(node['properties'])} below it"
    return "a single value" if node.get("type") != "object" else "settings below it"
