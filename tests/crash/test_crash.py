"""The bot is killed again and again; and tests of the harness that counts.

`python -m tests.crash` is run as a process, since a bot's parent may have no threads.
"""

import os
import signal
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.emulator.records import Message
from bot.slack.standing import mark_of
from tests import postgres
from tests.crash import accounts
from tests.crash.places import Trap
from tests.crash.stage import BEGINS, OutboxMessage
from tests.processes import counted, harness

CARD = Message(
    "C0INCIDENTS",
    "1.0",
    "U0SEVBOT",
    "INC-1 (🔵 Sev3) Acme: fault 0001.",
    metadata={"event_payload": {"key": "INC-1/card", "with": ""}},
)
SENT = OutboxMessage("INC-1/card", "card", "sent", "1.0", None, None)
# Longer than any lease, settle time or backoff, on a computer that others use too.
UNSENT_AT_REST_S = 600
BUTTONS = ({"type": "actions", "elements": []},)
OPENED = {
    "do": "open",
    "title": "fault 0001.",
    "severity": 3,
    "at": BEGINS.isoformat(),
    "until": BEGINS.isoformat(),
    "ok": True,
}


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["--engine", "sqlite"], id="sqlite"),
        pytest.param(["--engine", "postgres", "--replicas", "2"], id="postgres"),
    ],
)
def test_killing_the_bot_loses_and_doubles_no_message(
    options: list[str],
) -> None:
    if "postgres" in options and postgres.binaries() is None:
        pytest.skip("there is no PostgreSQL here")

    status, said = harness("tests.crash", "--kills", "60", "--jobs", "2", *options)

    assert status == 0, said
    assert counted(said, "kills") >= 60
    assert counted(said, "  in flight") > 0
    assert counted(said, "obligations") > 0
    assert counted(said, "unsent at rest") < UNSENT_AT_REST_S


@pytest.mark.timeout(240)
def test_without_reconciliation_messages_are_doubled() -> None:
    status, said = harness(
        "tests.crash", "--kills", "40", "--jobs", "2", "--no-reconciliation"
    )

    assert status == 1, said
    assert counted(said, "doubled") > 0


@pytest.mark.timeout(240)
def test_messages_marked_sent_before_sending_are_lost() -> None:
    status, said = harness(
        "tests.crash", "--kills", "40", "--jobs", "2", "--mark-first"
    )

    assert status == 1, said
    assert counted(said, "lost") > 0


def of_key(key: str) -> dict[str, Any]:
    return {"event_payload": {"key": key}}


def verdict(
    *shown: Message,
    messages: tuple[OutboxMessage, ...] = (SENT,),
    told: tuple[dict[str, Any], ...] = (OPENED,),
    happened: tuple[str, ...] = (),
    passed: timedelta = timedelta(0),
) -> accounts.Verdict:
    return accounts.verdict(messages, shown, told, happened, BEGINS + passed)


def test_the_verdict_is_clean_when_each_message_is_shown_once() -> None:
    found = verdict(CARD)

    assert found.is_clean
    assert found.obligations == 2


def test_a_sent_message_that_slack_does_not_show_counts_as_lost() -> None:
    found = verdict()

    assert found.lost == [
        "INC-1/card is sent, and not in Slack",
        "fault 0001. was answered and has no card",
    ]


@pytest.mark.parametrize("state", ["queued", "sending", "unconfirmed", "dead"])
def test_a_message_still_unsent_at_the_end_counts_as_lost(state: str) -> None:
    found = verdict(CARD, messages=(replace(SENT, state=state),))

    assert found.lost == [f"INC-1/card is {state}: None"]


def test_a_message_shown_twice_counts_as_doubled() -> None:
    found = verdict(CARD, replace(CARD, ts="2.0"))

    assert found.doubled == [
        "INC-1/card is said 2 times",
        "INC-1/card, INC-1/card read the same",
        "fault 0001. has 2 cards",
    ]


