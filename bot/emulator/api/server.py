"""The web server of the local Slack, in a thread, on 127.0.0.1 only."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.websockets.websockets_sansio_impl import (
    WebSocketsSansIOProtocol,
)

HOST = "127.0.0.1"


class Server:
    """An ASGI application on a local port.

    The server's own main loop looks every 0.1 s whether it should stop, which adds
    up over hundreds of tests; this one waits on an event instead.
    """

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        config = uvicorn.Config(
            app,
            ws="websockets-sansio",
            http="h11",
            lifespan="off",
            log_config=None,
            access_log=False,
            ws_max_size=1_000_000,
        )
        self._uvicorn = uvicorn.Server(config)
        self._listening = _listen(port)
        self.port: int = self._listening.getsockname()[1]
        self._ready = threading.Event()
        self._stopping = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._run, name="local-slack", daemon=True
        )

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(timeout=10):
            raise RuntimeError("the local Slack did not start within 10 s")

    def stop(self) -> None:
        """Break all connections and end the thread."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout=10)

    def refuse(self) -> None:
        """Simulate an outage: break all connections and refuse new ones."""
        self._in_loop(self._close)

    def accept(self) -> None:
        """End the outage, on the same port."""
        self._listening = _listen(self.port)
        self._in_loop(self._open)

    def cut(self, client: tuple[str, int] | None = None) -> None:
        """Break the connection of one client, or every WebSocket with None."""
        for connection in list(self._uvicorn.server_state.connections):
            is_socket = isinstance(connection, WebSocketsSansIOProtocol)
            if is_socket if client is None else _client(connection) == client:
                connection.transport.abort()

    def cut_sockets(self) -> None:
        """Break every WebSocket without a close frame, as a lost network does."""
        self._in_loop(self._cut_sockets)

    async def _cut_sockets(self) -> None:
        self.cut()

    def _in_loop(self, work: Callable[[], Any]) -> None:
        asyncio.run_coroutine_threadsafe(work(), self._loop).result(timeout=5)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        config = self._uvicorn.config
        config.load()
        self._uvicorn.lifespan = config.lifespan_class(config)
        await self._open()
        self._ready.set()
        await self._stopping.wait()
        await self._close()
        await self._finish_requests()

    async def _open(self) -> None:
        await self._uvicorn.startup(sockets=[self._listening])

    async def _close(self) -> None:
        for server in self._uvicorn.servers:
            server.close()
        self._listening.close()
        for connection in list(self._uvicorn.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)  # The transports report their end in this turn.

    async def _finish_requests(self) -> None:
        tasks = self._uvicorn.server_state.tasks
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


def _client(connection: object) -> tuple[str, int] | None:
    client: tuple[str, int] | None = getattr(connection, "client", None)
    return client


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError:
        listening.close()
        raise
    return listening
