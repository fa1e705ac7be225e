"""Gaps, double bookings and covers of nobody's shift, seen ahead."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.policy.on_call import OnCallChoice, Role
from bot.policy.on_call_ahead import Ahead, Trouble, ahead, next_shifts
from bot.policy.rotations import Feed, Holders
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


def planned(*events: tuple[int, int, str]) -> OnCallChoice:
    """Return a calendar's choice; events go from 09:00 to 17:00, in November."""
    stretches = tuple(
        (
            datetime(2026, 11, begins, 9, tzinfo=UTC),
            datetime(2026, 11, ends, 17, tzinfo=UTC),
            who,
        )
        for begins, ends, who in events
    )
    feed = Feed("support", ZoneInfo("UTC"), None, time(), {}, stretches)
    return OnCallChoice(team={Role.PRIMARY: (feed,)}, feeds=(feed,))


def test_a_week_that_a_calendar_leaves_out_is_a_gap_and_a_weekend_is_none() -> None:
    choice = planned((2, 6, "A"), (9, 13, "B"), (23, 27, "A"))

    (gap,) = ahead(choice, *(datetime(2026, 11, day, tzinfo=UTC) for day in (3, 23)))

    assert (gap.trouble, gap.of) == (Trouble.GAP, ("on_call.primary",))
    assert gap.since == datetime(2026, 11, 13, 17, tzinfo=UTC)
    assert gap.until == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_a_next_shift_ends_with_its_event_whoever_follows() -> None:
    span = [datetime(2026, 11, day, tzinfo=UTC) for day in (1, 30)]

    alone = next_shifts(planned((9, 13, "B")), *span)
    followed = next_shifts(planned((9, 13, "B"), (16, 20, "A")), *span)

    ends = datetime(2026, 11, 13, 17, tzinfo=UTC)
    assert [one[1] for one in alone.values()] == [ends]
    assert followed["B", "support"] == alone["B", "support"]


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
