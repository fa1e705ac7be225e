"""Socket Mode: the app's connections, and the envelopes sent to it."""

import asyncio
import json
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.emulator.api.refusals import Json

logger = logging.getLogger(__name__)

MOST_SOCKETS = 10
REFUSED_TICKET = 4001


class Outcome(StrEnum):
    """How the delivery of an envelope ended, in the words that people see."""

    ACKED = "acked"
    NO_SOCKET = "dispatch_failed"
    NO_ACK = "operation_timeout"


@dataclass(frozen=True, slots=True)
class Ack:
    """What came back for an envelope; `payload` is None for an empty ack."""

    outcome: Outcome
    payload: Json | None = None


@dataclass(frozen=True, slots=True)
class Link:
    socket: WebSocket
    loop: asyncio.AbstractEventLoop

    def push(self, frame: str) -> bool:
        """Send a frame from another thread; False if the connection is gone."""
        sending = asyncio.run_coroutine_threadsafe(
            self.socket.send_text(frame), self.loop
        )
        try:
            sending.result(timeout=5)
        except (RuntimeError, WebSocketDisconnect, OSError):
            return False
        return True


class Sockets:
    """The open connections of the app; each envelope goes to one of them.

    `answered` is called with the id of an envelope and its ack.
    """

    def __init__(self, changed: threading.Condition, app_id: str) -> None:
        self.answered: Callable[[str, Ack], None] = lambda *_: None
        self._changed = changed
        self._app_id = app_id
        self._open: list[Link] = []
        self._leaving: list[Link] = []
        self._tickets: set[str] = set()
        self._turn = 0

    def __len__(self) -> int:
        with self._changed:
            return len(self._open)

    def ticket(self) -> str:
        """Return a token that opens one connection, once."""
        with self._changed:
            ticket = secrets.token_hex(8)
            self._tickets.add(ticket)
            return ticket

    async def serve(self, socket: WebSocket) -> None:
        """Greet a connection and read its acks until it closes."""
        link = Link(socket, asyncio.get_running_loop())
        ticket = socket.query_params.get("ticket", "")
        await socket.accept()
        if not self._enter(ticket):
            await socket.close(REFUSED_TICKET)
            return
        try:
            if len(self) >= MOST_SOCKETS:
                await socket.send_text(_disconnect("too_many_websockets"))
                return
            await socket.send_text(self._hello())
            for old in self._register(link):
                await old.socket.close()
            while True:
                self._read(await socket.receive_text())
        except (WebSocketDisconnect, asyncio.CancelledError):
            pass  # The app has left, or the server stops.
        finally:
            self._forget(link)

    def send(self, envelope: Json) -> bool:
        """Give an envelope to one connection; False if none takes it."""
        while link := self._next():
            if link.push(json.dumps(envelope)):
                return True
            self._forget(link)
        return False

    def ask_to_reconnect(self, reason: str) -> None:
        """Send every connection a disconnect frame, and no more envelopes.

        They are closed as soon as the app has opened a new one.
        """
        with self._changed:
            leaving, self._open = self._open, []
            self._leaving += leaving
        for link in leaving:
            link.push(_disconnect(reason))

    def _enter(self, ticket: str) -> bool:
        with self._changed:
            if ticket not in self._tickets:
                return False
            self._tickets.remove(ticket)
            return True

    def _register(self, link: Link) -> list[Link]:
        """Add a connection, and return those that it replaces."""
        with self._changed:
            self._open.append(link)
            self._changed.notify_all()
            leaving, self._leaving = self._leaving, []
            return leaving

    def _forget(self, link: Link) -> None:
        with self._changed:
            for links in (self._open, self._leaving):
                if link in links:
                    links.remove(link)
            self._changed.notify_all()

    def _next(self) -> Link | None:
        with self._changed:
            if not self._open:
                return None
            self._turn += 1
            return self._open[self._turn % len(self._open)]

    def _read(self, frame: str) -> None:
        try:
            answer = json.loads(frame)
            envelope_id = str(answer["envelope_id"])
        except (ValueError, KeyError, TypeError):
            logger.exception("unreadable frame", extra={"frame": frame[:200]})
            return
        self.answered(envelope_id, Ack(Outcome.ACKED, answer.get("payload")))

    def _hello(self) -> str:
        return json.dumps(
            {
                "type": "hello",
                "num_connections": len(self) + 1,
                "connection_info": {"app_id": self._app_id},
                "debug_info": {
                    "host": "local-slack",
                    "build_number": 1,
                    "approximate_connection_time": 18060,
                },
            }
        )


def _disconnect(reason: str) -> str:
    return json.dumps(
        {"type": "disconnect", "reason": reason, "debug_info": {"host": "local-slack"}}
    )
