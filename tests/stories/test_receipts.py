"""What became of each reminder that was due, as people and programs read it."""

from collections.abc import Iterable

import pytest

from bot.emulator.faults import Fault
from bot.incidents.receipts import Outcome, Receipt
from bot.store.tables import items
from tests.stories.conftest import Tell
from tests.stories.test_covers import by_turns
from tests.story import Story, pacific

SEV1 = "/sev1 acme: checkout is down"
SEV2 = "/sev2 globex: push of apps fails"
POST = "chat.postMessage"


def asked(story: Story, who: str = "ana") -> list[str]:
    """Return what `/incident 1` says of the reminders."""
    said = story.read(story.command(who, "/incident 1").private, who)
    return said.partition("*Reminders*\n")[2].splitlines()


def receipts(story: Story) -> list[Receipt]:
    return story.bot.triage.receipts(1)


def outcomes(found: Iterable[Receipt]) -> set[Outcome | None]:
    return {one.outcome for one in found}


def test_a_page_was_sent_and_a_newer_one_replaced_it(tuesday: Story) -> None:
    tuesday.command("dee", SEV1)
    tuesday.advance(minutes=5)

    assert asked(tuesday) == [
        "Today 10:00: page to @ana: sent; a newer message replaced it.",
        "Today 10:05: page to @ana: sent.",
    ]


def test_what_comes_outside_of_a_persons_day_is_held_until_it_begins(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 11:10")
    told.command("dee", SEV2)
    told.advance(minutes=20)

    before = asked(told)
    told.travel(pacific("2026-11-25 00:05"))
    after = [one for one in receipts(told) if one.place == "U0LEA"]

    assert before[-1] == (
        "Today 11:30: page to @lea: held until tomorrow 00:00 (it is outside their "
        "working day)."
    )
    assert {one.why for one in after[:-1]} == {"a newer reminder says it"}
    assert after[-1].outcome is Outcome.SENT
    assert (after[-1].why, after[-1].at) == (
        "in the morning list",
        pacific("2026-11-25 00:00"),
    )


def test_what_was_held_is_superseded_when_somebody_answers(tell: Tell) -> None:
    told = tell("2026-11-24 11:10")
    told.command("dee", SEV2)
    told.advance(minutes=20)

    told.take("ana")
    told.travel(pacific("2026-11-25 00:05"))

    (hers,) = [one for one in receipts(told) if one.place == "U0LEA"]
    assert (hers.outcome, hers.why) == (
        Outcome.SUPERSEDED,
        "answered before it was sent",
    )


def test_what_was_held_for_an_owner_says_that_somebody_else_has_it(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 12:00")
    told.command("ben", "/sev2 acme: push of apps fails owner=@ben")
    told.travel(pacific("2026-11-24 17:00"))

    told.take("ana")
    told.travel(pacific("2026-11-25 06:05"))

    his = [one for one in receipts(told) if one.place == "U0BEN"]
    assert (his[-1].outcome, his[-1].why) == (
        Outcome.SUPERSEDED,
        "somebody else has it now",
    )


def test_what_was_not_sent_before_a_change_of_shift_says_that_it_moved(
    tell: Tell,
) -> None:
    told = tell("2026-11-28 07:50", policy=by_turns())
    told.command("lea", SEV1)
    told.take("ana")
    told.travel(pacific("2026-11-28 08:40"))
    told.slack.faults.add(POST, Fault.RATE_LIMITED, times=None)
    told.travel(pacific("2026-11-28 09:01"))

    told.slack.faults.clear()
    told.system_clock.advance(minutes=2)
    told.settle()

    asked = [one for one in receipts(told) if one.place == "U0ANA"]
    assert (asked[-1].outcome, asked[-1].why) == (
        Outcome.SUPERSEDED,
        "somebody else has it now",
    )


def test_what_fell_due_while_the_bot_was_down_is_merged(tuesday: Story) -> None:
    tuesday.command("dee", SEV1)
    tuesday.bot.close()
    tuesday.clock.travel(pacific("2026-11-24 10:12"))
    tuesday.system_clock.advance(minutes=12)
    tuesday.start_bot()
    tuesday.settle()

    assert asked(tuesday)[1:] == [
        "Today 10:05: page: merged (several were due, and the newest stands for them).",
        "Today 10:10: page to @ana: sent today 10:12.",
        "Today 10:10: page to @ben: sent today 10:12.",
    ]


def test_what_slack_refuses_is_dead_and_says_who_got_it(tuesday: Story) -> None:
    tuesday.slack.change_person("ana", deleted=True)

    tuesday.command("dee", SEV1)

    found = receipts(tuesday)
    assert outcomes(found) == {Outcome.DEAD, Outcome.SENT}
    assert asked(tuesday, "ben") == [
        "Today 13:00: page to @ana: dead, @ben got it instead (this person has "
        "left the workspace).",
        "Today 13:00: page to @ben: sent.",
    ]


def test_what_waits_for_slack_has_no_outcome_yet(tuesday: Story) -> None:
    tuesday.slack.faults.add(POST, Fault.RATE_LIMITED, times=None)

    tuesday.command("dee", SEV1)

    assert outcomes(receipts(tuesday)) == {None}
    assert asked(tuesday) == ["Today 10:00: page to @ana: waits (not sent yet)."]


def test_of_many_reminders_the_earlier_ones_are_counted(tuesday: Story) -> None:
    tuesday.command("dee", SEV1)
    tuesday.advance(minutes=50)

    said = asked(tuesday)

    assert said[0] == "8 earlier: 7 sent, 1 merged"
    assert len(said) == 6


def test_the_leads_hear_once_of_a_reminder_without_an_outcome(tell: Tell) -> None:
    told = tell("2026-11-23 15:00")
    told.command("dee", SEV2)
    told.take("ana")
    with told.bot.database.transaction() as tx:
        (item,) = items.within(tx, "INC-1/check_in/1/1/U0ANA")
        items.remove(tx, "INC-1/check_in/1/1/U0ANA", item)

    told.travel(pacific("2026-11-25 10:00"))

    leads = [told.read(one) for one in told.slack.channel("leads")]
    assert [one for one in leads if "does not say what became" in one] == [
        "A reminder of INC-1 was due, and the record does not say what became of it; "
        "it is a fault of the bot. Look whether somebody is on it. `sevbot reminders "
        "--incident 1` lists those that are known."
    ]


def test_what_was_sent_stays_sent_when_an_earlier_answer_is_logged(
    tuesday: Story,
) -> None:
    tuesday.command("ana", "/sev2 acme: push of apps fails owner=@ana")
    tuesday.advance(hours=3, minutes=10)

    tuesday.fill_in(
        "ana", "First response sent", told="x", when=pacific("2026-11-24 12:00")
    )

    assert asked(tuesday)[-1] == "Today 13:00: first response, ahead to @ana: sent."


@pytest.mark.parametrize(
    ("text", "until"),
    [(SEV1, "2026-11-24 20:00"), (SEV2, "2026-11-27 10:00")],
    ids=["sev1", "sev2"],
)
def test_over_days_each_reminder_has_its_outcome(
    tell: Tell, text: str, until: str
) -> None:
    told = tell("2026-11-24 15:00")
    told.command("dee", text)
    told.travel(pacific("2026-11-24 17:30"))
    told.take("ben")

    told.travel(pacific(until))

    assert None not in outcomes(receipts(told))
    with told.bot.database.reading() as tx:
        assert tx.all("without_receipt") == []
