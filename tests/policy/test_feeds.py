"""What a calendar's events say of who is on call, and what stays of the past."""

from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.policy.feeds import Entry, joined, understood
from bot.policy.rotations import Feed, Shift, Stretch

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PEOPLE = {"ana": "A", "ana maria": "M", "ben@acme.com": "B", "zoé": "Z", "u0ana": "A"}


def hour(number: float) -> datetime:
    return NOON + timedelta(hours=number)


def entry(since: float, until: float, *texts: str) -> Entry:
    return Entry(hour(since), hour(until), texts)


def read(*entries: Entry) -> list[Stretch]:
    return [*understood(entries, PEOPLE, NOON).stretches]


def feed(*stretches: Stretch) -> Feed:
    return Feed("support", ZoneInfo("UTC"), None, time(), PEOPLE, stretches)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("ANA", "A"),
        ("On call: Ana - Support", "A"),
        ("Ana Maria", "M"),
        ("Ana/Ben", "A"),
        ("Zoe\N{COMBINING ACUTE ACCENT}", "Z"),
        ("ben@acme.com", "B"),
        ("U0ANA", "A"),
        ("Ana, Anna-Maria", "A"),
        ("Ana-Maria", None),
        ("Eva-Ana", None),
        ("Banana", None),
        ("", None),
    ],
)
def test_a_name_is_found_as_whole_words(text: str, person: str | None) -> None:
    assert read(entry(0, 1, text)) == [(hour(0), hour(1), person)]


def test_who_is_invited_counts_where_the_title_names_nobody() -> None:
    assert read(entry(0, 1, "On call", "Zed, zed@acme.com", "Ben, ben@acme.com")) == [
        (hour(0), hour(1), "B")
    ]


def test_of_several_in_an_event_the_first_counts_and_strangers_are_listed() -> None:
    found = understood([entry(0, 1, "Max, Ben@acme.com & Ana")], PEOPLE, NOON)

    assert [who for *_, who in found.stretches] == ["B"]
    assert (found.unknown, found.several) == (("Max",), 1)


@pytest.mark.parametrize("between", [" and ", " AND ", ", "])
def test_a_stranger_beside_a_name_is_listed_alone(between: str) -> None:
    found = understood([entry(0, 1, f"Ana{between}Bob")], PEOPLE, NOON)

    assert found.unknown == ("Bob",)


def test_an_event_that_names_nobody_is_listed_by_its_title() -> None:
    found = understood(
        [entry(0, 1, "Max"), entry(1, 2, ""), entry(2, 3, "Max")], PEOPLE, NOON
    )

    assert found.unknown == ("Max", "an event without a title")


def test_strangers_of_events_that_are_over_are_not_listed() -> None:
    found = understood([entry(-2, 0, "Max"), entry(-1, 1, "Zed")], PEOPLE, NOON)

    assert found.unknown == ("Zed",)


def test_the_event_that_began_last_counts_and_then_the_one_around_it() -> None:
    assert read(entry(0, 10, "Ana"), entry(3, 5, "Zoé")) == [
        (hour(0), hour(3), "A"),
        (hour(3), hour(5), "Z"),
        (hour(5), hour(10), "A"),
    ]


def test_of_events_that_begin_together_the_one_that_ends_first_counts() -> None:
    assert read(entry(0, 10, "Ana"), entry(0, 5, "Zoé")) == [
        (hour(0), hour(5), "Z"),
        (hour(5), hour(10), "A"),
    ]


@pytest.mark.parametrize("seed", range(20))
def test_overlaps_are_read_as_a_walk_by_hours_reads_them(seed: int) -> None:
    random = Random(seed)
    entries = []
    for _ in range(12):
        since = random.randrange(40)
        who = random.choice(["Ana", "Zoé", "Max"])
        entries.append(entry(since, since + random.randint(1, 12), who))
    stretches = feed(*read(*entries))
    known = {"Ana": "A", "Zoé": "Z"}

    for number in range(60):
        on = [one for one in entries if one.since <= hour(number) < one.until]
        on.sort(key=lambda one: (-one.since.timestamp(), one.until))
        same = [
            one for one in on if (one.since, one.until) == (on[0].since, on[0].until)
        ]
        expected = {known.get(one.texts[0]) for one in same} or {None}
        assert stretches.at(hour(number)).person in expected


def test_a_shift_of_nobody_lasts_until_somebody_comes_on() -> None:
    found = feed(
        (hour(0), hour(1), "A"), (hour(2), hour(3), None), (hour(4), hour(5), "A")
    )

    assert found.at(hour(0)) == Shift("A", "support", hour(0), hour(1))
    assert {found.at(hour(one)) for one in (1, 2, 3.5)} == {
        Shift(None, None, hour(1), hour(4))
    }
    assert found.at(hour(-1)) == Shift(None, None, None, hour(0))
    assert found.at(hour(5)) == Shift(None, None, hour(5), None)


def test_a_hand_over_ends_a_shift_where_the_same_person_follows() -> None:
    found = feed((hour(0), hour(1), "A"), (hour(1), hour(2), "A"))

    assert (found.at(hour(0)).until, found.at(hour(1)).since) == (hour(1), hour(1))


def test_the_past_stays_and_the_future_is_as_read() -> None:
    before = [(hour(0), hour(2), "A"), (hour(2), hour(6), "A")]
    after = [(hour(0), hour(4), "Z"), (hour(4), hour(9), "B")]

    assert joined(before, after, hour(3)) == (
        (hour(0), hour(2), "A"),
        (hour(2), hour(3), "A"),
        (hour(3), hour(4), "Z"),
        (hour(4), hour(9), "B"),
    )


def test_a_shift_that_goes_on_unchanged_is_one_shift() -> None:
    same = ((hour(0), hour(2), "A"), (hour(2), hour(6), "A"), (hour(6), hour(7), "B"))

    assert joined(same, same, hour(3)) == same
    assert joined(same, same, hour(6)) == same
    assert joined(None, same, hour(3)) == same
