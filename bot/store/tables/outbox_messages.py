"""The outbox table: messages to Slack, queued together with their cause.

Two clocks meet here: `queued_at` and `sent_at` follow the clock of obligations, while
`not_before`, leases and look-ups follow the system clock. A trial may move the first
one by days, and leases must not care.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from bot.store.database import Row, Transaction, to_json
from bot.store.tables import items
from bot.store.tables.items import Item

# In the keys of reminders in a card's thread, this stands for the place.
THREAD = "thread"
# What rings outside of Slack is addressed by its name, where others name a channel.
RING = "ring:"
# The keys of lists of the day begin with it.
LIST = "rest/"


class MessageKind(StrEnum):
    """What a message is rendered from."""

    CARD = "card"
    REMINDER = "reminder"
    NOTE = "note"
    MORNING = "morning"
    DAYS_REST = "days_rest"
    DIGEST = "digest"
    REVIEW = "review"
    COMMANDS = "commands"
    OFFER = "offer"
    OFFER_ANSWERED = "offer_answered"
    COVER = "cover"
    COVER_ANSWERED = "cover_answered"
    SHIFT = "shift"
    SHIFT_OVER = "shift_over"
    SHIFT_HELD = "shift_held"
    NEXT_SHIFT = "next_shift"
    ON_CALL_AHEAD = "on_call_ahead"
    NOBODY_ON_CALL = "nobody_on_call"
    FEED = "feed"
    USER_GROUP = "user_group"
    POLICY_ACCEPTED = "policy_accepted"
    POLICY_REFUSED = "policy_refused"
    POLICY_DIFFERS = "policy_differs"
    BACKUP = "backup"
    LOST_INCIDENTS = "lost_incidents"
    LEAVERS = "leavers"
    NEW_RECORD = "new_record"
    CHANNEL_LOST = "channel_lost"
    REMINDER_FAILS = "reminder_fails"
    NO_OUTCOME = "no_outcome"
    CARD_NOT_POSTED = "card_not_posted"
    NOT_DELIVERED = "not_delivered"
    OUTCOME_UNKNOWN = "outcome_unknown"
    RING = "ring"
    RING_OVER = "ring_over"
    EDIT = "edit"


class Priority(IntEnum):
    """Which message goes first in a conversation; the lowest value wins."""

    PAGE = 0
    NUDGE = 1
    CARD = 2
    DIGEST = 3


class State(StrEnum):
    """The state of a message. `UNCONFIRMED`: Slack may or may not have posted it."""

    QUEUED = "queued"
    SENDING = "sending"
    UNCONFIRMED = "unconfirmed"
    SENT = "sent"
    MERGED = "merged"
    SUPERSEDED = "superseded"
    DEAD = "dead"


class Unconfirmed(StrEnum):
    """Why: no answer, a sender that died, or a record that may be older than Slack."""

    NO_ANSWER = "no_answer"
    SENDER_STOPPED = "sender_stopped"
    OLD_RECORD = "old_record"

    @property
    def words(self) -> str:
        """The reason in words, for people who read the database."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to queue: what it is about, by reference, and where it goes.

    `key` is unique for ever. The message goes to `person`'s DM or to the channel
    `conversation`, and there into the thread of `thread_of`, if given. One that is
    `folded_into` a list, by its key, is not sent: the list says it.
    """

    key: str
    kind: MessageKind
    priority: Priority
    person: str | None = None
    conversation: str | None = None
    incident: int | None = None
    thread_of: str | None = None
    refs: Mapping[str, str] = field(default_factory=dict)
    items: Sequence[Item] = ()
    folded_into: str | None = None


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message in the outbox, with the lease of the sender that claimed it.

    `unconfirmed_at` is when it last became unconfirmed, and `refused_since` when Slack
    began to refuse it with a code that we do not know. With `deleted_at` it was sent,
    and deleted after a newer one had replaced it.
    """

    id: int
    key: str
    kind: MessageKind
    priority: Priority
    conversation: str | None
    person: str | None
    incident: int | None
    thread_of: str | None
    edit_of: str | None
    refs: Mapping[str, str]
    state: State
    attempts: int
    lease_token: str | None
    is_live: bool
    ts: str | None
    rendered: str | None
    queued_at: datetime
    sent_at: datetime | None
    unconfirmed_at: datetime | None
    unconfirmed_because: Unconfirmed | None
    last_error: str | None
    refused_since: datetime | None
    deleted_at: datetime | None
    folded_into: str | None

    @property
    def place(self) -> str:
        place = self.person or self.conversation
        assert place is not None, "a message goes somewhere"
        return place

    @property
    def place_of_items(self) -> str:
        """The place as it appears in the keys of its reminders."""
        return THREAD if self.thread_of is not None else self.place


@dataclass(frozen=True, slots=True)
class Posted:
    """What an attempt left in Slack: since when, under which `ts`, and what it shows.

    `rendered` is a hash of the content; `is_live` means that it has buttons.
    """

    sent_at: datetime | None = None
    ts: str | None = None
    rendered: str | None = None
    is_live: bool = False


@dataclass(frozen=True, slots=True)
class Verify:
    """When to look a message up, and since when it is unconfirmed; `None` keeps it."""

    verify_at: datetime | None = None
    unconfirmed_at: datetime | None = None


def card_key(number: int) -> str:
    return f"INC-{number}/card"


def queue(
    tx: Transaction, new: NewMessage, *, now: datetime, system_now: datetime
) -> None:
    """Queue a message, unless its key is in the outbox already."""
    queue_all(tx, [new], now=now, system_now=system_now)


