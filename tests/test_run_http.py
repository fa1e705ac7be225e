"""`sevbot run --http` as a process of its own, and its health check."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from bot.clock import TrialClock
from bot.emulator.driver import LocalSlack
from bot.emulator.faults import Fault
from tests.processes import free_port, sevbot, team_slack, until

WITHIN_S = 20
HALF = (
    b"POST /slack/events HTTP/1.1\r\nHost: bot\r\n",
    b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 9\r\n\r\n",
    b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 9\r\n"
    b"X-Slack-Request-Timestamp: %d\r\nX-Slack-Signature: v0=%s\r\n\r\n"
    % (time.time(), b"0" * 64),
)


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with team_slack() as slack:
        yield slack


def health(port: int) -> tuple[int, Any]:
    """Poll the health check until it answers."""
    until = time.monotonic() + WITHIN_S
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
        finally:
            connection.close()


def test_over_http_a_bot_takes_signed_commands_and_pages(
    slack: LocalSlack, tmp_path: Path
) -> None:
    port = free_port()
    slack.request_url = f"http://127.0.0.1:{port}/slack/events"
    with sevbot(
        slack,
        tmp_path,
        "run",
        "--http",
        SLACK_APP_TOKEN="",
        SLACK_SIGNING_SECRET=slack.signing_secret,
        SEVBOT_PORT=str(port),
    ) as process:
        status, told = health(port)

        answer = slack.as_("dee").command("/sev1", "acme: down", channel="support")
        slack.wait_until(lambda: slack.dm("ana"), timeout=10)
        process.send_signal(signal.SIGTERM)
        output, log = process.communicate(timeout=WITHIN_S)

    assert (status, told) == (200, {"status": "ok", "reasons": [], "notes": []})
    assert answer.ok
    assert process.returncode == 0
    assert output.splitlines()[-1] == "sevbot stopped."
    assert slack.signing_secret not in log


def test_a_page_that_does_not_go_out_shows_in_the_health(
    slack: LocalSlack, tmp_path: Path
) -> None:
    port, clock = free_port(), TrialClock(tmp_path / "clock.json")
    slack.request_url = f"http://127.0.0.1:{port}/slack/events"
    clock.travel(datetime(2026, 11, 24, 18, tzinfo=UTC))

    def told() -> tuple[int, Any]:
        status, told = health(port)
        return status, told["reasons"] + told["notes"]

    with sevbot(
        slack,
        tmp_path,
        "run",
        "--http",
        SLACK_SIGNING_SECRET=slack.signing_secret,
        SEVBOT_PORT=str(port),
        SEVBOT_CLOCK="clock.json",
    ):
        began = told()
        for method in ("chat.postMessage", "conversations.open"):
            slack.faults.add(method, Fault.FAIL_BEFORE, times=None)
        slack.as_("ana").command("/sev1", "acme: down", channel="support")
        until(lambda: bool(told()[1]))
        young = told()
        clock.advance(timedelta(minutes=3))
        until(lambda: told()[0] != 200)
        old = told()
        slack.faults.clear()
        until(lambda: not told()[1])
        sent = told()

    assert began == sent == (200, [])
    assert young[0] == 200
    assert young[1][0].startswith("a page has been waiting to be sent for 0 s (last")
    assert old[0] == 503
    assert old[1][0].startswith("a page has been waiting to be sent for 180 s (last")


def test_a_thousand_half_requests_stop_no_command_and_no_page(
    slack: LocalSlack, tmp_path: Path
) -> None:
    port = free_port()
    slack.request_url = f"http://127.0.0.1:{port}/slack/events"
    with (
        ExitStack() as strangers,
        sevbot(
            slack,
            tmp_path,
            "run",
            "--http",
            SLACK_SIGNING_SECRET=slack.signing_secret,
            SEVBOT_PORT=str(port),
        ) as process,
    ):
        health(port)
        for number in range(1_000):
            stranger = socket.create_connection(("127.0.0.1", port))
            strangers.enter_context(stranger)
            stranger.sendall(HALF[number % len(HALF)])
        began = time.monotonic()
        answer = slack.as_("dee").command("/sev1", "acme: down", channel="support")
        took = time.monotonic() - began
        is_paged = slack.wait_until(lambda: slack.dm("ana"), timeout=10)
        status, _ = health(port)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=WITHIN_S)

    assert answer.ok
    assert took < 3
    assert is_paged
    assert status == 200
    assert len(log.splitlines()) < 100


def test_in_socket_mode_a_port_serves_the_health(
    slack: LocalSlack, tmp_path: Path
) -> None:
    port = free_port()
    with sevbot(slack, tmp_path, "run", PORT=str(port)) as process:
        slack.wait_for_socket(timeout=WITHIN_S)
        status, told = health(port)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=WITHIN_S)

    assert (status, told["reasons"]) == (200, [])
    assert (
        "PORT is set, so this host wants to reach sevbot there, but sevbot listens on "
        "127.0.0.1 only. Set SEVBOT_HOST=0.0.0.0 if the host's router comes from "
        "outside.\n"
    ) in log


def test_a_socket_that_slack_refuses_shows_in_the_health_and_stops_nothing(
    slack: LocalSlack, tmp_path: Path
) -> None:
    port = free_port()
    with sevbot(slack, tmp_path, "run", SEVBOT_PORT=str(port)) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if "is ready" in line)
        slack.faults.refuse("apps.connections.open", "invalid_auth", times=None)
        slack.cut_sockets()
        until(lambda: "invalid_auth" in str(health(port)))
        status, told = health(port)
        # `run` looks twice a second whether it has to end.
        has_ended = until(lambda: process.poll() is not None, within=2)

    assert (status, told["reasons"]) == (
        503,
        ["not connected to Slack: commands cannot arrive (invalid_auth)"],
    )
    assert not has_ended


@pytest.mark.parametrize("secret", ["", "  "], ids=["none", "blank"])
def test_over_http_a_bot_needs_a_signing_secret(
    slack: LocalSlack, tmp_path: Path, secret: str
) -> None:
    with sevbot(
        slack, tmp_path, "run", "--http", SLACK_SIGNING_SECRET=secret
    ) as process:
        _, log = process.communicate(timeout=WITHIN_S)

    assert process.returncode == 1
    assert log == ("sevbot: Set SLACK_SIGNING_SECRET in the environment or in .env.\n")


def test_over_http_a_port_in_use_ends_the_bot_with_one_sentence(
    slack: LocalSlack, tmp_path: Path
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with sevbot(
            slack,
            tmp_path,
            "run",
            "--http",
            SLACK_SIGNING_SECRET=slack.signing_secret,
            SEVBOT_PORT=str(other.getsockname()[1]),
        ) as process:
            _, log = process.communicate(timeout=WITHIN_S)

    assert process.returncode == 1
    assert log.splitlines()[-1].startswith("sevbot: Cannot listen on 127.0.0.1 port ")
