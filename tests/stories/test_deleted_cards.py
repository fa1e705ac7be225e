"""Somebody deletes a card: it comes back once, and no reply is lost or doubled.

Slack posts a reply to a deleted message at the top level.
"""

import pytest
from slack_sdk import WebClient

from bot.emulator.faults import Fault
from bot.emulator.records import Message
from tests.story import Story

SEV1 = "/sev1 acme: checkout is down"
SEV2 = "/sev2 acme: push of apps fails"
POST, EDIT, DELETE = "chat.postMessage", "chat.update", "chat.delete"
TAKEN = "@ben took it. The first response is still owed."
AWAY = (
    "Not delivered: the card of INC-1, to #incidents. Why: somebody deleted it a "
    "second time, so it stays away, and its thread with it. Nobody was told instead.\n"
    "[Send again]"
)


def wait(told: Story, **span: float) -> None:
    """Advance the system clock, by which messages are retried."""
    told.system_clock.advance(**span)
    told.settle()


def delete_card(told: Story) -> Message:
    """Delete the card, as an administrator may, and return it."""
    card = told.card()
    told.slack.workspace.delete(card)
    return card


def shown(told: Story) -> list[str]:
    """Return what the bot has in the channel, tombstones left out."""
    standing = (one for one in told.slack.channel("incidents") if not one.deleted)
    return [told.read(one).splitlines()[0] for one in standing]


def take(told: Story, card: Message) -> None:
    """Press a button of a card that was on the screen before it was deleted."""
    told.press("ben", "Take it", card, stale=True)


CARD = "🔺 Sev1 · INC-1 · Acme"


@pytest.mark.parametrize("replies", [0, 1])
def test_a_reply_stands_below_the_card_that_came_back(
    tuesday: Story, replies: int
) -> None:
    tuesday.command("dee", SEV1)
    for _ in range(replies):
        tuesday.slack.as_("ana").say("looking", "incidents", thread=tuesday.card().ts)
    card = delete_card(tuesday)

    take(tuesday, card)
    wait(tuesday, minutes=20)

    assert shown(tuesday) == [CARD]
    assert tuesday.thread() == [TAKEN]
    assert "*Owner:* @ben" in tuesday.read(tuesday.card())
    assert tuesday.slack.channel("support") == []


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        (POST, Fault.DROP_AFTER),
        (POST, Fault.FAIL_AFTER),
        (POST, Fault.DROP_BEFORE),
        (DELETE, Fault.RATE_LIMITED),
        (DELETE, Fault.FAIL_BEFORE),
        (DELETE, Fault.DROP_AFTER),
    ],
)
def test_an_unconfirmed_reply_is_looked_for_at_the_top_level_too(
    tuesday: Story, method: str, fault: Fault
) -> None:
    tuesday.command("dee", SEV1)
    card = delete_card(tuesday)

    tuesday.slack.faults.add(method, fault)
    take(tuesday, card)
    for _ in range(3):
        wait(tuesday, minutes=1)
    wait(tuesday, minutes=20)

    assert shown(tuesday) == [CARD]
    assert tuesday.thread() == [TAKEN]


def test_a_reply_that_lands_late_at_the_top_level_is_removed(tuesday: Story) -> None:
    tuesday.command("dee", SEV1)
    card = delete_card(tuesday)
    tuesday.slack.faults.add(POST, Fault.DROP_BEFORE)
    take(tuesday, card)
    (lost,) = [call for call in tuesday.slack.calls(POST) if call.fault]
    wait(tuesday, seconds=31)

    client = WebClient(tuesday.slack.bot_token, base_url=tuesday.slack.api_url)
    client.api_call(POST, json=lost.arguments)
    stray = shown(tuesday)
    wait(tuesday, minutes=2)

    assert stray == [CARD, TAKEN]
    assert shown(tuesday) == [CARD]
    assert tuesday.thread() == [TAKEN]


def test_a_reply_at_the_top_level_that_was_answered_stays(tuesday: Story) -> None:
    tuesday.command("dee", SEV1)
    card = delete_card(tuesday)
    tuesday.slack.faults.add(POST, Fault.DROP_AFTER)
    take(tuesday, card)
    stray = next(
        one for one in tuesday.slack.channel("incidents") if "took it" in one.text
    )
    tuesday.slack.as_("ana").say("thanks", "incidents", thread=stray.ts)

    wait(tuesday, minutes=1)
    wait(tuesday, minutes=20)

    assert sorted(shown(tuesday)) == [TAKEN, CARD]
    assert tuesday.read(tuesday.slack.thread(stray)[0]) == "thanks"


def test_a_broadcast_reply_is_no_second_copy(tuesday: Story) -> None:
    tuesday.command("dee", SEV1)
    tuesday.slack.faults.add(POST, Fault.DROP_BEFORE)
    tuesday.take("ben")
    (lost,) = [call for call in tuesday.slack.calls(POST) if call.fault]
    client = WebClient(tuesday.slack.bot_token, base_url=tuesday.slack.api_url)
    client.api_call(POST, json={**lost.arguments, "reply_broadcast": True})

    wait(tuesday, minutes=1)
    wait(tuesday, minutes=20)

    assert tuesday.thread() == [TAKEN]
    assert tuesday.slack.calls(DELETE) == []


@pytest.mark.parametrize("command", [SEV1, SEV2])
def test_a_card_deleted_twice_stays_away_and_one_message_says_so(
    tuesday: Story, command: str
) -> None:
    tuesday.command("dee", command)
    take(tuesday, delete_card(tuesday))
    delete_card(tuesday)

    for button in ("First response sent", "Log update"):
        found = tuesday.command("ben", "/incident 1").private
        tuesday.fill_in("ben", button, found, told="we are on it")
    wait(tuesday, minutes=20)

    assert shown(tuesday) == []
    assert [tuesday.read(one) for one in tuesday.slack.channel("support")] == [AWAY]

    (report,) = tuesday.slack.channel("support")
    tuesday.press("lea", "Send again", report)

    assert len(shown(tuesday)) == 1
    assert [line.split(":")[0] for line in tuesday.thread()] == [
        "First response logged by @ben",
        "Update logged by @ben",
    ]
