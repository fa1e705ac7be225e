"""Drive the local Slack: start it, add people, act, read, break it.

with LocalSlack() as slack:
    slack.add_person("ana", tz="Europe/Berlin")
    slack.add_channel("incidents", members=["ana"])
    ...  # start the app with slack.api_url, slack.bot_token, slack.app_token
    slack.wait_for_socket()
    answer = slack.as_("ana").command("/sev2", "acme: push fails")
    (card,) = slack.wait_for_messages("incidents")
    slack.as_("ana").press("Take it", card)
    print(slack.text(card, reader="ana"))
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Self, TypeVar

from bot.emulator.api.deliveries import Deliveries
from bot.emulator.api.endpoints import Call, Endpoints
from bot.emulator.api.refusals import Json
from bot.emulator.api.response_urls import ResponseUrls
from bot.emulator.api.server import HOST, Server
from bot.emulator.api.sockets import Sockets
from bot.emulator.api.web_api import WebApi
from bot.emulator.faults import Condition, Faults
from bot.emulator.page.sights import Sight
from bot.emulator.people.actors import Actor
from bot.emulator.people.exchanges import Answer, Exchanges, Sent
from bot.emulator.people.interactions import Interactions
from bot.emulator.people.reading import Reader
from bot.emulator.people.screens import Screens
from bot.emulator.people.triggers import Triggers
from bot.emulator.records import Change, Channel, Message, Person
from bot.emulator.workspace import Workspace, default_id, system_clock

T = TypeVar("T")


class LocalSlack:
    """One workspace with its server; use it as a context manager.

    `clock` returns the aware UTC instant for stamps, and may travel. `machine` returns
    monotonic seconds, by which triggers and response URLs expire. Port 0 picks a free
    one. `ack_within` is how long people wait for the app.

    An app needs `api_url` as its `SLACK_API_URL`, `bot_token`, and `app_token` for
    sockets or `signing_secret` for requests over HTTP. `sight` is what each person
    sees, as JSON for the page.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = system_clock,
        *,
        machine: Callable[[], float] = time.monotonic,
        port: int = 0,
        ack_within: float = 3.0,
    ) -> None:
        self.workspace = workspace = Workspace(clock=clock, machine=machine)
        self._condition = Condition.WELL
        self._is_gone = False
        self._ends: list[Callable[[], None]] = []
        self.faults = Faults()
        self._screens = Screens(workspace)
        triggers = Triggers(workspace)
        response_urls = ResponseUrls(workspace)
        self._sockets = Sockets(workspace.changed, workspace.app_id)
        web_api = WebApi(workspace, self._screens, triggers)
        self._endpoints = Endpoints(
            workspace, web_api, response_urls, self._sockets, self.faults
        )
        self.tiers = self._endpoints.tiers
        self._server = Server(self._endpoints.app, port)
        self._endpoints.cut = self._server.cut
        self.port = self._server.port
        self.url = f"http://{HOST}:{self.port}"
        self.api_url = f"{self.url}/api/"
        self.bot_token, self.app_token = workspace.bot_token, workspace.app_token
        self.team_id = workspace.team_id
        web_api.open_socket = lambda: (
            f"ws{self.url[4:]}/link?ticket={self._sockets.ticket()}"
        )
        self._interactions = Interactions(
            workspace, triggers, response_urls, f"{self.url}/response/"
        )
        self._deliveries = Deliveries(
            self._sockets, workspace.changed, is_gone=lambda: self._is_gone
        )
        self.signing_secret = self._deliveries.signing_secret
        self._exchanges = Exchanges(
            workspace, self._screens, self._deliveries, response_urls, ack_within
        )
        self.sight = Sight(workspace, self._screens)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        for end in self._ends:
            end()
        self._server.stop()

    def at_end(self, end: Callable[[], None]) -> None:
        """Call a function before the server stops."""
        self._ends.append(end)

    @property
    def request_url(self) -> str | None:
        """Return where the app takes requests over HTTP; `None` for Socket Mode."""
        return self._deliveries.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self._deliveries.request_url = url

    def clock(self) -> datetime:
        """Return the instant that messages are stamped with."""
        return self.workspace.clock()

    def add_person(
        self,
        name: str,
        *,
        tz: str | None = "America/Los_Angeles",
        id: str | None = None,
        real_name: str | None = None,
        **fields: Any,
    ) -> Person:
        """Add a person; the id derives from the name unless given.

        An empty `tz` is left out of what Slack says, and None is null there.

        `fields` are others of `Person`: `is_bot`, `is_restricted`, `teams`, ... Without
        a `team_id` a stranger is from another company, and anybody else from here.
        """
        elsewhere = default_id("T", "elsewhere")
        home = elsewhere if fields.get("is_stranger") else self.team_id
        if fields.setdefault("team_id", home) == self.team_id:
            fields.setdefault("enterprise_id", self.workspace.enterprise_id)
        return self.workspace.add_person(
            Person(
                id=id or default_id("U", name),
                name=name,
                real_name=real_name or name.capitalize(),
                tz=tz,
                **fields,
            )
        )

    def join_enterprise(self, id: str, *, is_org_wide: bool = False) -> None:
        """Make the workspace and its people a part of an organisation.

        `is_org_wide` installs the app in all of its workspaces.
        """
        workspace = self.workspace
        with workspace.changed:
            workspace.enterprise_id, workspace.is_org_wide = id, is_org_wide
            for person in workspace.members(workspace.team_id):
                workspace.people[person.id] = replace(person, enterprise_id=id)
            workspace.bot = workspace.people[workspace.bot.id]

    def change_person(self, name: str, /, **fields: Any) -> Person:
        """Change a person's account: `tz="..."`, `deleted=True`, ..."""
        with self.workspace.changed:
            person = replace(self.workspace.find_person(name), **fields)
            self.workspace.people[person.id] = person
            return person

    def silence(self, name: str, start: datetime, end: datetime) -> None:
        """Turn a person's notifications off between two instants."""
        person = self.workspace.find_person(name)
        self.workspace.silences[person.id] = (start, end)

    def add_channel(
        self,
        name: str,
        members: Iterable[str] = (),
        *,
        bot: bool = True,
        id: str | None = None,
        **flags: bool,
    ) -> Channel:
        """Create a channel with these people and, by default, the bot.

        `flags` are those of `Channel`: `archived`, `is_private`, `is_ext_shared`.
        """
        ids = {self.workspace.find_person(member).id for member in members}
        if bot:
            ids.add(self.workspace.bot.id)
        return self.workspace.add_channel(
            Channel(
                id=id or default_id("C", name),
                name=name,
                members=frozenset(ids),
                **flags,
            )
        )

    def add_command(self, command: str, hint: str = "", about: str = "") -> None:
        """Offer a slash command on the page, as the app's manifest would."""
        told = {"command": command, "hint": hint, "about": about}
        self.workspace.commands.append(told)

    def add_shortcut(self, shortcut: str, name: str) -> None:
        """Offer a shortcut on messages on the page, likewise."""
        self.workspace.shortcuts.append({"shortcut": shortcut, "name": name})

    def add_emoji(self, name: str, shown: str) -> None:
        """Offer an emoji for messages on the page."""
        self.workspace.emoji.append({"name": name, "shown": shown})

    def clear(self) -> None:
        """Delete every message and act; people and channels stay."""
        self._screens.clear()
        self.sight.marks.forget()
        self._endpoints.forget()
        self.workspace.clear()

    def tell_all(self) -> None:
        """Make every page reload, as after people and channels were added."""
        with self.workspace.changed:
            self.workspace.tell(Change.RESET, None)

    def change_channel(self, name: str, /, **fields: Any) -> Channel:
        """Change a channel: `archived=True`, `name="..."`, ..."""
        with self.workspace.changed:
            channel = replace(self.workspace.find_channel(name), **fields)
            self.workspace.channels[channel.id] = channel
            return channel

    def invite(self, channel: str, person: str) -> None:
        """Add a person, or the bot by its name, to a channel."""
        members = self.workspace.find_channel(channel).members
        who = self.workspace.find_person(person).id
        self.change_channel(channel, members=members | {who})

    def remove(self, channel: str, person: str) -> None:
        """Remove a person, or the bot by its name, from a channel."""
        members = self.workspace.find_channel(channel).members
        who = self.workspace.find_person(person).id
        self.change_channel(channel, members=members - {who})

    def as_(self, name: str) -> Actor:
        """Return that person at their screen."""
        return Actor(
            self.workspace.find_person(name),
            self.workspace,
            self._screens,
            self._interactions,
            self._exchanges,
        )

    def redeliver(self, answer: Answer) -> Answer:
        """Deliver the payload behind an answer again, unchanged."""
        if answer.sent is None:
            raise LookupError("nothing was sent, so nothing can be sent again")
        return self._exchanges.deliver(answer.sent, retry=1)

    def send_event(self, event: Json, *, team_id: str | None = None) -> Answer:
        """Deliver an event such as `{"type": "app_home_opened", "user": ...}`.

        With `team_id` Slack sends it for another workspace with the same app.

        One that is not acknowledged is delivered again at once. Slack does so twice
        more, after a minute and after five; for that there is `redeliver`.
        """
        sent = Sent("events_api", self._interactions.event(event, team_id))
        answer = self._exchanges.deliver(sent)
        return answer if answer.ok else self._exchanges.deliver(sent, retry=1)

    def channel(self, name: str) -> list[Message]:
        """Return the top level of a channel, oldest first."""
        return list(self.workspace.history(self.workspace.find_channel(name).id))

    def dm(self, name: str) -> list[Message]:
        """Return the bot's direct conversation with somebody, oldest first."""
        dm, _ = self.workspace.open_dm(self.workspace.find_person(name))
        return list(self.workspace.history(dm.id))

    def thread(self, message: Message) -> list[Message]:
        """Return the replies under a message, oldest first."""
        return list(self.workspace.replies(message))

    def all_messages(self) -> list[Message]:
        """Return every message that is not private, with replies, as they arrived."""
        with self.workspace.changed:
            return list(self.workspace.messages.values())

    def private(self, name: str) -> list[Message]:
        """Return what only this person sees, in any conversation, oldest first."""
        person = self.workspace.find_person(name)
        with self.workspace.changed:
            privates = self.workspace.privates.values()
            return [m for m in privates if m.private_to == person.id]

    def current(self, message: Message) -> Message:
        """Return a message as it is now; raises LookupError if it is gone."""
        with self.workspace.changed:
            found = self.workspace.message(message.channel, message.ts)
            if found is None:
                raise LookupError("the message is gone")
            return replace(found, thread=self.workspace.replies(found))

    def text(self, message: Message, reader: str) -> str:
        """Return what a person reads in a message, block by block.

        Times are in the reader's zone, ids become names, and buttons look like [this].
        Style marks such as the stars of *bold* stay.
        """
        return Reader(self.workspace, reader).message(message)

    def notice(self, message: Message, reader: str) -> str:
        """Return what a phone's notification shows: the top-level text."""
        return Reader(self.workspace, reader).marked(message.text)

    def calls(self, method: str | None = None) -> list[Call]:
        """Return the calls that reached Slack, oldest first."""
        return self._endpoints.calls(method)

    def on_change(self, listener: Callable[[Change, Any], None]) -> None:
        """Call `listener` with each change and the message or view concerned.

        For a form that was closed that is the one shown now, or None.

        It is called in order, in the thread that made the change and with the
        state locked: it may read, but must not act or wait.
        """
        self.workspace.watch(listener)

    def wait_until(self, condition: Callable[[], T], timeout: float = 5.0) -> T:
        """Wait until `condition` is true, checking after each change; return it.

        The state is locked during a check: it may read, but must not call the server.
        """
        with self.workspace.changed:
            found = self.workspace.changed.wait_for(condition, timeout)
            if not found:
                raise AssertionError(f"it did not happen within {timeout} s")
            return found

    def wait_for_socket(self, timeout: float = 5.0, *, count: int = 1) -> None:
        """Wait until the app has opened that many sockets; over HTTP it needs none."""
        if self.request_url is not None:
            return
        self.wait_until(lambda: len(self._sockets) >= count, timeout)

    def wait_for_messages(
        self, channel: str, count: int = 1, timeout: float = 5.0
    ) -> list[Message]:
        """Wait until a channel has that many messages, and return them."""
        return self.wait_until(
            lambda: m if len(m := self.channel(channel)) >= count else [], timeout
        )

    @property
    def offline(self) -> bool:
        """Return whether Slack is gone: sockets cut, connections refused."""
        return self._is_gone

    @offline.setter
    def offline(self, gone: bool) -> None:
        if gone == self._is_gone:
            return
        self._is_gone = gone
        if gone:
            self._server.refuse()
        else:
            self._server.accept()

    @property
    def condition(self) -> Condition:
        """Return Slack's condition; setting it replaces all faults."""
        return self._condition

    @condition.setter
    def condition(self, condition: Condition) -> None:
        self._condition = condition
        self.faults.afflict(condition)
        self.offline = condition is Condition.GONE

    def health(self) -> Json:
        """Return the condition, and how many sockets the app has open."""
        return {"condition": self._condition.value, "sockets": len(self._sockets)}

    def cut_sockets(self) -> None:
        """Break every socket without a close frame."""
        self._server.cut_sockets()

    def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Send every socket a disconnect frame, as Slack does every few hours."""
        self._sockets.ask_to_reconnect(reason)
