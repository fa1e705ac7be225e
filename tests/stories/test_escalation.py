"""Who is paged at the opening, and who is next while nobody answers."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.policy.on_call import Role
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.policy.wording import first_response
from tests.factories import on_call
from tests.stories.conftest import Tell
from tests.story import PACIFIC, Story, pacific, shipped_policy

SEV1 = "/sev1 acme: checkout is down"
SEV2 = "/sev2 acme: push of apps fails"
CHECKOUT = "🔺 Sev1 INC-1 Acme: checkout is down."
PUSH = "🔶 Sev2 INC-1 Acme: push of apps fails."


@pytest.mark.parametrize(
    ("opened", "command", "heard_at"),
    [
        ("2026-11-24 10:00", "/sev1 acme: a", "2026-11-24 10:00"),
        ("2026-11-24 02:40", "/sev1 acme: a", "2026-11-24 02:40"),
        ("2026-11-28 12:00", "/sev1 acme: a", "2026-11-28 12:00"),
        ("2026-11-24 02:40", "/sev1 globex: a", "2026-11-24 02:40"),
        ("2026-11-24 02:40", "/sev1 who knows", "2026-11-24 02:40"),
        ("2026-11-24 02:40", "/sev1 initech: a", "2026-11-24 09:00"),
        ("2026-11-24 10:00", "/sev1 initech: a", "2026-11-24 10:00"),
        ("2026-11-24 10:00", "/sev2 acme: a", "2026-11-24 10:00"),
        ("2026-11-24 18:00", "/sev2 acme: a", "2026-11-25 09:00"),
        ("2026-11-25 18:00", "/sev2 acme: a", "2026-11-27 09:00"),
        ("2026-11-24 10:00", "/sev3 acme: a", "2026-11-25 09:00"),
        ("2026-11-25 10:00", "/sev4 acme: a", "2026-11-27 09:00"),
    ],
    ids=[
        "a Sev1 by day",
        "a Sev1 at night",
        "a Sev1 at the weekend",
        "a Sev1 at night on the standard plan",
        "a Sev1 at night of nobody known",
        "a Sev1 at night on the free plan",
        "a Sev1 by day on the free plan",
        "a Sev2 by day",
        "a Sev2 in the evening",
        "a Sev2 before a holiday",
        "a Sev3, in the morning list",
        "a Sev4, in the morning list",
    ],
)
def test_the_primary_is_paged_for_a_new_incident(
    tell: Tell, opened: str, command: str, heard_at: str
) -> None:
    told, at = tell(opened), pacific(heard_at)

    told.command("dee", command)
    if at > told.now:
        told.travel(at - timedelta(seconds=1))
        assert told.heard("ana") == []
        told.travel(at)

    assert told.heard("ana")[0].startswith(f"{at.astimezone(PACIFIC):%a %H:%M} ")
    assert "INC-1" in told.phone("ana")[0]


def test_a_page_says_what_is_owed_why_you_and_who_is_next(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")

    told.command("dee", SEV1)
    told.advance(minutes=11)

    (page,) = told.slack.dm("ben")
    assert told.slack.notice(page, "ben") == (
        "🔺 Sev1 INC-1 Acme: checkout is down. First response due 16:00, in 10 h "
        "10. Nobody owns it. You are the backup on call; @lea is paged at 06:00 "
        "unless somebody takes it. Stops when somebody takes it."
    )
    assert told.read(page, "ben") == (
        "🔺 Sev1 · INC-1 · Acme\n"
        "checkout is down (open the card)\n"
        "*First response due today 16:00, in 10 h 10.* Nobody owns it. You are the "
        "backup on call; @lea is paged at 06:00 unless somebody takes it. Stops "
        "when somebody takes it.\n"
        "[Take it] [First response sent]"
    )


def test_a_sev1_escalates_at_night_until_somebody_takes_it(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 02:40")

    told.command("dee", SEV1)
    told.advance(minutes=51)
    told.press("ben", "Take it", told.slack.dm("ben")[-1])
    told.advance(minutes=45)

    assert told.heard("ana") == [
        f"Tue 02:40 {CHECKOUT}",
        f"Tue 02:45 {CHECKOUT}",
        f"Tue 03:15 {CHECKOUT}",
        f"Tue 03:30 {CHECKOUT}",
    ]
    assert told.heard("ben") == [
        f"Tue 05:50 {CHECKOUT}",
        f"Tue 06:15 {CHECKOUT}",
        f"Tue 06:30 {CHECKOUT}",
    ]
    assert told.heard("lea") == [
        f"Tue 12:00 {CHECKOUT}",
        f"Tue 12:15 {CHECKOUT}",
        f"Tue 12:30 {CHECKOUT}",
    ]
    assert told.heard_in("support") == [f"Tue 03:00 {CHECKOUT}"]


def test_the_page_in_the_fallback_channel_says_whom_to_call(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")

    told.command("dee", SEV1)
    told.advance(minutes=20)

    (page,) = told.slack.channel("support")
    assert told.slack.notice(page, "dee") == (
        "🔺 Sev1 INC-1 Acme: checkout is down. First response due 13:00 PST, in 10 "
        "h. Nobody owns it. @ana is paged at 03:15 PST unless somebody takes it. On "
        "call: @ana, backup @ben, lead @lea. Stops when somebody takes it."
    )


def test_only_the_newest_page_stays(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")

    told.command("dee", SEV1)
    told.advance(minutes=5)

    assert len(told.heard("ana")) == 2
    (newest,) = told.slack.dm("ana")
    assert told.buttons(newest) == ["Take it", "First response sent"]


def test_an_answered_page_says_who_answered_it(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")
    told.command("dee", SEV1)
    told.advance(minutes=10)

    told.press("ben", "Take it", told.slack.dm("ben")[0])

    ended = "INC-1 Acme (🔺 Sev1): taken today 02:50 by @ben."
    assert told.read(told.slack.dm("ana")[-1]) == ended
    assert told.read(told.slack.dm("ben")[-1], "ana") == (
        "🔺 Sev1 · INC-1 · Acme\n"
        "checkout is down (open the card)\n"
        "*Yours since today 02:50.* First response due today 13:00, in 10 h 10.\n"
        "[First response sent] [Resolve] [Hand off]"
    )


def test_resolving_ends_the_escalation(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")
    told.command("dee", SEV1)

    told.fill_in("dee", "Resolve", note="it was theirs", confirmed=["yes"])
    told.advance(hours=2)

    assert told.heard("ana") == [f"Tue 02:40 {CHECKOUT}"]
    assert told.heard("ben") == []


def test_the_first_response_alone_does_not_end_the_escalation(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")
    told.command("dee", SEV1)

    told.fill_in("dee", "First response sent", told="we are on it")
    told.advance(minutes=10)

    assert told.heard("ben") == [f"Tue 05:50 {CHECKOUT}"]


def test_a_sev2_does_not_escalate_outside_business_hours(tell: Tell) -> None:
    told = tell("2026-11-24 16:45")

    told.command("dee", SEV2)
    told.advance(hours=17)

    assert told.heard("ana")[:3] == [
        f"Tue 16:45 {PUSH}",
        f"Tue 16:50 {PUSH}",
        "Wed 09:00 Wed 25 Nov: 1 owed, 1 unowned; you are on call.",
    ]
    assert told.heard("ben") == [
        "Wed 09:00 Wed 25 Nov: 1 owed, 1 unowned.",
        f"Wed 12:20 {PUSH}",
    ]
    assert told.heard_in("support") == [f"Tue 16:55 {PUSH}"]


@pytest.mark.parametrize("severity", ["sev3", "sev4"])
def test_sev3_and_sev4_page_nobody(tell: Tell, severity: str) -> None:
    told = tell("2026-11-24 10:00")

    told.command("dee", f"/{severity} acme: where is the manual")
    told.advance(hours=7)

    assert told.heard("ana") == told.heard("ben") == told.heard("lea") == []
    assert told.heard_in("support") == []


def test_the_policy_chooses_which_plans_page_at_night(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")
    wakes = {(Severity.SEV1, "premium"), (Severity.SEV1, "self_service")}
    escalation = replace(told.policy().escalation, wakes=frozenset(wakes))
    told.use_policy(escalation=escalation)

    told.command("dee", "/sev1 globex: a")
    told.command("dee", "/sev1 initech: b")
    told.advance(hours=1)

    assert "Tue 02:40 🔺 Sev1 INC-2 Initech: b." in told.heard("ana")
    assert not any("Globex" in line for line in told.heard("ana"))


def by_night(*wakes: tuple[Severity, str]) -> Policy:
    """Return a policy whose Sev2 and Sev3 run by day and night, and who is woken."""
    hours = {
        (Severity.SEV2, "premium"): first_response("2 hours"),
        (Severity.SEV3, "premium"): first_response("4 hours"),
    }
    policy = shipped_policy()
    return replace(
        policy,
        first_responses={**policy.first_responses, **hours},
        escalation=replace(policy.escalation, wakes=frozenset(wakes)),
    )


def test_a_sev2_that_wakes_people_escalates_at_night(tell: Tell) -> None:
    told = tell("2026-11-28 03:00", policy=by_night((Severity.SEV2, "premium")))

    answer = told.command("dee", SEV2)
    told.advance(minutes=10)

    assert told.heard("ana") == [f"Sat 03:00 {PUSH}", f"Sat 03:05 {PUSH}"]
    assert told.heard("ben") == [f"Sat 06:10 {PUSH}"]
    assert "@ana is paged now; @ben is paged today 03:10" in told.read(answer.private)


@pytest.mark.parametrize(
    ("opened", "command", "first"),
    [
        ("2026-11-28 03:00", SEV2, "@ana is paged today 04:30, nobody before."),
        ("2026-11-24 02:00", SEV2, "@ana is paged today 03:30, nobody before."),
        ("2026-11-24 02:00", f"{SEV2} at=00:00", "@ana is paged now"),
        ("2026-11-24 08:40", SEV2, "@ana is paged today 09:00, nobody before."),
        ("2026-11-24 10:00", "/sev3 acme: a", "@ana is reminded today 13:00, nobody"),
        ("2026-11-24 12:00", "/sev4 acme: a", "It will be on @ana's morning list"),
    ],
    ids=[
        "a reminder at the weekend",
        "a reminder at night",
        "late already",
        "the escalation at the opening",
        "a reminder of a Sev3 of a few hours",
        "the morning list",
    ],
)
def test_the_answer_names_who_is_told_first_by_any_clock(
    tell: Tell, opened: str, command: str, first: str
) -> None:
    told = tell(opened, policy=by_night())

    answer = told.read(told.command("dee", command).private)
    told.travel(told.now + timedelta(days=3))

    assert first in answer
    clock = re.search(r"told at Today (\d\d:\d\d)", answer)
    if clock is not None:
        assert clock[1] in told.heard("ana")[0]


def test_a_change_to_sev1_at_night_starts_the_escalation_at_once(tell: Tell) -> None:
    told = tell("2026-11-24 21:00")
    told.command("dee", SEV2)
    assert told.heard("ana") == []

    told.more("dee", "Change")
    told.submit("dee", severity="sev1", reason="nobody there can work")
    told.advance(minutes=10)

    assert told.heard("ana") == [
        "Tue 21:00 🔺 Sev1 INC-1 Acme: push of apps fails.",
        "Tue 21:05 🔺 Sev1 INC-1 Acme: push of apps fails.",
    ]
    assert told.heard("ben") == ["Wed 00:10 🔺 Sev1 INC-1 Acme: push of apps fails."]


def test_an_owner_hears_at_once_of_a_sev1_that_others_made(tell: Tell) -> None:
    told = tell("2026-11-24 21:00")
    told.command("ben", f"{SEV2} owner=@ben")

    told.more("dee", "Change")
    told.submit("dee", severity="sev1", reason="nobody there can work")
    told.advance(minutes=14)

    (page,) = told.slack.dm("ben")
    assert told.slack.notice(page, "ben") == (
        "INC-1 Acme (🔺 Sev1): it is yours, and somebody else made it urgent: are "
        "you on it? “push of apps fails”. First response due 16:00, in 16 h. Last "
        "sign of life 00:00. Without an answer @ana is paged at 00:15. "
        "Stops at any act of yours on it."
    )
    assert told.heard("ana") == []
    told.advance(minutes=1)
    assert told.heard("ana") == [
        "Tue 21:15 INC-1 Acme (🔺 Sev1): no sign of life from @ben since 21:00."
    ]


def owned_sev1(told: Story, owner: str = "ben") -> None:
    """Open a Sev1 that somebody owns from the start."""
    told.command(owner, f"{SEV1} owner=@{owner}")


def test_opening_a_sev1_as_its_owner_pages_nobody(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")

    owned_sev1(told)
    told.advance(minutes=59)

    assert told.heard("ana") == told.heard("ben") == told.heard("lea") == []


def test_a_sev1_owner_is_checked_on_hourly_day_and_night(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 16:30")
    owned_sev1(told)

    for _ in range(3):
        told.advance(hours=1)
        told.press("ben", "Still on it", told.slack.dm("ben")[-1])

    asked = "INC-1 Acme (🔺 Sev1): are you still on it?"
    assert told.heard("ben") == [
        f"Tue 20:30 {asked}",
        f"Tue 21:30 {asked}",
        f"Tue 22:30 {asked}",
    ]
    assert told.heard("ana") == []
    assert told.read(told.slack.dm("ben")[-1], "ben") == (
        "🔺 Sev1 · INC-1 · Acme\n"
        "checkout is down (open the card)\n"
        "*Yours since today 19:30.* First response due tomorrow 15:30, in 17 h.\n"
        "[First response sent] [Resolve] [Hand off]"
    )


def test_a_check_in_shows_the_last_sign_of_life_and_who_follows(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 02:40")

    owned_sev1(told)
    told.advance(hours=1)

    (page,) = told.slack.dm("ben")
    assert told.slack.notice(page, "ben") == (
        "INC-1 Acme (🔺 Sev1): are you still on it? First response due 16:00, in "
        "9 h 20. Last sign of life 05:40. "
        "Without an answer @ana is paged at 06:55. Stops at any act of yours on it."
    )
    assert told.buttons(page) == ["Still on it", "First response sent", "Hand off"]


def test_any_act_of_the_owner_is_a_sign_of_life(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")
    owned_sev1(told)

    told.advance(minutes=45)
    told.fill_in("ben", "First response sent", told="we are on it")
    told.advance(minutes=59)
    before = told.heard("ben")
    told.advance(minutes=1)

    assert before == []
    assert told.heard("ben") == ["Tue 07:25 INC-1 Acme (🔺 Sev1): are you still on it?"]


def test_the_act_of_another_is_no_sign_of_life_of_the_owner(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")
    owned_sev1(told)

    told.advance(minutes=45)
    told.fill_in("dee", "First response sent", told="we are on it")
    told.advance(minutes=15)

    assert told.heard("ben") == [
        (
            "Tue 06:25 INC-1 Acme (🔺 Sev1): First response logged by @dee: “we are "
            "on it”."
        ),
        "Tue 06:40 INC-1 Acme (🔺 Sev1): are you still on it?",
    ]


def test_a_silent_owner_is_asked_once_more_and_then_it_escalates(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 02:40")

    owned_sev1(told)
    told.advance(minutes=111)

    silent = "INC-1 Acme (🔺 Sev1): no sign of life from @ben since"
    again = "INC-1 Acme (🔺 Sev1): no tap yet; are you still on it?"
    assert told.heard("ben") == [
        "Tue 06:40 INC-1 Acme (🔺 Sev1): are you still on it?",
        f"Tue 06:55 {again}",
        f"Tue 07:05 {again}",
        f"Tue 07:30 {again}",
    ]
    assert told.heard("ana") == [
        f"Tue 03:55 {silent} 02:40.",
        f"Tue 04:00 {silent} 02:40.",
        f"Tue 04:30 {silent} 02:40.",
    ]
    assert told.heard("lea") == [
        f"Tue 13:15 {silent} 11:40.",
        f"Tue 13:30 {silent} 11:40.",
    ]
    assert told.heard_in("support") == [f"Tue 04:15 {silent} 02:40 PST."]


def test_taking_over_from_a_silent_owner_ends_the_escalation(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")
    owned_sev1(told)
    told.advance(minutes=76)

    told.press("ana", "Take over", told.slack.dm("ana")[-1])
    told.advance(minutes=59)

    assert told.heard("ana") == [
        "Tue 03:55 INC-1 Acme (🔺 Sev1): no sign of life from @ben since 02:40."
    ]
    assert len(told.heard("ben")) == 3
    told.advance(minutes=1)
    assert told.heard("ana")[1:] == [
        "Tue 04:56 INC-1 Acme (🔺 Sev1): are you still on it?"
    ]


def test_a_silent_owner_who_answers_late_ends_the_escalation(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")
    owned_sev1(told)
    told.advance(minutes=76)

    told.press("ben", "Still on it", told.slack.dm("ben")[-1])
    told.advance(minutes=59)

    assert len(told.heard("ana")) == 1
    assert told.read(told.slack.dm("ana")[0]) == (
        "INC-1 Acme (🔺 Sev1): check-in answered today 03:56."
    )


def test_an_owned_sev2_is_never_checked_on(tell: Tell) -> None:
    told = tell("2026-11-24 10:00")
    told.command("dee", SEV2)

    told.take("ana")
    told.advance(hours=2, minutes=59)

    assert told.heard("ana") == [f"Tue 10:00 {PUSH}"]


def test_one_person_in_two_layers_is_not_rung_twice_in_a_row(tell: Tell) -> None:
    told = tell("2026-11-24 02:40", policy=on_call(Role.BACKUP, "U0ANA"))
    told.command("dee", SEV1)

    told.advance(minutes=11)

    assert [line[:9] for line in told.heard("ana")] == ["Tue 02:40", "Tue 02:45"]
    assert [line[:9] for line in told.heard("lea")] == ["Tue 11:50"]


def test_one_person_in_all_layers_leaves_the_fallback_channel(tell: Tell) -> None:
    alone = on_call(Role.LEAD, "U0ANA", of=on_call(Role.BACKUP, "U0ANA"))
    told = tell("2026-11-24 02:40", policy=alone)
    told.command("dee", SEV1)

    told.advance(minutes=11)

    assert len(told.heard("ana")) == 2
    assert [line[:9] for line in told.heard_in("support")] == ["Tue 02:50"]
