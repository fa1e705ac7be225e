"""A local Slack with three people, and real clients for it."""

from collections.abc import Iterator

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.emulator.driver import LocalSlack
from tests.emulator.world import Clock, Machine, close


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def slack(clock: Clock, machine: Machine) -> Iterator[LocalSlack]:
    with LocalSlack(clock, machine=machine, ack_within=1.0) as slack:
        slack.add_person("ana", tz="Europe/Berlin")
        slack.add_person("ben", tz="America/Los_Angeles")
        slack.add_person("cleo", tz="Asia/Kolkata")
        slack.add_channel("incidents", members=["ana", "ben"])
        slack.add_channel("support", members=["ana", "cleo"], bot=False)
        yield slack


@pytest.fixture
def client(slack: LocalSlack) -> WebClient:
    return WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def app(slack: LocalSlack, client: WebClient) -> Iterator[App]:
    """A Bolt app over Socket Mode, connected; a test adds its listeners."""
    app = App(client=client, token_verification_enabled=False)
    handler = SocketModeHandler(app, slack.app_token, ping_interval=0.2)
    handler.connect()  # type: ignore[no-untyped-call]
    slack.wait_for_socket()
    yield app
    close(slack, handler)
