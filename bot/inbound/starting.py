"""Wait at the start for what is away, and let the health say so meanwhile."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Timer
from typing import TYPE_CHECKING, Self, TypeVar

from bot.errors import StorageError
from bot.inbound.health import Health
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.inbound.signed_http import WebServer

logger = logging.getLogger(__name__)

T = TypeVar("T")

_TRY_AGAIN_S = 5
_SLOW_AFTER_S = 3
_SLOW = "sevbot has not started yet"


class Starting:
    """A start that waits; as a context it serves the health once it takes long.

    Without a port only the log says what it waits for. The port is free again
    afterwards, for the bot itself.
    """

    def __init__(self, host: str, port: int | None) -> None:
        self._host, self._port = host, port
        self._because = _SLOW
        self._lock = Lock()
        self._server: WebServer | None = None
        self._timer = Timer(_SLOW_AFTER_S, self._serve)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._port = None
            if self._server is not None:
                self._server.stop()

    def until_works(self, attempt: Callable[[], T], stopping: Event) -> T | None:
        """Try until it works or `stopping` is set. Raises what only a person mends."""
        while not stopping.is_set():
            try:
                return attempt()
            except StorageError as error:
                if not error.may_pass:
                    raise
                extra = {"error": error.reason}
                logger.warning("waiting for the database", extra=extra)
                # What follows a colon names hosts and users: not for strangers.
                self.waits(f"the record cannot be used: {error.reason.split(':')[0]}")
            stopping.wait(_TRY_AGAIN_S)
        return None

    def waits(self, because: str) -> None:
        """Let the health say what the start waits for."""
        self._because = because
        self._serve()

    def _serve(self) -> None:
        with self._lock:
            if self._port is None or self._server is not None:
                return
            # Imported here: Socket Mode needs no web server, which takes 10 MB.
            from bot.inbound.signed_http import (  # noqa: PLC0415
                WebServer,
                health_route,
                starting_route,
            )

            routes = [health_route(lambda: Health((self._because,))), starting_route()]
            self._server = WebServer(routes, self._host, self._port)
            self._server.start()


@contextmanager
def telling_health(settings: Settings, health: Callable[[], Health]) -> Iterator[None]:
    """Serve `/healthz` in Socket Mode as well, if a port was set."""
    if not settings.is_port_set:
        yield
        return
    from bot.inbound.signed_http import WebServer, health_route  # noqa: PLC0415

    server = WebServer([health_route(health)], settings.host, settings.port)
    server.start()
    try:
        yield
    finally:
        server.stop()
