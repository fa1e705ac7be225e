"""The HTTP endpoints: Web API, response URLs and the socket, with injected faults."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import formatdate
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from bot.emulator.api.refusals import Json, Refused
from bot.emulator.api.response_urls import ResponseUrls
from bot.emulator.api.sockets import Sockets
from bot.emulator.api.tiers import Tiers
from bot.emulator.api.web_api import WebApi
from bot.emulator.faults import RESPONSE_URL, Fault, Faults, Rule
from bot.emulator.workspace import Workspace

logger = logging.getLogger(__name__)

URL_GONE = {"invalid_url", "used_url", "expired_url"}
LATE = {Fault.SLOW_BEFORE, Fault.SLOW_AFTER}
NO_EFFECT = {
    Fault.RATE_LIMITED, Fault.FAIL_BEFORE, Fault.DROP_BEFORE, Fault.REPLY_BEFORE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """A call that reached the local Slack.

    `answer` is what it was answered, or would have been without `fault`; None if
    the fault came before the effect. `at` is the simulated instant.
    """

    method: str
    arguments: Json
    at: datetime
    answer: Json | None
    fault: Fault | None = None

    @property
    def ok(self) -> bool:
        return bool(self.answer and self.answer["ok"])


class Endpoints:
    """The routes of the server; `cut` breaks the connection of one client."""

    def __init__(
        self,
        workspace: Workspace,
        web_api: WebApi,
        response_urls: ResponseUrls,
        sockets: Sockets,
        faults: Faults,
    ) -> None:
        self.tiers = Tiers(workspace.machine, web_api.tiers)
        self._workspace = workspace
        self._web_api = web_api
        self._response_urls = response_urls
        self._faults = faults
        self._calls: list[Call] = []
        self.cut: Callable[[tuple[str, int]], None] = lambda _: None
        self.app = Starlette(
            routes=[
                Route("/api/{method}", self._api, methods=["GET", "POST"]),
                Route("/response/{key}", self._response_url, methods=["POST"]),
                WebSocketRoute("/link", sockets.serve),
            ],
            exception_handlers={Refused: _refusal, ClientDisconnect: _to_nobody},
        )

    def calls(self, method: str | None = None) -> list[Call]:
        """Return the calls so far, oldest first, of one method or of all."""
        with self._workspace.changed:
            return [c for c in self._calls if method in {None, c.method}]

    def forget(self) -> None:
        with self._workspace.changed:
            self._calls.clear()

    async def _api(self, request: Request) -> Response:
        method = request.path_params["method"]
        arguments = await _arguments(request)
        token = _bearer(request) or arguments.pop("token", None)
        return await self._perform(
            request,
            method,
            arguments,
            lambda: self._web_api.call(method, arguments, token),
        )

    async def _response_url(self, request: Request) -> Response:
        arguments = await _arguments(request)
        key = request.path_params["key"]
        return await self._perform(
            request, RESPONSE_URL, arguments, lambda: self._respond(key, arguments)
        )

    def _respond(self, key: str, arguments: Json) -> Json:
        try:
            self._response_urls.post(key, arguments)
        except Refused as refused:
            return refused.as_json()
        return {"ok": True}

    async def _perform(
        self, request: Request, method: str, arguments: Json, work: Callable[[], Json]
    ) -> Response:
        """Do a call and answer it, through whatever fault is in force."""
        if (seconds := self.tiers.wait(method, arguments)) is not None:
            late = Fault.RATE_LIMITED
            self._record(Call(method, arguments, self._workspace.clock(), None, late))
            return _rate_limited(seconds)
        rule = self._faults.take(method)
        if rule is None:
            answer = self._done(method, arguments, work)
            return _answered(method, answer, self._workspace.scopes)
        if rule.fault == Fault.LANDS_LATE:
            self._hang_up(request)
        if rule.fault in {Fault.SLOW_BEFORE, Fault.LANDS_LATE}:
            await asyncio.sleep(rule.wait_for.total_seconds())
        answer = self._done(method, arguments, work, rule.fault)
        if rule.fault == Fault.SLOW_AFTER:
            await asyncio.sleep(rule.wait_for.total_seconds())
        if rule.fault in LATE:
            return _answered(method, answer, self._workspace.scopes)
        return self._broken(request, rule)

    def _done(
        self,
        method: str,
        arguments: Json,
        work: Callable[[], Json],
        fault: Fault | None = None,
    ) -> Json:
        """Carry a call out, unless the fault comes first, and record it."""
        answer = None if fault in NO_EFFECT else work()
        self._record(Call(method, arguments, self._workspace.clock(), answer, fault))
        return answer or {}

    def _broken(self, request: Request, rule: Rule) -> Response:
        """Answer as the rule says; a dropped call gets no answer."""
        if rule.fault == Fault.RATE_LIMITED:
            return _rate_limited(int(rule.wait_for.total_seconds()))
        if rule.fault in {Fault.DROP_BEFORE, Fault.DROP_AFTER}:
            self._hang_up(request)
        if rule.fault in {Fault.REPLY_BEFORE, Fault.REPLY_AFTER}:
            reply = rule.reply
            return Response(reply.body, reply.status, media_type=reply.content_type)
        return JSONResponse({"ok": False, "error": "internal_error"}, 500)

    def _hang_up(self, request: Request) -> None:
        if request.client:
            self.cut((request.client.host, request.client.port))

    def _record(self, call: Call) -> None:
        with self._workspace.changed:
            self._calls.append(call)
            self._workspace.changed.notify_all()
        if call.answer and not call.answer["ok"]:
            logger.warning(
                "call refused",
                extra={"method": call.method, "answer": call.answer},
            )


def _rate_limited(seconds: int) -> Response:
    body = {"ok": False, "error": "ratelimited"}
    return JSONResponse(body, 429, {"Retry-After": str(seconds)})


def _answered(method: str, answer: Json, scopes: Iterable[str]) -> Response:
    if method != RESPONSE_URL:
        headers = {
            "x-oauth-scopes": ",".join(sorted(scopes)),
            "Date": formatdate(usegmt=True),
        }
        return JSONResponse(answer, headers=headers)
    if answer["ok"]:
        return PlainTextResponse("ok")
    return JSONResponse(answer, 404 if answer["error"] in URL_GONE else 400)


def _bearer(request: Request) -> str | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind.lower() == "bearer" and token else None


async def _arguments(request: Request) -> Json:
    """Return the arguments of a call: query, form or JSON, as Slack takes them."""
    arguments: Json = dict(request.query_params)
    body = (await request.body()).decode()
    if "json" in request.headers.get("content-type", ""):
        arguments |= _json_object(body)
    else:
        arguments |= dict(parse_qsl(body, keep_blank_values=True))
    return arguments


def _json_object(body: str) -> Json:
    try:
        value = json.loads(body or "{}")
    except ValueError as error:
        raise Refused("invalid_json") from error
    if not isinstance(value, dict):
        raise Refused("json_not_object")
    return value


def _refusal(_: Request, refused: Exception) -> Response:
    return JSONResponse(refused.as_json() if isinstance(refused, Refused) else None)


def _to_nobody(_: Request, gone: Exception) -> Response:  # noqa: ARG001
    """Answer a client that disconnected while it was sending its request."""
    return Response(status_code=400)
