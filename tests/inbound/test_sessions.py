"""One connection to Slack, at whose other end somebody does not play by the rules."""

import logging
import socket
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha1
from threading import Event, Thread

import pytest
from slack_sdk.socket_mode.builtin.connection import ConnectionState

from bot.inbound.sessions import LARGEST, Session
from tests.processes import until

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Stranger:
    """The other end of one connection."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.said: list[str] = []
        self.session = Session(
            url=f"ws://127.0.0.1:{self._door.getsockname()[1]}/link?ticket=1",
            logger=logging.getLogger(__name__),
            on_message_listener=self.said.append,
        )
        self.state = ConnectionState()  # type: ignore[no-untyped-call]
        self._reader = Thread(
            target=self.session.run_until_completion, args=(self.state,), daemon=True
        )

    def let_in(self, answer: Callable[[bytes], bytes], more: bytes = b"") -> None:
        """Take the connection, and answer its handshake."""
        self.end, _ = self._door.accept()
        asked = self.end.recv(4096)
        key = asked.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
        self.end.sendall(answer(b64encode(sha1(key + _MAGIC).digest())) + more)

    def greet(self, more: bytes = b"") -> None:
        """Shake hands, and start to read."""
        letting_in = Thread(target=self.let_in, args=(accepted, more))
        letting_in.start()
        self.session.connect()
        letting_in.join()
        self._reader.start()

    def is_over(self) -> bool:
        """Return whether the session has ended."""
        return until(lambda: not self._reader.is_alive(), within=10)

    def close(self) -> None:
        """Release everything."""
        self._door.close()
        self.state.terminated = True
        if hasattr(self, "end"):
            self.end.close()


def accepted(key: bytes) -> bytes:
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + key + b"\r\n\r\n"
    )


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    stranger = Stranger()
    yield stranger
    stranger.close()


def test_a_message_in_fragments_is_heard_as_one(stranger: Stranger) -> None:
    stranger.greet()

    stranger.end.sendall(b"\x01\x03hel\x89\x04ping\x80\x02lo")

    assert until(lambda: stranger.said == ["hello"])
    assert b"\x8a\x84" in heard(stranger, 2)


def test_what_comes_with_the_handshake_is_heard_at_once(stranger: Stranger) -> None:
    stranger.greet(b"\x81\x05hello")

    assert until(lambda: stranger.said == ["hello"], within=2)


@pytest.mark.parametrize(
    "size", [0, 125, 126, 65_535, 65_536, LARGEST], ids=lambda size: f"{size} bytes"
)
def test_a_message_of_any_length_is_heard(stranger: Stranger, size: int) -> None:
    stranger.greet()

    stranger.end.sendall(frame(0x81, b"x" * size) + frame(0x81, b"hello"))

    assert until(lambda: stranger.said == ["x" * size, "hello"])


def frame(first: int, content: bytes) -> bytes:
    if len(content) < 126:
        return bytes([first, len(content)]) + content
    if len(content) < 1 << 16:
        return bytes([first, 126]) + len(content).to_bytes(2) + content
    return bytes([first, 127]) + len(content).to_bytes(8) + content


def heard(stranger: Stranger, pings: int) -> bytes:
    """Return what the session sent: its first ping, and so many frames in all."""
    stranger.end.settimeout(10)
    sent = b""
    while sent.count(b"\x89") + sent.count(b"\x8a") < pings:
        sent += stranger.end.recv(4096)
    return sent


@pytest.mark.parametrize(
    "sent",
    [
        b"\x81\x7f" + (LARGEST + 1).to_bytes(8),
        frame(0x01, b"x" * LARGEST) + frame(0x80, b"x"),
        frame(0x80, b"lo"),
        frame(0x01, b"hel") + frame(0x81, b"lo"),
        frame(0x83, b"?"),
        b"\x81\x85",
        frame(0x81, b"\xff"),
    ],
    ids=[
        "large", "in parts", "no first", "two firsts", "kind", "masked", "letters",
    ],
)  # fmt: skip
def test_what_breaks_the_protocol_ends_the_connection(
    stranger: Stranger, sent: bytes
) -> None:
    stranger.greet()

    stranger.end.sendall(sent)

    assert stranger.is_over()
    assert not stranger.session.is_active()


def test_a_frame_that_drips_ends_the_connection(stranger: Stranger) -> None:
    stranger.session.message_within_s = 0.0
    stranger.greet()

    stranger.end.sendall(b"\x81")
    stranger.end.sendall(b"\x7d")

    assert stranger.is_over()


def test_a_handshake_has_a_deadline_whatever_arrives(stranger: Stranger) -> None:
    stranger.session.handshake_within_s = -1.0
    letting_in = Thread(target=stranger.let_in, args=(accepted,))
    letting_in.start()

    with pytest.raises(TimeoutError):
        stranger.session.connect()

    letting_in.join()


def test_a_connection_counts_only_while_pings_are_answered(stranger: Stranger) -> None:
    stranger.greet()
    fresh = stranger.session.is_answered()
    stranger.session._answered_at -= 60
    silent = stranger.session.is_answered()
    payload = f"{stranger.session.session_id}:{time.time()}".encode()
    stranger.end.sendall(bytes([0x8A, len(payload)]) + payload)

    assert (fresh, silent) == (True, False)
    assert until(stranger.session.is_answered)


def test_a_proxy_whose_answer_drips_is_given_up(stranger: Stranger) -> None:
    asked: list[bytes] = []

    def drip() -> None:
        stranger.end, _ = stranger._door.accept()
        asked.append(stranger.end.recv(4096))
        with suppress(OSError):
            while not pause.wait(0.05):
                stranger.end.sendall(b"x")

    pause = Event()
    stranger.session.proxy = (
        f"http://ana:s%20t@127.0.0.1:{stranger._door.getsockname()[1]}"
    )
    stranger.session.url = "wss://slack.example/link"
    stranger.session.handshake_within_s = 0.3
    dripping = Thread(target=drip)
    dripping.start()
    began = time.monotonic()

    with pytest.raises(OSError, match="TimeoutError"):
        stranger.session.connect()

    took = time.monotonic() - began
    pause.set()
    dripping.join()
    assert took < 5
    assert asked[0].startswith(b"CONNECT slack.example:443 HTTP/1.")
    assert b"Proxy-Authorization: Basic " + b64encode(b"ana:s t") in asked[0]


def test_a_socket_to_a_host_that_needs_no_proxy_takes_none(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    stranger.session.proxy = "http://127.0.0.1:9"

    stranger.greet()

    assert stranger.session.is_active()
