"""A person asks for cover, another accepts, and the page goes to the right phone."""

from dataclasses import replace
from datetime import date, time, timedelta
from functools import partial

import pytest

from bot.business_time.schedules import Schedule, Span
from bot.emulator.records import Message
from bot.policy.on_call import Role
from bot.policy.policies import Policy
from bot.policy.rotations import Rotation, Unit
from tests.factories import on_call, shipped_policy
from tests.stories.conftest import Tell
from tests.stories.test_races import at_once
from tests.story import PACIFIC, Story, pacific

SEV1 = "/sev1 acme: checkout is down"
SATURDAYS = Rotation(
    name="support",
    zone=PACIFIC,
    members=("U0ANA", "U0DEE"),
    every=1,
    unit=Unit.WEEK,
    starts=date(2026, 11, 21),
    hand_over=time(9),
    weekday=5,
    days=shipped_policy().team_hours.home,
)
NINE_TO_FIVE = Span(timedelta(hours=9), timedelta(hours=17))
SIX = pacific("2026-11-24 18:00")


def by_turns() -> Policy:
    """Return a policy under which ana is on until Saturday the 28th at 09:00."""
    return on_call(Role.PRIMARY, SATURDAYS)


def by_day() -> Policy:
    """Return such a policy under which nobody is on by night."""
    hours = Schedule(PACIFIC, ((NINE_TO_FIVE,),) * 7)
    return on_call(Role.PRIMARY, replace(SATURDAYS, hours=hours))


def on_call_said(told: Story, who: str) -> Message:
    """Return the answer to `/oncall`."""
    asked = told.command(who, "/oncall").private
    assert asked is not None, "it is answered"
    return asked


def ask(told: Story, who: str = "ana", **entries: object) -> str:
    """Ask for cover by the form behind `/oncall`, and return the receipt."""
    told.open_form(who, "Cover for me", on_call_said(told, who))
    told.submit(who, **entries)
    return told.receipt(who)


def accept(told: Story, who: str, asked: Message) -> str:
    """Press the button of a request as it first stood; return the answer, if any."""
    before = len(told.slack.private(who))
    told.press(who, "I cover it", asked, stale=True)
    told.idle()
    return " ".join(told.read(one, who) for one in told.slack.private(who)[before:])


