"""A policy that counts from a day on: what is shown of it, and what replaces it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import StorageError
from tests.breaking import by_hand, read_only
from tests.changing import Changing
from tests.stories.test_policy_changes import BROKEN, SLOWER, beside
from tests.story import pacific

_LAST = '  erase_texts_after: "off"\n'
ON_FRIDAY = (_LAST, f"{_LAST}effective_from: 2026-11-27\n")
ON_SATURDAY = (_LAST, f"{_LAST}effective_from: 2026-11-28\n")
TO_AND_FRO = (SLOWER, ON_FRIDAY), (), (SLOWER, ON_FRIDAY), (BROKEN,)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Changing]:
    with Changing(tmp_path) as told:
        told.command("dee", "/sev2 globex: push fails")
        yield told


def plan(told: Changing, *edits: tuple[str, str]) -> None:
    told.write(*edits)
    told.look()


def test_a_planned_policy_is_shown_and_counts_from_its_day_on(told: Changing) -> None:
    before = told.read(told.card())

    plan(told, SLOWER, ON_FRIDAY)
    shown, then = told.leads(), told.read(told.card())
    told.travel(pacific("2026-11-24 16:00"))
    told.command("dee", "/sev2 globex: pull fails")
    told.travel(pacific("2026-11-26 23:59"))
    told.look()
    eve = told.leads()
    told.travel(pacific("2026-11-27 00:00"))
    told.look()

    assert shown == [
        "policies.yaml was changed and will count from Fri 27 Nov 00:00 PST. 1 open "
        "deadline would move as things stand:\n"
        "• INC-1 first response is due tomorrow 10:00 PST, then due Fri 27 Nov 10:00 "
        "PST"
    ]
    assert then == before
    assert eve == shown
    assert told.leads()[1:] == [
        "policies.yaml was changed and counts since 00:00 PST. No open deadline moved."
    ]


def test_open_deadlines_move_at_the_instant_and_missed_ones_stay(
    told: Changing,
) -> None:
    plan(told, SLOWER, ON_FRIDAY)
    told.travel(pacific("2026-11-25 16:00"))
    told.command("dee", "/sev2 globex: pull fails")
    told.travel(pacific("2026-11-27 00:00"))

    told.look()

    assert told.leads()[-1].splitlines() == [
        "policies.yaml was changed and counts since 00:00 PST. 1 open deadline moved:",
        "• INC-2 first response was due 16:00 PST, now due Mon 30 Nov 16:00 PST",
    ]
    assert "*First response:* *⏰ late since" in told.read(told.card(1))


def test_a_second_change_replaces_the_first_and_says_so(told: Changing) -> None:
    plan(told, SLOWER, ON_FRIDAY)

    plan(told, ON_SATURDAY)
    told.travel(pacific("2026-11-27 12:00"))
    told.look()

    assert told.leads()[1:] == [
        "policies.yaml was changed and will count from Sat 28 Nov 00:00 PST. The "
        "change that was to count from Fri 27 Nov 00:00 PST does not come. No open "
        "deadline would move."
    ]


@pytest.mark.parametrize("edits", [(), (BROKEN,)], ids=["taken back", "broken"])
def test_a_change_that_does_not_come_is_named(
    told: Changing, edits: tuple[tuple[str, str], ...]
) -> None:
    plan(told, SLOWER, ON_FRIDAY)

    plan(told, *edits)
    told.travel(pacific("2026-11-27 00:01"))
    told.look()

    assert len(told.leads()) == 2
    assert (
        "The change that was to count from Fri 27 Nov 00:00 PST does not come."
        in told.leads()[-1]
    )


def test_a_bot_that_starts_again_still_waits_for_the_day(told: Changing) -> None:
    plan(told, SLOWER, ON_FRIDAY)

    told.restart()
    told.look()
    told.command("dee", "/sev2 globex: pull fails")

    assert len(told.leads()) == 1
    assert "*First response:* due tomorrow 10:00" in told.read(told.card(2))
    told.travel(pacific("2026-11-27 00:00"))
    told.look()
    assert "counts since 00:00 PST" in told.leads()[-1]


def test_a_planned_policy_without_a_plan_in_use_is_refused(told: Changing) -> None:
    text = "\n".join([told.file.read_text(), "effective_from: 2026-11-27"])
    text = text.replace("standard", "silver").replace("Standard", "Silver")
    told.file.write_text(text, encoding="utf-8")

    told.look()

    assert "standard is gone, but INC-1 is open under it" in told.leads()[0]


def test_a_planned_policy_outlives_a_record_that_fails_at_its_instant(
    told: Changing,
) -> None:
    plan(told, SLOWER, ON_FRIDAY)
    told.travel(pacific("2026-11-27 00:00"))

    with read_only(told), pytest.raises(StorageError):
        told.watch.look()
    told.look()

    assert "counts since 00:00 PST" in told.leads()[-1]


def test_a_planned_policy_that_is_refused_at_its_instant_is_named(
    told: Changing,
) -> None:
    plan(told, ("self_service", "silver"), ON_FRIDAY)
    told.command("dee", "/sev3 initech: import hangs")
    told.travel(pacific("2026-11-27 00:00"))

    told.look()

    assert "self_service is gone, but INC-2 is open under it" in told.leads()[-1]
    assert "change that was to count from 00:00 PST does not come" in told.leads()[-1]


def test_a_change_that_is_planned_and_dropped_twice_is_told_each_time(
    told: Changing,
) -> None:
    for minute, edits in enumerate((*TO_AND_FRO, *TO_AND_FRO), start=10):
        told.travel(pacific(f"2026-11-24 10:{minute}"))
        plan(told, *edits)

    said = ["counts since" in one or "not loaded" in one for one in told.leads()]
    dropped = ["does not come" in one for one in told.leads()]
    assert said == dropped == [False, True] * 4


def test_of_two_bots_one_tells_what_is_to_come_and_what_is_not(
    told: Changing,
) -> None:
    _, other = beside(told)
    file = told.folder / "other" / "policies.yaml"

    for minute, edits in enumerate(TO_AND_FRO, start=10):
        told.travel(pacific(f"2026-11-24 10:{minute}"))
        told.write(*edits)
        file.write_bytes(told.file.read_bytes())
        for _ in range(2):
            told.look(1)
            other.look()
    told.restart()
    told.look()

    assert ["does not come" in one for one in told.leads()] == [False, True] * 2


def test_a_change_taken_back_while_the_bot_was_down_is_named(told: Changing) -> None:
    plan(told, SLOWER, ON_FRIDAY)

    told.write()
    told.restart()

    assert "does not come" in told.leads()[-1]


def test_a_planned_file_counts_at_once_if_the_stored_one_cannot_be_read(
    told: Changing,
) -> None:
    told.write(SLOWER, ON_FRIDAY)
    by_hand(told, 'UPDATE policies SET text = \'{"policies.yaml": "x: 1"}\'')

    told.restart()

    assert told.in_force().effective_from == pacific("2026-11-27 00:00")
