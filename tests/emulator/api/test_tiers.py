"""Rate limits by tier: off unless asked for, counted by method and by minute."""

import ast
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.emulator.driver import LocalSlack
from tests.emulator.world import INCIDENTS, Machine
from tests.paths import ROOT

METHODS = {name.replace("_", ".") for name in vars(WebClient) if name[0] != "_"}


def called_by_the_bot() -> Iterator[str]:
    """Yield the methods that the code of the bot names."""
    yield "apps.connections.open"  # Slack's own library calls it.
    for path in (ROOT / "bot").rglob("*.py"):
        if "emulator" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and hasattr(WebClient, node.attr):
                yield node.attr.replace("_", ".")
            elif isinstance(node, ast.Constant) and "." in str(node.value):
                yield str(node.value)


@pytest.fixture
def limited(slack: LocalSlack) -> LocalSlack:
    slack.tiers.is_on = True
    return slack


def test_a_call_over_the_rate_limit_gets_retry_after(
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


def test_each_method_that_the_bot_calls_has_a_tier(slack: LocalSlack) -> None:
    called = METHODS.intersection(called_by_the_bot())

    assert {"apps.connections.open", "chat.postMessage", "dnd.info"} <= called
    assert called - slack.tiers.of_methods.keys() == set()


def test_a_method_of_the_third_tier_takes_fifty_calls_a_minute(
    limited: LocalSlack, client: WebClient
) -> None:
    limited.workspace.scopes |= {"dnd:read"}
    for _ in range(50):
        client.dnd_info(user="U0ANA")

    with pytest.raises(SlackApiError):
        client.dnd_info(user="U0ANA")