def queue_all(
    tx: Transaction,
    new_messages: Iterable[NewMessage],
    *,
    now: datetime,
    system_now: datetime,
) -> None:
    """Queue messages, except those whose key is in the outbox already."""
    messages = list(new_messages)
    rows = [_values(new, position) for position, new in enumerate(messages)]
    found = tx.ask_many("queue_message", rows, queued_at=now, not_before=system_now)
    within = {new.key: new.items for new in reversed(messages)}
    if any(within.values()):  # Else nothing waits for the answer.
        items.insert(tx, {row["key"]: within[row["key"]] for row in found()})


def refresh(
    tx: Transaction, numbers: Iterable[int], *, now: datetime, system_now: datetime
) -> None:
    """Queue an edit of every message with live buttons of some incidents."""
    shown = sorted(numbers)
    instants = {"key": None, "queued_at": now, "not_before": system_now}
    # In this order. mark_stale waits for a sender that is storing its result right now;
    # after it the message is either marked or visible to queue_edits. The other way
    # round it could be missed by both.
    for number in shown:
        tx.write("mark_stale", incident=number, key=None)
    for number in shown:
        tx.write("queue_edits", incident=number, **instants)


def refresh_one(
    tx: Transaction, key: str, *, now: datetime, system_now: datetime
) -> None:
    """Queue an edit of one message, if it has live buttons or is just being sent."""
    values = {"incident": None, "key": key}
    tx.write("mark_stale", **values)
    tx.write("queue_edits", **values, queued_at=now, not_before=system_now)


def queue_replaced(
    tx: Transaction, key: str, *, now: datetime, system_now: datetime
) -> None:
    """Queue an edit of what a message replaces, now that it was sent.

    That is of each sent reminder, and each message to the same person, about the same
    incidents, itself included, if a newer one was sent to the same place. If that one
    says it all, it will be deleted.
    """
    tx.write("queue_replaced", key=key, queued_at=now, not_before=system_now)


def had(tx: Transaction, person: str, since: datetime) -> int:
    """Return how many messages a person had since then, pages and answers apart."""
    row = tx.one("messages_had", person=person, since=since)
    return row["had"] if row else 0


def folded(tx: Transaction, key: str) -> list[OutboxMessage]:
    """Return what was folded into a list, oldest first."""
    return [message_of(row) for row in tx.all("folded", key=key)]


def live_lists(tx: Transaction) -> list[OutboxMessage]:
    """Return the digests, and the lists that another followed, that have buttons."""
    return [message_of(row) for row in tx.all("live_lists")]


def unfold(tx: Transaction, key: str, system_now: datetime) -> None:
    """Queue by itself what a list was to say, as far as Slack did not take it."""
    tx.write("unfold", key=key, not_before=system_now)


def note_listed(tx: Transaction, ids: Iterable[int], at: datetime) -> None:
    """Note what a list says that was just posted or edited."""
    for one in ids:
        tx.write("note_listed", id=one, sent_at=at)


def find(tx: Transaction, key: str) -> OutboxMessage | None:
    row = tx.one("message", key=key)
    return message_of(row) if row else None


def posted_at(tx: Transaction, conversation: str, ts: str) -> OutboxMessage | None:
    """Return the message that stands at a place in Slack."""
    row = tx.one("message_at", conversation=conversation, ts=ts)
    return message_of(row) if row else None


def send_again(
    tx: Transaction,
    key: str,
    *,
    now: datetime,
    system_now: datetime,
    conversation: str | None,
) -> bool:
    """Queue a dead message again, perhaps elsewhere; `False` if it is not dead."""
    values = {"key": key, "conversation": conversation}
    row = tx.one("send_again", **values, queued_at=now, not_before=system_now)
    return row is not None


def retry_card(
    tx: Transaction,
    number: int,
    *,
    now: datetime,
    system_now: datetime,
    conversation: str,
) -> None:
    """Queue an incident's card again if Slack refused it; it may take it now."""
    values = {"key": card_key(number), "conversation": conversation}
    tx.write("retry_card", **values, queued_at=now, not_before=system_now)


def repost_card(  # noqa: PLR0913  # The card, and the instants of a queueing.
    tx: Transaction,
    key: str,
    *,
    ts: str | None,
    was_deleted: bool,
    now: datetime,
    system_now: datetime,
) -> OutboxMessage | None:
    """Queue the card again that was posted at `ts` and can no longer be edited.

    One that was deleted a second time is given up instead. `None` if it is not at `ts`
    any more: somebody else came first.
    """
    values = {"key": key, "ts": ts, "deleted": int(was_deleted)}
    row = tx.one("repost_card", **values, queued_at=now, not_before=system_now)
    return message_of(row) if row else None


def posted_values(posted: Posted) -> dict[str, object]:
    return {**asdict(posted), "is_live": int(posted.is_live)}


def message_of(row: Row) -> OutboxMessage:
    because = row["unconfirmed_because"]
    read = {
        "kind": MessageKind(row["kind"]),
        "priority": Priority(row["priority"]),
        "state": State(row["state"]),
        "refs": json.loads(row["refs"]),
        "is_live": bool(row["is_live"]),
        "unconfirmed_because": because and Unconfirmed(because),
    }
    return OutboxMessage(**{**row, **read})


def _values(new: NewMessage, position: int) -> dict[str, object]:
    return {
        "position": position,
        "key": new.key,
        "kind": new.kind,
        "priority": int(new.priority),
        "conversation": new.conversation,
        "person": new.person,
        "incident": new.incident,
        "thread_of": new.thread_of,
        "refs": to_json(dict(new.refs)),
        "folded_into": new.folded_into,
    }
