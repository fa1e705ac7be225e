"""One live message for one incident and person: the older one is deleted.

Deletions are acts of the outbox. What cannot be deleted is edited to a short line.
"""

import pytest

from bot.emulator.faults import Fault
from tests.stories.conftest import Tell
from tests.stories.test_outages import be_down_until
from tests.story import Story, pacific

SEV1 = "/sev1 acme: checkout is down"
SEV2 = "/sev2 acme: push of apps fails"
POST, EDIT, DELETE = "chat.postMessage", "chat.update", "chat.delete"
KEPT = "INC-1: kept for what was written below. What is owed is in a newer message."
AHEAD = "INC-1 Acme (🔶 Sev2): first response due 14:00, in 1 h."
DUE = "INC-1 Acme (🔶 Sev2): first response due now, 14:00."


def reminded_once(told: Story) -> None:
    """Let Ana own a Sev2, and remind her of it an hour before it is due."""
    told.command("ana", f"{SEV2} owner=@ana")
    told.advance(hours=3)
    assert firsts(told) == [AHEAD]


def wait(told: Story, **span: float) -> None:
    """Advance the system clock, by which calls are repeated."""
    told.system_clock.advance(**span)
    told.settle()


def firsts(told: Story, who: str = "ana") -> list[str]:
    """Return the first sentence of each message that stands in somebody's DM."""
    return [one.split(". ")[0].rstrip(".") + "." for one in told.phone(who)]


def test_the_older_message_stays_while_the_newer_one_is_not_posted(
    tuesday: Story,
) -> None:
    reminded_once(tuesday)
    tuesday.slack.faults.add(POST, Fault.FAIL_BEFORE, times=None)

    tuesday.advance(hours=1)
    before = firsts(tuesday), tuesday.buttons(tuesday.slack.dm("ana")[0])
    tuesday.slack.faults.clear()
    wait(tuesday, minutes=20)

    assert before[0] == [DUE]  # The older one, as of now.
    assert "First response sent" in before[1]
    assert len(tuesday.heard("ana")) == 2
    assert len(tuesday.slack.dm("ana")) == 1


def test_the_older_message_stays_until_the_newer_one_was_found(
    tuesday: Story,
) -> None:
    reminded_once(tuesday)
    tuesday.slack.faults.add(POST, Fault.DROP_AFTER)

    tuesday.advance(hours=1)
    before = len(tuesday.slack.dm("ana"))
    wait(tuesday, minutes=1)

    assert before == 2
    assert len(tuesday.slack.dm("ana")) == 1
    assert firsts(tuesday) == [DUE]


@pytest.mark.parametrize(
    "fault",
    [Fault.RATE_LIMITED, Fault.FAIL_BEFORE, Fault.FAIL_AFTER, Fault.DROP_AFTER],
)
def test_a_deletion_that_fails_is_repeated(tuesday: Story, fault: Fault) -> None:
    reminded_once(tuesday)
    tuesday.slack.faults.add(DELETE, fault)

    tuesday.advance(hours=1)
    wait(tuesday, minutes=3)

    assert firsts(tuesday) == [DUE]
    assert tuesday.slack.channel("support") == []


def test_an_older_message_that_is_gone_already_is_done(tuesday: Story) -> None:
    reminded_once(tuesday)
    older = tuesday.slack.dm("ana")[0]
    tuesday.slack.workspace.delete(older)

    tuesday.advance(hours=1)
    tuesday.advance(hours=1)

    assert len(tuesday.slack.dm("ana")) == 1
    tried = [one.arguments for one in tuesday.slack.calls(DELETE)]
    asked = [(one["channel"], one["ts"]) for one in tried]
    assert asked.count((older.channel, older.ts)) == 1


def test_an_older_message_with_replies_is_edited_to_a_line(tuesday: Story) -> None:
    reminded_once(tuesday)
    older = tuesday.slack.dm("ana")[0]
    tuesday.slack.as_("ana").say("they call back at 2", older.channel, thread=older.ts)

    tuesday.advance(hours=2)

    # Between them stands the answer to what she wrote without a command.
    kept, _, newest = tuesday.slack.dm("ana")
    assert tuesday.read(kept) == KEPT
    assert [one.text for one in kept.thread] == ["they call back at 2"]
    assert "First response sent" in tuesday.buttons(newest)


@pytest.mark.parametrize(
    "code", ["cant_delete_message", "compliance_exports_prevent_deletion"]
)
def test_a_message_that_slack_does_not_delete_is_edited_once(
    tuesday: Story, code: str
) -> None:
    reminded_once(tuesday)
    tuesday.slack.faults.refuse(DELETE, code, times=None)

    tuesday.advance(hours=1)
    tuesday.advance(hours=1)
    wait(tuesday, hours=2)

    kept, too, _ = tuesday.slack.dm("ana")
    assert [tuesday.read(one) for one in (kept, too)] == [KEPT, KEPT]
    tried = [one.arguments for one in tuesday.slack.calls(DELETE)]
    asked = [(one["channel"], one["ts"]) for one in tried]
    assert [asked.count((one.channel, one.ts)) for one in (kept, too)] == [1, 1]


@pytest.mark.parametrize("code", ["is_archived", "channel_not_found", "new_code"])
def test_a_deletion_that_slack_refuses_is_given_up(tuesday: Story, code: str) -> None:
    reminded_once(tuesday)
    tuesday.slack.faults.refuse(DELETE, code, times=None)

    tuesday.advance(hours=1)
    for _ in range(40):
        wait(tuesday, minutes=1)
    asked = len(tuesday.slack.calls(DELETE))
    wait(tuesday, hours=2)

    assert len(tuesday.slack.calls(DELETE)) == asked
    assert tuesday.slack.channel("support") == []


