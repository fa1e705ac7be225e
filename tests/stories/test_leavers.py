"""People leave, become guests or come back: what they owned, and what they were asked.

Ben is the backup on call, so he is let in whatever Slack says; Cem and Dee are not.
"""

from contextlib import suppress

import pytest

from bot.emulator.faults import Fault
from bot.errors import SlackError
from tests.stories.conftest import Tell
from tests.story import Story, pacific

LEFT = "@cem left; nobody owns it"


@pytest.fixture
def owned(tuesday: Story) -> Story:
    """A Sev3 that cem owns."""
    tuesday.command("dee", "/sev3 acme: a policy does not arrive")
    tuesday.take("cem")
    return tuesday


@pytest.fixture
def offered(tuesday: Story) -> Story:
    """A Sev2 that dee owns and has asked cem to take."""
    tuesday.command("ana", "/sev2 acme: push of apps fails")
    tuesday.take("dee")
    tuesday.more("dee", "Hand off")
    tuesday.submit("dee", to="cem")
    return tuesday


def owner(told: Story, number: int = 1) -> str:
    """Return the line of a card that names the owner."""
    line: str = told.read(told.card(number)).splitlines()[2]
    return line.removeprefix("*Owner:* ")


def lists(told: Story) -> list[str]:
    """Return what the leads heard about people who are gone."""
    return [line for line in told.heard_in("leads") if "nobody owns" in line]


def test_a_sev1_escalates_a_minute_after_its_owner_left(tuesday: Story) -> None:
    tuesday.command("dee", "/sev1 acme: checkout is down")
    tuesday.take("cem")
    tuesday.advance(minutes=5)
    before = len(tuesday.heard("ana"))

    tuesday.leave("cem")
    tuesday.advance(minutes=16)

    came = [line[:9] for line in tuesday.heard("ana")[before:]]
    assert came == ["Tue 10:06", "Tue 10:11"]
    assert [line[:9] for line in tuesday.heard("ben")] == ["Tue 13:16"]
    assert "@cem left; nobody owns it. You are the" in tuesday.phone("ana")[-1]


