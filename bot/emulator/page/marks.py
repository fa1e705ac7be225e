"""How far each person has read, and what is new to them."""

from collections import Counter
from collections.abc import Iterable

from bot.emulator.records import Message, Person
from bot.emulator.workspace import Workspace


class Marks:
    """The newest stamp that each person has seen, by conversation and thread."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._read: dict[tuple[str, str, str], str] = {}

    def read(self, person: Person, channel: str, ts: str, thread: str = "") -> None:
        """Note how far a person has read a conversation, or a thread in it."""
        with self._workspace.changed:
            key = person.id, channel, thread
            self._read[key] = max(ts, self._read.get(key, ""), key=stamp)

    def forget(self) -> None:
        self._read.clear()

    def unread(self, person: Person) -> Counter[str]:
        """Count the unread messages of each conversation, without threads."""
        with self._workspace.changed:
            return Counter(
                one.channel
                for one in self._workspace.messages.values()
                if one.thread_ts is None and self._is_new(one, person.id)
            )

    def phones(self) -> dict[str, int]:
        """Return how many messages of the bot each person has not read."""
        with self._workspace.changed:
            return Counter(
                person
                for one in self._workspace.messages.values()
                if one.channel.startswith("D") and one.thread_ts is None
                if self._is_new(one, person := f"U{one.channel[1:]}")
            )

    def new_replies(self, person: Person, channel: str) -> dict[str, int]:
        """Count the unread replies under each message of a conversation.

        As in Slack only threads count that the person follows: they wrote in it or are
        mentioned in it.
        """
        with self._workspace.changed:
            threads: dict[str, list[Message]] = {}
            for one in self._workspace.messages.values():
                if one.channel == channel and one.thread_ts:
                    threads.setdefault(one.thread_ts, []).append(one)
            found = {}
            for ts, replies in threads.items():
                parent = self._workspace.messages.get((channel, ts))
                if _follows(person, [*([parent] if parent else []), *replies]):
                    found[ts] = sum(self._is_new(one, person.id) for one in replies)
        return {ts: new for ts, new in found.items() if new}

    def _is_new(self, message: Message, person: str) -> bool:
        key = person, message.channel, message.thread_ts or ""
        read = self._read.get(key, "")
        return message.user != person and stamp(message.ts) > stamp(read)


def stamp(ts: str) -> float:
    """Return a `ts` as a number; an empty one is older than all others."""
    return float(ts or 0)


def _follows(person: Person, thread: Iterable[Message]) -> bool:
    mention = f"<@{person.id}>"
    return any(one.user == person.id or mention in one.text for one in thread)
