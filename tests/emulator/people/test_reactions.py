"""Emoji on messages: what the app hears, and how it reads the message back."""

from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.emulator.driver import LocalSlack
from tests.emulator.world import INCIDENTS, refusal


@pytest.fixture
def heard(app: App) -> list[dict[str, Any]]:
    """The events of emoji that the app got."""
    events: list[dict[str, Any]] = []

    def listen(event: dict[str, Any]) -> None:
        events.append(event)

    app.event("reaction_added")(listen)
    app.event("reaction_removed")(listen)
    return events


def test_an_emoji_is_put_on_and_taken_off(
    slack: LocalSlack, heard: list[dict[str, Any]]
) -> None:
    said = slack.as_("ana").say("we are on it", "incidents")

    for _ in range(2):
        slack.as_("ben").react("telephone", said)
    slack.wait_until(lambda: len(heard) == 2)

    assert [one["type"] for one in heard] == ["reaction_added", "reaction_removed"]
    assert heard[0] == {
        "type": "reaction_added",
        "user": slack.as_("ben").id,
        "reaction": "telephone",
        "item": {"type": "message", "channel": INCIDENTS, "ts": said.ts},
        "item_user": slack.as_("ana").id,
        "event_ts": heard[0]["event_ts"],
    }


def test_the_app_hears_of_no_emoji_elsewhere(slack: LocalSlack) -> None:
    said = slack.as_("ana").say("we are on it", "support")
    here = slack.as_("ana").say("we are on it", "incidents")
    slack.workspace.scopes -= {"reactions:read"}

    assert slack.as_("cleo").react("telephone", said) is None
    assert slack.as_("ben").react("telephone", here) is None


def test_one_message_of_a_thread_is_read_with_its_emoji(
    slack: LocalSlack, client: WebClient
) -> None:
    parent = slack.as_("ana").say("acme is down", "incidents")
    said = slack.as_("ana").say("we are on it", "incidents", thread=parent.ts)
    for who in ("ben", "ana"):
        slack.as_(who).react("telephone", said)

    answer = client.reactions_get(channel=INCIDENTS, timestamp=said.ts)

    message = answer["message"]
    users = [slack.as_("ben").id, slack.as_("ana").id]
    assert message["text"] == "we are on it"
    assert message["reactions"] == [{"name": "telephone", "users": users, "count": 2}]
    assert f"?thread_ts={parent.ts}&cid={INCIDENTS}" in message["permalink"]


def test_a_deleted_message_has_no_emoji(slack: LocalSlack, client: WebClient) -> None:
    said = slack.as_("ana").say("we are on it", "incidents")
    slack.workspace.delete(said)

    with pytest.raises(SlackApiError) as error:
        client.reactions_get(channel=INCIDENTS, timestamp=said.ts)

    assert refusal(error) == "message_not_found"


def test_what_one_person_sees_stays_with_them(
    slack: LocalSlack, client: WebClient
) -> None:
    parent = slack.as_("ana").say("acme is down", "incidents")

    client.chat_postEphemeral(
        channel=INCIDENTS, user=slack.as_("ben").id, text="Logged.", thread_ts=parent.ts
    )

    (private,) = slack.private("ben")
    assert (private.text, private.thread_ts) == ("Logged.", parent.ts)
    assert slack.private("ana") == slack.thread(parent) == []


def test_nobody_is_told_in_private_where_they_are_not(
    slack: LocalSlack, client: WebClient
) -> None:
    with pytest.raises(SlackApiError) as error:
        client.chat_postEphemeral(
            channel=INCIDENTS, user=slack.as_("cleo").id, text="Logged."
        )

    assert refusal(error) == "user_not_in_channel"
