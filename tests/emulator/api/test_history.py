"""conversations.history and conversations.replies: order, pages, metadata, scopes."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.emulator.driver import LocalSlack
from tests.emulator.world import INCIDENTS, Clock, refusal

METADATA = {"event_type": "nudge", "event_payload": {"key": "INC-1/card"}}


def texts(answer: object) -> list[str]:
    return [message["text"] for message in answer["messages"]]  # type: ignore[index]


def test_history_lists_top_level_messages_newest_first(client: WebClient) -> None:
    first = client.chat_postMessage(channel=INCIDENTS, text="one")
    client.chat_postMessage(channel=INCIDENTS, text="reply", thread_ts=first["ts"])
    client.chat_postMessage(channel=INCIDENTS, text="two")

    answer = client.conversations_history(channel=INCIDENTS)

    assert texts(answer) == ["two", "one"]
    assert answer["has_more"] is False
    assert answer["messages"][1]["reply_count"] == 1


def test_replies_list_the_parent_and_then_the_thread(client: WebClient) -> None:
    parent = client.chat_postMessage(channel=INCIDENTS, text="one")["ts"]
    for text in ("a", "b"):
        client.chat_postMessage(channel=INCIDENTS, text=text, thread_ts=parent)

    answer = client.conversations_replies(channel=INCIDENTS, ts=parent)

    assert texts(answer) == ["one", "a", "b"]


def test_a_page_ends_with_a_cursor_to_the_next(client: WebClient) -> None:
    for text in "abcde":
        client.chat_postMessage(channel=INCIDENTS, text=text)

    pages = [client.conversations_history(channel=INCIDENTS, limit=2)]
    while pages[-1]["has_more"]:
        cursor = pages[-1]["response_metadata"]["next_cursor"]
        pages.append(
            client.conversations_history(channel=INCIDENTS, limit=2, cursor=cursor)
        )

    assert [texts(page) for page in pages] == [["e", "d"], ["c", "b"], ["a"]]


def test_oldest_and_latest_bound_the_messages_listed(
    client: WebClient, clock: Clock
) -> None:
    stamps = []
    for text in "abc":
        stamps.append(client.chat_postMessage(channel=INCIDENTS, text=text)["ts"])
        clock.advance(minutes=1)

    open_bounds = client.conversations_history(
        channel=INCIDENTS, oldest=stamps[0], latest=stamps[2]
    )
    closed = client.conversations_history(
        channel=INCIDENTS, oldest=stamps[0], latest=stamps[2], inclusive=True
    )

    assert texts(open_bounds) == ["b"]
    assert texts(closed) == ["c", "b", "a"]


def test_metadata_payloads_are_returned_only_on_request(client: WebClient) -> None:
    client.chat_postMessage(channel=INCIDENTS, text="one", metadata=METADATA)

    silent = client.conversations_history(channel=INCIDENTS)
    asked = client.conversations_history(channel=INCIDENTS, include_all_metadata=True)

    assert silent["messages"][0]["metadata"] == {"event_type": "nudge"}
    assert asked["messages"][0]["metadata"] == METADATA


def test_metadata_that_is_too_large_is_refused(client: WebClient) -> None:
    large = {"event_type": "nudge", "event_payload": {"key": "x" * 20_000}}

    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel=INCIDENTS, text="one", metadata=large)

    assert refusal(error) == "metadata_too_large"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
        ({"channel": "C0SUPPORT"}, "not_in_channel"),
        ({"channel": INCIDENTS, "limit": 1000}, "invalid_limit"),
        ({"channel": INCIDENTS, "cursor": "wrong"}, "invalid_cursor"),
    ],
)
def test_invalid_history_requests_are_refused(
    client: WebClient, more: dict[str, Any], code: str
) -> None:
    with pytest.raises(SlackApiError) as error:
        client.api_call("conversations.history", params=more)

    assert refusal(error) == code


def test_replies_to_nothing_are_refused(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as error:
        client.conversations_replies(channel=INCIDENTS, ts="1.000000")

    assert refusal(error) == "thread_not_found"


def test_without_the_scope_history_is_refused_with_what_is_needed(
    slack: LocalSlack, client: WebClient
) -> None:
    slack.workspace.scopes -= {"channels:history"}

    with pytest.raises(SlackApiError) as error:
        client.conversations_history(channel=INCIDENTS)

    assert refusal(error) == "missing_scope"
    assert error.value.response["needed"] == "channels:history"
