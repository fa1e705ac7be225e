"""Covers: the newest counts, and a shift ends where another cover begins."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.business_time.schedules import Schedule, Span
from bot.policy.covers import Cover
from bot.policy.on_call import OnCallChoice, Role
from bot.policy.rotations import Rotation, Shift, Unit

FIRST, HOUR = datetime(2026, 11, 2, tzinfo=UTC), timedelta(hours=1)
OFFICE = Schedule(ZoneInfo("UTC"), ((Span(9 * HOUR, 17 * HOUR),),) * 5 + ((), ()))
DAILY = Rotation(
    name="support",
    zone=ZoneInfo("UTC"),
    members=("A", "B", None),
    every=1,
    unit=Unit.DAY,
    starts=date(2026, 11, 2),
    hand_over=time(9),
    weekday=None,
    days=OFFICE,
)


def cover(person: str, since: int, until: int, of: str = "support") -> Cover:
    """Return a cover by its hours after the first instant."""
    return Cover(of, "A", person, FIRST + since * HOUR, FIRST + until * HOUR)


def at(hour: float, *covers: Cover, holders: tuple[str | Rotation, ...]) -> Shift:
    choice = OnCallChoice(team={Role.PRIMARY: holders}, covers=covers)
    return choice.at(FIRST + hour * HOUR, None, None).primary


def test_a_cover_of_a_cover_counts_and_ends_with_it() -> None:
    covers = cover("D", 10, 20), cover("E", 12, 14)

    found = [at(hour, *covers, holders=(DAILY,)) for hour in (9, 10, 12, 14, 20)]

    assert [one.person for one in found] == ["A", "D", "E", "D", "A"]
    assert found[2] == Shift(
        "E", "support", FIRST + 12 * HOUR, FIRST + 14 * HOUR, instead_of="A"
    )


def test_a_person_named_alone_is_covered_at_that_level_only() -> None:
    covered = cover("D", 10, 20, of="on_call.primary")

    assert at(15, covered, holders=("A",)).person == "D"
    assert at(15, cover("D", 10, 20, "on_call.backup"), holders=("A",)).person == "A"
    assert at(5, covered, holders=("A",)) == Shift("A", until=FIRST + 10 * HOUR)


def test_where_nobody_is_on_call_nobody_covers() -> None:
    in_the_empty_slot = cover("D", 60, 70)

    assert at(65, in_the_empty_slot, holders=(DAILY,)).person is None


@pytest.mark.parametrize("seed", range(5))
def test_random_covers_agree_with_a_walk_by_hours(seed: int) -> None:
    random, hours = Random(seed), 24 * 14
    rotation = replace(DAILY, hours=OFFICE) if seed % 2 else DAILY
    covers = []
    for number in range(12):
        since = random.randrange(hours)
        until = since + random.randrange(1, 40)
        covers.append(cover(f"D{number}", since, until))

    def slow(hour: int) -> tuple[object, ...]:
        """Return who is on, by whose cover and in which turn."""
        turn = rotation.at(FIRST + hour * HOUR)
        standing = [
            one
            for one in covers
            if one.since <= FIRST + hour * HOUR < one.until and turn.person
        ]
        return (turn.since, standing[-1].person if standing else turn.person)

    for hour in range(hours):
        shift = at(hour, *covers, holders=(rotation,))
        assert shift.person == slow(hour)[1]
        assert shift.until is not None
        ends = (shift.until - FIRST) // HOUR
        assert all(slow(later) == slow(hour) for later in range(hour, ends))
        assert slow(ends) != slow(hour)
        if shift.person is not None and shift.since is not None and hour > 9:
            begins = (shift.since - FIRST) // HOUR
            assert slow(begins) == slow(hour)
            assert slow(begins - 1) != slow(hour)
