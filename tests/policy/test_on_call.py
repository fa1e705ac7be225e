"""Who is on call at an instant."""

from datetime import timedelta

from bot.policy.on_call import Cover, OnCall
from tests.factories import pacific, shipped_policy

START, END = pacific(24, "09:00"), pacific(24, "17:00")
COVER = Cover(of="U0ANA", by="U0CEM", start=START, end=END)
NAMED = OnCall("U0ANA", "U0BEN", "U0LEA")


def test_without_covers_the_people_of_the_file_are_on_call() -> None:
    assert shipped_policy().on_call_at(START) == NAMED


def test_a_cover_counts_from_its_start_to_just_before_its_end() -> None:
    policy, moment = shipped_policy(), timedelta(milliseconds=1)

    found = [
        policy.on_call_at(at, [COVER]).primary
        for at in (START - moment, START, END - moment, END)
    ]

    assert found == ["U0ANA", "U0CEM", "U0CEM", "U0ANA"]


def test_a_cover_of_somebody_else_changes_nothing() -> None:
    other = Cover(of="U0DEE", by="U0CEM", start=START, end=END)

    assert shipped_policy().on_call_at(START, [other]) == NAMED
