"""A change of shift moves the work: the night, a swap meanwhile, and Slack away."""

from bot.emulator.faults import Fault
from bot.emulator.records import Message
from tests.stories.conftest import Tell
from tests.stories.test_covers import accept, ask, by_day, by_turns
from tests.story import Story, pacific

SEV1 = "/sev1 acme: checkout is down"
SEV2 = "/sev2 globex: push of apps fails"


def owner(told: Story, number: int = 1) -> str:
    """Return who owns an incident by its card."""
    return told.read(told.card(number)).splitlines()[2].split()[1]


def jump(told: Story, to: str) -> None:
    """Let time pass without a stop at every reminder, since a night has many."""
    told.clock.travel(pacific(to))
    told.settle()


def asking(told: Story, who: str) -> Message:
    """Return the message that asks somebody whether they are still on it."""
    found = [one for one in told.slack.dm(who) if "Still on it" in told.read(one)]
    return found[-1]


def test_the_night_from_friday_over_a_hand_over_to_a_cover(tell: Tell) -> None:
    told = tell("2026-11-27 16:50", policy=by_turns())
    ten, six = pacific("2026-11-29 10:00"), pacific("2026-11-29 18:00")
    ask(told, "dee", since=ten, until=six, of="ben")
    accept(told, "ben", told.slack.dm("ben")[0])
    told.command("lea", SEV1)
    told.take("ana")
    jump(told, "2026-11-28 08:50")
    told.press("ana", "Still on it", asking(told, "ana"))

    told.travel(pacific("2026-11-28 09:00"))
    came, card = told.heard("dee")[-2:], told.read(told.slack.dm("dee")[-2], "dee")
    saturday = owner(told)
    jump(told, "2026-11-29 10:00")
    sunday = owner(told)
    jump(told, "2026-11-29 18:00")

    assert (saturday, sunday, owner(told)) == ("@dee", "@ben", "@dee")
    assert came == [
        "Sat 09:00 You came on call (support): 1 incident is yours now.",
        "Sat 09:00 INC-1 Acme (🔺 Sev1): it came to you with your shift: are you "
        "on it?",
    ]
    assert card.splitlines()[1:] == [
        "INC-1 Acme (🔺 Sev1): checkout is down. First response due Monday, November "
        "30th 12:50, in 2 days 4 h. Acme reported it yesterday 16:50 and has not heard "
        "yet.",
        "[First response sent] [Hand off]",
    ]
    assert told.thread()[1] == (
        "@dee came on call (support) and has it from @ana. The first response is still "
        "owed."
    )


def test_a_sev1_whose_new_owner_gives_no_sign_escalates_in_a_quarter(
    tell: Tell,
) -> None:
    told = tell("2026-11-28 08:30", policy=by_turns())
    told.command("lea", SEV1)
    told.take("ana")

    told.travel(pacific("2026-11-28 09:26"))

    assert [line[:9] for line in told.heard("dee")] == [
        "Sat 09:00",
        "Sat 09:00",
        "Sat 09:15",
        "Sat 09:20",
    ]
    assert [line[-48:] for line in told.heard("ben")] == [
        "(🔺 Sev1): no sign of life from @dee since 12:00."
    ]


def test_what_was_handed_off_or_kept_stays_after_the_shift(tell: Tell) -> None:
    told = tell("2026-11-27 16:50", policy=by_turns())
    for number in (1, 2, 3):
        told.command("lea", f"{SEV2} {number}")
        told.take("ana", number)
    told.more("ana", "Hand off", 2)
    told.submit("ana", to="cem")
    told.press("cem", "Accept", told.slack.dm("cem")[0])
    told.open_form("ana", "More", told.card(3))
    told.press("ana", "Keep it after my shift")

    told.travel(pacific("2026-11-28 09:00"))

    owners = [owner(told, number) for number in (1, 2, 3)]
    assert owners == ["@dee", "@cem", "@ana"]
    assert told.phone("ana")[-1] == (
        "Your shift (support) is over. @dee has INC-1 Globex (🔶 Sev2) now."
    )
    assert told.phone("dee") == [
        "You came on call (support): 1 incident is yours now. INC-1 Globex (🔶 Sev2): "
        "push of apps fails 1. First response due Mon 30 Nov 16:50, in 2 days 8 h. "
        "Globex reported it yesterday 16:50 and has not heard yet."
    ]


