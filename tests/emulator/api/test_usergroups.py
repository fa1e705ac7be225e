"""User groups of the local Slack: whole lists, of members of the workspace only."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.emulator.driver import LocalSlack
from bot.emulator.records import UserGroup
from tests.emulator.world import refusal

GROUP = "S0SUPPORT"


@pytest.fixture(autouse=True)
def group(slack: LocalSlack) -> None:
    slack.workspace.user_groups[GROUP] = UserGroup(("U0ANA",))


def test_an_update_replaces_the_whole_list(client: WebClient) -> None:
    client.usergroups_users_update(usergroup=GROUP, users=["U0BEN"])

    assert client.usergroups_users_list(usergroup=GROUP)["users"] == ["U0BEN"]


def test_a_disabled_group_is_there_for_those_who_ask_for_it(
    slack: LocalSlack, client: WebClient
) -> None:
    slack.workspace.user_groups[GROUP] = UserGroup(("U0ANA",), is_disabled=True)

    shown = client.usergroups_users_list(usergroup=GROUP, include_disabled=True)
    with pytest.raises(SlackApiError) as refused:
        client.usergroups_users_list(usergroup=GROUP)

    assert shown["users"] == ["U0ANA"]
    assert refusal(refused) == "no_such_subteam"


@pytest.mark.parametrize(
    ("group_id", "users", "code"),
    [
        (GROUP, [], "no_users_provided"),
        ("S0NONE", ["U0BEN"], "no_such_subteam"),
        (GROUP, ["U0ANA", "U0NOBODY"], "invalid_users"),
        (GROUP, ["U0ANA", "U0SEVBOT"], "invalid_user"),
    ],
    ids=["nobody", "no such group", "no such person", "a bot"],
)
def test_a_wrong_list_is_refused_and_changes_nothing(
    client: WebClient, group_id: str, users: list[str], code: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        client.usergroups_users_update(usergroup=group_id, users=users)

    assert refusal(refused) == code
    assert client.usergroups_users_list(usergroup=GROUP)["users"] == ["U0ANA"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"deleted": True}, "failed_for_some_users"),
        ({"is_restricted": True}, "invalid_user"),
        (
            {"is_restricted": True, "is_ultra_restricted": True},
            "single_channel_guests_cannot_be_added",
        ),
    ],
    ids=["who left", "a guest", "a guest of one channel"],
)
def test_one_who_cannot_be_in_it_fails_the_whole_list(
    slack: LocalSlack, client: WebClient, fields: dict[str, bool], code: str
) -> None:
    slack.change_person("ben", **fields)

    with pytest.raises(SlackApiError) as refused:
        client.usergroups_users_update(usergroup=GROUP, users=["U0ANA", "U0BEN"])

    assert refusal(refused) == code


@pytest.mark.parametrize(("act", "scope"), [("list", "read"), ("update", "write")])
def test_without_its_scope_a_method_is_refused(
    slack: LocalSlack, client: WebClient, act: str, scope: str
) -> None:
    slack.workspace.scopes -= {f"usergroups:{scope}"}
    given = {"usergroup": GROUP, "users": "U0ANA"}

    with pytest.raises(SlackApiError) as refused:
        client.api_call(f"usergroups.users.{act}", params=given)

    assert refusal(refused) == "missing_scope"
