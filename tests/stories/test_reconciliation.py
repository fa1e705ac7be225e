"""Slack does not confirm a post: the bot looks it up and posts nothing twice."""

from datetime import timedelta

import pytest
from slack_sdk import WebClient

from bot.emulator.api.endpoints import Call
from bot.emulator.faults import Fault
from bot.emulator.records import Message
from bot.store.tables import leases
from tests.story import Story, pacific

SEV1 = "/sev1 acme: checkout is down"
SEV2 = "/sev2 acme: push of apps fails"
CHECKOUT = "🔺 Sev1 INC-1 Acme: checkout is down."
FIRST = "INC-1 Acme (🔶 Sev2): first response"
POST, DELETE = "chat.postMessage", "chat.delete"
HISTORY, REPLIES = "conversations.history", "conversations.replies"
HELD = (
    "Slack did not say whether it posted a reminder about INC-1, to @ana. It was not "
    "sent again. Look there; if it is missing, send it again.\n[Send again]"
)
NO_HISTORY = {"channels:history", "groups:history", "im:history"}


def wait(told: Story, **span: float) -> None:
    """Advance the system clock, by which messages are retried."""
    told.system_clock.advance(**span)
    told.settle()


def owned(told: Story, owner: str = "ana") -> None:
    """Open an incident that somebody owns from the start."""
    told.command(owner, f"{SEV2} owner=@{owner}")


def cards(told: Story) -> list[Message]:
    return told.slack.channel("incidents")


def notices(told: Story) -> list[str]:
    """Return what the fallback channel reads."""
    return [told.read(one) for one in told.slack.channel("support")]


def asked(told: Story, method: str) -> int:
    """Return how often a method was called."""
    return len(told.slack.calls(method))


def lands(told: Story, call: Call) -> str:
    """Let a call that timed out take effect late, and return the ts."""
    client = WebClient(told.slack.bot_token, base_url=told.slack.api_url)
    answer = client.api_call(call.method, json=call.arguments)
    return str(answer["ts"])


def sender_dies(told: Story) -> None:
    """Let a sender claim the next message, and never come back."""
    now = told.system_clock()
    with told.bot.database.transaction() as tx:
        message = leases.claim(
            tx,
            system_now=now,
            lease_until=now + timedelta(seconds=60),
            page_lease_until=now + timedelta(seconds=15),
            burst_until=now,
            token="dead",
        )
    assert message is not None


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.FAIL_AFTER])
def test_a_page_found_in_slack_is_not_sent_again(tuesday: Story, fault: Fault) -> None:
    tuesday.slack.faults.add(POST, fault, times=2)
    tuesday.command("dee", SEV1)
    posts = asked(tuesday, POST)

    wait(tuesday, seconds=5)
    wait(tuesday, minutes=20)

    assert asked(tuesday, POST) == posts
    assert tuesday.heard("ana") == [f"Tue 10:00 {CHECKOUT}"]
    assert len(cards(tuesday)) == 1
    assert notices(tuesday) == []


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.FAIL_BEFORE])
def test_a_page_that_is_missing_is_sent_again_after_five_seconds(
    tuesday: Story, fault: Fault
) -> None:
    tuesday.slack.faults.add(POST, fault, times=2)
    tuesday.command("dee", SEV1)

    wait(tuesday, seconds=4)
    early = tuesday.heard("ana")
    wait(tuesday, seconds=1)

    assert early == []
    assert tuesday.heard("ana") == [f"Tue 10:00 {CHECKOUT}"]
    assert len(cards(tuesday)) == 1


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.FAIL_AFTER])
def test_a_reminder_found_in_slack_is_not_sent_again(
    tuesday: Story, fault: Fault
) -> None:
    owned(tuesday)
    tuesday.slack.faults.add(POST, fault)
    tuesday.advance(hours=3)

    wait(tuesday, minutes=20)

    assert tuesday.heard("ana") == [f"Tue 13:00 {FIRST} due 14:00, in 1 h."]
    assert notices(tuesday) == []


