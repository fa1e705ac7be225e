"""Receive from Slack over HTTP, as signed requests to our own web server.

Anybody who reaches the port can send anything, so the headers are checked before the
body is read, and the signature before it is parsed or gets a thread. `GET /healthz`
serves monitoring.
Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import logging
import re
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

import uvicorn
from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.errors import BotError
from bot.inbound.connections import Connection, most_unfinished
from bot.inbound.health import Health

logger = logging.getLogger(__name__)

PATH = "/slack/events"
HEALTH_PATH = "/healthz"

# A view may have 250 kB, and a form is JSON inside of a URL-encoded body, so each
# character may take several bytes.
_LARGEST_BODY = 2_000_000
_FRESH_FOR_S = 300
_STARTS_WITHIN_S = 10
_STOPS_WITHIN_S = 5  # Longer than the three seconds that Slack waits for an answer.
_HEALTH_WITHIN_S = 4
_TELL_AGAIN_AFTER_S = 3600
_WAITING = 1024
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)
_NOT_SIGNED = PlainTextResponse("not signed by Slack", 401)
_STARTING = PlainTextResponse("not started yet", 503)
_TOO_LARGE = PlainTextResponse("too large", 413)
# JSON that is nested too deeply is a RecursionError.
_UNREADABLE = (LookupError, TypeError, AttributeError, ValueError, RecursionError)


class WebServer:
    """A web server in its own thread; it binds the port at once.

    Raises BotError if the port is taken. Port 0 picks a free one.
    """

    def __init__(self, routes: list[Route], host: str, port: int) -> None:
        self._listening = _listening(host, port)
        self.host = host
        self.port = int(self._listening.getsockname()[1])
        app = Starlette(routes=routes)
        # A redirect would lead to whatever host the request names.
        app.router.redirect_slashes = False
        config = uvicorn.Config(
            app,
            http=Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_STOPS_WITHIN_S,
            # asyncio accepts as many at once. Fewer than may be unfinished: a request
            # that has arrived is read before newer connections can close it.
            backlog=most_unfinished() // 4,
        )
        self._server = _Server(config)
        self._thread = Thread(target=self._run, name="web-server", daemon=True)
        self.failure: str | None = None

    @property
    def address(self) -> str:
        """Return the URL where it listens, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def start(self) -> None:
        """Start to serve. Raises BotError if that takes too long."""
        self._thread.start()
        if not self._server.is_ready.wait(_STARTS_WITHIN_S):
            raise BotError(f"The web server did not start on port {self.port}.")
        # The backlog limits how many are accepted at once; more than that may wait.
        self._listening.listen(_WAITING)

    def is_connected(self) -> bool:
        return self._thread.is_alive() and self._server.started

    def stop(self) -> None:
        """Accept nothing new, and finish what is under way. May be called twice."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(_STARTS_WITHIN_S)
        self._listening.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._listening])


class _Server(uvicorn.Server):
    """Uvicorn that tells when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = Event()

    async def main_loop(self) -> None:
        """Serve until `should_exit` is set."""
        self.is_ready.set()
        await super().main_loop()


@dataclass(slots=True)
class Signatures:
    """Whether any request had a right signature since the start, and how many had not.

    Strangers can send wrong ones, so those are no fault by themselves. But if none is
    ever right, the secret is that of another app, or our clock is off.
    """

    _now: Callable[[], float] = time.monotonic
    _is_heard: bool = False
    _refused: int = 0
    _told_at: float | None = None

    def count(self, *, is_right: bool) -> None:
        """Count one; log the first right one, and until then that others are wrong."""
        if is_right and not self._is_heard:
            self._is_heard = True
            logger.info("the first request signed by slack arrived")
        self._refused += not is_right
        now = self._now()
        if self._is_heard or (
            self._told_at is not None and now - self._told_at < _TELL_AGAIN_AFTER_S
        ):
            return
        self._told_at = now
        logger.warning(
            "no signature is that of SLACK_SIGNING_SECRET",
            extra={"refused": self._refused},
        )

    def note(self) -> str | None:
        """Return what a person should look at, if nothing but wrong ones came."""
        if self._is_heard or not self._refused:
            return None
        return (
            f"SLACK_SIGNING_SECRET fits none of {self._refused} signed requests since "
            "the start: if commands fail, copy this app's Signing Secret again, and "
            "see that this machine's clock is right"
        )


