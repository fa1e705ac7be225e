"""Socket Mode: hello, envelopes, acks, several sockets, and their end."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from bot.emulator.driver import LocalSlack
from bot.emulator.people.exchanges import Answer
from tests.emulator.world import close


@pytest.fixture
def hasty() -> Iterator[LocalSlack]:
    """A local Slack whose people give up at once; nobody acknowledges here."""
    with LocalSlack(ack_within=0.05) as hasty:
        hasty.add_person("ana")
        yield hasty


@contextmanager
def socket(slack: LocalSlack) -> Iterator[ClientConnection]:
    """Open one socket by hand."""
    client = WebClient(base_url=slack.api_url)
    url = client.apps_connections_open(app_token=slack.app_token)["url"]
    with connect(url) as connection:
        yield connection


def read(connection: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(connection.recv(timeout=2))
    return frame


def test_the_first_frame_is_hello(slack: LocalSlack) -> None:
    with socket(slack) as connection:
        hello = read(connection)

    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["debug_info"]["approximate_connection_time"] > 0


def test_an_address_opens_one_socket(slack: LocalSlack, client: WebClient) -> None:
    url = client.apps_connections_open(app_token=slack.app_token)["url"]

    with connect(url) as first, connect(url) as second:
        assert read(first)["type"] == "hello"
        with pytest.raises(ConnectionClosed):
            second.recv(timeout=2)


def test_stopping_with_an_open_socket_logs_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with ExitStack() as after, LocalSlack() as slack:
        read(after.enter_context(socket(slack)))

    assert caplog.records == []


def test_pings_are_answered(slack: LocalSlack) -> None:
    with socket(slack) as connection:
        answered = connection.ping(b"are you there").wait(timeout=2)

    assert answered


def test_an_envelope_goes_to_one_of_several_sockets(hasty: LocalSlack) -> None:
    with socket(hasty) as first, socket(hasty) as second:
        read(first), read(second)
        hasty.wait_for_socket(count=2)
        for _ in range(4):
            hasty.as_("ana").command("/sev1")
        first_got = [read(first) for _ in range(2)]
        second_got = [read(second) for _ in range(2)]

    ids = {frame["payload"]["trigger_id"] for frame in first_got + second_got}
    assert len(ids) == 4


def test_the_eleventh_socket_is_one_too_many(slack: LocalSlack) -> None:
    with ExitStack() as stack:
        ten = [stack.enter_context(socket(slack)) for _ in range(10)]
        for each in ten:
            read(each)
        slack.wait_for_socket(count=10)
        eleventh = stack.enter_context(socket(slack))

        frame = read(eleventh)

    assert (frame["type"], frame["reason"]) == ("disconnect", "too_many_websockets")


def test_an_envelope_says_what_it_is(hasty: LocalSlack) -> None:
    with socket(hasty) as connection:
        read(connection)
        hasty.wait_for_socket()
        answer = hasty.send_event({"type": "app_home_opened", "user": "U0ANA"})
        event = read(connection)
        hasty.redeliver(answer)
        again = read(connection)

    assert answer.error == "operation_timeout"
    assert (event["type"], event["accepts_response_payload"]) == ("events_api", False)
    assert event["payload"]["type"] == "event_callback"
    assert event["payload"]["event"]["type"] == "app_home_opened"
    assert (event["retry_attempt"], again["retry_attempt"]) == (0, 1)
    assert again["payload"] == event["payload"]
    assert again["envelope_id"] != event["envelope_id"]


def test_an_ack_counts_from_any_socket(slack: LocalSlack) -> None:
    answers: list[Answer] = []
    typing = Thread(target=lambda: answers.append(slack.as_("ana").command("/sev2")))

    with socket(slack) as first, socket(slack) as second:
        read(first), read(second)
        slack.wait_for_socket(count=2)
        typing.start()
        envelope = read(second)
        first.send(json.dumps({"envelope_id": envelope["envelope_id"]}))
        typing.join()

    assert answers[0].ok


def test_an_ack_that_comes_too_late_changes_nothing(hasty: LocalSlack) -> None:
    with socket(hasty) as connection:
        read(connection)
        hasty.wait_for_socket()
        answer = hasty.as_("ana").command("/sev2", "acme: down")
        late = {"envelope_id": read(connection)["envelope_id"]}
        connection.send(json.dumps({**late, "payload": {"text": "too late"}}))
        connection.ping().wait(timeout=2)

    assert (answer.ok, answer.error) == (False, "operation_timeout")
    assert hasty.private("ana") == []


def test_a_frame_that_is_not_json_is_ignored(hasty: LocalSlack) -> None:
    with socket(hasty) as connection:
        read(connection)
        connection.send("{")

        assert connection.ping().wait(timeout=2)


def test_an_event_reaches_a_bolt_app(slack: LocalSlack, app: App) -> None:
    opened: list[str] = []

    @app.event("app_home_opened")
    def listen(event: dict[str, Any]) -> None:
        opened.append(event["user"])

    answer = slack.send_event(
        {"type": "app_home_opened", "user": "U0ANA", "tab": "home"}
    )

    assert answer.ok
    slack.wait_until(lambda: opened == ["U0ANA"])


@pytest.mark.parametrize("end", ["asked", "cut"])
def test_a_bolt_app_comes_back_after_its_socket_ends(
    slack: LocalSlack, app: App, end: str
) -> None:
    @app.command("/sev2")
    def listen(ack: Ack) -> None:
        ack("still here")

    opened = len(slack.calls("apps.connections.open"))

    if end == "asked":
        slack.ask_to_reconnect()
    else:
        slack.cut_sockets()
    slack.wait_until(lambda: len(slack.calls("apps.connections.open")) > opened)
    slack.wait_for_socket()

    answer = slack.as_("ana").command("/sev2")
    assert answer.private
    assert answer.private.text == "still here"


def test_state_outlives_the_app(slack: LocalSlack, client: WebClient) -> None:
    handlers = []
    for _ in range(2):
        app = App(client=client, token_verification_enabled=False)
        app.command("/sev2")(lambda ack: ack("here"))
        handler = SocketModeHandler(app, slack.app_token)
        handler.connect()  # type: ignore[no-untyped-call]
        slack.wait_for_socket()
        handlers.append(slack.as_("ana").command("/sev2"))
        close(slack, handler)

    assert [m.text for m in slack.private("ana")] == ["here", "here"]
    assert slack.as_("ana").command("/sev2").error == "dispatch_failed"
