"""Buttons and menus in messages, and the payloads they send."""

from typing import Any

import pytest
from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from bot.emulator.driver import LocalSlack
from bot.emulator.records import Message
from tests.emulator.world import (
    INCIDENTS,
    actions,
    button,
    option,
    plain,
    section,
)

CONFIRM = {
    "title": plain("Resolve?"),
    "text": plain("It ends the clock."),
    "confirm": plain("Resolve"),
    "deny": plain("Cancel"),
}
CARD = [
    section("*INC-1*", block_id="head"),
    actions(
        button("Take it", "take", value="1"),
        button("Resolve", "resolve", confirm=CONFIRM),
        {
            "type": "static_select",
            "action_id": "snooze",
            "options": [option("1 hour", "1h"), option("2 hours", "2h")],
        },
        block_id="do",
    ),
]


@pytest.fixture
def card(slack: LocalSlack, client: WebClient) -> Message:
    client.chat_postMessage(channel=INCIDENTS, text="INC-1", blocks=CARD)
    return slack.channel("incidents")[0]


@pytest.fixture
def acts(app: App) -> list[dict[str, Any]]:
    """The payloads of all acts, each answered with an empty ack."""
    payloads: list[dict[str, Any]] = []

    def listen(ack: Ack, body: dict[str, Any]) -> None:
        payloads.append(body)
        ack()

    for action_id in ("take", "resolve", "snooze"):
        app.action(action_id)(listen)
    return payloads


def test_a_press_carries_slacks_own_keys(
    slack: LocalSlack, card: Message, acts: list[dict[str, Any]]
) -> None:
    answer = slack.as_("ana").press("Take it", card)

    (body,) = acts
    assert answer.ok
    assert body["type"] == "block_actions"
    assert body["user"]["id"] == "U0ANA"
    assert body["user"]["team_id"] == body["team"]["id"] == slack.team_id
    assert body["channel"]["id"] == INCIDENTS
    assert body["message"]["ts"] == card.ts
    assert body["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": INCIDENTS,
        "is_ephemeral": False,
    }
    assert body["state"]["values"]["do"]["snooze"]["selected_option"] is None
    assert {"response_url", "trigger_id", "api_app_id", "token"} <= set(body)
    (action,) = body["actions"]
    assert action["action_id"] == "take"
    assert (action["block_id"], action["value"]) == ("do", "1")


def test_a_stranger_acts_under_their_own_team(
    slack: LocalSlack, card: Message, acts: list[dict[str, Any]]
) -> None:
    slack.add_person("eve", is_stranger=True)
    slack.invite("incidents", "eve")

    slack.as_("eve").press("Take it", card)

    assert acts[0]["user"]["team_id"] != acts[0]["team"]["id"] == slack.team_id


def test_two_presses_at_one_instant_have_stamps_of_their_own(
    slack: LocalSlack, card: Message, acts: list[dict[str, Any]]
) -> None:
    slack.as_("ana").press("take", card)
    slack.as_("ana").press("take", card)

    first, second = (body["actions"][0]["action_ts"] for body in acts)
    assert first < second


def test_a_redelivered_press_has_the_same_stamp(
    slack: LocalSlack, card: Message, acts: list[dict[str, Any]]
) -> None:
    answer = slack.as_("ana").press("take", card)

    slack.redeliver(answer)

    assert acts[0] == acts[1]


def test_a_question_can_be_answered_with_no(
    slack: LocalSlack, card: Message, acts: list[dict[str, Any]]
) -> None:
    cancelled = slack.as_("ana").press("Resolve", card, confirm=False)
    pressed = slack.as_("ana").press("Resolve", card)

    assert (cancelled.ok, cancelled.error) == (False, "cancelled")
    assert pressed.ok
    assert len(acts) == 1


def test_an_option_of_a_menu_is_chosen_by_its_text(
    slack: LocalSlack, card: Message, acts: list[dict[str, Any]]
) -> None:
    slack.as_("ana").choose("2 hours", card)

    (action,) = acts[0]["actions"]
    assert (action["type"], action["action_id"]) == ("static_select", "snooze")
    assert action["selected_option"]["value"] == "2h"
    chosen = acts[0]["state"]["values"]["do"]["snooze"]
    assert chosen["selected_option"]["value"] == "2h"


def test_a_choice_that_is_not_offered_cannot_be_made(
    slack: LocalSlack, card: Message
) -> None:
    with pytest.raises(LookupError, match=r"'3 hours' is not there.*1 hour/2 hours"):
        slack.as_("ana").choose("3 hours", card)
    with pytest.raises(LookupError, match="'1 hour' is not there"):
        slack.as_("ana").choose("1 hour", card, element="do/other")


def test_a_missing_button_cannot_be_pressed(slack: LocalSlack, card: Message) -> None:
    with pytest.raises(LookupError, match=r"'Reopen' is not there.*\[Take it\]"):
        slack.as_("ana").press("Reopen", card)


def test_a_person_cannot_press_an_invisible_button(
    slack: LocalSlack, card: Message
) -> None:
    with pytest.raises(LookupError, match="cleo is not in incidents"):
        slack.as_("cleo").press("Take it", card)


def test_a_button_that_went_away_can_only_be_pressed_late(
    slack: LocalSlack,
    client: WebClient,
    card: Message,
    acts: list[dict[str, Any]],
) -> None:
    client.chat_update(channel=INCIDENTS, ts=card.ts, text="x", blocks=CARD[:1])

    with pytest.raises(LookupError, match="not there"):
        slack.as_("ana").press("Take it", card)
    slack.as_("ana").press("Take it", card, stale=True)

    assert acts[0]["actions"][0]["action_id"] == "take"
    assert len(acts[0]["message"]["blocks"]) == 1


def test_a_private_answer_can_be_awaited(
    slack: LocalSlack, app: App, card: Message
) -> None:
    @app.action("take")
    def take(ack: Ack, respond: Respond) -> None:
        ack()
        respond("Already resolved.")

    answer = slack.as_("ana").press("Take it", card, wait_private=True)

    assert answer.private
    assert answer.private.text == "Already resolved."
    assert slack.private("ben") == []


def test_a_private_message_is_left_out_of_its_own_payload(
    slack: LocalSlack, app: App, acts: list[dict[str, Any]]
) -> None:
    @app.command("/sev2")
    def listen(ack: Ack) -> None:
        ack(text="x", blocks=[actions(button("Take it", "take"))])

    private = slack.as_("ana").command("/sev2").private
    assert private
    slack.as_("ana").press("Take it", private)

    assert "message" not in acts[0]
    assert acts[0]["container"]["is_ephemeral"] is True
    with pytest.raises(LookupError, match="private"):
        slack.as_("ben").press("Take it", private)


def test_a_press_without_a_socket_fails_for_the_person(
    slack: LocalSlack, card: Message
) -> None:
    answer = slack.as_("ana").press("Take it", card)

    assert (answer.ok, answer.error) == (False, "dispatch_failed")
