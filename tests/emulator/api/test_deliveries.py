"""The local Slack sends signed HTTP requests as the real one does."""

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk.signature import SignatureVerifier

from bot.emulator.driver import LocalSlack

Received = list[tuple[dict[str, str], str]]


class Receiver(HTTPServer):
    """An app that keeps what it is sent, and answers as a test says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: Received = []
        self.answer: tuple[int, str, str] = (200, "", "text/plain")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/slack/events"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append((headers, body))
        status, text, kind = self.server.answer
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def receiver(slack: LocalSlack) -> Iterator[Receiver]:
    receiver = Receiver()
    thread = Thread(target=receiver.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    slack.request_url = receiver.url
    yield receiver
    receiver.shutdown()
    receiver.server_close()


def test_a_command_is_a_signed_form(slack: LocalSlack, receiver: Receiver) -> None:
    answer = slack.as_("ana").command("/sev2", "acme: push fails", channel="support")

    ((headers, body),) = receiver.received
    given = {name: values[0] for name, values in parse_qs(body).items()}
    assert answer.ok
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert (given["command"], given["text"]) == ("/sev2", "acme: push fails")
    assert SignatureVerifier(slack.signing_secret).is_valid_request(body, headers)
    assert abs(time.time() - int(headers["x-slack-request-timestamp"])) < 60


def test_an_event_is_json_and_a_retry_says_so(
    slack: LocalSlack, receiver: Receiver
) -> None:
    answer = slack.send_event({"type": "team_join", "user": {"id": "U0NIA"}})

    slack.redeliver(answer)

    (_, first), (headers, second) = receiver.received
    assert json.loads(first)["event"]["type"] == "team_join"
    assert json.loads(second)["event_id"] == json.loads(first)["event_id"]
    assert headers["x-slack-retry-num"] == "1"
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Got it.", "text/plain"),
        ('{"response_type": "ephemeral", "text": "Got it."}', "application/json"),
    ],
    ids=["plain text", "json"],
)
def test_the_body_of_the_response_is_the_private_answer(
    slack: LocalSlack, receiver: Receiver, text: str, kind: str
) -> None:
    receiver.answer = (200, text, kind)

    answer = slack.as_("ana").command("/sev2", "help", channel="support")

    assert answer.private is not None
    assert answer.private.text == "Got it."


def test_an_app_that_answers_an_error_did_not_take_the_command(
    slack: LocalSlack, receiver: Receiver
) -> None:
    receiver.answer = (500, "", "text/plain")

    answer = slack.as_("ana").command("/sev2", "help", channel="support")

    assert answer.error == "dispatch_failed"


def test_a_slack_that_is_gone_sends_nothing(
    slack: LocalSlack, receiver: Receiver
) -> None:
    slack.offline = True

    answer = slack.as_("ana").command("/sev2", "help", channel="support")

    assert answer.error == "dispatch_failed"
    assert receiver.received == []
