"""Requests over HTTP: signed ones are accepted, others are not."""

import http.client
import json
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from threading import Event
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.emulator.api.deliveries import signature
from bot.errors import BotError
from bot.inbound.connections import most_unfinished
from bot.inbound.signed_http import Signatures, SignedHttp, WebServer, health_route
from tests.processes import until
from tests.story import Story

COMMAND = urlencode(
    {
        "command": "/incident",
        "text": "help",
        "user_id": "U0DEE",
        "team_id": "T0ACME",
        "channel_id": "C0SUPPORT",
        "trigger_id": "1.2",
        "response_url": "http://127.0.0.1:9/",
    }
).encode()


class OverHttp(Story):
    """A story over signed HTTP, whatever transport the others take."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "2026-11-24 10:00")
        self.is_http = True
        self.strangers: list[socket.socket] = []


@pytest.fixture
def told(tmp_path: Path) -> Iterator[OverHttp]:
    told = OverHttp(tmp_path)
    told.start()
    yield told
    told.stop()
    for stranger in told.strangers:
        stranger.close()


@dataclass
class Reply:
    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    told: OverHttp, method: str, path: str, body: bytes = b"", **headers: str
) -> Reply:
    assert isinstance(told.bot.transport, SignedHttp)
    connection = http.client.HTTPConnection(
        "127.0.0.1", told.bot.transport.port, timeout=10
    )
    try:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, given)
        answer = connection.getresponse()
        return Reply(answer.status, answer.read().decode(), dict(answer.getheaders()))
    finally:
        connection.close()


def post(told: OverHttp, body: bytes, *, at: str = "", sign: str = "") -> Reply:
    at = at or str(int(time.time()))
    return ask(
        told,
        "POST",
        "/slack/events",
        body,
        Content_Type="application/x-www-form-urlencoded",
        X_Slack_Request_Timestamp=at,
        X_Slack_Signature=sign or signature(told.slack.signing_secret, at, body),
    )


def began(told: OverHttp, rest: str) -> socket.socket:
    """Begin a request that is not finished."""
    assert isinstance(told.bot.transport, SignedHttp)
    stranger = socket.create_connection(("127.0.0.1", told.bot.transport.port))
    told.strangers.append(stranger)
    if rest:
        stranger.sendall(f"POST /slack/events HTTP/1.1\r\nHost: b\r\n{rest}".encode())
    return stranger


def is_open(told: OverHttp) -> bool:
    """Return whether the server has any connection."""
    assert isinstance(told.bot.transport, SignedHttp)
    return bool(told.bot.transport._server.server_state.connections)


def forward(told: OverHttp, seconds: float) -> None:
    """Move the clock of the server's loop."""
    assert isinstance(told.bot.transport, SignedHttp)
    connection = next(iter(told.bot.transport._server.server_state.connections))
    loop = connection.loop
    began_at, real_at = loop.time(), time.monotonic()
    moved = lambda: began_at + seconds + time.monotonic() - real_at  # noqa: E731
    loop.time = moved  # type: ignore[method-assign]
    loop.call_soon_threadsafe(lambda: None)


def test_a_signed_command_is_answered_in_the_response(told: OverHttp) -> None:
    reply = post(told, COMMAND)

    assert reply.status == 200
    assert reply.json["response_type"] == "ephemeral"
    assert "is about opening one" in reply.json["text"]


@pytest.mark.parametrize(
    ("at", "sign"),
    [
        ("", "v0=" + "0" * 64),
        ("", "v0=short"),
        ("", "v0=" + "\xe9" * 64),
        ("soon", "v0=" + "0" * 64),
        ("9" * 5000, "v0=" + "0" * 64),
        ("\xb2", "v0=" + "0" * 64),
        ("1700000000", ""),
    ],
    ids=["wrong", "short", "not ascii", "no number", "huge", "superscript", "old"],
)
def test_requests_without_a_fresh_signature_are_refused_silently(
    told: OverHttp, caplog: pytest.LogCaptureFixture, at: str, sign: str
) -> None:
    reply = post(told, COMMAND, at=at, sign=sign)

    assert (reply.status, reply.body) == (401, "not signed by Slack")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_wrong_signatures_are_noted_until_one_is_right(told: OverHttp) -> None:
    post(told, COMMAND, sign="no signature at all")
    stranger = ask(told, "GET", "/healthz").json
    for _ in range(2):
        post(told, COMMAND, sign="v0=" + "0" * 64)
    deaf = ask(told, "GET", "/healthz")
    post(told, COMMAND)
    post(told, COMMAND, sign="v0=" + "0" * 64)

    hearing = ask(told, "GET", "/healthz").json

    assert stranger["notes"] == []
    assert (deaf.status, deaf.json["status"]) == (200, "ok")
    assert deaf.json["notes"] == [
        (
            "SLACK_SIGNING_SECRET fits none of 2 signed requests since the start: if "
            "commands fail, copy this app's Signing Secret again, and see that this "
            "machine's clock is right"
        )
    ]
    assert hearing["notes"] == []


