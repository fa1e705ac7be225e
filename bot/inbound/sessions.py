"""Socket Mode's client, with its own way to read a connection.

slack_sdk's takes each frame for a whole message, logs those that it does not know,
calls itself for every kilobyte, and waits for ever for a frame or a handshake that
drips.
"""

import logging
import time
from contextlib import suppress
from socket import socket
from threading import Event
from typing import Any, Protocol, assert_never
from urllib.parse import urlsplit

from slack_sdk.errors import SlackClientNotConnectedError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState
from slack_sdk.socket_mode.builtin.internals import (
    _establish_new_socket_connection,
    _generate_sec_websocket_key,
    _parse_handshake_response,
    _validate_sec_websocket_accept,
)

from bot.inbound.frames import FrameError, Frames, Kind, Received
from bot.slack.call_deadlines import tunnel

logger = logging.getLogger(__name__)

HANDSHAKE_WITHIN_S = 10.0
MESSAGE_WITHIN_S = 10.0
_ANSWERS_WITHIN_S = 10.0
_READ_AT_ONCE = 65_536
_PAUSE_S = 0.01


class Readable(Protocol):
    """What a handshake is read from."""

    def recv(self, size: int, /) -> bytes:
        """Return some bytes."""


class Timed:
    """A socket that is read until a deadline, and no longer."""

    def __init__(self, source: Readable, within_s: float) -> None:
        self._source = source
        self._until = time.monotonic() + within_s

    def recv(self, size: int) -> bytes:
        """Return some bytes. Raises TimeoutError after the deadline."""
        if time.monotonic() > self._until:
            raise TimeoutError
        return self._source.recv(size)


class Session(Connection):
    """One connection to Slack."""

    handshake_within_s = HANDSHAKE_WITHIN_S
    message_within_s = MESSAGE_WITHIN_S

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self._answered_at = time.monotonic()

    def is_answered(self) -> bool:
        """Return whether a ping was answered lately, or it has just connected."""
        return time.monotonic() - self._answered_at < _ANSWERS_WITHIN_S

    def connect(self) -> None:
        """Connect, within the deadline. Raises OSError or SlackClientError."""
        url = urlsplit(self.url)
        sock = self._reached(
            url.hostname or "", url.port or (443 if url.scheme == "wss" else 80)
        )
        try:
            self._shake_hands(sock, f"{url.path}?{url.query}", url.hostname or "")
        except BaseException:
            sock.close()
            raise
        self.sock = sock  # type: ignore[assignment]  # Without TLS in tests.
        self._answered_at = time.monotonic()
        self.ping(f"{self.session_id}:{time.time()}")

    def _reached(self, host: str, port: int) -> socket:
        if self.proxy is not None:
            # The library reads a proxy's answer for as long as it drips.
            within_s, more = self.handshake_within_s, self.proxy_headers
            sock = tunnel(
                self.proxy,
                (host, port),
                within_s,
                headers=more,
                context=self.ssl_context,
            )
            sock.settimeout(self.receive_timeout)
            return sock
        return _establish_new_socket_connection(
            session_id=self.session_id,
            server_hostname=host,
            server_port=port,
            logger=self.logger,
            sock_send_lock=self.sock_send_lock,
            receive_timeout=self.receive_timeout,
            proxy=None,
            proxy_headers=None,
            trace_enabled=False,
            ssl_context=self.ssl_context,
        )

    def _shake_hands(self, sock: socket, path: str, host: str) -> None:
        key = _generate_sec_websocket_key()
        asked = (
            f"GET {path} HTTP/1.1",
            f"Host: {host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        )
        sock.sendall("".join(f"{line}\r\n" for line in (*asked, "")).encode())
        answer = Timed(sock, self.handshake_within_s)
        status, headers, _ = _parse_handshake_response(answer)  # type: ignore[arg-type]
        answer.recv(1)  # The library leaves the last line feed.
        if status != 101 or not _validate_sec_websocket_accept(key, headers):
            raise SlackClientNotConnectedError("no handshake")

    def run_until_completion(self, state: ConnectionState) -> None:
        """Read until the connection ends."""
        try:
            self._read_all(state)
        except FrameError as error:
            logger.warning("the socket cannot be read", extra={"error": str(error)})
        except (OSError, ValueError) as error:
            kind = type(error).__name__
            logger.warning("the socket broke", extra={"error": kind})
        state.terminated = True
        with suppress(OSError):
            self.disconnect()

    def _read_all(self, state: ConnectionState) -> None:
        frames, began = Frames(), time.monotonic()
        while not state.terminated and (sock := self.sock) is not None:
            some = self._read(sock)
            if some == b"":
                return
            whole = frames.take(some or b"")
            for message in whole:
                self._heed(message)
            # Counted from the last time that nothing was half read.
            if whole or not frames.is_waiting:
                began = time.monotonic()
            elif time.monotonic() - began > self.message_within_s:
                raise FrameError("a message does not end")

    def _read(self, sock: socket) -> bytes | None:
        """Return some bytes, b"" at the end; `None` if none came for a while."""
        with self.sock_receive_lock, suppress(TimeoutError):
            return sock.recv(_READ_AT_ONCE)
        time.sleep(_PAUSE_S)  # Others wait for the lock, which is not a fair one.
        return None

    def _heed(self, message: Received) -> None:
        match message.kind:
            case Kind.TEXT:
                assert self.on_message_listener is not None
                self.on_message_listener(message.content.decode())
            case Kind.PING:
                self.pong(message.content)
            case Kind.PONG:
                self._heed_pong(message.content)
            case Kind.CLOSE:
                raise ConnectionAbortedError
            case Kind.BINARY | Kind.CONTINUATION:
                logger.warning("not a text", extra={"kind": message.kind.name})
            case _:
                assert_never(message.kind)

    def _heed_pong(self, content: bytes) -> None:
        session, _, sent_at = content.decode(errors="replace").partition(":")
        if session != self.session_id:
            return
        with suppress(ValueError):
            self.last_ping_pong_time = float(sent_at)
            self._answered_at = time.monotonic()


class Client(SocketModeClient):
    """A client of sessions. Its owner reconnects when `must_leave` is set."""

    session = Session

    def __init__(self, **named: Any) -> None:
        super().__init__(auto_reconnect_enabled=False, **named)
        self.must_leave = Event()

    def connect(self) -> None:
        """Connect to `wss_uri`, and leave the old connection once that worked."""
        session = self.session(
            url=self.wss_uri,
            logger=self.logger,
            proxy=self.proxy,
            proxy_headers=self.proxy_headers,
            ping_interval=self.ping_interval,
            on_message_listener=self._on_message,
            ssl_context=self.web_client.ssl,
        )
        session.connect()
        before, state = self.current_session, self.current_session_state
        self.current_session = session
        self.current_session_state = ConnectionState()  # type: ignore[no-untyped-call]
        self.must_leave.clear()
        state.terminated = True
        if before is not None:
            before.close()
        if not self.current_app_monitor_started:
            self.current_app_monitor_started = True
            self.current_app_monitor.start()

    def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: FBT001, FBT002
        """Connect; what Slack's `disconnect` asks for is done by the owner, once."""
        if force:
            self.must_leave.set()
        else:
            super().connect_to_new_endpoint(force=self.must_leave.is_set())

    def is_answered(self) -> bool:
        """Return whether a connection stands, and answered a ping lately."""
        session = self.current_session
        return isinstance(session, Session) and (
            session.is_active() and session.is_answered()
        )
