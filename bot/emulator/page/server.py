"""The page: the local Slack in a browser, over HTTP and one WebSocket.

The browser opens `/` and then a socket at `/page`. Each frame is JSON.

From the page: `{"id": 7, "as": "U0ANA", "act": "...", ...}`, answered with
`{"re": 7, ...}`. In the answer `refused` is a sentence, and `error` Slack's word for
an app that did not answer. The acts are those of `Acts`, done by the person `as`; the
first person is meant where `look` names nobody. `button` and `element` are
`block id/action id`. An act without `ts` is in the open form, whose entries come along
as `values`.

To the page, unasked, go pushes: `messages` (what is new is `fresh`, and a reply comes
with its parent), `gone`, `view`, `state` with the parts of the panel that changed, and
`reset`: look again, all is new.
"""

import asyncio
import contextlib
import json
import logging
import threading
import time
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.emulator.api.refusals import Json
from bot.emulator.api.server import HOST, Server
from bot.emulator.driver import LocalSlack
from bot.emulator.page.acts import Acts
from bot.emulator.page.backstage import Backstage
from bot.emulator.page.sights import view_json
from bot.emulator.records import Change, Message, Person, View

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.15
MOST_UNSENT = 5_000
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript",
         ".svg": "image/svg+xml"}  # fmt: skip
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class Tab:
    """One browser tab: who acts in it, and the frames that wait for it."""

    def __init__(self, socket: WebSocket, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.person: str | None = None
        self.known: Json = {}
        self._socket = socket
        self._frames: asyncio.Queue[str] = asyncio.Queue()

    def tell(self, frame: Json) -> None:
        """Queue a frame, from any thread; drop a tab that does not read."""
        text = json.dumps(frame)
        with contextlib.suppress(RuntimeError):  # The loop is gone: so is the tab.
            self.loop.call_soon_threadsafe(self._frames.put_nowait, text)

    async def send(self) -> None:
        """Send what is queued until the browser leaves."""
        while self._frames.qsize() < MOST_UNSENT:
            await self._socket.send_text(await self._frames.get())
        await self._socket.close(1013)


def open_page(
    slack: LocalSlack, port: int = 0, backstage: Backstage | None = None
) -> "Page":
    """Serve the page in which people act with a browser, until the local Slack ends.

    `backstage` fills its panel beside the workspace itself. Raises OSError if the port
    is taken.
    """
    page = Page(slack, port=port, backstage=backstage)
    page.start()
    slack.at_end(page.stop)
    return page


class Page:
    """Serves the page on a port of its own, so that it stays while Slack is gone."""

    def __init__(
        self,
        slack: LocalSlack,
        *,
        port: int = 0,
        backstage: Backstage | None = None,
    ) -> None:
        self._slack = slack
        self._sight = slack.sight
        self._backstage = backstage
        self._acts = Acts(slack, slack.sight, backstage)
        self._tabs: list[Tab] = []
        self._stirred = threading.Event()
        self._stopping = threading.Event()
        routes = [
            Route("/", self._file),
            Route("/{name}", self._file),
            WebSocketRoute("/page", self._serve),
        ]
        self._server = Server(Starlette(routes=routes), port)
        self._watching = threading.Thread(
            target=self._watch, name="local-slack-page", daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.port}/"

    def start(self) -> None:
        self._slack.on_change(self._noticed)
        self._server.start()
        self._watching.start()

    def stop(self) -> None:
        """Close every tab's socket and the port."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._stirred.set()
        self._watching.join(timeout=10)
        self._server.stop()

    def stir(self) -> None:
        """Ask the backstage for its state soon: something may have changed."""
        self._stirred.set()

    async def _file(self, request: Request) -> Response:
        name = request.path_params.get("name", "index.html")
        file = files("bot.emulator").joinpath("page", name)
        suffix = f".{name.rpartition('.')[2]}"
        if not self._is_own(request.headers) or suffix not in TYPES:
            return PlainTextResponse("There is nothing here.", 404)
        try:
            body = file.read_bytes()
        except OSError:
            return PlainTextResponse("There is nothing here.", 404)
        return Response(body, media_type=TYPES[suffix], headers=HEADERS)

    def _is_own(self, headers: Any) -> bool:
        """Return whether a request is for this page, not made by another site."""
        port = self._server.port
        hosts = {f"{HOST}:{port}", f"localhost:{port}"}
        origin = headers.get("origin")
        return headers.get("host") in hosts and (
            origin is None or origin.removeprefix("http://") in hosts
        )

    async def _serve(self, socket: WebSocket) -> None:
        if not self._is_own(socket.headers):
            await socket.close(1008)
            return
        await socket.accept()
        tab = Tab(socket, asyncio.get_running_loop())
        sending = asyncio.create_task(tab.send())
        self._tabs.append(tab)
        doing: set[asyncio.Task[None]] = set()
        try:
            while True:
                task = asyncio.create_task(self._do(tab, await socket.receive_text()))
                doing.add(task)
                task.add_done_callback(doing.discard)
        except (WebSocketDisconnect, asyncio.CancelledError):
            pass  # The browser has left, or the server stops.
        finally:
            self._tabs.remove(tab)
            sending.cancel()

    async def _do(self, tab: Tab, frame: str) -> None:
        """Do an act in a thread of its own: an app may take seconds to answer."""
        try:
            asked = json.loads(frame)
            number, act = asked.pop("id"), str(asked.pop("act"))
            name = str(asked.pop("as") or "")
        except (ValueError, KeyError, TypeError, AttributeError):
            logger.warning("unreadable frame from the page")
            tab.tell({"re": None, "refused": "That frame cannot be read."})
            return
        tab.tell(
            {"re": number, **await asyncio.to_thread(self._done, tab, act, name, asked)}
        )

    def _done(self, tab: Tab, act: str, name: str, asked: Json) -> Json:
        try:
            person = self._person(act, name)
        except LookupError:
            return {"refused": f"Nobody here is called {name}."}
        if act == "look":
            tab.person, tab.known = person.id, {}
            self.stir()
        try:
            reply = self._acts.do(act, person, asked)
        except Exception:  # The page waits for an answer, whatever failed.
            logger.exception("an act failed", extra={"act": act})
            reply = {"refused": "That failed; the log says why."}
        if act in {"slack", "cut", "backstage"}:
            self.stir()
        return reply

    def _person(self, act: str, name: str) -> Person:
        workspace = self._slack.workspace
        if act == "look" and not name:
            for person in list(workspace.people.values()):
                if not (person.is_bot or person.deleted):
                    return person
        return workspace.find_person(name)

    def _noticed(self, change: Change, thing: Any) -> None:
        self._stirred.set()
        for tab in list(self._tabs):
            for frame in self._frames(tab, change, thing):
                tab.tell(frame)

    def _frames(self, tab: Tab, change: Change, thing: Any) -> list[Json]:
        if tab.person is None:
            return []
        if change is Change.RESET:
            return [{"push": "reset"}]
        if change is Change.VIEW:
            return self._view_frames(tab.person, thing)
        if not isinstance(thing, Message):
            return []
        person = self._slack.workspace.people[tab.person]
        told = self._sight.found(person, thing)
        if not told:
            return []
        if change in {Change.POSTED, Change.PRIVATE}:
            told[0]["fresh"] = True
        if change is not Change.DELETED:
            return [{"push": "messages", "messages": told}]
        gone = {"push": "gone", "channel": thing.channel, "ts": thing.ts}
        return [gone, {"push": "messages", "messages": told[1:]}]

    def _view_frames(self, person: str, view: View | None) -> list[Json]:
        """Tell of forms; one that was closed says nothing of whose it was."""
        if view is not None and view.person != person:
            return []
        shown = self._slack.as_(person).view()
        return [{"push": "view", "view": view_json(shown)}]

    def _watch(self) -> None:
        """Send the tabs what changed backstage, at most a few times a second."""
        while not self._stopping.is_set():
            self._stirred.wait(1)
            self._stirred.clear()
            if self._tabs:
                began = time.monotonic()
                self._tell_state()
                took = time.monotonic() - began
                self._stopping.wait(max(LOOK_EVERY_S, 3 * took))

    def _tell_state(self) -> None:
        try:
            health, phones = self._slack.health(), self._sight.marks.phones()
            state = {**self._behind(), "slack": health, "phones": phones}
        except Exception:
            logger.exception("the backstage does not tell its state")
            return
        for tab in list(self._tabs):
            new = {
                key: part for key, part in state.items() if tab.known.get(key) != part
            }
            if new and tab.person is not None:
                tab.known = {**tab.known, **new}
                tab.tell({"push": "state", **new})

    def _behind(self) -> Json:
        return self._backstage.state() if self._backstage else {}
