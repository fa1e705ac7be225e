"""Tokens, people and conversations, as Slack's reference has them."""

import json
import logging
from datetime import UTC, datetime
from urllib.request import Request, urlopen

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.emulator.driver import LocalSlack
from tests.emulator.world import Clock, refusal


def test_auth_test_names_the_team_and_the_bot(
    slack: LocalSlack, client: WebClient
) -> None:
    answer = client.auth_test()

    assert answer["team_id"] == slack.team_id
    assert answer["user_id"] == slack.workspace.bot.id
    assert "chat:write" in answer.headers["x-oauth-scopes"]


def test_a_call_without_a_token_is_not_authed(slack: LocalSlack) -> None:
    client = WebClient(base_url=slack.api_url)

    with pytest.raises(SlackApiError) as error:
        client.auth_test()

    assert refusal(error) == "not_authed"


def test_a_wrong_token_is_invalid_auth(slack: LocalSlack) -> None:
    client = WebClient("xoxb-wrong", base_url=slack.api_url)

    with pytest.raises(SlackApiError) as error:
        client.auth_test()

    assert refusal(error) == "invalid_auth"


def test_the_app_token_opens_sockets_and_nothing_else(
    slack: LocalSlack, client: WebClient
) -> None:
    url = client.apps_connections_open(app_token=slack.app_token)["url"]

    assert url.startswith(f"ws://127.0.0.1:{slack.port}/")
    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(
            channel="C0INCIDENTS", text="hello", token=slack.app_token
        )
    assert refusal(error) == "not_allowed_token_type"


def test_the_bot_token_opens_no_socket(slack: LocalSlack, client: WebClient) -> None:
    with pytest.raises(SlackApiError) as error:
        client.apps_connections_open(app_token=slack.bot_token)

    assert refusal(error) == "not_allowed_token_type"


