"""Why am I getting this? Asked in the menu of a message, and answered in private."""

import pytest

from tests.stories.conftest import Tell
from tests.stories.test_covers import SIX, accept, ask, by_turns, on_call_said
from tests.stories.test_resolutions import PROMISED
from tests.story import Story, pacific

WHY = "why_told"
SEV1 = "/sev1 acme: checkout is down"


def test_a_page_says_by_which_step_who_else_and_what_is_next(tuesday: Story) -> None:
    tuesday.command("dee", SEV1)
    tuesday.advance(minutes=10)

    said = tuesday.shortcut("ben", tuesday.slack.dm("ben")[-1], WHY)

    assert said.splitlines()[0] == (
        "INC-1 Acme (🔺 Sev1): you are told as the backup on call: the policy wakes "
        "people for it (`escalation.wakes`). The policy: `escalation.steps`: after "
        "10 min tell backup. Nobody else was told at that moment. Stops when somebody "
        "takes it. The next one comes to you today 13:35."
    )
    assert "First response: the policy says “4 business hours”" in said
    assert "= 4 h, due Tue 24 Nov 14:00" in said


def test_a_step_for_several_says_who_else_was_told(tuesday: Story) -> None:
    tuesday.command("dee", SEV1)
    tuesday.advance(minutes=20)

    said = tuesday.shortcut("lea", tuesday.slack.dm("lea")[-1], WHY)

    assert "At that moment it also went to #support." in said


def test_a_reminder_says_so_and_that_it_is_over(tell: Tell) -> None:
    told = tell("2026-11-24 09:00")
    told.command("ana", "/sev2 acme: push fails owner=@ana")
    told.advance(hours=3, minutes=5)
    reminder = told.slack.dm("ana")[-1]

    before = told.shortcut("ana", reminder, WHY)
    told.fill_in("ana", "First response sent", told.card(), told="x")
    after = told.shortcut("ana", reminder, WHY)

    assert before.splitlines()[0] == (
        "INC-1 Acme (🔶 Sev2): you are told as the owner: it came within your working "
        "day. The policy: `reminders.ahead: 25%` of its time before it is due. Nobody "
        "else was told at that moment. Stops when the first response is logged. The "
        "next one comes to you today 13:00."
    )
    assert after.splitlines()[0].endswith("It is over: nothing more comes.")


def test_who_hears_of_it_only_tomorrow_was_not_told(tell: Tell) -> None:
    told = tell("2026-11-24 09:00")
    told.command("ana", "/sev2 acme: push fails owner=@ana")
    told.travel(pacific("2026-11-24 15:05"))

    said = told.shortcut("ana", told.slack.dm("ana")[-1], WHY)

    assert told.heard("lea") == []
    assert (
        "The policy: twice `reminders.ahead` (25% of its time) after it is late. At "
        "that moment it also went to the card's thread. " in said
    )


def test_a_reminder_of_a_resolution_shows_how_that_was_counted(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", policy=PROMISED)
    told.command("ana", "/sev2 acme: pushes fail owner=@ana")
    told.fill_in("ana", "First response sent", told.card(), told="x", next="y")
    told.travel(pacific("2026-11-25 09:00"))
    told.fill_in("ana", "Log update", told.card(), told="x", next="y")
    told.travel(pacific("2026-11-25 10:05"))

    said = told.shortcut("ana", told.slack.dm("ana")[-1], WHY)

    assert said.splitlines()[1].startswith("*Resolution: the policy says “8 business h")


def test_a_page_in_place_of_somebody_says_so(tuesday: Story) -> None:
    tuesday.slack.faults.refuse("conversations.open", "access_denied", times=1)
    tuesday.command("dee", SEV1)
    tuesday.advance(minutes=1)

    said = tuesday.shortcut("ben", tuesday.slack.dm("ben")[-1], WHY)

    assert "The policy: it is in place of somebody who cannot be reached. " in said


def test_a_cover_that_its_reader_accepted_says_so(tell: Tell) -> None:
    told = tell("2026-11-24 09:00", policy=by_turns())
    ask(told, until=SIX, of="cem")
    accept(told, "cem", told.slack.dm("cem")[-1])
    told.press("ana", "Withdraw", on_call_said(told, "ana"))
    told.idle()

    said = told.shortcut("cem", told.slack.dm("cem")[-1], WHY)

    assert said == (
        "It is about a cover that you asked for or accepted, or that is of your shift."
    )


def test_an_offer_and_a_list_say_what_brought_them(tell: Tell) -> None:
    told = tell("2026-11-24 08:55")
    told.command("ana", "/sev3 acme: a question owner=@ana")
    told.more("ana", "Hand off")
    told.submit("ana", to="ben")
    told.advance(minutes=10)

    offer = told.shortcut("ben", told.slack.dm("ben")[0], WHY)
    morning = told.shortcut("ana", told.slack.dm("ana")[0], WHY)

    assert offer.startswith("Somebody asks you to take this incident.")
    assert morning.startswith("It is your list of the day.")


@pytest.mark.parametrize("place", ["card", "people"])
def test_of_what_did_not_come_to_a_person_nobody_says_why(
    tuesday: Story, place: str
) -> None:
    tuesday.command("dee", "/sev3 acme: a question")
    message = tuesday.card()
    if place == "people":
        message = tuesday.slack.as_("ana").say("hello", "support")

    said = tuesday.shortcut("ana", message, WHY)

    assert said == "I did not send that to you, so I cannot say why it came."
