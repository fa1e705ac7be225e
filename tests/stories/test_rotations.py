"""On call by turns: each message is for the person on call when it fires."""

from dataclasses import replace
from datetime import date, time, timedelta

from bot.business_time.schedules import Schedule, Span
from bot.emulator.faults import Fault
from bot.policy.on_call import Role
from bot.policy.policies import Policy
from bot.policy.rotations import Rotation, Unit
from bot.policy.severities import Severity
from tests.factories import on_call, shipped_policy
from tests.stories.conftest import Tell
from tests.story import PACIFIC, pacific

HOUR = timedelta(hours=1)
SEV1 = "/sev1 acme: checkout is down"
DAILY = Rotation(
    name="support",
    zone=PACIFIC,
    members=("U0ANA", "U0DEE"),
    every=1,
    unit=Unit.DAY,
    starts=date(2026, 11, 24),
    hand_over=time(9),
    weekday=None,
    days=shipped_policy().team_hours.home,
)


def by_day(opens: int, closes: int) -> Rotation:
    """Return the rotation with somebody on between these hours of each day alone."""
    span = Span(opens * HOUR, closes * HOUR)
    return replace(DAILY, hours=Schedule(PACIFIC, ((span,),) * 7))


def nobody_but(opens: int, closes: int) -> Policy:
    """Return a policy with nobody on call, in any role, outside of these hours."""
    policy, rotation = shipped_policy(), by_day(opens, closes)
    for role in (Role.PRIMARY, Role.BACKUP, Role.LEAD):
        policy = on_call(role, rotation, of=policy)
    return policy


def test_after_a_hand_over_the_next_page_is_for_who_came_on(tell: Tell) -> None:
    told = tell("2026-11-25 08:57", policy=on_call(Role.PRIMARY, DAILY))

    answer = told.command("lea", SEV1)
    told.advance(minutes=21)

    assert "@ana is paged now; @dee is paged today 18:02 if nobody" in told.read(
        answer.private, "lea"
    )
    assert [line[:9] for line in told.heard("ana")] == ["Wed 08:57"]
    assert [line[:19] for line in told.heard("dee")] == [
        "Wed 09:00 Wed 25 No",
        "Wed 09:02 🔺 Sev1 IN",
    ]
    channel = told.read(told.slack.channel("support")[-1])
    assert "On call: @dee, backup @ben, lead @lea." in channel


def test_no_answer_names_somebody_who_may_be_off_by_then(tell: Tell) -> None:
    told = tell("2026-11-25 16:00", policy=on_call(Role.PRIMARY, DAILY))

    answer = told.command("lea", "/sev4 acme: a wish")

    whose = "the morning list of the person who is on call then."
    assert f"It will be on {whose}" in told.read(answer.private)


def test_a_page_for_nobody_on_call_passes_to_the_backup_at_once(tell: Tell) -> None:
    told = tell("2026-11-25 20:00", policy=on_call(Role.PRIMARY, by_day(9, 17)))

    answer = told.command("lea", SEV1)

    assert "@ben is paged now" in told.read(answer.private, "lea")
    assert len(told.heard("ben")) == 1


def test_a_page_goes_to_the_fallback_channel_while_nobody_is_on(tell: Tell) -> None:
    told = tell("2026-11-25 20:00", policy=nobody_but(9, 17))

    answer = told.command("lea", SEV1)

    assert "#support is paged now" in told.read(answer.private, "lea")
    channel = told.read(told.slack.channel("support")[-1])
    assert "On call: nobody." in channel
    told.advance(minutes=40)
    assert [line for line in told.heard_in("leads") if "INC-1" in line] == [
        "Wed 20:00 INC-1 Acme (🔺 Sev1) is paged in #support alone: nobody is on call, "
        "in any role."
    ]


def test_a_page_for_nobody_comes_again_as_somebody_comes_on(tell: Tell) -> None:
    told = tell("2026-11-25 08:48", policy=nobody_but(9, 17))

    answer = told.command("lea", SEV1)
    told.travel(pacific("2026-11-25 09:10"))

    assert "#support is paged now; @dee is paged today 18:00" in told.read(
        answer.private, "lea"
    )
    assert [line[:9] for line in told.heard("dee") if "Sev1" in line] == ["Wed 09:00"]


def test_a_change_loses_no_page_for_who_comes_on_and_no_repeat(tell: Tell) -> None:
    told = tell("2026-11-25 08:48", policy=nobody_but(9, 17))
    told.command("lea", SEV1)
    told.travel(pacific("2026-11-25 08:55"))
    told.more("lea", "Change")
    told.submit("lea", plan="standard", reason="They moved")

    told.travel(pacific("2026-11-25 09:25"))

    pages = [line for line in told.heard("dee") if "Sev1" in line]
    assert [line[:9] for line in pages] == ["Wed 09:00", "Wed 09:23"]