@pytest.mark.parametrize("state", ["superseded", "merged"])
def test_a_superseded_message_shown_with_buttons_is_a_stray(state: str) -> None:
    late = replace(CARD, ts="2.0", text="due now", metadata=of_key("INC-1/reminder"))
    messages = (SENT, replace(SENT, key="INC-1/reminder", state=state))

    bare = verdict(CARD, late, messages=messages)
    live = verdict(CARD, replace(late, blocks=BUTTONS), messages=messages)

    assert bare.is_clean
    assert live.stray == ["INC-1/reminder is superseded, and has buttons"]
    assert not live.is_clean


def test_a_deleted_message_is_no_loss_and_shown_again_a_stray() -> None:
    key = "INC-1/first_response/1/1/U0ANA"
    older = replace(CARD, ts="2.0", text="due", metadata=of_key(key))
    messages = (SENT, replace(SENT, key=key, deleted_at="2026-11-24"))

    assert verdict(CARD, messages=messages).is_clean
    assert verdict(CARD, older, messages=messages).stray == [
        f"{key} is deleted, and in Slack"
    ]


def test_two_reminders_of_an_incident_in_one_place_are_a_stray() -> None:
    keys = [f"INC-1/first_response/1/{fired}/U0ANA" for fired in (1, 2)]
    said = {"type": "section", "text": {"type": "mrkdwn", "text": "INC-1 is due"}}
    first, second = (
        replace(CARD, ts=f"{at}.0", text=key, blocks=(said,), metadata=of_key(key))
        for at, key in enumerate(keys)
    )
    messages = (SENT, *(replace(SENT, key=key) for key in keys))

    both = verdict(CARD, first, second, messages=messages)
    elsewhere = replace(second, channel="D0BEN")

    assert both.stray == ["INC-1 is told 2 times in C0INCIDENTS "]
    assert verdict(CARD, first, elsewhere, messages=messages).is_clean


def test_the_same_text_under_another_key_counts_as_doubled() -> None:
    keys = ("INC-1/note/1", "INC-1/note/2")
    notes = [
        replace(CARD, ts=key, text="taken", metadata={"event_payload": {"key": key}})
        for key in keys
    ]
    messages = (SENT, *(replace(SENT, key=key) for key in keys))

    found = verdict(CARD, *notes, messages=messages)

    assert found.doubled == ["INC-1/note/1, INC-1/note/2 read the same"]


def test_a_skipped_number_counts_as_lost() -> None:
    card = replace(CARD, metadata={"event_payload": {"key": "INC-2/card"}})

    found = verdict(card, messages=(replace(SENT, key="INC-2/card"),))

    assert found.lost == ["the numbers are [2]"]


def test_a_due_reminder_that_nobody_got_counts_as_lost() -> None:
    found = verdict(CARD, passed=timedelta(hours=25))

    assert found.lost == ["nobody was told ['INC-1/first_response/1/1/U0ANA']"]


def test_a_digest_of_the_day_that_did_not_come_counts_as_lost() -> None:
    keys = {
        f"digest/2026-11-24/{channel}": channel for channel in ("C0LEADS", "C0SUPPORT")
    }
    messages = (SENT, *(replace(SENT, key=key) for key in keys))
    shown = [
        replace(CARD, channel=channel, text=key, metadata=of_key(key))
        for key, channel in keys.items()
    ]

    def lost(*found: Message, minutes: int) -> list[str]:
        passed = timedelta(minutes=minutes)
        return verdict(CARD, *found, messages=messages, passed=passed).lost

    assert lost(*shown, minutes=2) == []
    assert lost(*shown, minutes=3) == ["digest/2026-11-24/C0LEADS/2 did not come"]
    moved = replace(shown[1], channel="C0LEADS")
    assert lost(shown[0], moved, minutes=2) == [
        "digest/2026-11-24/C0SUPPORT did not come"
    ]


