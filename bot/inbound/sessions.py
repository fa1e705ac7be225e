"""Socket Mode's client, which leaves WebSocket itself to the library `websockets`.

slack_sdk's takes each frame for a whole message, logs those that it does not know,
calls itself for every kilobyte, and waits for ever for a frame or a handshake that
drips.
"""

import logging
import time
from contextlib import suppress
from socket import create_connection, socket
from ssl import create_default_context
from threading import Event
from typing import Any, assert_never
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from slack_sdk.errors import SlackClientNotConnectedError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState
from websockets.client import ClientProtocol
from websockets.exceptions import WebSocketException
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from bot.slack.call_deadlines import tunnel

logger = logging.getLogger(__name__)

LARGEST = 1_000_000
HANDSHAKE_WITHIN_S = 10.0
MESSAGE_WITHIN_S = 10.0
_ANSWERS_WITHIN_S = 10.0
_READ_AT_ONCE = 65_536
_PAUSE_S = 0.01


class Session(Connection):
    """One connection to Slack."""

    handshake_within_s = HANDSHAKE_WITHIN_S
    message_within_s = MESSAGE_WITHIN_S

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self._answered_at = time.monotonic()
        self._text = bytearray()

    def is_answered(self) -> bool:
        """Return whether a ping was answered lately, or it has just connected."""
        return time.monotonic() - self._answered_at < _ANSWERS_WITHIN_S

    def connect(self) -> None:
        """Connect, within the deadline. Raises OSError or SlackClientError."""
        sock = self._reached()
        try:
            self._shake_hands(sock)
        except BaseException:
            sock.close()
            raise
        self.sock = sock  # type: ignore[assignment]  # Without TLS in tests.
        self._answered_at = time.monotonic()
        self.ping(f"{self.session_id}:{time.time()}")

    def _reached(self) -> socket:
        url = urlsplit(self.url)
        host, is_secure = url.hostname or "", url.scheme == "wss"
        address, context = (host, url.port or (443 if is_secure else 80)), None
        if is_secure:
            context = self.ssl_context or create_default_context()
        if self.proxy is not None and not proxy_bypass(host):
            # The library reads a proxy's answer for as long as it drips.
            within_s, more = self.handshake_within_s, self.proxy_headers
            sock = tunnel(self.proxy, address, within_s, headers=more, context=context)
            sock.settimeout(self.receive_timeout)
            return sock
        sock = create_connection(address, self.receive_timeout)
        return context.wrap_socket(sock, server_hostname=host) if context else sock

    def _shake_hands(self, sock: socket) -> None:
        until = time.monotonic() + self.handshake_within_s
        self._protocol = protocol = ClientProtocol(
            parse_uri(self.url), max_size=LARGEST
        )
        protocol.send_request(protocol.connect())
        sock.sendall(b"".join(protocol.data_to_send()))
        while protocol.state is State.CONNECTING and protocol.handshake_exc is None:
            if time.monotonic() > until:
                raise TimeoutError
            if not (some := sock.recv(_READ_AT_ONCE)):
                break
            protocol.receive_data(some)
        if protocol.state is not State.OPEN:
            why = protocol.handshake_exc
            raise SlackClientNotConnectedError("no handshake") from why

    def run_until_completion(self, state: ConnectionState) -> None:
        try:
            self._read_all(state)
        except (OSError, ValueError, WebSocketException) as error:
            kind = type(error).__name__
            logger.warning("the socket broke", extra={"error": kind})
        state.terminated = True
        with suppress(OSError):
            self.disconnect()

    def _read_all(self, state: ConnectionState) -> None:
        began, is_half = time.monotonic(), False
        while not state.terminated and (sock := self.sock) is not None:
            frames = self._frames(sock)
            for frame in frames:
                self._heed(frame)
            # Counted from the last time that nothing was half read.
            is_half = bool(self._text) or (is_half and not frames)
            if not is_half:
                began = time.monotonic()
            elif time.monotonic() - began > self.message_within_s:
                raise TimeoutError("a message does not end")
            some = self._read(sock)
            if some == b"":
                return
            if some is not None:
                self._protocol.receive_data(some)
                is_half = True

    def _read(self, sock: socket) -> bytes | None:
        """Return some bytes, b"" at the end; `None` if none came for a while."""
        with self.sock_receive_lock, suppress(TimeoutError):
            return sock.recv(_READ_AT_ONCE)
        time.sleep(_PAUSE_S)  # Others wait for the lock, which is not a fair one.
        return None

    def _frames(self, sock: socket) -> list[Frame]:
        """Return the whole frames; answer a ping and a close, as the protocol wants."""
        events, answer = self._protocol.events_received(), self._protocol.data_to_send()
        if any(answer):
            with self.sock_send_lock:
                sock.sendall(b"".join(answer))
        if self._protocol.parser_exc is not None:
            raise self._protocol.parser_exc
        return [one for one in events if isinstance(one, Frame)]

    def _heed(self, frame: Frame) -> None:
        match frame.opcode:
            case Opcode.TEXT | Opcode.CONT | Opcode.BINARY:
                self._text += frame.data
                if frame.fin:
                    text, self._text = self._text.decode(), bytearray()
                    assert self.on_message_listener is not None
                    self.on_message_listener(text)
            case Opcode.PONG:
                self._heed_pong(bytes(frame.data))
            case Opcode.CLOSE:
                raise ConnectionAbortedError
            case Opcode.PING:
                pass  # It is answered.
            case _:
                assert_never(frame.opcode)

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