class SignedHttp(WebServer):
    """Serves Slack's requests at `/slack/events`, and the health at `/healthz`."""

    def __init__(
        self,
        app: App,
        secret: str,
        health: Callable[[], Health],
        *,
        host: str,
        port: int,
    ) -> None:
        self._app = app
        self._verifier = SignatureVerifier(secret)
        self._signatures = Signatures()
        routes = [Route(PATH, self._events, methods=["POST"]), health_route(health)]
        super().__init__(routes, host, port)

    @property
    def url(self) -> str:
        """Return the URL to which Slack sends, as seen from this host."""
        return f"{self.address}{PATH}"

    def note(self) -> str | None:
        """Return why commands may not arrive, although we listen."""
        return self._signatures.note()

    async def _events(self, request: Request) -> Response:
        """Hand a request to Bolt, in a thread: our listeners are synchronous."""
        if not self._may_be_signed(request.headers):
            return _NOT_SIGNED
        if int(request.headers.get("content-length", "0")) > _LARGEST_BODY:
            return _TOO_LARGE
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)  # Nobody is there to read it.
        if body is None:
            return _TOO_LARGE
        if not self._is_signed(request.headers, body):
            return _NOT_SIGNED
        try:
            bolt = to_bolt_request(request, body)
            answer = await run_in_threadpool(self._app.dispatch, bolt)
        except _UNREADABLE:
            # Bolt parses the body before it calls our listeners, and fails on one that
            # is signed but not what Slack sends.
            logger.exception("a request cannot be read")
            return PlainTextResponse("not what Slack sends", 400)
        return to_starlette_response(answer)

    def _may_be_signed(self, headers: Mapping[str, str]) -> bool:
        """Return whether the headers are those of a request signed just now.

        The library's check raises on a timestamp that is not a number and a signature
        that is not ASCII. Slack sends none of these.
        """
        timestamp, signature = _signed(headers)
        if not (_TIMESTAMP.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature)):
            return False
        is_fresh = abs(time.time() - int(timestamp)) <= _FRESH_FOR_S
        if not is_fresh:
            self._signatures.count(is_right=False)
        return is_fresh

    def _is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Return whether Slack signed this in the last five minutes."""
        timestamp, signature = _signed(headers)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return False
        is_right = self._verifier.is_valid(text, timestamp, signature)
        self._signatures.count(is_right=is_right)
        return is_right


def health_route(health: Callable[[], Health]) -> Route:
    """Return the route that monitoring asks for the bot's health."""

    asked: list[asyncio.Task[Health]] = []

    async def answer(_: Request) -> Response:
        # One look for all who ask meanwhile, however many strangers do.
        if not asked or asked[0].done():
            asked[:] = [asyncio.create_task(run_in_threadpool(health))]
        await asyncio.wait(asked, timeout=_HEALTH_WITHIN_S)
        found = _found(asked[0])
        body: dict[str, Any] = {
            "status": "ok" if found.is_well else "failing",
            "reasons": list(found.reasons),
            "notes": list(found.notes),
        }
        return JSONResponse(body, 200 if found.is_well else 503)

    return Route(HEALTH_PATH, answer, methods=["GET"])


def starting_route() -> Route:
    """Return the route that puts Slack off at the start; it sends events again."""
    return Route(PATH, lambda _: _STARTING, methods=["POST"])


def _found(look: asyncio.Task[Health]) -> Health:
    """Return the health; one that cannot be told is none."""
    if not look.done():
        return Health(("the record does not answer",))
    if (error := look.exception()) is not None:
        logger.error("the health cannot be told", exc_info=error)
        return Health(("the health cannot be told: the log says why",))
    return look.result()


def _signed(headers: Mapping[str, str]) -> tuple[str, str]:
    timestamp = headers.get("x-slack-request-timestamp", "")
    return timestamp, headers.get("x-slack-signature", "")


async def _body(request: Request) -> bytes | None:
    """Return the body; `None` if it is larger than any that Slack sends."""
    parts, size = list[bytes](), 0
    async for part in request.stream():
        size += len(part)
        if size > _LARGEST_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        why = error.strerror or error
        raise BotError(
            f"Cannot listen on {host} port {port}: {why}. "
            "Set SEVBOT_HOST and SEVBOT_PORT."
        ) from error
    return listening
