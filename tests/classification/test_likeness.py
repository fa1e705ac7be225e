"""How like two texts are."""

from bot.classification.likeness import likeness, profile


def like(one: str, other: str) -> float:
    return likeness(profile(one), profile(other))


def test_the_same_words_are_alike_whatever_stands_around_them() -> None:
    assert like("The kiosks are black", "the KIOSKS are black!") == 1.0


def test_texts_without_a_common_part_are_not_alike() -> None:
    assert like("The kiosks are black", "Who brings cake?") < 0.1


def test_a_change_of_ending_leaves_texts_alike() -> None:
    assert 0.6 < like("The kiosk is black", "the kiosks are black") < 1.0


def test_another_number_makes_a_difference() -> None:
    assert like("500 devices broke", "5 devices broke") < 1.0


def test_nothing_is_like_nothing_at_all() -> None:
    assert like("", "") == 0.0
    assert like("", "black") == 0.0