def test_a_reminder_that_a_newer_message_replaced_is_no_loss() -> None:
    due, key = BEGINS + timedelta(hours=24), "INC-2/check_in/1/1/U0ANA"
    said = {"type": "section", "text": {"type": "mrkdwn", "text": "INC-1, INC-2"}}
    messages = (SENT, replace(SENT, key=key))

    def lost(posted: datetime) -> list[str]:
        ts, text = f"{posted.timestamp():.6f}", "2 reminders"
        shown = replace(CARD, channel="D0ANA", ts=ts, text=text, blocks=(said,))
        other = replace(shown, metadata=of_key(key))
        passed = timedelta(hours=25)
        return verdict(CARD, other, messages=messages, passed=passed).lost

    assert not lost(due + timedelta(minutes=1))
    assert lost(due - timedelta(minutes=1)) == [
        "nobody was told ['INC-1/first_response/1/1/U0ANA']"
    ]


def test_a_long_list_tells_of_its_own_incident_where_it_does_not_name_it() -> None:
    key = "INC-1/first_response/1/1/U0ANA"
    said = {"type": "section", "text": {"type": "mrkdwn", "text": "INC-3"}}
    more = {"type": "section", "text": {"type": "mrkdwn", "text": "And 9 more: INC-2"}}
    payload = {"event_payload": {"key": key, "with": "abcdef"}}
    passed = timedelta(hours=24, minutes=1)
    ts = f"{(BEGINS + passed).timestamp():.6f}"
    whole = replace(CARD, ts=ts, text="due", blocks=(said,), metadata=payload)
    messages = (SENT, replace(SENT, key=key))

    cut = replace(whole, blocks=(said, more))

    assert verdict(CARD, cut, messages=messages, passed=passed).is_clean
    assert verdict(CARD, whole, messages=messages, passed=passed).lost


def test_a_list_says_no_more_what_it_was_edited_not_to_name() -> None:
    key = "INC-1/first_response/1/1/U0ANA"
    said = {"type": "section", "text": {"type": "mrkdwn", "text": "INC-3 is due"}}
    payload = {"event_payload": {"key": key, "with": "abcdef"}}
    older = replace(CARD, ts="2.0", text="due", blocks=(said,), metadata=payload)
    newer_key = "INC-1/first_response/1/2/U0ANA"
    again = {"event_payload": {"key": newer_key, "with": mark_of(key)}}
    newer = replace(CARD, ts="3.0", text="down", metadata=again)
    named = dict(said, text={"type": "mrkdwn", "text": "INC-1, INC-3"})
    messages = (SENT, *(replace(SENT, key=one) for one in (key, newer_key)))

    assert verdict(CARD, older, newer, messages=messages).is_clean
    still = replace(older, blocks=(named,))
    assert verdict(CARD, still, newer, messages=messages).doubled == [
        f"{key} is said 2 times"
    ]


def test_a_card_that_does_not_say_resolved_counts_as_lost() -> None:
    resolved = {"do": "Resolve", "card": CARD.text, "ok": True}

    found = verdict(CARD, told=(OPENED, resolved))

    assert found.lost == ["the card of INC-1 does not say resolved"]


def test_a_command_answered_with_two_incidents_counts_as_answered_twice() -> None:
    found = verdict(CARD, told=({**OPENED, "numbers": [1, 2]},))

    assert found.answered == ["fault 0001. was told to be [1, 2]"]


def test_a_refused_command_with_a_card_counts_as_answered_twice() -> None:
    refused = {**OPENED, "ok": False, "refused": True}

    found = verdict(CARD, told=(refused,))

    assert found.answered == ["fault 0001. was refused, and has a card"]


def test_a_form_recorded_twice_counts_as_answered_twice() -> None:
    filled = {"do": "Log update", "card": CARD.text, "text": "We say 1.", "ok": True}

    found = verdict(CARD, told=(OPENED, filled), happened=("We say 1.",) * 2)

    assert found.answered == ["'We say 1.' is recorded 2 times"]
    assert not found.is_clean


def test_a_trap_names_the_place_where_it_caught_a_bot() -> None:
    trap = Trap(["before commit", "after commit"])

    pid = os.fork()
    if not pid:
        trap._pass_by("after chat.update")
        trap._pass_by("after commit")
        os._exit(0)
    _, status = os.waitpid(pid, 0)

    assert os.WTERMSIG(status) == signal.SIGKILL
    assert trap.sprung == "after commit"
