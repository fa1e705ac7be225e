"""The local Slack as a process of its own, driven from here."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.clock import TrialClock
from bot.emulator.driver import LocalSlack
from bot.emulator.faults import Condition, Fault
from bot.emulator.people.exchanges import Answer
from tests.emulator.world import INCIDENTS, actions, button
from tests.paths import ROOT
from tests.remote_slack import connected, slack_process

_APP = """
import sys
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

token, app_token, api_url = sys.argv[1:]
client = WebClient(token, base_url=api_url)
app = App(client=client, token_verification_enabled=False)
app.command("/sev2")(lambda ack: ack("heard"))
SocketModeHandler(app, app_token).start()
"""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSlack]:
    """One process for all: it takes a second to start."""
    clock = tmp_path_factory.mktemp("clock") / "clock.json"
    TrialClock(clock).travel(datetime(2026, 11, 24, 10, tzinfo=UTC))
    with slack_process(clock, ack_within=1) as slack:
        slack.add_person("ana", tz="Europe/Berlin")
        slack.add_channel("incidents", members=["ana"])
        yield slack


@pytest.fixture
def slack(process: LocalSlack) -> LocalSlack:
    process.clear()
    process.faults.clear()
    return process


@pytest.fixture
def client(slack: LocalSlack) -> WebClient:
    return WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


def test_messages_in_a_remote_slack_can_be_read(
    slack: LocalSlack, client: WebClient
) -> None:
    said = slack.as_("ana").say("push fails", "incidents")
    key = {"event_type": "sevbot_message", "event_payload": {"key": "INC-1/card"}}
    client.chat_postMessage(
        channel=INCIDENTS, text="seen", thread_ts=said.ts, metadata=key
    )

    (parent,) = slack.channel("incidents")
    (reply,) = parent.thread

    assert slack.all_messages() == [said, reply]
    assert slack.text(parent, reader="ana") == "push fails"
    assert reply.metadata == key
    assert slack.calls("chat.postMessage")[0].ok


def test_a_remote_slack_stamps_by_a_shared_clock(
    slack: LocalSlack, client: WebClient
) -> None:
    posted = client.chat_postMessage(channel=INCIDENTS, text="x")

    assert slack.clock() == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert float(posted["ts"]) == pytest.approx(slack.clock().timestamp())


def test_a_form_in_a_remote_slack_can_be_opened_and_read(
    slack: LocalSlack, client: WebClient
) -> None:
    client.chat_postMessage(
        channel=INCIDENTS, text="x", blocks=[actions(button("Take it", "take"))]
    )
    (card,) = slack.channel("incidents")

    answer = slack.as_("ana").press("Take it", card)

    assert isinstance(answer, Answer)
    assert answer.error == "dispatch_failed"
    assert slack.as_("ana").view() is None
    with pytest.raises(LookupError, match="no form open"):
        slack.as_("ana").submit(what="x")


def test_a_remote_slack_hides_its_workspace_and_passes_errors_on(
    slack: LocalSlack,
) -> None:
    with pytest.raises(TypeError, match="cannot pickle"):
        _ = slack.workspace
    with pytest.raises(AttributeError, match="nonsense"):
        _ = slack.nonsense  # type: ignore[attr-defined]
    with pytest.raises(LookupError, match="nobody here is called 'zoe'"):
        slack.as_("zoe").command("/sev2")
    with pytest.raises(AssertionError, match="did not happen within"):
        slack.wait_for_messages("incidents", timeout=0.1)


def test_a_remote_slack_can_be_broken_and_restored(
    slack: LocalSlack, client: WebClient
) -> None:
    slack.condition = Condition.FAILING
    with pytest.raises(SlackApiError):
        client.auth_test()
    slack.offline = True
    command = slack.as_("ana").command("/sev2")

    slack.condition = Condition.WELL

    assert command.error == "dispatch_failed"
    assert slack.condition is Condition.WELL
    assert slack.offline is False
    assert client.auth_test()["ok"]


def test_killing_a_connected_app_leaves_a_remote_slack_well(
    slack: LocalSlack,
) -> None:
    arguments = [slack.bot_token, slack.app_token, slack.api_url]
    for _ in range(2):
        with subprocess.Popen([sys.executable, "-c", _APP, *arguments]) as app:
            slack.wait_for_socket(timeout=30)
            heard = slack.as_("ana").command("/sev2", wait_private=True)
            os.kill(app.pid, signal.SIGKILL)
            app.wait(10)
        slack.wait_until(lambda: not slack.health()["sockets"])

        assert heard.private is not None
        assert heard.private.text == "heard"
        assert slack.as_("ana").command("/sev2").error == "dispatch_failed"


def test_a_remote_slack_ends_with_the_process_that_started_it() -> None:
    child = "from tests.remote_slack import slack_process\n"
    child += "with slack_process() as slack:\n"
    child += "    print(vars(slack)['_address'], flush=True)\n"
    child += "    input()\n"
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", child], cwd=ROOT, stdin=pipe, stdout=pipe, text=True
    ) as starter:
        assert starter.stdout is not None
        slack = connected(starter.stdout.readline().strip())
        was_there = slack.clock() is not None

        starter.kill()

    def is_gone() -> bool:
        try:
            slack.clock()
        except OSError:
            return True
        return False

    assert was_there
    slack.wait_until(is_gone, timeout=10)


def test_calls_fail_by_chance_in_a_remote_slack(
    slack: LocalSlack, client: WebClient
) -> None:
    slack.faults.by_chance("auth.test", {Fault.FAIL_AFTER: 1}, seed=7)

    with pytest.raises(SlackApiError):
        client.auth_test()

    assert [call.fault for call in slack.calls()] == [Fault.FAIL_AFTER]