def test_a_sev2_escalates_once_its_owner_left(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    tuesday.take("cem")
    before = len(tuesday.heard("ana"))

    tuesday.leave("cem")
    tuesday.advance(minutes=2)

    assert [line[:9] for line in tuesday.heard("ana")[before:]] == ["Tue 10:01"]


def test_the_card_and_its_thread_say_who_left(owned: Story) -> None:
    owned.leave("cem")
    owned.advance(minutes=1)

    assert owner(owned) == LEFT
    assert owned.thread()[-1].startswith(f"{LEFT}.")
    assert owned.buttons(owned.card())[0] == "Take it"


def test_reminders_of_a_leaver_go_to_the_primary(owned: Story) -> None:
    owned.leave("cem")
    owned.travel(pacific("2026-11-25 11:00"))

    assert owned.heard("ana") == [
        "Wed 09:00 Wed 25 Nov: 1 owed, 1 unowned; you are on call.",
        "Wed 10:00 INC-1 Acme (🔵 Sev3): first response due now, 10:00.",
    ]
    assert owned.heard_in("support") == []


def test_whoever_takes_it_afterwards_owns_it(owned: Story) -> None:
    owned.leave("cem")
    owned.advance(minutes=1)

    owned.take("dee")
    owned.advance(minutes=10)

    assert owner(owned) == "@dee since today 10:01"


def test_somebody_who_is_back_within_a_minute_keeps_it(owned: Story) -> None:
    owned.leave("cem")
    owned.advance(seconds=50)
    owned.become("cem", deleted=False)
    owned.advance(hours=1)

    assert owner(owned) == "@cem since today 10:00"
    assert lists(owned) == []


def test_somebody_who_is_back_later_gets_nothing_back(owned: Story) -> None:
    owned.leave("cem")
    owned.advance(minutes=2)
    owned.become("cem", deleted=False)
    owned.advance(minutes=10)

    assert owner(owned) == LEFT
    owned.take("cem")
    assert owner(owned) == "@cem since today 10:12"


def test_leaving_twice_releases_twice(owned: Story) -> None:
    owned.leave("cem")
    owned.advance(minutes=2)
    owned.become("cem", deleted=False)
    owned.take("cem")

    owned.leave("cem")
    owned.advance(minutes=1)

    assert owner(owned) == LEFT
    assert [line[:9] for line in lists(owned)] == ["Tue 10:01", "Tue 10:03"]


@pytest.mark.parametrize(
    ("apart", "told_at"), [(10, "10:02"), (0, "10:01")], ids=["in turn", "at once"]
)
def test_the_leads_hear_once_of_many_who_leave_together(
    tuesday: Story, apart: int, told_at: str
) -> None:
    names = [f"p{number}" for number in range(8)]
    for name in names:
        tuesday.slack.add_person(name)
        tuesday.slack.invite("support", name)
        tuesday.command(name, f"/sev4 acme: question of {name} owner=@{name}")

    for name in names:
        tuesday.leave(name)
        tuesday.advance(seconds=apart)
    tuesday.advance(minutes=10)

    assert lists(tuesday) == [
        f"Tue {told_at} 8 people left; nobody owns INC-1 Acme (⬜ Sev4), "
        "INC-2 Acme (⬜ Sev4), INC-3 Acme (⬜ Sev4), INC-4 Acme (⬜ Sev4), "
        "INC-5 Acme (⬜ Sev4), INC-6 Acme (⬜ Sev4), INC-7 Acme (⬜ Sev4) and "
        "INC-8 Acme (⬜ Sev4) now."
    ]


def test_the_list_of_leavers_names_what_is_still_unowned(owned: Story) -> None:
    owned.command("dee", "/sev3 globex: slow")
    owned.take("dee", 2)
    owned.leave("cem")
    owned.advance(seconds=30)
    owned.leave("dee")
    owned.advance(seconds=30)
    owned.take("ana")

    owned.advance(minutes=5)

    assert lists(owned) == [
        "Tue 10:01 @dee left; nobody owns INC-2 Globex (🔵 Sev3) now."
    ]
    assert owned.read(owned.slack.channel("leads")[-1]) == (
        "@dee left; nobody owns INC-2 Globex (🔵 Sev3).\n"
        "Reminders go to @ana until somebody takes it."
    )


@pytest.mark.parametrize(
    ("others", "then"),
    [
        ((), "Reminders go to @ben until somebody takes it."),
        (("ben", "lea"), "Nobody on call can be reached; name somebody else."),
    ],
)
def test_the_list_of_leavers_names_somebody_who_is_there(
    tuesday: Story, others: tuple[str, ...], then: str
) -> None:
    tuesday.command("dee", "/sev3 acme: a policy does not arrive")
    tuesday.take("ana")

    for who in ("ana", *others):
        tuesday.leave(who)
    tuesday.advance(minutes=1)

    assert tuesday.read(tuesday.slack.channel("leads")[-1]) == (
        f"@ana left; nobody owns INC-1 Acme (🔵 Sev3).\n{then}"
    )


def test_somebody_without_work_leaves_in_silence(owned: Story) -> None:
    before = len(owned.slack.channel("leads"))

    owned.leave("dee")
    owned.advance(minutes=5)

    assert len(owned.slack.channel("leads")) == before


def test_an_offer_to_somebody_who_left_ends_and_its_giver_hears(offered: Story) -> None:
    offered.leave("cem")
    offered.advance(minutes=1)

    assert owner(offered) == "@dee since today 10:00"
    assert offered.phone("dee")[-1] == (
        "@cem left; your offer of INC-1 Acme (🔶 Sev2) is over. It stays yours. First "
        "response due 14:00, in 3 h 59."
    )
    assert "left" not in offered.thread()[-1]


def test_an_offer_by_somebody_who_left_ends_and_the_other_hears(offered: Story) -> None:
    offered.leave("dee")
    offered.advance(minutes=1)

    assert owner(offered) == "@dee left; nobody owns it"
    assert offered.phone("cem") == [
        "@dee left; the offer of INC-1 Acme (🔶 Sev2) is over. Nobody owns it."
    ]


def test_the_offer_of_a_third_person_outlives_the_owner(tuesday: Story) -> None:
    tuesday.command("ana", "/sev3 acme: a policy does not arrive")
    tuesday.take("cem")
    tuesday.more("lea", "Hand off")
    tuesday.submit("lea", to="dee")

    tuesday.leave("cem")
    tuesday.advance(minutes=1)
    assert owner(tuesday) == f"{LEFT}; offered to @dee, not accepted yet"
    tuesday.press("dee", "Accept", tuesday.slack.dm("dee")[-1])

    assert owner(tuesday) == "@dee since today 10:01"


def test_an_offer_ends_if_both_left_and_nobody_is_written_to(offered: Story) -> None:
    offered.leave("dee")
    offered.leave("cem")
    offered.advance(minutes=5)

    assert owner(offered) == "@dee left; nobody owns it"
    assert offered.heard_in("support") == []


@pytest.mark.parametrize(
    "flags",
    [
        {"is_restricted": True},
        {"is_ultra_restricted": True},
    ],
    ids=["guest", "single-channel guest"],
)
def test_somebody_who_becomes_an_outsider_owns_nothing(
    owned: Story, flags: dict[str, object]
) -> None:
    owned.become("cem", **flags)
    owned.advance(minutes=1)

    assert owner(owned) == "@cem is no full member any more; nobody owns it"


def test_a_guest_on_call_keeps_what_is_theirs(tuesday: Story) -> None:
    tuesday.command("dee", "/sev3 acme: a policy does not arrive")
    tuesday.take("ben")

    tuesday.become("ben", is_restricted=True)
    tuesday.advance(minutes=5)

    assert owner(tuesday) == "@ben since today 10:00"


def test_an_incident_reopened_after_its_owner_left_is_nobodys(owned: Story) -> None:
    owned.fill_in("cem", "Resolve", note="Done", confirmed=["yes"])
    owned.leave("cem")
    owned.advance(minutes=5)

    owned.press("dee", "Reopen", owned.card())
    owned.advance(minutes=1)

    assert owner(owned) == LEFT


def test_a_bot_that_was_down_learns_at_its_start_who_left(owned: Story) -> None:
    owned.bot.close()
    owned.slack.change_person("cem", deleted=True)
    owned.start_bot()
    owned.advance(minutes=1)

    assert owner(owned) == LEFT
    assert len(lists(owned)) == 1


def test_a_restart_within_the_minute_releases_once(owned: Story) -> None:
    owned.leave("cem")
    owned.restart()
    owned.advance(minutes=1)
    owned.restart()
    owned.advance(minutes=5)

    assert owner(owned) == LEFT
    assert [line for line in owned.thread() if "left" in line] == owned.thread()[-1:]
    assert len(lists(owned)) == 1


def test_somebody_who_came_back_while_the_bot_was_down_keeps_it(owned: Story) -> None:
    owned.leave("cem")
    owned.bot.close()
    owned.clock.travel(pacific("2026-11-24 10:30"))
    owned.system_clock.advance(minutes=30)
    owned.slack.change_person("cem", deleted=False)
    owned.bot = owned.built()
    owned.bot.settle()
    owned.bot.close()
    owned.start_bot()
    owned.advance(minutes=5)

    assert owner(owned) == "@cem since today 10:00"


def test_a_daily_refresh_finds_who_left_without_an_event(owned: Story) -> None:
    owned.slack.change_person("cem", deleted=True)
    owned.bot.people.read_page()
    owned.advance(minutes=1)

    assert owner(owned) == LEFT


@pytest.mark.parametrize(
    "fault", [Fault.FAIL_BEFORE, Fault.DROP_BEFORE, Fault.RATE_LIMITED]
)
def test_no_answer_from_slack_releases_nobody(owned: Story, fault: Fault) -> None:
    for method in ("users.list", "users.info"):
        owned.slack.faults.add(method, fault, times=None)

    for bot in (owned.bot, *getattr(owned.bot, "both", ())):
        with suppress(SlackError):
            bot.people.read_page()
    owned.advance(hours=1)

    assert owner(owned) == "@cem since today 10:00"


def test_a_refused_direct_message_tells_that_somebody_left(owned: Story) -> None:
    owned.slack.change_person("cem", deleted=True)
    owned.travel(pacific("2026-11-25 11:30"))

    assert owner(owned) == LEFT


def test_older_news_of_somebody_who_is_back_changes_nothing(owned: Story) -> None:
    owned.become("cem", updated=1_000, deleted=True)
    owned.become("cem", updated=1_010, deleted=False)

    owned.become("cem", updated=1_000, deleted=True)
    owned.advance(minutes=5)

    assert owner(owned) == "@cem since today 10:00"


def test_a_resolved_incident_hears_nothing_of_leavers(owned: Story) -> None:
    owned.fill_in("cem", "Resolve", note="Done", confirmed=["yes"])
    before = owned.thread()

    owned.leave("cem")
    owned.advance(minutes=5)

    assert owned.thread() == before


def test_who_was_marked_by_a_clock_ahead_is_released_once_it_is_right(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 10:00")
    told.command("dee", "/sev3 acme: a policy does not arrive")
    told.take("cem")
    told.clock.travel(pacific("2026-11-24 13:00"))
    told.leave("cem")
    told.clock.travel(pacific("2026-11-24 10:05"))
    told.settle()
    told.settle()

    assert owner(told) == LEFT


@pytest.mark.timeout(180)
def test_a_release_that_fails_holds_up_no_reminder_and_is_tried_again(
    owned: Story,
) -> None:
    owned.command("dee", "/sev2 globex: push of apps fails")
    owned.take("dee", 2)
    plans = owned.policy().plans
    owned.use_policy(plans=tuple(plan for plan in plans if plan.id != "premium"))
    owned.leave("cem")
    owned.advance(hours=7)
    before = owner(owned)
    owned.use_policy(plans=plans)
    owned.advance(minutes=6)

    assert before == "@cem since today 10:00"
    assert any("INC-2 Globex (🔶 Sev2)" in line for line in owned.heard("dee"))
    assert owner(owned) == LEFT
