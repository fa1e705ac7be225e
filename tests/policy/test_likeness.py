"""How alike names and texts are."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.likeness import PART, names, near, texts

TEXTS = st.text(max_size=60)


@given(TEXTS, TEXTS)
def test_a_measure_is_a_share(one: str, other: str) -> None:
    assert 0 <= names(one, other) <= 1
    assert 0 <= texts(one, other) <= 1


@given(TEXTS, TEXTS)
def test_texts_are_alike_both_ways(one: str, other: str) -> None:
    assert texts(one, other) == texts(other, one)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("acme", "Acme & Söhne"),
        ("sohne", "Acme & Söhne"),
        ("Söh Ac", "Acme & Söhne"),
        ("umbr", "Umbrella Corporation"),
        ("рост", "Ростелеком"),
    ],
)
def test_a_part_of_a_name_finds_it(written: str, name: str) -> None:
    assert names(written, name) == PART


@pytest.mark.parametrize(
    ("written", "name"),
    [("Globx", "Globex"), ("Amce", "Acme"), ("umbrela corp", "Umbrella Corporation")],
)
def test_a_slip_of_the_keyboard_is_alike_but_less_than_a_part(
    written: str, name: str
) -> None:
    assert 0.6 < names(written, name) < PART


@pytest.mark.parametrize(
    ("written", "name"), [("push", "Purchase"), ("acme", "Umbrella"), ("", "Acme")]
)
def test_other_names_are_not_alike(written: str, name: str) -> None:
    assert names(written, name) < 0.5


def test_similar_names_are_found_whatever_their_quotes() -> None:
    known = ["O'Reilly", "Acme"]

    assert near(
        "O\N{RIGHT SINGLE QUOTATION MARK}Reillly", known, most=3, cutoff=0.7
    ) == ["O'Reilly"]
    assert near("zzz", known, most=3, cutoff=0.6) == []


def test_near_names_come_nearest_first() -> None:
    known = ["Globus", "Globex Europe", "Globex"]

    assert near("globex", known, most=2, cutoff=0.6) == ["Globex", "Globex Europe"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("checkout is down", "Checkout down again"),
        ("push of apps fails", "pushing apps is failing"),
        ("SSO login loops", "login loop with SSO"),
        ("a policy does not arrive", "policies do not arrive"),
    ],
)
def test_like_texts_are_alike_whatever_their_order_and_endings(
    one: str, other: str
) -> None:
    assert texts(one, other) > 0.6


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("push of apps fails", "login fails"),
        ("where is the manual", "where do we export a report"),
        ("a policy does not arrive", "an app does not install"),
        ("checkout is down", "reports are slow"),
    ],
)
def test_other_texts_are_not_alike(one: str, other: str) -> None:
    assert texts(one, other) < 0.5


def test_the_measures_are_linear_in_length() -> None:
    def cost(length: int) -> float:
        one, other = "ab c" * length, "ac b" * length
        began = process_time()
        names(one, other)
        texts(one, other)
        return process_time() - began

    short, long = (min(cost(size) for _ in range(3)) for size in (10_000, 100_000))
    assert long < 40 * short
