"""`sevbot classify` as it is typed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands import Run, write

MESSAGES: list[dict[str, Any]] = [
    {"id": "a", "text": "Since ten nobody at Globex can log in"},
    {"id": 7, "text": "One tablet has no sound, the other 300 are fine"},
]


def saved(rows: object) -> str:
    Path("messages.json").write_text(json.dumps(rows), encoding="utf-8")
    return "messages.json"


def test_each_message_gets_one_candidate_if_sure_or_else_two(run: Run) -> None:
    write("policies.yaml")

    ran = run("classify", saved(MESSAGES), "--json")

    assert ran.status == 0
    assert ran.err == ""
    assert [row["id"] for row in ran.json] == ["a", 7]
    for row in ran.json:
        assert len(row["candidates"]) == (1 if row["sure"] else 2)
        assert list(row["reasons"]) == row["candidates"]
        assert {*row["candidates"]} <= {"sev1", "sev2", "sev3", "sev4", "none"}
    assert ran.json[0]["candidates"][0] == "sev1"


def test_without_json_it_is_for_people(run: Run) -> None:
    write("policies.yaml")

    ran = run("classify", saved(MESSAGES[:1]))

    assert ran.out.startswith("a: Sev1\n  Sev1: ")


def test_the_score_is_printed_where_the_labels_are_known(run: Run) -> None:
    write("policies.yaml")
    rows = [
        {**MESSAGES[0], "severity": "sev2", "or": "sev1"},
        {**MESSAGES[1], "severity": "sev3", "or": None},
        {"id": "c", "text": "no label"},
    ]

    ran = run("classify", saved(rows), "--json")

    assert len(ran.json) == 3
    assert ran.err.startswith("2 with a label: the right one was named for 2 of 2")


def test_an_example_of_the_policy_decides(run: Run) -> None:
    example = "Basic help, or a pointer to documents."
    write("policies.yaml", (example, "The fish tank leaks."))

    ran = run("classify", saved([{"id": 1, "text": "the fish tank leaks"}]), "--json")

    (row,) = ran.json
    assert row["candidates"] == ["sev4"]
    assert row["reasons"]["sev4"][0] == 'like your example: "The fish tank leaks."'


def test_an_example_of_no_incident_decides_as_well(run: Run) -> None:
    write("policies.yaml", ("This is a drill, please ignore.", "Fire in the fish tank"))

    ran = run("classify", saved([{"id": 1, "text": "fire in the fish tank"}]), "--json")

    assert ran.json[0]["candidates"] == ["none"]


def test_no_messages_are_no_error(run: Run) -> None:
    write("policies.yaml")

    assert run("classify", saved([]), "--json").json == []


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ({"id": "a"}, "messages.json holds no list."),
        (["a"], "entry 1 is not an object."),
        ([{"text": "a"}], 'entry 1 has no "id".'),
        ([{"id": "a", "text": "b"}, {"id": "c"}], 'entry 2 has no "text".'),
        ([{"id": "a", "text": None}], 'entry 1 has no "text".'),
        ([{"id": "a", "text": 5}], 'entry 1 has a "text" that is not in quotes.'),
        ([{"id": "", "text": "a"}], 'entry 1 has no "id".'),
        ([{"id": True, "text": "a"}], "is neither a text nor a whole number."),
        ([{"id": [1], "text": "a"}], "is neither a text nor a whole number."),
        (
            [{"id": 7, "text": "a"}, {"id": 8, "text": "b"}, {"id": "7", "text": "c"}],
            'entries 1 and 3 have the same id, "7".',
        ),
        (
            [{"id": "a", "text": "b", "severity": "sev9"}],
            'has "sev9" as "severity", which is not one of sev1, sev2, sev3, sev4,',
        ),
        ([{"id": "a", "text": "b", "severity": "sev1", "or": ["sev2"]}], 'as "or"'),
    ],
)
def test_a_file_of_another_shape_is_refused(
    run: Run, rows: object, sentence: str
) -> None:
    ran = run("classify", saved(rows))

    assert ran.status == 1
    assert ran.out == ""
    assert sentence in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "messages.json is empty."),
        (b" \n", "messages.json is empty."),
        (b"\xff\xfe", "messages.json is not UTF-8."),
        (b"{", "messages.json is not JSON: "),
        (b"[" * 100_000, "messages.json is not JSON: "),
        (b'{"id": 1, "text": "a"}\n{"id": 2}', "messages.json is not JSON: Extra data"),
        (b"[" + b" " * 20_000_000, "messages.json has more than 20 MB."),
    ],
    ids=["empty", "blank", "UTF-16", "torn", "deep", "JSON lines", "large"],
)
def test_a_file_that_is_not_json_is_refused(
    run: Run, content: bytes, sentence: str
) -> None:
    Path("messages.json").write_bytes(content)

    ran = run("classify", "messages.json")

    assert ran.status == 1
    assert ran.out == ""
    assert sentence in ran.err
    assert ran.err.count("\n") == 1


def test_a_byte_order_mark_is_no_part_of_a_file(run: Run) -> None:
    write("policies.yaml")
    Path("messages.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(MESSAGES).encode())

    assert len(run("classify", "messages.json", "--json").json) == 2


def test_a_file_that_is_not_there_is_refused(run: Run) -> None:
    ran = run("classify", "messages.json")

    assert ran.status == 1
    assert (
        ran.err == "sevbot: messages.json cannot be read: No such file or directory.\n"
    )