def test_after_a_cover_was_accepted_the_next_page_rings_there(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", policy=by_turns())

    said = ask(told, until=SIX, of="cem")
    (asked,) = told.slack.dm("cem")
    accept(told, "cem", asked)
    told.command("lea", SEV1)

    assert said == (
        "@cem is asked to cover you (support) from 10:00 to 18:00. Until somebody "
        "accepts nothing changes."
    )
    assert told.read(asked, "cem") == (
        "*@ana asks you to cover* their shift (support) from today 23:30 to tomorrow "
        "07:30.\nIt stays @ana's until somebody accepts.\n[I cover it]"
    )
    assert told.phone("ana") == ["@cem covers you (support) from 10:00 to 18:00."]
    assert told.phone("cem")[0] == (
        "You cover @ana (support) from 23:30 to tomorrow 07:30."
    )
    assert [line[10:20] for line in told.heard("cem")][1:] == ["🔺 Sev1 INC"]


def test_of_everybody_who_is_asked_the_first_to_accept_covers(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", policy=by_turns())
    said = ask(told, until=SIX)
    asked = {who: told.slack.dm(who)[0] for who in ("ben", "dee", "lea")}

    first = accept(told, "dee", asked["dee"])
    late = accept(told, "ben", asked["ben"])

    assert said.startswith("3 people are asked")
    assert (first, late) == ("", "@dee accepted it today 13:00 already.")
    taken = "@dee covers it, nothing is asked of you: @ana (support) from"
    assert [told.phone(who)[0][: len(taken)] for who in ("ben", "lea")] == [taken] * 2


def test_on_call_says_who_is_on_until_when_and_who_is_next(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", policy=by_turns())
    ask(told, since=SIX, until=pacific("2026-11-24 20:00"), of="cem")
    accept(told, "cem", told.slack.dm("cem")[0])

    said = told.read(on_call_said(told, "lea"), "lea")
    told.open_form("lea", "The month ahead", on_call_said(told, "lea"))

    assert said == (
        "Primary: @ana until tomorrow 03:00, in 8 h, then @cem for @ana.\n"
        "Backup: @ben.\nLead: @lea.\n[Cover for me] [The month ahead]"
    )
    assert told.form("lea").splitlines()[:5] == [
        "*Primary*",
        "From Sat 21 Nov 18:00 to tomorrow 03:00: @ana",
        "From tomorrow 03:00 to tomorrow 05:00: @cem for @ana",
        "From tomorrow 05:00 to Sat 28 Nov 18:00: @ana",
        "From Sat 28 Nov 18:00 to Sat 5 Dec 18:00: @dee",
    ]


def test_a_cover_can_be_covered_and_withdrawn(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", policy=by_turns())
    ask(told, until=SIX, of="cem")
    accept(told, "cem", told.slack.dm("cem")[0])
    ask(told, "cem", until=pacific("2026-11-24 12:00"), of="dee")
    accept(told, "dee", told.slack.dm("dee")[0])

    shown = on_call_said(told, "lea").text
    told.press("dee", "Withdraw", on_call_said(told, "dee"))

    assert shown.startswith(
        "Primary: <@U0DEE> for <@U0CEM> until 21:00, in 2 h, then <@U0CEM> for <@U0ANA>"
    )
    assert on_call_said(told, "lea").text.startswith(
        "Primary: <@U0CEM> for <@U0ANA> until"
    )
    assert told.phone("cem")[-1] == (
        "@dee withdrew the cover of you (support) from 23:30 to tomorrow 01:30."
    )
    assert told.phone("dee")[0].startswith("@dee withdrew it, nothing is asked of you")


def test_what_is_withdrawn_in_part_is_said_to_be_withdrawn(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", policy=by_day())
    ask(told, until=pacific("2026-11-25 16:00"), of="cem")
    accept(told, "cem", told.slack.dm("cem")[0])
    told.travel(pacific("2026-11-25 08:00"))

    told.press("cem", "Withdraw", on_call_said(told, "cem"))

    assert told.phone("ana")[-1].startswith("@cem withdrew the cover of you (support")


def test_a_request_that_is_withdrawn_in_part_is_not_said_to_be_over(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 10:00", policy=by_day())
    ask(told, until=pacific("2026-11-25 16:00"), of="cem")
    told.travel(pacific("2026-11-25 08:00"))

    told.press("ana", "Withdraw", on_call_said(told, "ana"))

    assert told.phone("cem")[0].startswith("@ana withdrew it, nothing is asked of you")


def test_an_hour_too_late_nobody_can_accept(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", policy=by_turns())
    ask(told, until=SIX, of="cem")
    (asked,) = told.slack.dm("cem")
    told.advance(hours=9)

    late = accept(told, "cem", asked)

    assert late == "Too late: that time ended today 07:30."


def test_a_lead_finds_a_cover_for_somebody_who_is_ill(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", policy=by_turns())
    ask(told, "lea", until=SIX, of="dee", instead_of="ana")

    accept(told, "dee", told.slack.dm("dee")[0])

    assert told.phone("dee")[0].startswith("You cover @ana (support)")
    assert told.phone("ana") == ["@dee covers you (support) from 10:00 to 18:00."]
    told.command("lea", SEV1)
    assert len(told.heard("dee")) == 2


def test_what_is_wrong_with_a_request_is_said_in_the_form(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", policy=by_turns())
    told.open_form("dee", "Cover for me", on_call_said(told, "dee"))

    answers = [
        told.submit("dee", until=SIX).errors,
        told.submit("dee", until=SIX, instead_of="ana").errors,
        told.submit("dee", until=pacific("2026-11-23 18:00")).errors,
    ]

    assert answers == [
        {"until": "There is nothing to cover: that person is not on call then."},
        {"until": "Only a lead can ask for somebody else. Leave the person empty."},
        {"until": "That has passed. Choose a time to come."},
    ]


def test_a_gap_is_told_to_the_leads_a_week_and_a_day_before(tell: Tell) -> None:
    with_gap = replace(SATURDAYS, members=("U0ANA", None))
    told = tell("2026-11-20 10:00", policy=on_call(Role.PRIMARY, with_gap))

    told.advance(days=9)

    gaps = [line for line in told.heard_in("leads") if "Nobody is on call" in line]
    assert len(gaps) == 2
    assert gaps[0].endswith(
        "Nobody is on call as primary from Sat 28 Nov 09:00 PST to Sat 5 Dec 09:00 PST."
    )


def test_of_two_who_accept_at_once_one_covers_and_the_other_is_told(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 10:00", policy=by_turns())
    ask(told, until=SIX)
    asked = {who: told.slack.dm(who)[0] for who in ("ben", "lea")}

    at_once(
        *(
            partial(told.slack.as_(who).press, "I cover it", one, stale=True)
            for who, one in asked.items()
        )
    )
    told.settle()
    told.idle()

    covers = [line for line in told.phone("ana") if "covers you" in line]
    refused = [told.read(one) for who in asked for one in told.slack.private(who)]
    winner = covers[0].split()[0]
    assert len(covers) == 1
    assert refused == [f"{winner} accepted it today 10:00 already."]


@pytest.mark.parametrize("typed", ["oncall", "Oncall."])
def test_incident_oncall_is_the_same_as_oncall(tell: Tell, typed: str) -> None:
    told = tell("2026-11-24 10:00", policy=by_turns())

    same = told.command("lea", f"/incident {typed}").private

    assert same is not None
    assert same.text == on_call_said(told, "lea").text
