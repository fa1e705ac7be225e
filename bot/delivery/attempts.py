"""One attempt at a message: what it says, where it goes, and the call to Slack.

A message is posted, edited or deleted. It is deleted once a newer one that was sent
stands for it.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import Fate, SlackError
from bot.slack.blocks import Message
from bot.slack.client import Slack
from bot.store.database import Transaction
from bot.store.tables import items, outbox_messages, rate_limits
from bot.store.tables.outbox_messages import MessageKind, OutboxMessage, Priority

_MUST_STAY = ("cant_delete_message", "compliance_exports_prevent_deletion")


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a message says now. `is_live`: it has buttons that may have to go.

    If it `is_replaced`, it is to be deleted; it says this only if it has to stay.
    """

    message: Message
    is_live: bool = False
    is_replaced: bool = False


# Turns a message, within the transaction that claims it, into what it says now; `None`
# if it has nothing to say.
Render = Callable[[Transaction, OutboxMessage], Rendered | None]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A claimed message, ready to send: where it goes, and what it says.

    `also` are the keys of the reminders for which it stands, `listed` the ids of the
    messages that were folded into it.
    """

    message: OutboxMessage
    rendered: Rendered
    channel: str
    thread_ts: str | None = None
    edits_ts: str | None = None
    also: tuple[str, ...] = ()
    listed: tuple[int, ...] = ()

    @property
    def deletes(self) -> bool:
        """Return whether it deletes a message, if Slack and people's replies allow."""
        return self.rendered.is_replaced and self.edits_ts is not None

    @property
    def method(self) -> str:
        """The method of Slack that it calls, as the rate limits name it."""
        if self.edits_ts is None:
            return rate_limits.POSTING
        return rate_limits.DELETING if self.deletes else rate_limits.EDITING

    @property
    def hash(self) -> str:
        said = self.rendered.message
        text = json.dumps([said.text, list(said.blocks)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def addressed(
    tx: Transaction,
    message: OutboxMessage,
    edited: OutboxMessage | None,
    rendered: Rendered,
) -> Attempt | None:
    """Return an attempt with its address; `None` if there is nothing to address.

    A reply goes to its parent's thread and an edit to its message's ts. A message that
    is about to be posted again has no ts, and needs no edit either. Nor does one that
    was deleted.
    """
    shown = edited or message
    is_gone = edited is not None and (edited.ts is None or edited.deleted_at)
    if shown.conversation is None or is_gone:
        return None
    channel, thread_ts = shown.conversation, None
    if shown.thread_of is not None:
        parent = outbox_messages.find(tx, shown.thread_of)
        thread_ts = parent.ts if parent else None
        if edited is None:
            if parent is None or parent.conversation is None or parent.ts is None:
                return None
            channel = parent.conversation
    ts = edited.ts if edited else None
    also, listed = _told(tx, shown), tuple[int, ...]()
    if shown.kind is MessageKind.DAYS_REST:
        listed = tuple(one.id for one in outbox_messages.folded(tx, shown.key))
    return Attempt(message, rendered, channel, thread_ts, ts, also, listed)


def _told(tx: Transaction, message: OutboxMessage) -> tuple[str, ...]:
    """Return the keys of the reminders for which a message stands."""
    gone = items.replaced(tx, message.key)
    own = [*items.within(tx, message.key), *items.folded(tx, message.key)]
    before = [item for item, _ in items.told_before(tx, message.key)]
    return tuple(
        items.key_of(item, message.place_of_items)
        for item in (*own, *before)
        if item.incident not in gone
    )


def posted(slack: Slack, attempt: Attempt) -> str:
    """Post a message, and return its ts."""
    message = attempt.message
    return slack.post(
        attempt.channel,
        attempt.rendered.message,
        key=message.key,
        also=attempt.also,
        thread_ts=attempt.thread_ts,
        is_urgent=message.priority is Priority.PAGE,
    )


def edited(slack: Slack, attempt: Attempt) -> bool:
    """Edit or delete a message; what must stay is edited. Return whether it is gone."""
    key, ts = attempt.message.edit_of, attempt.edits_ts
    assert key is not None, "an edit is of a message"
    assert ts is not None, "that message is in Slack"
    if attempt.deletes and _is_deleted(slack, attempt, ts):
        return True
    said = attempt.rendered.message
    slack.update(attempt.channel, ts, said, key=key, also=attempt.also)
    return False


def _is_deleted(slack: Slack, attempt: Attempt, ts: str) -> bool:
    """Delete a message, unless people replied below it or Slack does not let us.

    Slack itself deletes a message that has replies, and leaves a tombstone above them.
    Source: https://github.com/sgratzl/slack-cleaner/issues/74
    """
    is_reply = attempt.thread_ts is not None
    if not is_reply and _has_replies(slack, attempt.channel, ts):
        return False
    try:
        slack.delete(attempt.channel, ts)
    except SlackError as error:
        if error.code in _MUST_STAY:
            return False
        if error.fate is not Fate.GONE:
            raise
    return True


def _has_replies(slack: Slack, channel: str, ts: str) -> bool:
    try:
        return slack.has_replies(channel, ts)
    except SlackError as error:
        if error.fate is Fate.REFUSED:  # The bot may not read there.
            return False
        if error.fate in (Fate.INSTALLATION, Fate.UNDOCUMENTED):
            raise
        # Nothing was deleted, and a limit on reading is none on deleting.
        raise SlackError(error.code, Fate.NOT_DONE, is_away=error.is_away) from error
