"""What the page is told: a workspace as one person sees it, as JSON."""

from collections.abc import Iterable

from bot.emulator.records import Channel, Message, Person, View
from bot.emulator.refusals import Json
from bot.emulator.screens import Screens
from bot.emulator.workspace import Workspace

PAGE = 80


class Sight:
    """Describes the workspace to one person after another, and knows what they read."""

    def __init__(self, workspace: Workspace, screens: Screens) -> None:
        self._workspace = workspace
        self._screens = screens
        self._read: dict[tuple[str, str], str] = {}

    def look(self, person: Person) -> Json:
        """Return all that stands around a person's messages."""
        with self._workspace.changed:
            workspace = self._workspace
            if not person.is_bot:
                workspace.open_dm(person)
            return {
                "me": person.id,
                "team": workspace.domain.capitalize(),
                "bot": workspace.bot.id,
                "people": [_person(one) for one in workspace.people.values()],
                "channels": self._channels(person),
                "commands": list(workspace.commands),
                "view": view_json(self._screens.shown(person.id)),
            }

    def history(self, person: Person, channel_id: str, before: str | None) -> Json:
        """Return the last messages of a conversation older than a stamp."""
        with self._workspace.changed:
            channel = self.seen(person, channel_id)
            top = self._workspace.history(channel.id)
            told = [message_json(one, one.thread) for one in top]
            told += [message_json(one) for one in self._privates(person, channel, None)]
        told = [one for one in told if before is None or one["ts"] < before]
        told.sort(key=lambda one: float(one["ts"]))
        return {"messages": told[-PAGE:], "more": len(told) > PAGE}

    def thread(self, person: Person, channel_id: str, ts: str) -> Json:
        """Return a message and all replies to it."""
        with self._workspace.changed:
            channel = self.seen(person, channel_id)
            parent = self._workspace.messages.get((channel.id, ts))
            if parent is None:
                raise LookupError("that message is gone")
            replies = self._workspace.replies(parent)
            told = [message_json(parent, replies), *map(message_json, replies)]
            told += [message_json(one) for one in self._privates(person, channel, ts)]
        return {"messages": sorted(told, key=lambda one: float(one["ts"]))}

    def found(self, person: Person, message: Message) -> list[Json]:
        """Return a message that changed, with its parent's count; [] if not theirs."""
        with self._workspace.changed:
            channel = self._workspace.channels.get(message.channel)
            if channel is None or person.id not in channel.members:
                return []
            if message.private_to not in {None, person.id}:
                return []
            replies = self._workspace.replies(message)
            told = [message_json(message, replies)]
            if message.thread_ts and not message.private_to:
                parent = self._workspace.messages.get((channel.id, message.thread_ts))
                if parent:
                    told.append(message_json(parent, self._workspace.replies(parent)))
            return told

    def read(self, person: Person, channel_id: str, ts: str) -> None:
        """Note how far somebody has read a conversation."""
        with self._workspace.changed:
            key = person.id, channel_id
            self._read[key] = max(ts, self._read.get(key, ""), key=_stamp)

    def seen(self, person: Person, channel_id: str) -> Channel:
        """Return a conversation that somebody is in, or raise LookupError."""
        channel = self._workspace.channels.get(channel_id)
        if channel is None or person.id not in channel.members:
            raise LookupError(f"{person.name} is not in that conversation")
        return channel

    def forget(self) -> None:
        """Forget who read what."""
        self._read.clear()

    def phones(self) -> dict[str, int]:
        """Return how many messages of the bot each person has not read."""
        with self._workspace.changed:
            found: dict[str, int] = {}
            for message in self._workspace.messages.values():
                if not message.channel.startswith("D") or message.thread_ts:
                    continue
                person = f"U{message.channel[1:]}"
                read = self._read.get((person, message.channel), "")
                if message.user != person and _stamp(message.ts) > _stamp(read):
                    found[person] = found.get(person, 0) + 1
            return found

    def _channels(self, person: Person) -> list[Json]:
        theirs = [
            c for c in self._workspace.channels.values() if person.id in c.members
        ]
        unread = dict.fromkeys((c.id for c in theirs), 0)
        for message in self._workspace.messages.values():
            if message.channel not in unread or message.thread_ts:
                continue
            read = self._read.get((person.id, message.channel), "")
            if message.user != person.id and _stamp(message.ts) > _stamp(read):
                unread[message.channel] += 1
        return [_channel(one, person, unread[one.id]) for one in theirs]

    def _privates(
        self, person: Person, channel: Channel, thread: str | None
    ) -> Iterable[Message]:
        return [
            one
            for one in self._workspace.privates.values()
            if one.channel == channel.id
            and one.private_to == person.id
            and one.thread_ts == thread
        ]


def message_json(message: Message, replies: Iterable[Message] = ()) -> Json:
    """Return a message with the count of its replies."""
    stamps = [one.ts for one in replies]
    return {
        "channel": message.channel,
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "blocks": list(message.blocks),
        "thread": message.thread_ts,
        "edited": message.edited is not None,
        "private": message.private_to is not None,
        "deleted": message.deleted,
        "replies": len(stamps),
        "replied": stamps[-1] if stamps else None,
    }


def view_json(view: View | None) -> Json | None:
    """Return a form as it stands on a screen, or None."""
    if view is None:
        return None
    return {
        "id": view.id,
        "hash": view.hash,
        "body": view.body,
        "values": view.values,
        "errors": dict(view.errors),
    }


def _person(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "tz": person.tz or "Etc/UTC",
        "is_bot": person.is_bot,
        "is_guest": person.is_restricted or person.is_ultra_restricted,
        "is_stranger": person.is_stranger,
        "deleted": person.deleted,
    }


def _channel(channel: Channel, person: Person, unread: int) -> Json:
    other = next(iter(channel.members - {person.id}), person.id)
    return {
        "id": channel.id,
        "name": channel.name,
        "is_im": channel.is_im,
        "is_private": channel.is_private,
        "archived": channel.archived,
        "with": other if channel.is_im else None,
        "members": len(channel.members),
        "unread": unread,
    }


def _stamp(ts: str) -> float:
    return float(ts or 0)
