"""The state of the local Slack: its people, channels and messages."""

import itertools
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.emulator.api.refusals import Json
from bot.emulator.records import Change, Channel, Message, Person, UserGroup, View

Listener = Callable[[Change, Any], None]
Clock = Callable[[], datetime]
Named = TypeVar("Named", Person, Channel)


BOT = "sevbot"
SCOPES = frozenset({
    "commands", "chat:write", "im:write", "users:read", "channels:read", "groups:read",
    "im:history", "channels:history", "groups:history", "dnd:read", "app_mentions:read",
    "reactions:read", "usergroups:read", "usergroups:write",
})  # fmt: skip


class Workspace:
    """One team and everything in it, safe to use from several threads.

    `clock` returns the aware UTC instant for stamps; `machine` returns monotonic
    seconds, by which triggers and response URLs expire. `changed` guards all state and
    is notified after each change. `enterprise_id` is the organisation of which the
    workspace is a part, and `is_org_wide` means that the app is installed in all of it.
    """

    def __init__(self, *, clock: Clock, machine: Callable[[], float]) -> None:
        self.clock = clock
        self.machine = machine
        self.name = "Northwind"
        self.domain = "acme"
        self.team_id = default_id("T", self.domain)
        self.enterprise_id: str | None = None
        self.is_org_wide = False
        self.app_id = default_id("A", BOT)
        self.bot_id = default_id("B", BOT)
        self.bot_token = "xoxb-SEVBOT"  # noqa: S105  # Only here.
        self.app_token = f"xapp-1-{self.app_id}"
        self.scopes = SCOPES
        self.changed = threading.Condition()
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.user_groups: dict[str, UserGroup] = {}
        self.messages: dict[tuple[str, str], Message] = {}
        self.silences: dict[str, tuple[datetime, datetime]] = {}
        self.privates: dict[tuple[str, str], Message] = {}
        self.commands: list[Json] = []
        self.shortcuts: list[Json] = []
        self.emoji: list[Json] = []
        self._listeners: list[Listener] = []
        self._last_stamp: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self.bot = self.add_person(
            Person(
                id=default_id("U", BOT),
                name=BOT,
                real_name=BOT,
                tz="Etc/UTC",
                team_id=self.team_id,
                is_bot=True,
            )
        )

    def add_person(self, person: Person) -> Person:
        """Add a person; raises ValueError if the id or the name is taken."""
        return self._added(self.people, person)

    def add_channel(self, channel: Channel) -> Channel:
        """Create a channel; raises ValueError if the id or the name is taken."""
        return self._added(self.channels, channel)

    def _added(self, there: dict[str, Named], one: Named) -> Named:
        with self.changed:
            if one.id in there or any(o.name == one.name for o in there.values()):
                raise ValueError(f"{one.name} ({one.id}) is there already")
            there[one.id] = one
            return one

    def find_person(self, name: str) -> Person:
        """Return the person of that name or id; raises LookupError."""
        with self.changed:
            for person in self.people.values():
                if name.removeprefix("@") in {person.name, person.id}:
                    return person
        raise LookupError(f"nobody here is called {name!r}")

    def find_channel(self, name: str) -> Channel:
        """Return the channel of that name or id; raises LookupError."""
        with self.changed:
            for channel in self.channels.values():
                if name.removeprefix("#") in {channel.name, channel.id}:
                    return channel
        raise LookupError(f"there is no channel {name!r}")

    def members(self, team_id: str) -> list[Person]:
        """Return the people of a workspace, in the order in which they came."""
        with self.changed:
            return [one for one in self.people.values() if one.is_in(team_id)]

    def open_dm(self, person: Person) -> tuple[Channel, bool]:
        """Return the bot's direct conversation, and whether it was there before."""
        with self.changed:
            dm_id = f"D{person.id[1:]}"
            if dm_id in self.channels:
                return self.channels[dm_id], True
            members = frozenset({person.id, self.bot.id})
            dm = Channel(id=dm_id, name=dm_id, members=members, is_im=True)
            self.channels[dm_id] = dm
            return dm, False

    def stamp(self, channel_id: str) -> str:
        """Return a new `ts`, later than any before it in that conversation."""
        with self.changed:
            micros = int(self.clock().timestamp() * 1_000_000)
            micros = max(micros, self._last_stamp.get(channel_id, 0) + 1)
            self._last_stamp[channel_id] = micros
            return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def number(self) -> int:
        """Return a number never returned before, for ids of any kind."""
        with self.changed:
            return next(self._numbers)

    def post(self, message: Message) -> Message:
        """Add a message, private or for all, with a stamp of its own."""
        change = Change.PRIVATE if message.private_to else Change.POSTED
        with self.changed:
            return self._put(replace(message, ts=self.stamp(message.channel)), change)

    def edit(self, message: Message) -> Message:
        """Replace the message that has this channel and `ts`."""
        with self.changed:
            stamp = self.stamp(message.channel)
            return self._put(replace(message, edited=stamp), Change.EDITED)

    def _put(self, message: Message, change: Change) -> Message:
        blocks = tuple(with_ids(block, self.number) for block in message.blocks)
        message = replace(message, blocks=blocks)
        where = self.privates if message.private_to else self.messages
        where[message.channel, message.ts] = message
        self.tell(change, message)
        return message

    def react(self, message: Message, emoji: str, person: str) -> None:
        """Put somebody's emoji on a message, or take it off if it is there."""
        with self.changed:
            mark = emoji, person
            had = mark in message.reactions
            marks = tuple(one for one in message.reactions if one != mark)
            marked = replace(message, reactions=marks if had else (*marks, mark))
            self.messages[message.channel, message.ts] = marked
            self.tell(Change.EDITED, marked)

    def delete(self, message: Message) -> None:
        """Remove a message; a parent with replies leaves a tombstone, as in Slack."""
        with self.changed:
            key = message.channel, message.ts
            if message.private_to:
                self.privates.pop(key, None)
            elif self.replies(message):
                gone = "This message was deleted."
                self.messages[key] = replace(
                    message, text=gone, blocks=(), metadata=None, deleted=True
                )
            else:
                self.messages.pop(key, None)
            self.tell(Change.DELETED, message)

    def message(self, channel_id: str, ts: str) -> Message | None:
        """Return a message as it is now, private or for all, or None."""
        with self.changed:
            key = channel_id, ts
            return self.messages.get(key) or self.privates.get(key)

    def view_json(self, view: View) -> Json:
        """Return Slack's view object with the ids of this workspace."""
        return {
            "id": view.id,
            "team_id": self.team_id,
            "app_installed_team_id": self.team_id,
            "app_id": self.app_id,
            "bot_id": self.bot_id,
            "type": "modal",
            "callback_id": "",
            "private_metadata": "",
            "submit": None,
            "close": None,
            **view.body,
            "hash": view.hash,
            "root_view_id": view.id,
            "previous_view_id": None,
            "state": {"values": view.values},
        }

    def replies(self, parent: Message) -> tuple[Message, ...]:
        """Return the thread under a message, oldest first."""
        with self.changed:
            return tuple(
                message
                for message in self.messages.values()
                if message.channel == parent.channel and message.thread_ts == parent.ts
            )

    def history(self, channel_id: str) -> tuple[Message, ...]:
        """Return the top level of a conversation, oldest first, threads filled in."""
        with self.changed:
            top: dict[str, Message] = {}
            threads: dict[str, list[Message]] = {}
            for message in self.messages.values():
                if message.channel != channel_id:
                    continue
                if message.is_top_level:
                    top[message.ts] = message
                if message.thread_ts is not None:
                    threads.setdefault(message.thread_ts, []).append(message)
        return tuple(
            replace(message, thread=tuple(threads.get(ts, ())))
            for ts, message in top.items()
        )

    def clear(self) -> None:
        """Forget every message; people, channels and direct conversations stay."""
        with self.changed:
            self.messages.clear()
            self.privates.clear()
            self._last_stamp.clear()
            self.tell(Change.RESET, None)

    def watch(self, listener: Listener) -> None:
        """Call `listener` on each change, in order, in the thread that made it.

        State is locked meanwhile: the listener may read, but must not wait.
        """
        self._listeners.append(listener)

    def tell(self, change: Change, subject: object) -> None:
        """Notify everybody who watches or waits; call it with `changed` held."""
        for listener in self._listeners:
            listener(change, subject)
        self.changed.notify_all()


def system_clock() -> datetime:
    return datetime.now(UTC)


def with_ids(block: Json, number: Callable[[], int]) -> Json:
    """Return a copy of a block with the ids that Slack gives where none were sent."""
    filled = {"block_id": f"b{number()}", **block}
    for key in ("accessory", "element"):
        if key in filled:
            filled[key] = _with_action_id(filled[key], number)
    if filled["type"] == "actions":
        filled["elements"] = [_with_action_id(e, number) for e in filled["elements"]]
    return filled


def _with_action_id(element: Json, number: Callable[[], int]) -> Json:
    return {"action_id": f"a{number()}", **element}


def default_id(prefix: str, name: str) -> str:
    """Return the id that a person or channel gets unless a test names one."""
    allowed = "".join(c for c in name.upper() if c.isascii() and c.isalnum())
    return f"{prefix}0{allowed}"