def test_a_reminder_that_is_missing_is_sent_again_after_half_a_minute(
    tuesday: Story,
) -> None:
    owned(tuesday)
    tuesday.slack.faults.add(POST, Fault.DROP_BEFORE)
    tuesday.advance(hours=3)

    wait(tuesday, seconds=29)
    early = tuesday.heard("ana")
    wait(tuesday, seconds=1)

    assert early == []
    assert tuesday.heard("ana") == [f"Tue 13:00 {FIRST} due 14:00, in 1 h."]


def test_a_missing_reminder_answered_meanwhile_is_not_sent(
    tuesday: Story,
) -> None:
    owned(tuesday)
    tuesday.slack.faults.add(POST, Fault.DROP_BEFORE)
    tuesday.advance(hours=3)
    tuesday.fill_in("ana", "First response sent", told="we are on it")

    wait(tuesday, minutes=20)

    assert tuesday.heard("ana") == []
    assert tuesday.slack.dm("ana") == []


def test_a_message_found_in_slack_is_kept_up_to_date(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.slack.faults.add(POST, Fault.DROP_AFTER)
    tuesday.advance(hours=3)
    tuesday.fill_in("ana", "First response sent", told="we are on it")

    wait(tuesday, seconds=30)

    (reminder,) = tuesday.slack.dm("ana")
    assert "First response sent" not in tuesday.read(reminder)


def test_a_note_in_a_thread_is_looked_up_there(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.slack.faults.add(POST, Fault.DROP_AFTER)
    tuesday.fill_in("ana", "First response sent", told="we are on it")

    wait(tuesday, minutes=20)

    assert tuesday.thread() == [
        "First response logged by @ana: “we are on it”. Nothing was sent to Acme by "
        "the "
        "bot."
    ]
    assert asked(tuesday, REPLIES) > 0


def test_replies_wait_until_an_unconfirmed_one_is_reconciled(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.slack.faults.add(POST, Fault.DROP_BEFORE)
    tuesday.fill_in("ana", "First response sent", told="we are on it")
    tuesday.fill_in("ana", "Log update", told="it is fixed")
    early = tuesday.thread()

    wait(tuesday, seconds=30)

    assert early == []
    assert [line.split("“")[0] for line in tuesday.thread()] == [
        "First response logged by @ana: ",
        "Update logged by @ana: ",
    ]


@pytest.mark.parametrize("minutes", [2, 15])
def test_a_post_that_lands_late_is_removed_at_the_next_lookup(
    tuesday: Story, minutes: int
) -> None:
    tuesday.slack.faults.add(POST, Fault.DROP_BEFORE, times=2)
    tuesday.command("dee", SEV1)
    lost = [call for call in tuesday.slack.calls(POST) if call.fault]
    wait(tuesday, seconds=5)
    if minutes == 15:
        wait(tuesday, minutes=3)
    for call in lost:
        lands(tuesday, call)
    shown = len(cards(tuesday)), len(tuesday.slack.dm("ana"))

    wait(tuesday, minutes=minutes)

    assert shown == (2, 2)
    assert (len(cards(tuesday)), len(tuesday.slack.dm("ana"))) == (1, 1)
    tuesday.take("ben")
    assert "*Owner:* @ben" in tuesday.read(tuesday.card())


def test_a_post_that_lands_after_its_reason_is_gone_loses_its_buttons(
    tuesday: Story,
) -> None:
    owned(tuesday)
    tuesday.slack.faults.add(POST, Fault.DROP_BEFORE)
    tuesday.advance(hours=3)
    (lost,) = [call for call in tuesday.slack.calls(POST) if call.fault]
    tuesday.fill_in("ana", "First response sent", told="we are on it")
    wait(tuesday, seconds=30)
    lands(tuesday, lost)

    wait(tuesday, minutes=15)

    (reminder,) = tuesday.slack.dm("ana")
    assert "First response sent" not in tuesday.read(reminder)


def test_of_two_cards_the_one_with_replies_is_kept(
    tuesday: Story,
) -> None:
    tuesday.slack.faults.add(POST, Fault.DROP_BEFORE)
    tuesday.command("dee", SEV1)
    (lost,) = [call for call in tuesday.slack.calls(POST) if call.fault]
    wait(tuesday, seconds=5)
    late = lands(tuesday, lost)
    tuesday.slack.as_("ana").say("I am looking", "incidents", thread=late)

    wait(tuesday, minutes=2)
    tuesday.take("ben")

    (card,) = cards(tuesday)
    assert card.ts == late
    assert "*Owner:* @ben" in tuesday.read(card)
    assert tuesday.thread() == [
        "I am looking",
        "@ben took it. The first response is still owed.",
    ]


def test_removing_a_duplicate_is_retried(
    tuesday: Story,
) -> None:
    tuesday.slack.faults.add(POST, Fault.DROP_BEFORE)
    tuesday.command("dee", SEV1)
    (lost,) = [call for call in tuesday.slack.calls(POST) if call.fault]
    wait(tuesday, seconds=5)
    lands(tuesday, lost)
    limit = timedelta(seconds=30)
    tuesday.slack.faults.add(DELETE, Fault.RATE_LIMITED, wait_for=limit)

    wait(tuesday, minutes=2)
    early = len(cards(tuesday))
    wait(tuesday, seconds=30)

    assert early == 2
    assert len(cards(tuesday)) == 1


@pytest.mark.parametrize("fault", [Fault.FAIL_BEFORE, Fault.DROP_AFTER])
def test_while_lookups_fail_a_reminder_is_not_sent_again(
    tuesday: Story, fault: Fault
) -> None:
    owned(tuesday)
    tuesday.slack.faults.add(POST, Fault.DROP_AFTER)
    tuesday.advance(hours=3)
    tuesday.slack.faults.add(HISTORY, fault, times=None)
    for _ in range(10):
        wait(tuesday, minutes=1)
    tuesday.slack.faults.clear()

    wait(tuesday, minutes=1)

    assert tuesday.heard("ana") == [f"Tue 13:00 {FIRST} due 14:00, in 1 h."]
    assert notices(tuesday) == []


def test_while_lookups_fail_a_page_is_repeated_and_deduplicated_later(
    tuesday: Story,
) -> None:
    tuesday.slack.faults.add(POST, Fault.DROP_AFTER, times=2)
    tuesday.slack.faults.add(HISTORY, Fault.FAIL_BEFORE, times=None)
    tuesday.command("dee", SEV1)
    for _ in range(15):
        wait(tuesday, seconds=1)
    doubled = len(tuesday.slack.dm("ana"))
    tuesday.slack.faults.clear()

    wait(tuesday, minutes=2)

    assert doubled == 2
    assert len(tuesday.slack.dm("ana")) == 1
    assert len(cards(tuesday)) == 1


def test_a_rate_limit_on_lookups_leaves_posts_alone(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.slack.faults.add(POST, Fault.DROP_AFTER)
    tuesday.advance(hours=3)
    limit = timedelta(seconds=50)
    tuesday.slack.faults.add(HISTORY, Fault.RATE_LIMITED, wait_for=limit)
    before = asked(tuesday, HISTORY)

    wait(tuesday, seconds=30)
    tuesday.command("dee", SEV1)
    wait(tuesday, seconds=49)
    held_back = asked(tuesday, HISTORY) - before
    wait(tuesday, seconds=1)

    assert len(cards(tuesday)) == 2
    assert held_back == 1
    assert asked(tuesday, HISTORY) == before + 2


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.FAIL_AFTER])
def test_without_the_history_scope_an_unconfirmed_reminder_is_left_to_a_person(
    tuesday: Story, fault: Fault
) -> None:
    tuesday.slack.workspace.scopes -= NO_HISTORY
    owned(tuesday)
    tuesday.slack.faults.add(POST, fault)
    tuesday.advance(hours=3)

    wait(tuesday, minutes=10)

    assert tuesday.heard("ana") == [f"Tue 13:00 {FIRST} due 14:00, in 1 h."]
    assert notices(tuesday) == [HELD]


def test_a_missing_scope_is_asked_for_once_an_hour_and_conversation(
    tuesday: Story,
) -> None:
    tuesday.slack.workspace.scopes -= NO_HISTORY
    owned(tuesday)
    for hours in (3, 1):
        tuesday.slack.faults.add(POST, Fault.DROP_AFTER)
        tuesday.advance(hours=hours)
        wait(tuesday, minutes=10)

    looked = [call.arguments["channel"] for call in tuesday.slack.calls(HISTORY)]
    assert looked == ["C0INCIDENTS", "D0ANA"]  # The first is the start's.
    assert notices(tuesday) == [HELD] * 2


def test_a_reminder_that_was_held_can_be_sent_again_once(tuesday: Story) -> None:
    tuesday.slack.workspace.scopes -= NO_HISTORY
    owned(tuesday)
    tuesday.slack.faults.add(POST, Fault.DROP_BEFORE)
    tuesday.advance(hours=3)
    wait(tuesday, seconds=30)
    seen = tuesday.slack.channel("support")[0]
    assert tuesday.heard("ana") == []

    first = tuesday.asked("dee", "Send again", seen)
    second = tuesday.asked("dee", "Send again", seen, stale=True)

    assert first == "It is being sent again."
    assert second == "It was sent again already."
    assert tuesday.heard("ana") == [f"Tue 13:00 {FIRST} due 14:00, in 1 h."]
    assert notices(tuesday) == [
        "Slack did not say whether it posted a reminder about INC-1, to @ana. "
        "It was sent again."
    ]


def test_a_card_that_was_held_is_not_posted_twice_by_a_change(tuesday: Story) -> None:
    tuesday.slack.workspace.scopes -= NO_HISTORY
    for _ in range(2):
        tuesday.slack.faults.add(POST, Fault.DROP_AFTER)
        tuesday.command("dee", "/sev4 acme: a wish")
        wait(tuesday, minutes=10)

    for number in (1, 2):
        tuesday.take("ben", number)

    assert len(tuesday.slack.channel("incidents")) == 2


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.DROP_BEFORE])
def test_without_the_history_scope_a_page_is_sent_again(
    tuesday: Story, fault: Fault
) -> None:
    tuesday.slack.workspace.scopes -= NO_HISTORY
    tuesday.slack.faults.add(POST, fault, times=2)
    tuesday.command("dee", SEV1)

    wait(tuesday, seconds=5)
    wait(tuesday, seconds=5)

    shown = 1 if fault is Fault.DROP_AFTER else 0
    assert tuesday.heard("ana") == [f"Tue 10:00 {CHECKOUT}"] * (shown + 1)
    assert len(cards(tuesday)) == shown + 1
    assert notices(tuesday) == []


