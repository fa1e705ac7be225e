"""Where messages are looked for in Slack, and which of their copies stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.delivery import recovery
from bot.errors import Fate, SlackError
from bot.slack.client import Slack
from bot.slack.standing import Standing
from bot.store.database import Transaction
from bot.store.tables import outbox_messages, rate_limits
from bot.store.tables.outbox_messages import OutboxMessage, Priority


@dataclass(frozen=True, slots=True)
class Search:
    """Where to look, since when; `for_strays` at the top, where no reply belongs."""

    channel: str
    thread_ts: str | None
    oldest: datetime
    is_urgent: bool
    for_strays: bool = False

    @property
    def method(self) -> str:
        """The name of the rate limit for reading there."""
        is_thread = self.thread_ts is not None
        return rate_limits.READING_THREADS if is_thread else rate_limits.READING


def searches(
    tx: Transaction, messages: Sequence[OutboxMessage], now: datetime
) -> list[Search]:
    """Return where to look for the messages of one conversation or thread.

    Replies are looked for in their thread and above: Slack posts a reply at the top
    level if its parent was deleted. `now` is by the clock of obligations.
    """
    first = messages[0]
    assert first.conversation is not None, "what was sent went somewhere"
    oldest = min(recovery.oldest_stamp(tx, one, now) for one in messages)
    is_urgent = first.priority is Priority.PAGE
    if first.thread_of is None:
        return [Search(first.conversation, None, oldest, is_urgent)]
    channel, found = first.conversation, []
    parent = outbox_messages.find(tx, first.thread_of)
    if parent is not None and parent.conversation is not None:
        channel = parent.conversation
        if parent.ts is not None:
            found.append(Search(channel, parent.ts, oldest, is_urgent))
    return [*found, Search(channel, None, oldest, is_urgent, for_strays=True)]


def read(slack: Slack, search: Search) -> list[Standing]:
    """Return the bot's messages there, oldest first."""
    standing = slack.standing(
        search.channel,
        oldest=search.oldest,
        thread_ts=search.thread_ts,
        is_urgent=search.is_urgent,
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