def test_wrong_signatures_are_logged_once_an_hour_until_one_is_right(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    instants = iter(
        (0.0, 1.0, 3599.0, 3600.0, 3601.0, 7200.0, 7201.0, 7202.0, 99_999.0)
    )
    signatures = Signatures(lambda: next(instants))
    for _ in range(6):
        signatures.count(is_right=False)
    for is_right in (True, True, False):
        signatures.count(is_right=is_right)

    said = [(one.message, vars(one).get("refused")) for one in caplog.records]

    assert said == [
        ("no signature is that of SLACK_SIGNING_SECRET", 1),
        ("no signature is that of SLACK_SIGNING_SECRET", 4),
        ("no signature is that of SLACK_SIGNING_SECRET", 6),
        ("the first request signed by slack arrived", None),
    ]


def test_a_replayed_signed_command_adds_nothing(told: OverHttp) -> None:
    body = COMMAND.replace(b"%2Fincident", b"%2Fsev3").replace(b"help", b"acme%3A+odd")
    at = f"{time.time():.0f}"
    sign = signature(told.slack.signing_secret, at, body)

    replies = [post(told, body, at=at, sign=sign) for _ in range(3)]
    told.settle()

    assert {reply.status for reply in replies} == {200}
    assert "Sev3 \\u00b7 Acme (Premium Support)" in replies[0].body
    assert {reply.body for reply in replies} == {replies[0].body}
    assert len(told.slack.channel("incidents")) == 1


def test_a_request_without_a_signature_is_refused(told: OverHttp) -> None:
    assert ask(told, "POST", "/slack/events", COMMAND).status == 401


def test_a_body_that_is_not_utf8_is_refused(told: OverHttp) -> None:
    body = b"text=\xff"
    at = str(int(time.time()))

    reply = post(told, body, at=at, sign="v0=" + "0" * 64)

    assert reply.status == 401


def test_a_body_larger_than_slacks_is_refused(
    told: OverHttp,
) -> None:
    assert post(told, b"x" * 2_000_001).status == 413


def test_a_refusal_waits_for_no_body(told: OverHttp) -> None:
    fresh = f"X-Slack-Request-Timestamp: {time.time():.0f}\r\n"
    signed = f"{fresh}X-Slack-Signature: v0={'0' * 64}\r\n"
    old = signed.replace(fresh, "X-Slack-Request-Timestamp: 1700000000\r\n")

    said = [
        began(told, f"Content-Length: {size}\r\n{headers}\r\n").recv(12)
        for size, headers in ((9, ""), (9, old), (2_000_001, signed))
    ]

    assert said == [b"HTTP/1.1 401", b"HTTP/1.1 401", b"HTTP/1.1 413"]


@pytest.mark.parametrize(
    "half",
    [
        "",
        "Content-Length: 9\r\n",
        "Content-Length: 9\r\n\r\n",
        "Content-Length: 9\r\n{signed}\r\nhalf",
    ],
    ids=["nothing", "headers", "refused", "body"],
)
def test_a_request_that_drips_has_ten_seconds(
    told: OverHttp, caplog: pytest.LogCaptureFixture, half: str
) -> None:
    signed = f"X-Slack-Request-Timestamp: {time.time():.0f}\r\n"
    signed += f"X-Slack-Signature: v0={'0' * 64}\r\n"
    stranger = began(told, half.format(signed=signed))
    until(lambda: is_open(told))
    for _ in range(2):
        forward(told, 4)
        stranger.sendall(b"X")
    early = is_open(told)

    forward(told, 3)

    assert early
    assert until(lambda: not is_open(told))
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


def test_more_than_a_few_hundred_unfinished_requests_close_the_oldest(
    told: OverHttp,
) -> None:
    most = most_unfinished()
    strangers = [began(told, "") for _ in range(most + 10)]

    until(lambda: strangers[9] in select(strangers, [], [], 0)[0])
    closed, _, _ = select(strangers, [], [], 0)

    assert closed == strangers[:10]
    assert post(told, COMMAND).status == 200


def test_no_address_leads_to_the_host_that_a_request_names(told: OverHttp) -> None:
    reply = ask(told, "GET", "/slack/events/", Host="evil.example")

    assert (reply.status, reply.headers.get("location")) == (404, None)


@pytest.mark.parametrize(
    "body",
    ['{"a":' * 100_000, urlencode({"payload": "[" * 100_000})],
    ids=["json", "form"],
)
def test_signed_json_that_is_nested_too_deeply_is_refused(
    told: OverHttp, body: str
) -> None:
    assert post(told, body.encode()).status == 400


def test_slacks_url_verification_is_answered(told: OverHttp) -> None:
    body = b'{"type": "url_verification", "challenge": "abc"}'
    at = str(int(time.time()))

    reply = ask(
        told,
        "POST",
        "/slack/events",
        body,
        Content_Type="application/json",
        X_Slack_Request_Timestamp=at,
        X_Slack_Signature=signature(told.slack.signing_secret, at, body),
    )

    assert reply.status == 200
    assert "abc" in reply.body


def test_nothing_else_is_served(told: OverHttp) -> None:
    statuses = [
        ask(told, "GET", path).status
        for path in ("/", "/slack/events", "/slack/install")
    ]

    assert statuses == [404, 405, 404]


def test_a_healthy_bot_says_so_without_secrets(told: OverHttp) -> None:
    reply = ask(told, "GET", "/healthz")

    assert reply.status == 200
    assert reply.json == {"status": "ok", "reasons": [], "notes": []}


def test_health_fails_while_the_token_is_revoked(
    told: OverHttp,
) -> None:
    token = told.slack.workspace.bot_token
    told.slack.workspace.bot_token = "xoxb-another"
    told.command("dee", "/sev1 acme: down")
    red = ask(told, "GET", "/healthz")

    told.slack.workspace.bot_token = token
    told.system_clock.advance(minutes=1)
    told.settle()
    green = ask(told, "GET", "/healthz")

    assert red.status == 503
    assert red.json == {
        "status": "failing",
        "reasons": ["Slack refuses the installation: invalid_auth"],
        "notes": [],
    }
    assert green.status == 200


def test_health_fails_while_the_database_is_locked(told: OverHttp) -> None:
    other = sqlite3.connect(told.folder / "sevbot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    reply = ask(told, "GET", "/healthz")
    other.close()

    assert reply.status == 503
    assert reply.json["reasons"] == [
        "the record cannot be used: the database is locked"
    ]


def test_a_port_in_use_is_refused_in_one_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(BotError) as caught:
            WebServer([], "127.0.0.1", port)

    assert str(caught.value) == (
        f"Cannot listen on 127.0.0.1 port {port}: Address already in use. "
        "Set SEVBOT_HOST and SEVBOT_PORT."
    )


def test_a_foreign_host_is_refused_in_one_sentence() -> None:
    with pytest.raises(BotError, match=r"^Cannot listen on 192\.0\.2\.1 port 0: "):
        WebServer([], "192.0.2.1", 0)


def test_a_server_that_was_never_started_can_be_stopped() -> None:
    server = WebServer([], "127.0.0.1", 0)

    server.stop()

    assert not server.is_connected()


@pytest.mark.parametrize(
    ("health", "why"),
    [
        (Event().wait, "the record does not answer"),
        (lambda: int("x"), "the health cannot be told: the log says why"),
    ],
    ids=["hangs", "fails"],
)
def test_health_is_answered_as_json_whatever_it_meets(
    health: Callable[[], Any], why: str
) -> None:
    lets_go = health.__self__ if hasattr(health, "__self__") else Event()
    server = WebServer([health_route(health)], "127.0.0.1", 0)
    server.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    lets_go.set()
    server.stop()

    assert answer.status == 503
    assert said == {"status": "failing", "reasons": [why], "notes": []}
