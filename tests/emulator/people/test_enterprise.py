"""An organisation of several workspaces: whom Slack names where."""

from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.emulator.driver import LocalSlack
from tests.emulator.world import INCIDENTS, actions, button, refusal

GROUP = "E0GROUP"
SALES = "T0SALES"


@pytest.fixture
def grid(slack: LocalSlack) -> LocalSlack:
    """An organisation, with nia whose home is another workspace."""
    slack.join_enterprise(GROUP)
    slack.add_person("nia", id="W0NIA", team_id=SALES, enterprise_id=GROUP)
    slack.invite("incidents", "nia")
    return slack


@pytest.fixture
def bodies(app: App) -> list[dict[str, Any]]:
    """The bodies of all that was sent to the app."""
    heard: list[dict[str, Any]] = []

    def listen(ack: Ack, body: dict[str, Any]) -> None:
        heard.append(body)
        ack()

    app.command("/sev2")(listen)
    app.action("take")(listen)
    return heard


def test_a_press_names_the_persons_home(
    grid: LocalSlack, client: WebClient, bodies: list[dict[str, Any]]
) -> None:
    blocks = [actions(button("Take it", "take"))]
    client.chat_postMessage(channel=INCIDENTS, text="INC-1", blocks=blocks)

    grid.as_("nia").press("Take it", grid.channel("incidents")[0])

    (body,) = bodies
    assert body["user"]["team_id"] == SALES
    assert body["team"]["id"] == grid.team_id
    assert body["team"]["enterprise_id"] == body["enterprise"]["id"] == GROUP
    assert body["is_enterprise_install"] is False


@pytest.mark.parametrize(("who", "team"), [("ana", "T0ACME"), ("nia", SALES)])
def test_a_command_names_the_workspace_in_which_it_was_typed(
    grid: LocalSlack, bodies: list[dict[str, Any]], who: str, team: str
) -> None:
    grid.as_(who).command("/sev2", "acme: down", channel="incidents")

    (body,) = bodies
    assert (body["team_id"], body["enterprise_id"]) == (team, GROUP)
    assert body["is_enterprise_install"] == "false"


def test_an_event_says_for_which_installation_it_is(grid: LocalSlack) -> None:
    change = {"type": "user_change", "user": {}}

    answers = grid.send_event(change), grid.send_event(change, team_id="T0OTHER")

    sent = [answer.sent.payload for answer in answers if answer.sent]
    ours, others = (payload["authorizations"][0] for payload in sent)
    assert (ours["team_id"], ours["enterprise_id"]) == (grid.team_id, GROUP)
    assert (others["team_id"], others["enterprise_id"]) == ("T0OTHER", None)


def test_only_users_info_knows_people_of_other_workspaces(
    grid: LocalSlack, client: WebClient
) -> None:
    nia = client.users_info(user="W0NIA")["user"]
    listed = {member["id"] for member in client.users_list()["members"]}

    assert nia["team_id"] == SALES
    assert nia["enterprise_user"]["enterprise_id"] == GROUP
    assert nia["enterprise_user"]["teams"] == [SALES]
    assert "W0NIA" not in listed
    assert "U0ANA" in listed


def test_an_app_in_the_whole_organisation_has_no_workspace_of_its_own(
    slack: LocalSlack, client: WebClient, bodies: list[dict[str, Any]]
) -> None:
    slack.join_enterprise(GROUP, is_org_wide=True)

    me = client.auth_test()
    with pytest.raises(SlackApiError) as refused:
        client.users_list()
    slack.as_("ana").command("/sev2", "acme: down")

    assert (me["team_id"], me["enterprise_id"]) == (None, GROUP)
    assert refusal(refused) == "missing_argument"
    assert bodies[0]["is_enterprise_install"] == "true"
    teams = [team["id"] for team in client.auth_teams_list()["teams"]]
    assert teams == [slack.team_id]
    assert client.users_list(team_id=teams[0])["members"]
