"""What people write in channels and threads, and the events an app gets."""

from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from bot.emulator.driver import LocalSlack
from tests.emulator.world import INCIDENTS


@pytest.fixture
def heard(app: App) -> list[dict[str, Any]]:
    """Return a list of the events that reach the app."""
    events: list[dict[str, Any]] = []

    @app.event("message")
    def on_message(event: dict[str, Any]) -> None:
        events.append(event)

    @app.event("app_mention")
    def on_mention(event: dict[str, Any]) -> None:
        events.append(event)

    return events


def test_a_reply_is_shown_under_its_parent_and_not_in_the_channel(
    slack: LocalSlack,
) -> None:
    asked = slack.as_("ana").say("down?", "incidents")

    said = slack.as_("ben").say("yes", "incidents", thread=asked.ts)
    deeper = slack.as_("ana").say("since when?", "incidents", thread=said.ts)

    assert [one.text for one in slack.channel("incidents")] == ["down?"]
    assert [one.text for one in slack.thread(asked)] == ["yes", "since when?"]
    assert deeper.thread_ts == asked.ts


def test_nobody_replies_to_a_message_that_is_not_there(slack: LocalSlack) -> None:
    with pytest.raises(LookupError, match="gone"):
        slack.as_("ana").say("hello?", "incidents", thread="1.000000")


def test_an_app_that_subscribed_hears_of_a_reply_with_its_thread(
    slack: LocalSlack, client: WebClient, heard: list[dict[str, Any]]
) -> None:
    slack.workspace.subscriptions |= {"message.channels"}
    card = client.chat_postMessage(channel=INCIDENTS, text="INC-1 is open")

    said = slack.as_("ana").say("on it, <b>", "incidents", thread=card["ts"])

    slack.wait_until(lambda: heard)
    (event,) = heard
    assert event["type"] == "message"
    assert event["channel_type"] == "channel"
    assert event["text"] == "on it, &lt;b&gt;"
    assert (event["user"], event["channel"]) == ("U0ANA", INCIDENTS)
    assert (event["thread_ts"], event["ts"]) == (card["ts"], said.ts)


def test_an_app_that_did_not_subscribe_hears_nothing(
    slack: LocalSlack, heard: list[dict[str, Any]]
) -> None:
    slack.as_("ana").say("hello @sevbot", "incidents")
    slack.workspace.subscriptions |= {"message.channels"}
    slack.as_("ana").say("hello again", "incidents")

    slack.wait_until(lambda: heard)

    assert [event["text"] for event in heard] == ["hello again"]


def test_an_app_hears_only_of_conversations_that_it_is_in(
    slack: LocalSlack, heard: list[dict[str, Any]]
) -> None:
    slack.workspace.subscriptions |= {"message.channels", "app_mention"}

    slack.as_("ana").say("@sevbot, are you there?", "support")
    slack.as_("ana").say("@sevbot, and here?", "incidents")

    slack.wait_until(lambda: len(heard) == 2)
    assert {event["type"] for event in heard} == {"message", "app_mention"}
    assert {event["channel"] for event in heard} == {INCIDENTS}


def test_a_direct_message_is_an_event_of_its_own_kind(
    slack: LocalSlack, heard: list[dict[str, Any]]
) -> None:
    slack.workspace.subscriptions |= {"message.im", "app_mention"}
    slack.dm("ana")

    slack.as_("ana").say("@sevbot hello", "D0ANA")

    slack.wait_until(lambda: heard)
    assert [event["channel_type"] for event in heard] == ["im"]