def test_a_sev2_for_nobody_waits_for_the_first_whose_day_it_is(tell: Tell) -> None:
    told = tell("2026-11-25 09:40", policy=nobody_but(10, 17))

    told.command("lea", "/sev2 acme: push fails")
    told.travel(pacific("2026-11-25 10:01"))

    pages = [line for line in told.heard("dee") if "Sev2" in line]
    assert [line[:9] for line in pages] == ["Wed 10:00"]


def test_the_page_as_somebody_comes_on_is_for_all_who_do(tell: Tell) -> None:
    told = tell("2026-11-25 08:48", policy=nobody_but(9, 17))
    ana = replace(by_day(9, 17), members=("U0ANA",))
    told.use_policy(on_call=on_call(Role.LEAD, ana, of=nobody_but(9, 17)).on_call)
    told.command("lea", SEV1)

    told.travel(pacific("2026-11-25 09:01"))

    for who in ("ana", "dee"):
        pages = [line for line in told.heard(who) if "Sev1" in line]
        assert [line[:9] for line in pages] == ["Wed 09:00"], who


def test_each_reminder_goes_to_the_channel_while_nobody_is_on(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", policy=nobody_but(22, 23))

    answer = told.command("lea", "/sev3 globex: a policy does not reach it")
    told.advance(hours=28)

    whose = "the morning list of the person who is on call then."
    assert f"Nobody is paged. It will be on {whose}" in told.read(answer.private, "lea")
    reminders = [line for line in told.heard_in("support") if "INC-1" in line]
    assert [line[:9] for line in reminders] == ["Wed 10:00", "Wed 12:00"]
    channel = told.read(told.slack.channel("support")[-1])
    assert "Nobody owns it, and nobody is on call." in channel


def test_what_was_held_in_the_evening_comes_as_a_night_shift_begins(
    tell: Tell,
) -> None:
    # 22:00 in Berlin, where Lea lives, is 13:00 where the team is.
    nights = replace(by_day(13, 21), members=("U0LEA",))
    told = tell("2026-11-23 10:00", policy=on_call(Role.BACKUP, nights))
    told.command("lea", "/sev3 acme: printing is slow owner=@lea")

    told.travel(pacific("2026-11-24 21:30"))

    assert [line[:9] for line in told.heard("lea")][1:] == ["Tue 19:00", "Tue 22:00"]
    assert told.bot.triage.receipts(1)[1].why == "in the morning list"


def test_a_morning_list_has_what_its_reader_is_on_call_for(
    tell: Tell,
) -> None:
    choice = shipped_policy().on_call
    own = replace(choice, severities={Severity.SEV3: {Role.PRIMARY: ("U0DEE",)}})
    told = tell("2026-11-24 16:00", policy=replace(shipped_policy(), on_call=own))
    told.command("lea", "/sev3 acme: a policy does not reach it")
    told.command("lea", "/sev4 acme: a wish")

    told.advance(hours=18)

    anas, dees = (
        next(told.read(one) for one in told.slack.dm(who) if "unowned" in one.text)
        for who in ("ana", "dee")
    )
    assert ("INC-2" in anas, "INC-1" in anas) == (True, False)
    assert ("INC-1" in dees, "INC-2" in dees) == (True, False)


def test_a_lost_leads_channel_is_told_to_the_fallback_channel(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 09:10", policy=nobody_but(22, 23))
    told.slack.change_channel("leads", archived=True)

    told.advance(minutes=20)

    lost = told.read(told.slack.channel("support")[-1])
    assert lost.startswith("Nothing can be posted in #leads.")
    assert "is reported to #support" in lost


def test_a_loss_in_the_fallback_channel_is_told_to_the_leads(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 20:00", policy=nobody_but(9, 17))
    told.slack.change_channel("support", archived=True)

    told.command("dee", SEV1, channel="leads")

    heard = [line[10:] for line in told.heard_in("leads")]
    assert "Not delivered: a reminder about INC-1, to #support." in heard
    assert "Nothing can be posted in #support." in heard
    assert "is reported to #leads" in told.read(told.slack.channel("leads")[-1])


def test_members_of_a_rotation_are_let_in_while_slack_is_silent(tell: Tell) -> None:
    rotation = replace(DAILY, members=("U0ANA", "U0NIA"))
    told = tell("2026-11-24 10:00", policy=on_call(Role.PRIMARY, rotation))
    told.command("lea", "/sev4 acme: a wish")
    told.slack.add_person("nia")
    told.slack.invite("incidents", "nia")
    told.slack.faults.add("users.info", Fault.FAIL_BEFORE, times=None)

    told.press("nia", "Take it", told.card())

    assert "@nia" in told.read(told.card())
