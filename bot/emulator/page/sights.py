"""What the page shows: a workspace as one person sees it, as JSON."""

from collections.abc import Iterable, Mapping

from bot.emulator.api.refusals import Json
from bot.emulator.page.marks import Marks, stamp
from bot.emulator.people.screens import Screens
from bot.emulator.records import Channel, Message, Person, View
from bot.emulator.workspace import Workspace

PAGE = 80
LONGEST_PAGE = 1_000


class Sight:
    """Describes the workspace as each person sees it, with what they have read."""

    def __init__(self, workspace: Workspace, screens: Screens) -> None:
        self._workspace = workspace
        self._screens = screens
        self.marks = Marks(workspace)

    def look(self, person: Person) -> Json:
        """Return everything around a person's messages."""
        with self._workspace.changed:
            workspace = self._workspace
            if not person.is_bot:
                workspace.open_dm(person)
            return {
                "me": person.id,
                "team": workspace.name,
                "bot": workspace.bot.id,
                "people": [_person(one) for one in workspace.people.values()],
                "channels": self._channels(person),
                "commands": list(workspace.commands),
                "shortcuts": list(workspace.shortcuts),
                "emoji": list(workspace.emoji),
                "view": view_json(self._screens.shown(person.id)),
            }

    def history(
        self,
        person: Person,
        channel_id: str,
        before: str | None = None,
        most: int = PAGE,
    ) -> Json:
        """Return the last messages of a conversation older than a stamp."""
        most = min(max(most, 1), LONGEST_PAGE)
        with self._workspace.changed:
            channel = self.seen(person, channel_id)
            new = self.marks.new_replies(person, channel.id)
            found = [
                *self._workspace.history(channel.id),
                *self._privates(person, channel, None),
            ]
        end = stamp(before) if before else float("inf")
        found = [one for one in found if stamp(one.ts) < end]
        found.sort(key=lambda one: stamp(one.ts))
        return {
            "messages": [
                message_json(one, one.thread, new.get(one.ts, 0))
                for one in found[-most:]
            ],
            "more": len(found) > most,
        }

    def thread(self, person: Person, channel_id: str, ts: str) -> Json:
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
            new = self.marks.new_replies(person, channel.id)
            told = [self._told(message, new)]
            parent = self._workspace.messages.get((channel.id, message.thread_ts or ""))
            if parent and not message.private_to:
                threads = {"threads": sum(new.values())}
                told.append({**self._told(parent, new), **threads})
            return told

    def read(self, person: Person, channel_id: str, ts: str, thread: str) -> Json:
        """Note how far a person has read, and return what is new in threads there."""
        channel = self.seen(person, channel_id)
        self.marks.read(person, channel.id, ts, thread)
        return {"threads": self._threads(person, channel.id)} if thread else {}

    def seen(self, person: Person, channel_id: str) -> Channel:
        """Return a conversation that a person is in, or raise LookupError."""
        channel = self._workspace.channels.get(channel_id)
        if channel is None or person.id not in channel.members:
            raise LookupError(f"{person.name} is not in that conversation")
        return channel

    def _channels(self, person: Person) -> list[Json]:
        unread = self.marks.unread(person)
        return [
            _channel(one, person, unread[one.id], self._threads(person, one.id))
            for one in self._workspace.channels.values()
            if person.id in one.members
        ]

    def _threads(self, person: Person, channel_id: str) -> int:
        return sum(self.marks.new_replies(person, channel_id).values())

    def _told(self, message: Message, new: Mapping[str, int]) -> Json:
        replies = self._workspace.replies(message)
        return message_json(message, replies, new.get(message.ts, 0))

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


def message_json(
    message: Message, replies: Iterable[Message] = (), new: int = 0
) -> Json:
    """Return a message with the count of its replies, and of those that are new."""
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
        "reactions": message.reacted(),
        "replies": len(stamps),
        "replied": stamps[-1] if stamps else None,
        "new": new,
    }


def view_json(view: View | None) -> Json | None:
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
        "tz": person.zone.key,
        "is_bot": person.is_bot,
        "deleted": person.deleted,
    }


def _channel(channel: Channel, person: Person, unread: int, threads: int) -> Json:
    other = next(iter(channel.members - {person.id}), person.id)
    return {
        "id": channel.id,
        "name": channel.name,
        "is_im": channel.is_im,
        "is_private": channel.is_private,
        "with": other if channel.is_im else None,
        "members": len(channel.members),
        "unread": unread,
        "threads": threads,
    }
