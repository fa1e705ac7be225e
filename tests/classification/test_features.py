"""What the model sees of a message."""

import pytest

from bot.classification.features import features
from bot.classification.tokens import tokens


def seen(text: str) -> set[str]:
    return {name for name, _, _ in features(list(tokens(text)))}


@pytest.mark.parametrize(
    "written",
    [
        "Nobody can log in",
        "NOBODY CAN LOG IN",
        "no\u200bbody can\u00a0log in",
        "\u202eno\u2066body\u2069 can log in\U000e0041",
        "\uff2e\uff4f\uff42\uff4f\uff44\uff59 can log in",
    ],
    ids=["plain", "loud", "invisible", "marks of direction", "fullwidth"],
)
def test_how_a_word_is_written_does_not_count(written: str) -> None:
    assert seen(written) == seen("nobody can log in")


def test_curly_quotes_are_straight_ones() -> None:
    assert seen("can\u2019t log in") == seen("can't log in")


@pytest.mark.parametrize(
    "around",
    [
        "nobody can log in",
        "> nobody can log in",
        "&gt; nobody can log in",
        "```nobody can log in```",
        "```nobody can log in",
    ],
)
def test_quotes_and_code_are_marked_but_not_read(around: str) -> None:
    is_read = "nobody" in seen(f"see below\n{around}")

    assert is_read is (around == "nobody can log in")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("612 tablets", "4,800 tablets"),
        ("1 tablet", "340 tablets"),
        ("12k tablets", "12 tablets"),
    ],
)
def test_counts_of_another_magnitude_are_different(one: str, other: str) -> None:
    assert seen(one) ^ seen(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3,300 tablets", "3 700 tablets"),
        ("14k tills", "11.400 tills"),
        ("since 9:40", "since 14.05"),
        ("agent 5.2.1 is out", "agent 8.4 is out"),
        ("INC-2251 is closed", "INC-88 is closed"),
    ],
)
def test_numbers_of_one_kind_are_alike(one: str, other: str) -> None:
    assert seen(one) == seen(other)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("9 of 9 probes", "all"),
        ("0/5 ok", "none"),
        ("3 von 400", "few"),
        ("1,600 of 2,400", "many"),
    ],
)
def test_a_share_is_seen(text: str, share: str) -> None:
    assert f"@share {share}" in seen(text)


@pytest.mark.parametrize(
    "text", ["Nobody can log in", "Keiner kann", "Personne ne peut", "nadie puede"]
)
def test_languages_share_their_concepts(text: str) -> None:
    assert "@none" in seen(text)


def test_japanese_words_end_where_the_script_changes() -> None:
    found = seen("3,200台が停止。全社員がログインできません")

    assert {"<<=4999>", "@down", "@all", "@login", "@not"} <= found


def test_the_last_part_of_a_compound_is_its_concept() -> None:
    assert "@device" in seen("Lagerhandscanner")


def test_a_not_reaches_to_the_end_of_its_sentence() -> None:
    assert "@not down" not in seen("It is down")
    assert "@not @down" in seen("It is not down")
    assert "@not @down" not in seen("Certainly not. Down it is")