def test_an_unknown_method_is_refused_and_logged(
    client: WebClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(SlackApiError) as error:
        client.pins_add(channel="C0INCIDENTS", timestamp="1.2")

    assert refusal(error) == "unknown_method"
    assert any(r.__dict__.get("method") == "pins.add" for r in caplog.records)


def test_a_missing_argument_is_named(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as error:
        client.api_call("users.info")

    assert refusal(error) == "invalid_arguments"
    assert error.value.response["response_metadata"]["messages"] == [
        "[ERROR] missing required field: user"
    ]


def test_a_body_that_is_not_json_is_refused(slack: LocalSlack) -> None:
    request = Request(
        f"{slack.api_url}auth.test",
        data=b"{",
        headers={"Content-Type": "application/json"},
    )

    with urlopen(request) as answer:
        assert json.load(answer) == {"ok": False, "error": "invalid_json"}


def test_users_info_gives_zone_and_kind(slack: LocalSlack, client: WebClient) -> None:
    slack.add_person("eve", is_stranger=True)
    slack.add_person("gus", is_restricted=True)

    ana = client.users_info(user="U0ANA")["user"]
    eve = client.users_info(user="U0EVE")["user"]

    assert (ana["tz"], ana["tz_offset"]) == ("Europe/Berlin", 3600)
    assert (ana["is_restricted"], ana["is_bot"], ana["deleted"]) == (False,) * 3
    gus = client.users_info(user="U0GUS")["user"]
    assert (gus["is_stranger"], gus["is_restricted"]) == (False, True)
    assert (eve["is_stranger"], eve["team_id"]) == (True, "T0ELSEWHERE")
    assert "tz" not in eve
    assert eve["team_id"] != slack.team_id


def test_the_offset_of_a_zone_follows_the_simulated_season(
    clock: Clock, client: WebClient
) -> None:
    clock.now = datetime(2026, 7, 1, tzinfo=UTC)

    ana = client.users_info(user="U0ANA")["user"]

    assert ana["tz_offset"] == 7200


def test_a_display_name_may_be_anything_and_anybodys(
    slack: LocalSlack, client: WebClient
) -> None:
    for handle in ("zoe", "zoe2"):
        slack.add_person(handle, display_name="Zoë <Müller> & [ops]")

    first = client.users_info(user="U0ZOE")["user"]
    second = client.users_info(user="U0ZOE2")["user"]

    assert first["name"] == "zoe"
    names = {one["profile"]["display_name"] for one in (first, second)}
    assert names == {"Zoë <Müller> & [ops]"}


@pytest.mark.parametrize("tz", [None, "Moon/Tranquility"])
def test_a_zone_may_be_null_or_unheard_of(
    slack: LocalSlack, client: WebClient, tz: str | None
) -> None:
    slack.add_person("dee", tz=tz)

    dee = client.users_info(user="U0DEE")["user"]

    assert (dee["tz"], dee["tz_offset"]) == (tz, 0)


def test_a_zone_may_be_unknown(slack: LocalSlack, client: WebClient) -> None:
    slack.add_person("dee", tz="")

    dee = client.users_info(user="U0DEE")["user"]

    assert "tz" not in dee


def test_users_info_of_nobody_is_user_not_found(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as error:
        client.users_info(user="U0NOBODY")

    assert refusal(error) == "user_not_found"


def test_users_list_pages_through_everybody_once(client: WebClient) -> None:
    pages = client.users_list(limit=3)

    names = [[member["name"] for member in page["members"]] for page in pages]

    assert names == [["sevbot", "ana", "ben"], ["cleo"]]


def test_a_cursor_that_was_never_given_is_invalid(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as error:
        client.users_list(cursor="nonsense")

    assert refusal(error) == "invalid_cursor"


def test_opening_a_conversation_twice_gives_the_same_one(client: WebClient) -> None:
    first = client.conversations_open(users="U0ANA")
    second = client.conversations_open(users="U0ANA")

    assert first["channel"]["id"] == second["channel"]["id"] == "D0ANA"
    assert first.get("already_open") is None
    assert second["already_open"] is True


@pytest.mark.parametrize(
    ("user", "code"),
    [
        ("", "users_list_not_supplied"),
        ("U0NOBODY", "user_not_found"),
        ("U0GONE", "user_disabled"),
        ("U0SEVBOT", "cannot_dm_bot"),
        ("U0ANA,U0BEN", "invalid_arguments"),
    ],
)
def test_conversations_open_refuses(
    slack: LocalSlack, client: WebClient, user: str, code: str
) -> None:
    slack.add_person("gone", deleted=True)

    with pytest.raises(SlackApiError) as error:
        client.conversations_open(users=user)

    assert refusal(error) == code


def test_conversations_info_shows_membership_and_sharing(
    slack: LocalSlack, client: WebClient
) -> None:
    slack.add_channel("shared", bot=False, is_ext_shared=True, archived=True)

    incidents = client.conversations_info(channel="C0INCIDENTS")["channel"]
    shared = client.conversations_info(channel="C0SHARED")["channel"]

    assert (incidents["name"], incidents["is_member"]) == ("incidents", True)
    assert (shared["is_member"], shared["is_ext_shared"]) == (False, True)
    assert shared["is_archived"] is True


def test_a_direct_conversation_names_the_other_person(client: WebClient) -> None:
    client.conversations_open(users="U0ANA")

    dm = client.conversations_info(channel="D0ANA")["channel"]

    assert (dm["is_im"], dm["user"]) == (True, "U0ANA")


def test_a_private_channel_without_the_bot_does_not_exist_for_it(
    slack: LocalSlack, client: WebClient
) -> None:
    slack.add_channel("secret", members=["ana"], bot=False, is_private=True)

    with pytest.raises(SlackApiError) as error:
        client.conversations_info(channel="C0SECRET")

    assert refusal(error) == "channel_not_found"


def test_calls_are_recorded_with_arguments_and_answers(
    slack: LocalSlack, client: WebClient, clock: Clock
) -> None:
    client.users_info(user="U0ANA")

    (call,) = slack.calls("users.info")
    assert call.arguments == {"user": "U0ANA"}
    assert (call.ok, call.at) == (True, clock.now)
    assert slack.calls("chat.postMessage") == []
