"""The JSON Schema of policies.yaml: what an editor offers and underlines."""

import re
from typing import Any

import pytest

from bot.policy.parsing.json_schema import policy_schema
from bot.policy.parsing.yaml_lines import Tree, read
from tests.policy_texts import SMALL

SCHEMA = policy_schema()


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        return {**SCHEMA["$defs"][name], **node}
    choices = (resolved(one) for one in node.get("oneOf", ()))
    sections = [one for one in choices if "properties" in one]
    return sections[0] if len(sections) == 1 else node


def pattern(*path: str) -> str:
    """Return the pattern of the values at a path of properties; `*` is any key."""
    node: dict[str, Any] = SCHEMA
    for part in path:
        node = resolved(node)
        node = node["additionalProperties"] if part == "*" else node["properties"][part]
    return str(node["pattern"])


def keys_unknown(node: dict[str, Any], tree: Tree) -> list[str]:
    """Return the keys of a tree that the schema has no name and no pattern for."""
    node = resolved(node)
    choices = node.get("anyOf", node.get("oneOf", ()))
    if sections := [one for one in choices if "properties" in resolved(one)]:
        return min((keys_unknown(one, tree) for one in sections), key=len)
    if not isinstance(tree, dict):
        return []
    found = []
    for key, value in tree.items():
        below = node.get("properties", {}).get(key) or next(
            (
                one
                for known, one in node.get("patternProperties", {}).items()
                if re.search(known, key)
            ),
            node.get("additionalProperties"),
        )
        found += keys_unknown(below, value) if isinstance(below, dict) else [key]
    return found


ROTATIONS = """\
rotations:
  support: {zone: UTC, every: 1 week, hand_over: mon 09:00, starts: 2026-11-02,
    members: [U0ANA], hours: {mon-fri: 09:00-17:00}, calendar: office}
on_call: {primary: [support, U0BEN], plans: {gold: {backup: support}},
  severities: {sev1: {lead: U0LEA}}}
"""


FEED = """\
rotations:
  support: {ical: support.ics, zone: UTC, names: {Ana Silva: U0ANA}, hand_over: "09:00"}
"""


@pytest.mark.parametrize(
    "text", [SMALL, ROTATIONS, FEED], ids=["small", "rotations", "feed"]
)
def test_every_key_of_a_whole_file_is_known(text: str) -> None:
    assert keys_unknown(SCHEMA, read(text).tree) == []


def test_unknown_keys_are_underlined() -> None:
    text = SMALL.replace("zone:", "zoen:").replace("mon-fri:", "weekdays:")

    assert keys_unknown(SCHEMA, read(text).tree) == ["zoen", "weekdays"]


@pytest.mark.parametrize(
    "words",
    ["4 business hours", "1 business day", "15 minutes", "1 hour", "none"],
)
def test_the_grammar_of_first_responses_is_a_pattern(words: str) -> None:
    known = pattern("first_response", "*", "*")

    assert re.search(known, words)
    assert not re.search(known, f"{words} or so")


@pytest.mark.parametrize(
    "words",
    ["continuous", "twice per business day", "3 times per week", "every day",
     "every two business days", "every 4 hours", "weekly", "monthly", "none"],
)  # fmt: skip
def test_the_grammar_of_follow_ups_is_a_pattern(words: str) -> None:
    known = pattern("follow_up", "*", "*")

    assert re.search(known, words)
    assert not re.search(known, f"almost {words}")


def test_the_other_small_words_have_patterns_too() -> None:
    assert re.search(pattern("digest", "at"), "09:15")
    assert re.search(pattern("escalation", "repeat"), "15m")
    assert re.search(pattern("reminders", "ahead"), "25%")
    assert not re.search(pattern("channels", "incidents"), "#incidents")


def test_sections_that_are_needed_are_required() -> None:
    assert "customers" not in SCHEMA["required"]
    assert {"plans", "first_response", "calendars", "escalation"} <= set(
        SCHEMA["required"]
    )
    assert SCHEMA["properties"]["follow_up"]["required"] == ["sev1"]


def test_every_setting_is_described() -> None:
    nodes = [SCHEMA, *SCHEMA["$defs"].values()]
    sections = [choice for node in nodes for choice in [node, *node.get("anyOf", ())]]
    settings = [
        (name, setting)
        for section in sections
        for name, setting in section.get("properties", {}).items()
    ]

    assert len(settings) > 40
    assert [name for name, setting in settings if not setting.get("description")] == []
