"""YAML as it is written: strings, with the line of every key."""

import pytest

from bot.policy.parsing.yaml_lines import YamlError, read
from tests.policy_texts import problems_of

TEXT = """\
digest:
  at: 10:30
names: [NO, 1e3, "", '~']

empty:
steps:
  - after: 0m
  - after: 010
"""


def test_every_value_stays_the_string_that_was_written() -> None:
    assert read(TEXT).tree == {
        "digest": {"at": "10:30"},
        "names": ["NO", "1e3", "", "~"],
        "empty": None,
        "steps": [{"after": "0m"}, {"after": "010"}],
    }


def test_every_key_and_item_knows_its_line() -> None:
    document = read(TEXT)

    assert document.line_of(("digest", "at")) == 2
    assert document.line_of(("names", 3)) == 3
    assert document.line_of(("steps", 1, "after")) == 8


def test_a_missing_key_is_reported_where_it_belongs() -> None:
    document = read(TEXT)

    assert document.line_of(("steps", 1, "tell")) == 8
    assert document.line_of(("digest", "on")) == 1
    assert document.line_of(("escalation",)) is None


def test_all_repeated_keys_are_reported() -> None:
    with pytest.raises(YamlError) as caught:
        read("a: {b: 1, b: 2}\nc: 3\na: 4\n")

    assert [(fault.line, fault.path) for fault in caught.value.faults] == [
        (1, ("a", "b")),
        (3, ("a",)),
    ]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "~"])
def test_an_empty_file_is_reported_as_empty(text: str) -> None:
    assert problems_of(text) == [
        "policies.yaml is empty; `sevbot policy init` writes a whole one"
    ]


@pytest.mark.parametrize("text", ["hello", "- plans", "[a, b]", '"plans: x"'])
def test_a_file_without_settings_is_reported_as_such(text: str) -> None:
    assert problems_of(text) == [
        "policies.yaml holds no settings; it begins with `plans:`"
    ]


@pytest.mark.parametrize(
    ("text", "where", "sentence"),
    [
        ("plans: {a: b", "line 1", "while parsing a flow mapping expected ',' or '}'"),
        ("plans:\n\ta: b", "line 2", "found character '\\t' that cannot start any"),
        ("plans: 1\n---\nplans: 2", "line 2", "expected a single document"),
        ("a: 1\n b: 2", "line 2", "mapping values are not allowed here"),
    ],
)
def test_invalid_yaml_is_refused_with_its_line(
    text: str, where: str, sentence: str
) -> None:
    (problem,) = problems_of(text)

    assert problem.startswith(f"policies.yaml {where}: this is not YAML: ")
    assert sentence in problem


@pytest.mark.parametrize(
    "written",
    [
        "\0",
        "\x1b",
        "\x7f",
        "\x85",
        "\x93",
        "\u2028",
        "\ud800",
        "\uffff",
        r'"\0"',
        r'"\N"',
    ],
    ids=ascii,
)
@pytest.mark.parametrize("text", ["a: {}", "a: 1 # {}", "{}: 1"])
def test_each_unprintable_character_is_refused_with_its_line(
    written: str, text: str
) -> None:
    is_escape_in_a_comment = "#" in text and '"' in written

    with pytest.raises(YamlError) as caught:
        read(f"plans:\n  {text.replace('{}', written)}\nb: {written}\n")

    first = 3 if is_escape_in_a_comment else 2
    assert caught.value.faults[0].line == first
    assert "is no character that anybody can see" in caught.value.faults[0].sentence


def test_every_line_with_an_unprintable_character_is_named_once() -> None:
    with pytest.raises(YamlError) as caught:
        read("a: \x93b\x94\r\nb: c\r\nc: \x95\r\n")

    assert [fault.line for fault in caught.value.faults] == [1, 3]


def test_text_in_any_script_is_read() -> None:
    assert read("é: 'a\tb — “c”'\n東京: 😀\n").tree == {"é": "a\tb — “c”", "東京": "😀"}


def test_an_escape_beyond_all_characters_is_refused() -> None:
    assert problems_of(r'a: "\U00110000"') == [
        r"policies.yaml: an escape such as \U0001F600 names no character"
    ]


def test_a_list_is_no_key() -> None:
    assert problems_of("? [plans]\n: 1") == [
        "policies.yaml line 1: a key must be a single name, not a list"
    ]


def test_anchors_and_aliases_are_refused() -> None:
    assert problems_of("a: 1\nb: &x 2\nc: *x\n") == [
        "policies.yaml line 2: a value that begins with & or * needs quotes"
    ]


def test_endless_nesting_is_refused() -> None:
    assert problems_of("[" * 600) == ["policies.yaml line 1: this is nested too deeply"]


def test_a_tag_makes_nothing_of_a_value() -> None:
    assert read("a: !!int 12\nb: !!python/name:os.system x\n").tree == {
        "a": "12",
        "b": "x",
    }


def test_a_text_with_too_many_entries_is_refused_before_it_is_read() -> None:
    (problem,) = problems_of("a: 1\n" * 60_000)

    assert problem == (
        "policies.yaml line 50000: this is too long; put the customers into a "
        "customers_file"
    )
