"""The local Slack's driver for other processes: JSON over HTTP, on 127.0.0.1 only.

Each request is a POST to `/` with `Content-Type: application/json`:

    {"on": "person:ana", "do": "call", "name": "command",
     "given": ["/sev2", "acme: push fails"], "named": {"times": 2}}

`on` is `slack`, `faults`, `tiers`, or `person:` and a name: what `as_` returns. `do` is
`call`, `get`, or `set` with the new value alone in `given`. The allowed names are in
`VOCABULARY`; they mean the same as in the driver, `Actor` and `Faults`. Values are
encoded as in `values`.

The answer is `{"returned": value}`, or `{"raised": one of RAISED, "said": words}`.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.emulator.api.refusals import Json
from bot.emulator.api.server import HOST, Server
from bot.emulator.values import from_json, to_json

if TYPE_CHECKING:
    from bot.emulator.driver import LocalSlack

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """What may be called, what may be read, and what of that may be set."""

    called: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    set: frozenset[str] = frozenset()


VOCABULARY: Mapping[str, Words] = {
    "slack": Words(
        frozenset({
            "add_person", "change_person", "join_enterprise", "silence", "add_channel",
            "add_command",
            "change_channel", "invite", "remove", "tell_all", "clear",
            "redeliver", "send_event", "retry_events",
            "channel", "dm", "thread", "private", "all_messages", "current", "text",
            "notice", "calls", "health", "clock", "wait_for_socket",
            "wait_for_messages", "cut_sockets", "ask_to_reconnect",
        }),
        frozenset({
            "url", "api_url", "bot_token", "app_token", "signing_secret",
            "team_id", "bot_user", "request_url", "offline", "condition",
        }),
        frozenset({"request_url", "offline", "condition"}),
    ),
    "person": Words(
        frozenset({
            "command", "say", "press", "choose", "view", "wait_for_view", "fill",
            "submit", "close",
        }),
        frozenset({"id", "person"}),
    ),
    "faults": Words(
        frozenset({"add", "refuse", "reply", "by_chance", "clear", "afflict"})
    ),
    "tiers": Words(frozenset(), frozenset({"is_on"}), frozenset({"is_on"})),
}  # fmt: skip
RAISED: Mapping[str, type[Exception]] = {
    one.__name__: one for one in (LookupError, AssertionError, ValueError, TypeError)
}


class Control:
    """Serves the driver of one local Slack on a port of its own."""

    def __init__(self, slack: "LocalSlack", port: int = 0) -> None:
        self._slack = slack
        routes = [Route("/", self._asked, methods=["POST"])]
        self._server = Server(Starlette(routes=routes), port)

    @property
    def url(self) -> str:
        """Return the address to post to."""
        return f"http://{HOST}:{self._server.port}/"

    def start(self) -> None:
        """Start to serve."""
        self._server.start()

    def stop(self) -> None:
        """Close the port."""
        self._server.stop()

    async def _asked(self, request: Request) -> Response:
        # A web page cannot send this content type to another origin without a preflight
        # request, which we refuse. https://developer.mozilla.org/docs/Web/HTTP/CORS
        if request.headers.get("content-type") != "application/json":
            return Response("Content-Type must be application/json", 415)
        body = await request.body()
        return JSONResponse(await run_in_threadpool(self._answer, body))

    def _answer(self, body: bytes) -> Json:
        try:
            return {"returned": to_json(self._do(json.loads(body)))}
        except tuple(RAISED.values()) as error:
            name = next(n for n, kind in RAISED.items() if isinstance(error, kind))
            return {"raised": name, "said": str(error.args[0] if error.args else "")}

    def _do(self, asked: Json) -> Any:
        on, _, who = asked["on"].partition(":")
        words, name, given = VOCABULARY[on], asked["name"], from_json(asked["given"])
        target = self._target(on, who)
        match asked["do"]:
            case "call" if name in words.called:
                named = {k: from_json(v) for k, v in asked.get("named", {}).items()}
                return getattr(target, name)(*given, **named)
            case "get" if name in words.read:
                return getattr(target, name)
            case "set" if name in words.set:
                setattr(target, name, *given)
                return None
            case other:
                raise LookupError(f"{other} {name!r} is not in the vocabulary of {on}")

    def _target(self, on: str, who: str) -> Any:
        match on:
            case "slack":
                return self._slack
            case "person":
                return self._slack.as_(who)
            case _:  # The vocabulary names parts of Slack besides these two.
                return getattr(self._slack, on)
