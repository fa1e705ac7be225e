"""Internals of libraries that we rely on.

Each test says where, and why nothing public does. If one fails after an upgrade, look
there first.
"""

import asyncio
import inspect
import socket
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import Generator, Iterator
from functools import reduce
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any

import h11
import psycopg
import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from psycopg.waiting import Wait
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection
from uvicorn import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from tests import postgres


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """The client behind Bolt's handler, which is not connected."""
    app = App(token="xoxb-1", signing_secret="s", token_verification_enabled=False)
    handler = SocketModeHandler(app, "xapp-1")
    yield handler.client
    handler.close()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    "name",
    [
        # bot/inbound/socket_mode.py stops: Bolt's own `close` hangs up before what is
        # in flight was acknowledged, and waits for reads to time out.
        "closed",
        "auto_reconnect_enabled",
        "message_queue.put",
        "message_processor.shutdown",
        "message_workers.shutdown",
        "connect_operation_lock.acquire",
        "current_session_state.terminated",
        "current_session_runner.event.set",
        "current_session_runner.is_alive",
        "current_session_runner.thread",
        # And it reconnects at once: Bolt reads the end of a broken socket for five
        # pings. While Slack refuses, Bolt would ask again every two seconds.
        "current_session",
        "connect_to_new_endpoint",
        "issue_new_wss_url",
    ],
)
def test_the_internals_that_socket_mode_uses_exist(client: Any, name: str) -> None:
    reduce(getattr, name.split("."), client)


def test_socket_mode_is_asked_for_the_address_of_each_connection(client: Any) -> None:
    asks = inspect.getsource(client.connect_to_new_endpoint)

    assert "self.issue_new_wss_url()" in asks


def test_socket_mode_finds_the_socket_of_a_session() -> None:
    assert "self.sock" in inspect.getsource(Connection)
    assert callable(Connection.disconnect)


def test_socket_mode_connects_and_leaves_where_we_do() -> None:
    """bot/inbound/sessions.py: slack_sdk reads neither fragments nor deadlines."""
    connects = inspect.getsource(SocketModeClient.connect_to_new_endpoint)
    runs = inspect.getsource(SocketModeClient._run_current_session)
    heeds = inspect.getsource(SocketModeClient.process_message)

    assert "self.connect()" in connects
    assert "run_until_completion(self.current_session_state)" in runs
    assert "self.connect_to_new_endpoint(force=True)" in heeds
    assert "last_ping_pong_time" in inspect.getsource(Connection.check_state)


def test_a_call_to_slack_passes_where_its_deadline_is_set() -> None:
    """bot/slack/call_deadlines.py: slack_sdk's timeout is per socket operation."""
    hook = WebClient._perform_urllib_http_request_internal
    asks = inspect.getsource(WebClient._perform_urllib_http_request)

    assert list(inspect.signature(hook).parameters) == ["self", "url", "req"]
    assert "self._perform_urllib_http_request_internal(url, req)" in asks


@pytest.mark.parametrize("kind", [HTTPConnection, HTTPSConnection])
def test_connections_are_made_and_read_where_a_deadline_can_be_set(
    kind: type[HTTPConnection],
) -> None:
    """bot/slack/call_deadlines.py: http.client tries addresses one after another, each
    with the whole timeout, and reads an answer without any deadline."""
    connects = inspect.getsource(HTTPConnection.connect)
    one, other = socket.socketpair()
    with one, other, HTTPResponse(one) as answer:
        assert hasattr(answer.fp, "detach")

    assert kind("localhost").response_class is HTTPResponse
    assert "self._create_connection(" in connects


def test_a_connection_of_uvicorn_says_how_far_its_request_is() -> None:
    """bot/inbound/connections.py: uvicorn has no deadline for a request."""
    cycle = inspect.signature(RequestResponseCycle).parameters
    begun = inspect.getsource(RequestResponseCycle.__init__)
    told = inspect.getsource(H11Protocol.handle_events)
    config = Config(lambda: None, http=H11Protocol, ws="none")
    protocol = H11Protocol(config, ServerState(), {}, asyncio.new_event_loop())

    assert protocol.conn.their_state is h11.IDLE
    assert vars(protocol)["cycle"] is None
    assert protocol.connections is protocol.server_state.connections
    assert "on_response" in cycle
    assert "self.more_body = True" in begun
    assert "self.response_complete = False" in begun
    assert "on_response=self.on_response_complete" in told
    assert "self.cycle.more_body = False" in told
    assert hasattr(FlowControl, "pause_writing")
    assert "self.write_paused" in inspect.getsource(FlowControl)
    protocol.loop.close()


def test_asyncio_accepts_no_more_at_once_than_the_backlog() -> None:
    """bot/inbound/signed_http.py: otherwise a flood closes what was just accepted."""
    accepts = inspect.getsource(BaseSelectorEventLoop)

    assert "for _ in range(backlog" in accepts


def test_psycopg_waits_in_a_method_that_polls() -> None:
    """bot/store/engines/connections.py: no timeout of libpq sees a frozen server."""
    given: list[int] = []

    def never() -> Generator[Wait, int, None]:
        while len(given) < 2:
            given.append((yield Wait.R))

    with psycopg.connect(postgres.empty(), autocommit=True) as connection:
        connection.wait(never(), interval=0.01)
    waits = inspect.getsource(psycopg.Cursor.execute)

    assert given == [0, 0]
    assert "self._conn.wait(" in waits


def test_apscheduler_keeps_the_thread_that_calls() -> None:
    """bot/running/scheduler.py: nothing public says that it died."""
    scheduler = BackgroundScheduler()
    scheduler.start()

    assert scheduler._thread.is_alive()
    scheduler.shutdown()
