"""The connection to Slack goes silent without being closed."""

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest

from tests.story import Story

# Not a minute: two seconds between pings, and four of them without an answer.
NOTICED_WITHIN_S = 20


class Wire:
    """Forwards the bot's socket, and can swallow its traffic."""

    def __init__(self, port: int) -> None:
        self._to = ("127.0.0.1", port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self._passes = Event()
        self._passes.set()
        Thread(target=self._let_in, daemon=True).start()

    def swallow(self) -> None:
        """Forward nothing more on the connections that are open now."""
        self._passes.clear()
        self._passes = Event()
        self._passes.set()

    def close(self) -> None:
        """Accept no more connections."""
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _let_in(self) -> None:
        with suppress(OSError):
            while True:
                bot, _ = self._door.accept()
                slack = socket.create_connection(self._to)
                for ends in ((bot, slack), (slack, bot)):
                    passes = self._passes
                    Thread(target=_pass, args=(*ends, passes), daemon=True).start()


def _pass(source: socket.socket, to: socket.socket, passes: Event) -> None:
    with suppress(OSError):
        while heard := source.recv(65_536):
            if passes.is_set():
                to.sendall(heard)
    with suppress(OSError):
        to.shutdown(socket.SHUT_RDWR)
    source.close()


@pytest.fixture
def tuesday(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path, "2026-11-24 10:00", is_http=False, replicas=1)
    told.slack.__enter__()
    yield told
    told.stop()


@pytest.fixture
def wire(tuesday: Story) -> Iterator[Wire]:
    port = urlsplit(tuesday.slack.api_url).port
    assert port
    with closing(Wire(port)) as wire:
        web_api = tuesday.slack._endpoints._web_api
        direct = web_api.open_socket
        web_api.open_socket = lambda: direct().replace(f":{port}/", f":{wire.port}/")
        yield wire


def test_a_socket_that_falls_silent_is_replaced_in_seconds(
    tuesday: Story, wire: Wire
) -> None:
    tuesday.start_bot()
    first = tuesday.command("dee", "/sev2 acme: a")
    opened = len(tuesday.slack.calls("apps.connections.open"))

    wire.swallow()
    is_noticed = tuesday.slack.wait_until(
        lambda: (
            len(tuesday.slack.calls("apps.connections.open")) > opened
            and tuesday.bot.transport.is_connected()
        ),
        NOTICED_WITHIN_S,
    )
    tuesday.slack.wait_for_socket()

    assert first.ok
    assert is_noticed
    assert tuesday.command("dee", "/sev2 acme: b").ok
