"""Shortcuts on messages, and the payloads they send."""

from typing import Any

import pytest
from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from bot.emulator.driver import LocalSlack
from bot.emulator.records import Message


@pytest.fixture
def written(slack: LocalSlack, client: WebClient) -> Message:
    return slack.as_("ana").say("nobody can log in", "incidents")


@pytest.fixture
def chosen(app: App) -> list[dict[str, Any]]:
    """The payloads of all shortcuts, each answered in private."""
    payloads: list[dict[str, Any]] = []

    def listen(ack: Ack, body: dict[str, Any], respond: Respond) -> None:
        payloads.append(body)
        ack()
        respond("a Sev1")

    app.message_shortcut("triage")(listen)
    return payloads


def test_a_shortcut_sends_the_message_and_is_answered_in_private(
    slack: LocalSlack, written: Message, chosen: list[dict[str, Any]]
) -> None:
    answer = slack.as_("ben").shortcut("triage", written, wait_private=True)

    (payload,) = chosen
    assert payload["type"] == "message_action"
    assert payload["message"]["text"] == "nobody can log in"
    assert payload["message"]["user"] == written.user
    assert payload["message_ts"] == payload["message"]["ts"] == written.ts
    assert payload["channel"]["id"] == written.channel
    assert payload["user"]["id"] == slack.workspace.find_person("ben").id
    assert payload["trigger_id"]
    assert answer.private is not None
    assert answer.private.private_to == payload["user"]["id"]


def test_a_shortcut_in_a_thread_names_its_parent(
    slack: LocalSlack, written: Message, chosen: list[dict[str, Any]]
) -> None:
    reply = slack.as_("ben").say("same here", "incidents", thread=written.ts)

    slack.as_("ana").shortcut("triage", reply)

    assert chosen[0]["message"]["thread_ts"] == written.ts


def test_a_shortcut_shows_the_message_as_it_is_now(
    slack: LocalSlack, written: Message, chosen: list[dict[str, Any]]
) -> None:
    slack.workspace.edit(slack.workspace.messages[written.channel, written.ts])

    slack.as_("ben").shortcut("triage", written)

    assert "edited" in chosen[0]["message"]


def test_only_a_member_of_the_channel_can_choose_a_shortcut(
    slack: LocalSlack, written: Message
) -> None:
    slack.remove("incidents", "ben")

    with pytest.raises(LookupError, match="not in"):
        slack.as_("ben").shortcut("triage", written)


def test_a_message_that_is_gone_has_a_shortcut_only_on_a_stale_screen(
    slack: LocalSlack, written: Message, chosen: list[dict[str, Any]]
) -> None:
    slack.workspace.delete(written)

    with pytest.raises(LookupError, match="gone"):
        slack.as_("ben").shortcut("triage", written)
    assert slack.as_("ben").shortcut("triage", written, stale=True).ok
    assert len(chosen) == 1


def test_a_private_message_has_no_shortcuts(
    slack: LocalSlack, written: Message, chosen: list[dict[str, Any]]
) -> None:
    private = slack.as_("ben").shortcut("triage", written, wait_private=True).private
    assert private is not None

    with pytest.raises(LookupError, match="no shortcuts"):
        slack.as_("ben").shortcut("triage", private)
