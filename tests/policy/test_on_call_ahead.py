"""Gaps, double bookings and covers of nobody's shift, seen ahead."""

from dataclasses import replace
from datetime import timedelta

from bot.policy.on_call import OnCallChoice, Role
from bot.policy.on_call_ahead import Ahead, Trouble, ahead
from bot.policy.rotations import Holders
from tests.policy.test_covers import DAILY, FIRST, HOUR, OFFICE, cover

NOW, WEEK = FIRST + 10 * HOUR, FIRST + timedelta(days=3)
ONLY_A = replace(DAILY, members=("A",))


def found(choice: OnCallChoice) -> list[Ahead]:
    return [*ahead(choice, NOW, WEEK)]


def test_an_empty_slot_is_a_gap_and_closed_hours_are_none() -> None:
    by_day = replace(DAILY, hours=OFFICE)

    (gap,) = found(OnCallChoice(team={Role.PRIMARY: (by_day,)}))

    third = FIRST + 57 * HOUR
    assert gap == Ahead(Trouble.GAP, ("on_call.primary",), third, third + 24 * HOUR)


def test_a_person_behind_the_rotation_closes_its_gaps() -> None:
    assert found(OnCallChoice(team={Role.PRIMARY: (DAILY, "C")})) == []


def test_who_is_on_twice_by_a_turn_is_booked_double() -> None:
    by_turns: Holders = (replace(DAILY, members=("A", "B")),)

    (double,) = found(OnCallChoice(team={Role.PRIMARY: by_turns, Role.BACKUP: ("B",)}))

    assert (double.trouble, double.people) == (Trouble.DOUBLE, ("B",))
    assert double.of == ("on_call.primary", "on_call.backup")
    assert double.since == FIRST + 33 * HOUR


def test_who_is_named_twice_is_meant_to_be() -> None:
    assert found(OnCallChoice(team={Role.PRIMARY: ("B",), Role.BACKUP: ("B",)})) == []


def test_a_cover_stays_when_the_turn_goes_and_the_conflict_is_seen() -> None:
    covers = (cover("D", 12, 20),)
    choice = OnCallChoice(team={Role.PRIMARY: (ONLY_A,)}, covers=covers)
    edited = replace(choice, team={Role.PRIMARY: (replace(DAILY, members=("C",)),)})

    assert found(choice) == []
    (conflict,) = found(edited)
    assert (conflict.trouble, conflict.people) == (Trouble.CONFLICT, ("D", "A"))
    assert edited.at(FIRST + 15 * HOUR, None, None).primary.person == "D"