def test_a_page_whose_sender_died_is_sent_once_its_lease_is_over(
    tuesday: Story,
) -> None:
    tuesday.slack.as_("dee").command("/sev1", "acme: checkout is down")
    tuesday.slack.as_("dee").command("/sev4", "acme: a wish")
    sender_dies(tuesday)

    tuesday.settle()
    early = [card.text[2:6] for card in cards(tuesday)]
    wait(tuesday, seconds=16)

    assert early == ["Sev4"]
    assert [card.text[2:6] for card in cards(tuesday)] == ["Sev4", "Sev1"]


def test_a_reminder_whose_sender_died_is_sent_once_its_lease_is_over(
    tuesday: Story,
) -> None:
    owned(tuesday)
    tuesday.advance(hours=3)
    tuesday.clock.travel(pacific("2026-11-24 14:00"))
    tuesday.bot.reminders.tick()
    sender_dies(tuesday)

    wait(tuesday, seconds=59)
    early = tuesday.heard("ana")[1:]
    wait(tuesday, seconds=2)

    assert early == []
    assert tuesday.heard("ana")[1:] == [f"Tue 14:00 {FIRST} due now, 14:00."]
    assert notices(tuesday) == []


def test_the_next_process_takes_over_a_dead_senders_messages(
    tuesday: Story,
) -> None:
    tuesday.slack.as_("dee").command("/sev1", "acme: checkout is down")
    sender_dies(tuesday)

    tuesday.restart()
    wait(tuesday, seconds=16)

    assert len(cards(tuesday)) == 1
    assert tuesday.heard("ana") == [f"Tue 10:00 {CHECKOUT}"]


def test_reconciliation_continues_when_the_clock_is_set_back(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.slack.faults.add(POST, Fault.DROP_BEFORE)
    tuesday.advance(hours=3)
    tuesday.system_clock.advance(hours=-1)

    tuesday.command("dee", SEV1)
    wait(tuesday, seconds=30)

    assert len(cards(tuesday)) == 2
    assert f"Tue 13:00 {FIRST} due 14:00, in 1 h." in tuesday.heard("ana")
