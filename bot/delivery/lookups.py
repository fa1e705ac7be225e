"""Where a message is looked for in Slack, and which of its copies stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.delivery import recovery
from bot.errors import Fate, SlackError
from bot.slack.client import Slack, Standing
from bot.store.database import Transaction
from bot.store.tables import outbox_messages, rate_limits
from bot.store.tables.outbox_messages import OutboxMessage, Priority


@dataclass(frozen=True, slots=True)
class Search:
    """A message to look for: in which conversation or thread, and since when."""

    message: OutboxMessage
    channel: str
    thread_ts: str | None
    oldest: datetime

    @property
    def method(self) -> str:
        """The name of the rate limit for reading there."""
        return (
            rate_limits.READING
            if self.thread_ts is None
            else rate_limits.READING_THREADS
        )

    @property
    def is_for_strays(self) -> bool:
        """Whether it looks for a reply at the top level, where none belongs."""
        return self.thread_ts is None and self.message.thread_of is not None


def searches(tx: Transaction, message: OutboxMessage, now: datetime) -> list[Search]:
    """Return where to look for a message: a reply in its thread and above.

    Slack posts a reply at the top level if its parent was deleted. `now` is by the
    clock of obligations.
    """
    assert message.conversation is not None, "what was sent went somewhere"
    oldest = recovery.oldest_stamp(tx, message, now)
    channel, found = message.conversation, []
    if message.thread_of is not None:
        parent = outbox_messages.find(tx, message.thread_of)
        if parent is not None and parent.conversation is not None:
            channel = parent.conversation
            if parent.ts is not None:
                found.append(Search(message, channel, parent.ts, oldest))
    return [*found, Search(message, channel, None, oldest)]


def read(slack: Slack, search: Search) -> list[Standing]:
    """Return the bot's messages there, oldest first."""
    standing = slack.standing(
        search.channel,
        oldest=search.oldest,
        thread_ts=search.thread_ts,
        is_urgent=search.message.priority is Priority.PAGE,
    )
    try:
        return sorted(standing, key=stamp)
    except SlackError as error:
        if error.fate is Fate.GONE:
            return []
        raise


def kept(found: Sequence[Standing], recorded: str | None) -> Standing:
    """Return the copy to keep: most replies first, then the recorded, the oldest."""
    # Deleting a parent would leave its replies under a tombstone.
    return min(found, key=lambda one: (-one.replies, one.ts != recorded, stamp(one)))


def is_settled(stray: Standing, message: OutboxMessage) -> bool:
    """Return whether a reply at the top level stays: it is recorded, or was answered.

    One that Slack did not let us delete is recorded.
    """
    return stray.ts == message.ts or stray.replies > 0


def stamp(standing: Standing) -> float:
    """Return when a message was posted."""
    return float(standing.ts)
