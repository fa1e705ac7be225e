from dataclasses import replace

from bot.values import value


@value
class Place:
    name: str
    floor: int = 0


def test_values_are_compared_by_their_fields() -> None:
    place = Place("Kitchen", 2)

    assert place == Place("Kitchen", floor=2)
    assert {place: "coffee"}[Place("Kitchen", 2)] == "coffee"
    assert replace(place, floor=3) == Place("Kitchen", 3) != place


def test_a_value_has_no_other_fields() -> None:
    assert not hasattr(Place("Kitchen"), "__dict__")
