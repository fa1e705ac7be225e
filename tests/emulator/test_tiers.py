"""Rate limits by tier: off unless asked for, counted by method and by minute."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.emulator import LocalSlack
from tests.emulator.world import INCIDENTS, Machine


@pytest.fixture
def limited(slack: LocalSlack) -> LocalSlack:
    slack.tiers.is_on = True
    return slack


def test_a_call_too_many_is_told_when_to_come_again(
    limited: LocalSlack, client: WebClient, machine: Machine
) -> None:
    for _ in range(20):
        client.users_list()
    machine.seconds += 45

    with pytest.raises(SlackApiError) as error:
        client.users_list()

    assert error.value.response.status_code == 429
    assert error.value.response.headers["Retry-After"] == "15"
    assert error.value.response["error"] == "ratelimited"


def test_a_full_method_stops_no_other_and_opens_again(
    limited: LocalSlack, client: WebClient, machine: Machine
) -> None:
    for _ in range(20):
        client.users_list()

    assert client.users_info(user="U0ANA")["ok"]
    machine.seconds += 60
    assert client.users_list()["ok"]


def test_a_channel_takes_one_message_a_second(
    limited: LocalSlack, client: WebClient
) -> None:
    for _ in range(60):
        client.chat_postMessage(channel=INCIDENTS, text="again")

    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel=INCIDENTS, text="too much")

    assert client.chat_postMessage(channel="U0ANA", text="elsewhere")["ok"]


def test_without_tiers_everything_goes_through(client: WebClient) -> None:
    answers = [client.users_list()["ok"] for _ in range(30)]

    assert all(answers)