def test_what_was_taken_off_shift_stays(tell: Tell) -> None:
    told = tell("2026-11-27 16:50", policy=by_turns())
    told.command("lea", SEV2)
    told.take("ben")

    told.travel(pacific("2026-11-28 09:01"))

    assert owner(told) == "@ben"


def test_while_nobody_comes_on_the_work_stays_and_the_leads_hear(tell: Tell) -> None:
    told = tell("2026-11-27 16:50", policy=by_day())
    told.command("lea", SEV2)
    told.take("ana")

    told.travel(pacific("2026-11-27 19:00"))
    stays, heard = owner(told), told.heard_in("leads")
    told.travel(pacific("2026-11-28 09:00"))

    assert stays == "@ana"
    assert "Fri 17:00 Nobody is on call in support until tomorrow 09:00 PST." in heard
    assert owner(told) == "@dee"


def test_without_their_channel_the_lead_hears_that_the_work_stays(tell: Tell) -> None:
    told = tell("2026-11-27 16:50", policy=by_day())
    told.slack.remove("leads", "sevbot")
    told.command("lea", SEV2)
    told.take("ana")

    told.travel(pacific("2026-11-27 17:01"))

    found = [one for one in told.phone("lea") if one.startswith("Nobody is on call in")]
    assert ["INC-1" in one for one in found] == [True]


def test_nobody_hears_of_a_night_after_which_the_same_person_goes_on(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 16:50", policy=by_day())
    told.command("lea", SEV2)
    told.take("ana")

    told.travel(pacific("2026-11-25 09:01"))

    assert owner(told) == "@ana"
    assert not any("Nobody is on call in" in line for line in told.heard_in("leads"))


def test_who_went_off_hears_of_all_that_moves_later_in_the_shift(tell: Tell) -> None:
    told = tell("2026-11-27 16:50", policy=by_turns())
    for number in (1, 2):
        told.command("lea", f"{SEV2} {number}")
        told.take("ana", number)
    told.fill_in("ana", "Resolve", told.card(2), note="done", confirmed=["yes"])
    told.travel(pacific("2026-11-28 09:00"))

    told.press("lea", "Reopen", told.card(2))
    told.advance(minutes=1)

    assert [line for line in told.phone("ana") if "is over" in line] == [
        f"Your shift (support) is over. @dee has INC-{number} Globex (🔶 Sev2) now."
        for number in (1, 2)
    ]


def test_a_swap_in_the_middle_of_an_escalation_pages_who_covers(tell: Tell) -> None:
    told = tell("2026-11-27 20:00", policy=by_turns())
    told.command("lea", SEV1)
    ask(told, "lea", instead_of="ana", until=pacific("2026-11-27 23:00"), of="dee")
    accept(told, "dee", told.slack.dm("dee")[0])

    told.advance(minutes=5)

    rung = [line[:9] for line in told.heard("ana") if "Sev1" in line]
    assert rung == ["Fri 20:00"]
    assert [line[:19] for line in told.heard("dee")][1:] == ["Fri 20:05 🔺 Sev1 IN"]


def test_a_backup_who_covers_in_an_escalation_is_paged_as_the_backup(
    tell: Tell,
) -> None:
    told = tell("2026-11-27 20:00", policy=by_turns())
    ask(told, "lea", instead_of="ana", until=pacific("2026-11-27 23:00"), of="ben")
    told.command("lea", SEV1)
    told.advance(minutes=7)
    accept(told, "ben", told.slack.dm("ben")[0])

    told.advance(minutes=3)

    assert [line[10:22] for line in told.heard("ben")][1:] == ["🔺 Sev1 INC-1"[:12]]


def test_a_shift_that_changed_while_slack_was_down_is_told_afterwards(
    tell: Tell,
) -> None:
    told = tell("2026-11-28 08:00", policy=by_turns())
    told.command("lea", SEV2)
    told.take("ana")
    told.slack.faults.add("chat.postMessage", Fault.FAIL_BEFORE, times=None)
    told.travel(pacific("2026-11-28 09:30"))
    told.slack.faults.clear()

    told.system_clock.advance(minutes=30)
    told.settle()

    assert owner(told) == "@dee"
    assert len(told.heard("dee")) == 1
    assert told.phone("ana")[-1].startswith("Your shift (support) is over. @dee has")