def test_without_the_scope_to_read_the_older_message_is_deleted(
    tuesday: Story,
) -> None:
    tuesday.slack.workspace.scopes -= {"im:history"}
    reminded_once(tuesday)

    tuesday.advance(hours=1)

    assert firsts(tuesday) == [DUE]


def test_a_message_of_several_drops_what_a_newer_one_tells(tell: Tell) -> None:
    told = tell("2026-11-24 09:30")
    told.command("ana", f"{SEV2} owner=@ana")
    told.advance(minutes=30)
    told.command("ana", "/sev2 acme: login is slow owner=@ana")
    be_down_until(told, "2026-11-24 14:05")
    (both,) = told.phone("ana")

    told.advance(minutes=30)

    assert "INC-1" in both
    assert "INC-2" in both
    older, newest = [told.read(one) for one in told.slack.dm("ana")]
    assert ("INC-1" in older, "INC-2" in older) == (False, True)
    assert ("INC-1" in newest, "INC-2" in newest) == (True, False)
    told_of = [(one.metadata or {})["event_payload"] for one in told.slack.dm("ana")]
    assert [len(one["with"].split()) for one in told_of] == [1, 1]


def test_a_reminder_keeps_the_question_that_its_owner_has_not_answered(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 10:00")
    told.command("ana", f"{SEV1} owner=@ana")

    told.travel(pacific("2026-11-24 12:59"))
    told.press("ana", "Still on it", told.slack.dm("ana")[-1])
    told.travel(pacific("2026-11-24 14:01"))

    (page,) = told.slack.dm("ana")
    assert told.slack.notice(page, "ana").startswith(
        "INC-1 Acme (🔺 Sev1): are you still on it? First response ⏰ late since 14:00 "
        "(less than a minute of business time). Last sign of life 12:59."
    )
    assert told.buttons(page) == ["Still on it", "First response sent", "Hand off"]


def test_a_page_and_a_reminder_due_in_the_same_minute_are_one_message(
    tuesday: Story,
) -> None:
    tuesday.command("ana", f"{SEV1} owner=@ana")
    tuesday.travel(pacific("2026-11-24 12:00:20"))
    tuesday.press("ana", "Still on it", tuesday.slack.dm("ana")[-1])
    before = len(tuesday.heard("ana"))

    tuesday.travel(pacific("2026-11-24 13:01"))

    assert len(tuesday.heard("ana")) == before + 1
    (page,) = tuesday.slack.dm("ana")
    assert "are you still on it? First response due 14:00" in tuesday.slack.notice(
        page, "ana"
    )


def test_an_outage_names_each_incident_once(tuesday: Story) -> None:
    tuesday.command("dee", SEV1)

    be_down_until(tuesday, "2026-11-24 13:30")

    (page,) = tuesday.slack.dm("ana")
    said = tuesday.read(page)
    assert said.count("INC-1") == 1
    assert said.count("[Take it]") == 1
    assert "and could not remind you of this:" in said
    assert "First response due today 14:00" in said


def test_after_taking_a_page_the_message_shows_what_was_reminded(
    tuesday: Story,
) -> None:
    tuesday.command("dee", SEV1)
    tuesday.travel(pacific("2026-11-24 13:16"))

    tuesday.press("ana", "Take it", tuesday.slack.dm("ana")[0])

    (page,) = tuesday.slack.dm("ana")
    head, _, owed, _ = tuesday.read(page).splitlines()
    assert head == "🔺 Sev1 · INC-1 · Acme"
    assert owed.startswith("*First response due today 14:00, in 44 min.* Yours since ")
    assert tuesday.buttons(page) == ["First response sent", "Snooze", "Hand off"]


def test_a_message_says_what_was_answered_last(tuesday: Story) -> None:
    tuesday.command("ana", f"{SEV1} owner=@ana")
    tuesday.travel(pacific("2026-11-24 12:00:20"))
    tuesday.press("ana", "Still on it", tuesday.slack.dm("ana")[-1])
    tuesday.travel(pacific("2026-11-24 13:01"))
    (both,) = tuesday.slack.dm("ana")

    tuesday.fill_in("ana", "First response sent", both, told="We are on it")

    (both,) = tuesday.slack.dm("ana")
    assert "*First response answered today 13:01.*" in tuesday.read(both)
    assert tuesday.buttons(both) == ["Log update", "Resolve", "Hand off"]


def test_after_a_day_with_outages_nothing_only_says_that_it_was_replaced(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 09:30")
    told.command("dee", SEV1)
    told.command("dee", SEV2)
    told.command("ben", "/sev2 globex: login is slow owner=@ben")
    for until in ("11:10", "13:40"):
        told.advance(minutes=30)
        be_down_until(told, f"2026-11-24 {until}")
    told.slack.offline = True
    told.advance(minutes=40)
    told.slack.offline = False
    for _ in range(3):
        wait(told, minutes=5)
    told.travel(pacific("2026-11-24 17:00"))

    conversations = [
        *(told.slack.dm(who) for who in ("ana", "ben", "lea")),
        *(told.slack.channel(where) for where in ("incidents", "support")),
        *(told.slack.thread(told.card(number)) for number in (1, 2, 3)),
    ]
    for messages in conversations:
        said = [told.read(one) for one in messages]
        for name in ("INC-1", "INC-2", "INC-3"):
            live = [one for one in said if name in one and "[" in one]
            assert len(live) <= 1, live
        assert not any("replaced" in one or "newer" in one for one in said)
