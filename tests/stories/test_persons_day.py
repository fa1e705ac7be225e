"""What rings for a person outside of their working day, and what waits for it.

Ana lives in Los Angeles as the team does, Ben in New York, Lea in Berlin.
"""

import re

import pytest

from tests.stories.conftest import Tell
from tests.story import pacific

SEV2 = "/sev2 globex: push of apps fails"
PUSH = "🔶 Sev2 INC-1 Globex: push of apps fails."


def hours_of(heard: list[str]) -> list[int]:
    """Return the local hour of each message that somebody heard."""
    return [int(re.match(r"\w+ (\d\d):", line)[1]) for line in heard]  # type: ignore[index]


@pytest.mark.parametrize(
    ("opened", "until", "lists_of_lea"),
    [
        ("2026-11-25 11:10", "2026-11-27 09:05", ["Fri 09:00"]),
        ("2026-11-20 11:10", "2026-11-23 09:05", ["Mon 09:00"]),
        ("2026-10-30 11:10", "2026-11-02 09:05", ["Mon 09:00"]),
    ],
    ids=["over a holiday", "over a weekend", "over a change of the clock"],
)
def test_an_unowned_sev2_is_heard_seldom_and_only_by_day(
    tell: Tell, opened: str, until: str, lists_of_lea: list[str]
) -> None:
    told = tell(opened)

    told.command("dee", SEV2)
    told.travel(pacific(until))

    ana, ben, lea = (told.heard(who) for who in ("ana", "ben", "lea"))
    assert 1 < len(ana) <= 9
    assert 1 < len(ben) <= 5
    assert [line[:9] for line in lea] == lists_of_lea
    assert all(9 <= hour < 17 for heard in (ana, ben) for hour in hours_of(heard))
    assert len(told.slack.channel("support")) == 1
    assert len(told.slack.channel("incidents")) == 1
    for who in ("ana", "ben", "lea"):
        with_buttons = [one for one in told.slack.dm(who) if told.buttons(one)]
        # A morning list stays beside the one live message.
        live = [one for one in with_buttons if "morning/" not in str(one.metadata)]
        assert len(live) <= 1


def test_a_morning_list_tells_what_was_held_and_since_when(tell: Tell) -> None:
    told = tell("2026-11-24 11:10")

    told.command("dee", SEV2)
    told.travel(pacific("2026-11-25 06:00"))

    assert told.phone("lea") == [
        "Wed 25 Nov: 1 owed, 1 unowned. INC-1 Globex (🔶 Sev2): first response due "
        "20:10, in 11 h 10, nobody owns it, held since yesterday 20:30."
    ]


def test_what_no_longer_holds_is_not_told_in_the_morning(tell: Tell) -> None:
    told = tell("2026-11-24 11:10")
    told.command("dee", SEV2)
    told.advance(minutes=30)

    told.take("ana")
    told.travel(pacific("2026-11-25 06:00"))

    assert told.heard("lea") == []


def test_an_owner_hears_outside_of_their_day_of_what_they_would_miss(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 12:00")
    told.command("ben", "/sev2 acme: a owner=@ben")

    told.travel(pacific("2026-11-24 15:30"))
    ahead = told.phone("ben")
    told.travel(pacific("2026-11-25 06:00"))

    assert ahead == [
        (
            "INC-1 Acme (🔶 Sev2): first response due 19:00, in 1 h. Yours since "
            "15:00. Acme reported it 15:00 and has not heard yet. You hear of it "
            "now, since it is due before your next working day. Stops when the "
            "first response is logged."
        ),
    ]
    assert [line[:9] for line in told.heard("ben")] == [
        "Tue 18:00",
        "Tue 19:00",
        "Wed 09:00",
    ]
    assert (
        "*⏰ late since yesterday 19:00* (1 h of business time), held since yesterday "
        "19:45. "
    ) in told.read(told.slack.dm("ben")[-1], "ben")


def test_a_page_passes_at_once_to_who_can_hear_it(tell: Tell) -> None:
    told = tell("2026-11-24 11:10")
    told.become("ana", tz="Asia/Tokyo")

    told.command("dee", SEV2)

    assert told.heard("ana") == []
    assert told.heard("ben") == [f"Tue 14:10 {PUSH}"]


def test_where_nobody_can_hear_it_the_fallback_channel_does(tell: Tell) -> None:
    told = tell("2026-11-24 11:10")
    for who in ("ana", "ben", "lea"):
        told.become(who, tz="Asia/Tokyo")

    told.command("dee", SEV2)
    told.advance(hours=3)

    assert [told.heard(who) for who in ("ana", "ben", "lea")] == [[], [], []]
    assert told.heard_in("support") == [f"Tue 11:10 {PUSH}"]


def test_who_never_works_when_the_team_does_hears_by_their_own_day(
    tell: Tell,
) -> None:
    told = tell("2026-11-23 10:00")
    told.become("ana", tz="Asia/Dubai")

    told.command("ana", "/sev3 acme: a owner=@ana")
    told.travel(pacific("2026-11-24 12:00"))

    assert [line[:9] for line in told.heard("ana")] == ["Tue 09:00", "Tue 22:00"]
    due = told.read(told.slack.dm("ana")[-1])
    assert "since it is due before your next working day" in due


def test_a_sev1_wakes_whoever_it_is_day_or_night(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")

    told.command("dee", "/sev1 acme: checkout is down")
    told.advance(minutes=21)

    heard = [told.heard(who) for who in ("ana", "ben", "lea")]
    assert [line[:9] for lines in heard for line in lines] == [
        "Tue 02:40",
        "Tue 02:45",
        "Tue 05:50",
        "Tue 12:00",
    ]


def test_a_sev1_is_posted_anew_in_a_channel_once_an_hour(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")

    told.command("dee", "/sev1 acme: checkout is down")
    told.advance(hours=2, minutes=30)

    assert [line[:9] for line in told.heard_in("support")] == [
        "Tue 03:00",
        "Tue 04:00",
        "Tue 05:00",
    ]
    assert len(told.slack.channel("support")) == 1


def test_who_gets_an_incident_by_day_gets_no_list_of_that_morning(tell: Tell) -> None:
    told = tell("2026-11-24 01:00")
    told.command("ana", "/sev3 acme: a owner=@ana")
    told.travel(pacific("2026-11-24 05:00"))

    told.command("lea", "/sev3 acme: b owner=@lea")
    told.advance(hours=2)

    assert told.heard("lea") == []


def test_nobody_who_left_is_named_as_the_next(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")
    told.leave("ben")

    answer = told.command("dee", "/sev1 acme: checkout is down")

    assert answer.private is not None
    assert (
        "@ana is paged now; @lea is paged at 02:50 if nobody takes it."
        in told.slack.notice(answer.private, "dee")
    )
    assert "@lea is paged at 02:50 unless somebody takes it" in told.phone("ana")[0]
