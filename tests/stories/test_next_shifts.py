"""A person hears once that a changed file moves their own next shift."""

import re
from dataclasses import replace
from datetime import time

from bot.policy.on_call import Role
from bot.policy.policies import Policy
from tests.factories import on_call
from tests.stories.conftest import Tell
from tests.stories.test_covers import SATURDAYS, SIX, accept, ask, by_turns
from tests.story import Story, pacific


def from_noon() -> Policy:
    """Return the policy in which the hand-over is at noon."""
    return on_call(Role.PRIMARY, replace(SATURDAYS, hand_over=time(12)))


def changed(tell: Tell, at: str) -> Story:
    """Let the file change at an instant, and be looked at within the hour."""
    told = tell("2026-11-24 08:00", policy=by_turns())
    told.travel(pacific(at))
    told.use_policy(on_call=from_noon().on_call)
    told.advance(minutes=61)
    return told


def test_who_is_on_next_hears_once_and_others_do_not(tell: Tell) -> None:
    told = changed(tell, "2026-11-24 10:00")

    told.advance(hours=5)

    assert told.phone("dee") == [
        "You are on call (support) from Sat 28 Nov 12:00 to Sat 5 Dec 12:00, no longer "
        "from Sat 28 Nov 09:00 to Sat 5 Dec 09:00. The plan changed; `/oncall` has "
        "the month."
    ]
    assert told.phone("ana") == []


def test_by_night_it_waits_for_their_working_day(tell: Tell) -> None:
    told = changed(tell, "2026-11-24 20:00")
    by_night = told.heard("dee")

    told.travel(pacific("2026-11-25 09:00"))

    assert by_night == []
    assert len(told.heard("dee")) == 1
    assert told.heard("dee")[0] >= "Wed 09:00"


def test_a_shift_that_moves_there_and_back_and_there_is_told_each_time(
    tell: Tell,
) -> None:
    told = changed(tell, "2026-11-24 10:00")

    for policy in (by_turns(), from_noon()):
        told.use_policy(on_call=policy.on_call)
        told.advance(minutes=61)

    assert [re.findall(r"\d\d:00", one)[0] for one in told.phone("dee")] == [
        "12:00",
        "09:00",
        "12:00",
    ]


def test_who_is_not_on_any_more_hears_so(tell: Tell) -> None:
    told = tell("2026-11-24 08:00", policy=by_turns())
    told.advance(hours=2)

    alone = on_call(Role.PRIMARY, replace(SATURDAYS, members=("U0ANA",)))
    told.use_policy(on_call=alone.on_call)
    told.advance(minutes=61)

    (said,) = told.phone("dee")
    assert said.startswith(
        "You are no longer on call (support) from Sat 28 Nov 09:00 to Sat 5 Dec 09:00."
    )


def test_of_a_cover_only_the_cover_tells(tell: Tell) -> None:
    told = tell("2026-11-24 08:00", policy=by_turns())
    told.advance(hours=2)
    ask(told, since=pacific("2026-11-24 16:00"), until=SIX, of="dee")
    accept(told, "dee", told.slack.dm("dee")[0])

    told.advance(hours=3)

    assert [one for one in told.phone("dee") if "plan changed" in one] == []
    assert [one for one in told.phone("ana") if "plan changed" in one] == []
