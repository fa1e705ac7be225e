"""Slash commands through a real Bolt app: payload, acknowledgement, failures."""

from typing import Any

import pytest
from slack_bolt import Ack, App

from bot.emulator.driver import LocalSlack
from bot.emulator.people.typed_text import escape_typed
from tests.emulator.world import section

KEYS = {
    "token",
    "team_id",
    "team_domain",
    "channel_id",
    "channel_name",
    "user_id",
    "user_name",
    "command",
    "text",
    "api_app_id",
    "is_enterprise_install",
    "response_url",
    "trigger_id",
}


@pytest.fixture
def heard(app: App) -> list[dict[str, Any]]:
    """The payloads of `/sev2`, which is answered with an empty ack."""
    payloads: list[dict[str, Any]] = []

    @app.command("/sev2")
    def listen(ack: Ack, command: dict[str, Any]) -> None:
        payloads.append(command)
        ack()

    return payloads


def test_a_command_carries_slacks_own_keys(
    slack: LocalSlack, heard: list[dict[str, Any]]
) -> None:
    answer = slack.as_("ana").command(
        "/sev2", " acme: push fails ", channel="incidents"
    )

    (payload,) = heard
    assert answer.ok
    assert set(payload) == KEYS
    assert payload["text"] == "acme: push fails"
    assert (payload["user_id"], payload["channel_id"]) == ("U0ANA", "C0INCIDENTS")
    assert payload["channel_name"] == "incidents"
    assert payload["is_enterprise_install"] == "false"


def test_a_command_is_typed_to_the_bot_by_default(
    slack: LocalSlack, heard: list[dict[str, Any]]
) -> None:
    slack.as_("ana").command("/sev2")

    assert heard[0]["channel_id"] == "D0ANA"
    assert heard[0]["channel_name"] == "directmessage"


def test_a_private_channel_has_no_name_in_a_command(
    slack: LocalSlack, heard: list[dict[str, Any]]
) -> None:
    slack.add_channel("secret", members=["ana"], is_private=True)

    slack.as_("ana").command("/sev2", channel="secret")

    assert heard[0]["channel_name"] == "privategroup"


@pytest.mark.parametrize(
    ("typed", "carried"),
    [
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("ask @ben, now", "ask <@U0BEN>, now"),
        ("owner=@ben", "owner=<@U0BEN>"),
        ("ask @nobody", "ask @nobody"),
        ("in #incidents.", "in <#C0INCIDENTS|incidents>."),
        ("in #secret", "in <#C0SECRET|>"),
        ("in #nowhere", "in #nowhere"),
        ("wake @channel", "wake <!channel>"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U0BEN>", "&lt;@U0BEN&gt;"),
        ("see https://x.example/?a=1&b=2", "see <https://x.example/?a=1&amp;b=2>"),
        ("(https://x.example/a), now", "(<https://x.example/a>), now"),
        ("status.example is down", "<http://status.example|status.example> is down"),
        ("acme.com: slow", "<http://acme.com|acme.com>: slow"),
        (
            "see acme.co.uk/a?b&c.",
            "see <http://acme.co.uk/a?b&amp;c|acme.co.uk/a?b&amp;c>.",
        ),
        ("ask bob@acme.com, now", "ask <mailto:bob@acme.com|bob@acme.com>, now"),
        ("v1.2 of 3.5 e.g. a.b.c", "v1.2 of 3.5 e.g. a.b.c"),
        ("ask @Zoë (ops) <x>, now", "ask <@U0ZOE>, now"),
        ("ask @Kim", "ask @Kim"),
    ],
)
def test_typed_text_is_escaped(slack: LocalSlack, typed: str, carried: str) -> None:
    slack.add_channel("secret", members=["ana"], is_private=True)
    slack.add_person("zoe", display_name="Zoë (ops) <x>")
    slack.add_person("kim1", display_name="Kim")
    slack.add_person("kim2", display_name="Kim")

    assert escape_typed(typed, slack.workspace) == carried


def test_typed_text_arrives_escaped(
    slack: LocalSlack, heard: list[dict[str, Any]]
) -> None:
    slack.as_("ana").command("/sev2", "<acme> & @ben")

    assert heard[0]["text"] == "&lt;acme&gt; &amp; <@U0BEN>"


def test_text_in_the_ack_is_seen_by_the_typist_alone(
    slack: LocalSlack, app: App
) -> None:
    @app.command("/sev2")
    def listen(ack: Ack) -> None:
        ack("Only you see this")

    answer = slack.as_("ana").command("/sev2", channel="incidents")

    assert answer.private
    assert answer.private.text == "Only you see this"
    assert slack.private("ana") == [answer.private]
    assert slack.private("ben") == []
    assert slack.channel("incidents") == []


def test_an_ack_with_blocks_that_slack_refuses_is_a_failure(
    slack: LocalSlack, app: App
) -> None:
    @app.command("/sev2")
    def listen(ack: Ack) -> None:
        ack(text="x", blocks=[section("x" * 3001)])

    answer = slack.as_("ana").command("/sev2")

    assert (answer.ok, answer.error) == (False, "invalid_command_response")


def test_a_command_without_a_socket_fails_for_the_person(slack: LocalSlack) -> None:
    answer = slack.as_("ana").command("/sev2", "acme: down")

    assert (answer.ok, answer.error) == (False, "dispatch_failed")


def test_the_same_command_can_be_delivered_several_times_at_once(
    slack: LocalSlack, heard: list[dict[str, Any]]
) -> None:
    answer = slack.as_("ana").command("/sev2", "acme: down", times=3)

    assert [answer.ok, *(each.ok for each in answer.repeats)] == [True] * 3
    assert len({payload["trigger_id"] for payload in heard}) == 1
    assert len(heard) == 3


def test_redelivery_brings_the_same_payload_again(
    slack: LocalSlack, heard: list[dict[str, Any]]
) -> None:
    answer = slack.as_("ana").command("/sev2", "acme: down")

    again = slack.redeliver(answer)

    assert again.ok
    assert heard[0] == heard[1]


def test_two_commands_have_different_triggers(
    slack: LocalSlack, heard: list[dict[str, Any]]
) -> None:
    slack.as_("ana").command("/sev2", "acme: down")
    slack.as_("ana").command("/sev2", "acme: down")

    assert heard[0]["trigger_id"] != heard[1]["trigger_id"]


def test_nobody_types_where_they_are_not_a_member(slack: LocalSlack) -> None:
    with pytest.raises(LookupError, match="cleo is not in #incidents"):
        slack.as_("cleo").command("/sev2", channel="incidents")


def test_a_person_who_left_cannot_act(slack: LocalSlack) -> None:
    slack.change_person("ana", deleted=True)

    with pytest.raises(LookupError, match="ana was deactivated"):
        slack.as_("ana").command("/sev2")
