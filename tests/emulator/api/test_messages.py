"""Posting, editing and deleting, and everything that Slack refuses."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.emulator.driver import LocalSlack
from tests.emulator.world import INCIDENTS, Clock, refusal, rich_text, section


def test_a_message_is_shown_in_its_channel_as_the_bots(
    slack: LocalSlack, client: WebClient
) -> None:
    answer = client.chat_postMessage(
        channel=INCIDENTS, text="hello", blocks=[section("*hello*")]
    )

    (message,) = slack.channel("incidents")
    assert (message.text, message.user, message.ts) == (
        "hello",
        slack.workspace.bot.id,
        answer["ts"],
    )
    assert answer["channel"] == INCIDENTS
    assert answer["message"]["bot_id"]
    assert answer["message"]["blocks"][0]["block_id"]


def test_stamps_show_the_simulated_time_and_never_repeat(
    client: WebClient, clock: Clock
) -> None:
    first, second = (
        client.chat_postMessage(channel=INCIDENTS, text="hello")["ts"] for _ in range(2)
    )

    assert float(first) == clock.now.timestamp()
    assert first < second


def test_stamps_grow_even_when_the_clock_goes_back(
    client: WebClient, clock: Clock
) -> None:
    first = client.chat_postMessage(channel=INCIDENTS, text="now")["ts"]
    clock.advance(hours=-1)

    second = client.chat_postMessage(channel=INCIDENTS, text="then")["ts"]

    assert first < second


def test_posting_to_a_person_opens_the_direct_conversation(
    slack: LocalSlack, client: WebClient
) -> None:
    answer = client.chat_postMessage(channel="U0ANA", text="psst")

    assert answer["channel"] == "D0ANA"
    assert [m.text for m in slack.dm("ana")] == ["psst"]
    assert slack.dm("ben") == []


@pytest.mark.parametrize(
    ("channel", "code"),
    [
        ("C0NOWHERE", "channel_not_found"),
        ("#incidents", "channel_not_found"),
        ("U0NOBODY", "channel_not_found"),
        ("C0SECRET", "channel_not_found"),
        ("C0SUPPORT", "not_in_channel"),
        ("C0OLD", "is_archived"),
        ("U0GONE", "user_disabled"),
        ("D0GONE", "user_disabled"),
    ],
)
def test_posting_is_refused(
    slack: LocalSlack, client: WebClient, channel: str, code: str
) -> None:
    slack.add_channel("secret", bot=False, is_private=True)
    slack.add_channel("old", archived=True)
    slack.add_person("gone")
    client.conversations_open(users="U0GONE")
    slack.change_person("gone", deleted=True)

    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel=channel, text="hello")

    assert refusal(error) == code


def test_the_bot_may_post_once_it_was_invited(
    slack: LocalSlack, client: WebClient
) -> None:
    slack.invite("support", "sevbot")

    client.chat_postMessage(channel="C0SUPPORT", text="hello")

    assert [m.text for m in slack.channel("support")] == ["hello"]


def test_a_message_needs_text_or_blocks(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as error:
        client.api_call("chat.postMessage", json={"channel": INCIDENTS})

    assert refusal(error) == "no_text"


def test_a_post_over_40000_characters_is_cut_with_a_warning(
    slack: LocalSlack, client: WebClient
) -> None:
    answer = client.chat_postMessage(channel=INCIDENTS, text="x" * 40_001)

    assert answer["warning"] == "message_truncated"
    assert len(slack.channel("incidents")[0].text) == 40_000


def test_refused_blocks_name_the_place(slack: LocalSlack, client: WebClient) -> None:
    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(
            channel=INCIDENTS, text="hello", blocks=[section("x"), section("x" * 3001)]
        )

    assert refusal(error) == "invalid_blocks"
    assert error.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    ]
    assert slack.channel("incidents") == []


def test_blocks_may_come_as_json_text_but_not_as_other_text(client: WebClient) -> None:
    blocks = '[{"type": "divider"}]'

    answer = client.chat_postMessage(channel=INCIDENTS, text="x", blocks=blocks)

    assert answer["message"]["blocks"][0]["type"] == "divider"
    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel=INCIDENTS, text="x", blocks="[{")
    assert refusal(error) == "invalid_blocks_format"


def test_unsupported_arguments_are_refused_by_name(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel=INCIDENTS, text="x", username="ana")

    assert "username" in str(error.value.response["errors"])


def test_a_reply_is_shown_in_the_thread_and_not_in_the_channel(
    slack: LocalSlack, client: WebClient
) -> None:
    parent = client.chat_postMessage(channel=INCIDENTS, text="card")

    client.chat_postMessage(channel=INCIDENTS, text="note", thread_ts=parent["ts"])

    (card,) = slack.channel("incidents")
    assert [m.text for m in card.thread] == ["note"]
    assert [m.text for m in slack.thread(card)] == ["note"]


def test_a_reply_to_a_reply_is_refused(client: WebClient) -> None:
    parent = client.chat_postMessage(channel=INCIDENTS, text="card")
    reply = client.chat_postMessage(
        channel=INCIDENTS, text="note", thread_ts=parent["ts"]
    )

    with pytest.raises(SlackApiError) as to_reply:
        client.chat_postMessage(channel=INCIDENTS, text="x", thread_ts=reply["ts"])

    assert reply["message"]["thread_ts"] == parent["ts"]
    assert refusal(to_reply) == "cannot_reply_to_message"


@pytest.mark.parametrize("replies", [0, 1])
def test_a_reply_to_a_deleted_message_is_posted_at_the_top_level(
    slack: LocalSlack, client: WebClient, replies: int
) -> None:
    parent = client.chat_postMessage(channel=INCIDENTS, text="card")["ts"]
    for _ in range(replies):
        client.chat_postMessage(channel=INCIDENTS, text="note", thread_ts=parent)
    client.chat_delete(channel=INCIDENTS, ts=parent)

    answer = client.chat_postMessage(
        channel=INCIDENTS, text="late", thread_ts=parent, reply_broadcast=True
    )

    assert "thread_ts" not in answer["message"]
    assert slack.channel("incidents")[-1].text == "late"
    read = client.conversations_history(channel=INCIDENTS)["messages"]
    assert read[0]["text"] == "late"
    assert "subtype" not in read[0]


def test_a_broadcast_reply_is_in_its_thread_and_in_the_channel(
    slack: LocalSlack, client: WebClient
) -> None:
    parent = client.chat_postMessage(channel=INCIDENTS, text="card")["ts"]

    client.chat_postMessage(
        channel=INCIDENTS, text="all!", thread_ts=parent, reply_broadcast=True
    )

    assert [one.text for one in slack.channel("incidents")] == ["card", "all!"]
    assert [one.text for one in slack.thread(slack.channel("incidents")[0])] == ["all!"]
    read = client.conversations_history(channel=INCIDENTS)["messages"]
    assert [(one.get("subtype"), one["thread_ts"]) for one in read] == [
        ("thread_broadcast", parent),
        (None, parent),
    ]


def test_metadata_travels_with_the_message(
    slack: LocalSlack, client: WebClient
) -> None:
    metadata = {"event_type": "nudge", "event_payload": {"key": "T0/42/1", "n": 1}}

    client.chat_postMessage(channel=INCIDENTS, text="x", metadata=metadata)

    assert slack.channel("incidents")[0].metadata == metadata


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"event_type": "nudge"}, "invalid_metadata_format"),
        (
            {"event_type": 1, "event_payload": {}},
            "invalid_metadata_format",
        ),
        (
            {"event_type": "nudge", "event_payload": {"key": None}},
            "invalid_metadata_schema",
        ),
        (
            {"event_type": "nudge", "event_payload": {"a": {"b": {"c": 1}}}},
            "invalid_metadata_schema",
        ),
        (
            {"event_type": "nudge", "event_payload": {"a": "x" * 20_000}},
            "metadata_too_large",
        ),
    ],
    ids=["no payload", "type not text", "null", "nested", "large"],
)
def test_misshapen_metadata_is_refused(
    client: WebClient, metadata: dict[str, Any], code: str
) -> None:
    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel=INCIDENTS, text="x", metadata=metadata)

    assert refusal(error) == code


def test_an_edit_keeps_place_blocks_and_metadata_unless_they_are_sent(
    slack: LocalSlack, client: WebClient
) -> None:
    metadata = {"event_type": "nudge", "event_payload": {}}
    posted = client.chat_postMessage(
        channel=INCIDENTS, text="old", blocks=[section("block")], metadata=metadata
    )

    client.chat_update(channel=INCIDENTS, ts=posted["ts"], text="new")

    (message,) = slack.channel("incidents")
    assert (message.ts, message.text) == (posted["ts"], "new")
    assert message.edited
    assert message.metadata == metadata
    assert [b["type"] for b in message.blocks] == ["section"]


def test_an_edit_with_empty_blocks_and_metadata_clears_them(
    slack: LocalSlack, client: WebClient
) -> None:
    posted = client.chat_postMessage(
        channel=INCIDENTS,
        text="old",
        blocks=[section("block")],
        metadata={"event_type": "nudge", "event_payload": {}},
    )

    client.chat_update(
        channel=INCIDENTS, ts=posted["ts"], text="new", blocks=[], metadata={}
    )

    (message,) = slack.channel("incidents")
    assert (message.blocks, message.metadata) == ((), None)


def test_an_edit_over_4000_characters_is_too_long(client: WebClient) -> None:
    ts = client.chat_postMessage(channel=INCIDENTS, text="x")["ts"]

    client.chat_update(channel=INCIDENTS, ts=ts, text="x" * 4000)
    with pytest.raises(SlackApiError) as error:
        client.chat_update(channel=INCIDENTS, ts=ts, text="x" * 4001)

    assert refusal(error) == "msg_too_long"


def test_an_edit_keeps_some_rich_text_where_there_was_any(client: WebClient) -> None:
    rich = rich_text({"type": "text", "text": "*as typed*"})
    ts = client.chat_postMessage(channel=INCIDENTS, text="x", blocks=[rich])["ts"]

    client.chat_update(channel=INCIDENTS, ts=ts, text="x", blocks=[section("y"), rich])
    with pytest.raises(SlackApiError) as error:
        client.chat_update(channel=INCIDENTS, ts=ts, text="x", blocks=[section("y")])

    assert refusal(error) == "block_mismatch"


def test_nobody_elses_message_can_be_edited_or_deleted(
    slack: LocalSlack, client: WebClient
) -> None:
    message = slack.as_("ana").say("mine", "incidents")

    with pytest.raises(SlackApiError) as edit:
        client.chat_update(channel=INCIDENTS, ts=message.ts, text="yours")
    with pytest.raises(SlackApiError) as delete:
        client.chat_delete(channel=INCIDENTS, ts=message.ts)

    assert refusal(edit) == "cant_update_message"
    assert refusal(delete) == "cant_delete_message"
    assert [m.text for m in slack.channel("incidents")] == ["mine"]


def test_a_missing_message_cannot_be_edited(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as no_message:
        client.chat_update(channel=INCIDENTS, ts="1.000001", text="x")
    with pytest.raises(SlackApiError) as no_channel:
        client.chat_update(channel="U0ANA", ts="1.000001", text="x")

    assert refusal(no_message) == "message_not_found"
    assert refusal(no_channel) == "channel_not_found"


def test_a_deleted_message_is_gone(slack: LocalSlack, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=INCIDENTS, text="x")["ts"]

    client.chat_delete(channel=INCIDENTS, ts=ts)

    assert slack.channel("incidents") == []
    with pytest.raises(SlackApiError) as error:
        client.chat_delete(channel=INCIDENTS, ts=ts)
    assert refusal(error) == "message_not_found"


def test_a_deleted_parent_leaves_a_tombstone_over_its_thread(
    slack: LocalSlack, client: WebClient
) -> None:
    ts = client.chat_postMessage(channel=INCIDENTS, text="card")["ts"]
    client.chat_postMessage(channel=INCIDENTS, text="note", thread_ts=ts)

    client.chat_delete(channel=INCIDENTS, ts=ts)

    (tombstone,) = slack.channel("incidents")
    assert tombstone.deleted
    assert [m.text for m in tombstone.thread] == ["note"]
    (read,) = client.conversations_history(channel=INCIDENTS)["messages"]
    assert (read["subtype"], read["user"], read["hidden"], read["reply_count"]) == (
        "tombstone",
        "USLACKBOT",
        True,
        1,
    )
    assert "bot_id" not in read
    above, _ = client.conversations_replies(channel=INCIDENTS, ts=ts)["messages"]
    assert above["subtype"] == "tombstone"
    with pytest.raises(SlackApiError) as error:
        client.chat_delete(channel=INCIDENTS, ts=ts)
    assert refusal(error) == "message_not_found"


def test_a_deleted_message_without_replies_is_in_no_history(
    client: WebClient,
) -> None:
    ts = client.chat_postMessage(channel=INCIDENTS, text="card")["ts"]

    client.chat_delete(channel=INCIDENTS, ts=ts)

    assert client.conversations_history(channel=INCIDENTS)["messages"] == []


def test_nothing_is_deleted_in_an_archived_channel(
    slack: LocalSlack, client: WebClient
) -> None:
    ts = client.chat_postMessage(channel=INCIDENTS, text="card")["ts"]
    slack.change_channel("incidents", archived=True)

    with pytest.raises(SlackApiError) as error:
        client.chat_delete(channel=INCIDENTS, ts=ts)

    assert refusal(error) == "is_archived"


def test_watchers_see_each_change_in_order(
    slack: LocalSlack, client: WebClient
) -> None:
    heard: list[tuple[str, str]] = []
    slack.on_change(lambda change, subject: heard.append((change, subject.text)))

    ts = client.chat_postMessage(channel=INCIDENTS, text="one")["ts"]
    client.chat_update(channel=INCIDENTS, ts=ts, text="two")
    client.chat_delete(channel=INCIDENTS, ts=ts)

    assert heard == [("posted", "one"), ("edited", "two"), ("deleted", "two")]


def test_a_private_message_needs_both_in_the_channel(
    slack: LocalSlack, client: WebClient
) -> None:
    ben, cleo = (slack.workspace.find_person(name).id for name in ("ben", "cleo"))

    client.chat_postEphemeral(channel=INCIDENTS, user=ben, text="for you")
    with pytest.raises(SlackApiError) as stranger:
        client.chat_postEphemeral(channel=INCIDENTS, user=cleo, text="for you")
    with pytest.raises(SlackApiError) as outside:
        client.chat_postEphemeral(channel="C0SUPPORT", user=cleo, text="for you")

    assert [one.text for one in slack.private("ben")] == ["for you"]
    assert slack.private("cleo") == []
    assert refusal(stranger) == "user_not_in_channel"
    assert refusal(outside) == "not_in_channel"
