"""The outbox: messages to Slack, queued with their cause, in and out of the database.

Two clocks meet here: `queued_at` follows the clock of obligations, while `not_before`,
leases and rate limits follow the system clock.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from bot.store.database import Row, Transaction, to_json
from bot.store.tables import items
from bot.store.tables.items import Item

# Stands for the place in the keys of the reminders in a card's thread.
THREAD = "thread"


class MessageKind(StrEnum):
    """What a message is rendered from."""

    CARD = "card"
    REMINDER = "reminder"
    NOTE = "note"
    MORNING = "morning"
    DIGEST = "digest"
    OFFER = "offer"
    OFFER_ANSWERED = "offer_answered"
    POLICY_ACCEPTED = "policy_accepted"
    POLICY_REFUSED = "policy_refused"
    BACKUP = "backup"
    LOST_INCIDENTS = "lost_incidents"
    REMINDER_FAILS = "reminder_fails"
    CARD_NOT_POSTED = "card_not_posted"
    NOT_DELIVERED = "not_delivered"
    OUTCOME_UNKNOWN = "outcome_unknown"
    EDIT = "edit"


class Finish(StrEnum):
    """How the end of a sending was noted.

    `LOST`: the lease was, so it was not. `STALE`: what the message is about changed
    while it was on its way.
    """

    DONE = "done"
    LOST = "lost"
    STALE = "stale"


class Priority(IntEnum):
    """Who overtakes whom in a conversation."""

    PAGE = 0
    NUDGE = 1
    CARD = 2
    DIGEST = 3


class State(StrEnum):
    """Where a message stands. `UNCONFIRMED`: Slack may or may not have posted it."""

    QUEUED = "queued"
    SENDING = "sending"
    UNCONFIRMED = "unconfirmed"
    SENT = "sent"
    MERGED = "merged"
    SUPERSEDED = "superseded"
    DEAD = "dead"


class Unconfirmed(StrEnum):
    """Why a message is unconfirmed.

    Slack did not answer, the sender died, or the record may be older than Slack.
    """

    NO_ANSWER = "no_answer"
    SENDER_STOPPED = "sender_stopped"
    OLD_RECORD = "old_record"

    @property
    def words(self) -> str:
        """The reason in words, for people who look into the record."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be: what it is about, by reference, and where it goes.

    `key` is unique for ever. It goes to `person`'s conversation with the bot, or to
    the channel `conversation`; there into the thread of `thread_of`, if given.
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


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message as it stands in the outbox, with the lease of whoever claimed it.

    `doubted_at` is when nobody knew, last, whether it stands in Slack.
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
    has_lost_parent: bool
    last_error: str | None

    @property
    def place(self) -> str:
        """The person or the channel that it goes to."""
        place = self.person or self.conversation
        assert place is not None, "a message goes somewhere"
        return place

    @property
    def place_of_items(self) -> str:
        """The place as the keys of the reminders within it name it."""
        return THREAD if self.thread_of is not None else self.place


@dataclass(frozen=True, slots=True)
class Posted:
    """What a sending left in Slack: since when, which `ts`, and what it shows.

    `rendered` is a hash of that; `is_live` tells that it has buttons.
    """

    sent_at: datetime | None = None
    ts: str | None = None
    rendered: str | None = None
    is_live: bool = False


@dataclass(frozen=True, slots=True)
class Verify:
    """When a message is looked up in Slack, by the machine's clock.

    `None` leaves that as it is. `doubted_at` is since when that is needed.
    """

    verify_at: datetime | None = None
    unconfirmed_at: datetime | None = None


def card_key(number: int) -> str:
    """Return the key of an incident's card."""
    return f"INC-{number}/card"


def queue(
    tx: Transaction, new: NewMessage, *, now: datetime, system_now: datetime
) -> None:
    """Put a message into the outbox, unless its key is already there."""
    if new.items:
        queue_all(tx, [new], now=now, system_now=system_now)
    else:
        instants = {"queued_at": now, "not_before": system_now}
        tx.write("queue_message", **_values(new, 0), **instants)


def queue_all(
    tx: Transaction,
    new_messages: Iterable[NewMessage],
    *,
    now: datetime,
    system_now: datetime,
) -> None:
    """Put messages into the outbox, but for those whose key is already there."""
    within: dict[str, Sequence[Item]] = {}

    def values() -> Iterator[Row]:
        for position, new in enumerate(new_messages):
            within.setdefault(new.key, new.items)
            yield _values(new, position)

    found = tx.many("queue_message", values(), queued_at=now, not_before=system_now)
    items.insert(tx, {row["key"]: within[row["key"]] for row in found})


def refresh(
    tx: Transaction, number: int, *, now: datetime, system_now: datetime
) -> None:
    """Ask for an edit of every message that shows live buttons of an incident."""
    refresh_all(tx, [number], now=now, system_now=system_now)


def refresh_all(
    tx: Transaction, numbers: Iterable[int], *, now: datetime, system_now: datetime
) -> None:
    """Ask for an edit of every message that shows live buttons of some incidents."""
    shown = sorted(numbers)
    instants = {"key": None, "queued_at": now, "not_before": system_now}
    # In this order: what arrives while we wait for its sender is edited then.
    for number in shown:
        tx.write("mark_stale", incident=number)
    for number in shown:
        tx.write("queue_edits", incident=number, **instants)


def refresh_one(
    tx: Transaction, key: str, *, now: datetime, system_now: datetime
) -> None:
    """Ask for an edit of one message, if it has live buttons."""
    instants = {"queued_at": now, "not_before": system_now}
    tx.write("queue_edits", incident=None, key=key, **instants)


def claim(  # noqa: PLR0913  # The instants of one claim.
    tx: Transaction,
    *,
    system_now: datetime,
    lease_until: datetime,
    page_lease_until: datetime,
    burst_until: datetime,
    token: str,
) -> OutboxMessage | None:
    """Lease the most urgent message that may go now; `None` if there is none.

    A budget may be overdrawn as far as `burst_until`.
    """
    row = tx.one(
        "claim_message",
        system_now=system_now,
        lease_until=lease_until,
        page_lease_until=page_lease_until,
        burst_until=burst_until,
        token=token,
    )
    return message_of(row) if row else None


def finish(  # noqa: PLR0913  # All that a sending can end with.
    tx: Transaction,
    message: OutboxMessage,
    state: State,
    *,
    posted: Posted | None = None,
    error: str | None = None,
    verify: Verify | None = None,
) -> Finish:
    """End a lease, and say whether it was still held."""
    row = tx.one(
        "finish_message",
        id=message.id,
        token=message.lease_token,
        state=state,
        last_error=error,
        **posted_values(posted or Posted()),
        **asdict(verify or Verify()),
    )
    if row is None:
        return Finish.LOST
    return Finish.STALE if row["is_stale"] else Finish.DONE


def retry(  # noqa: PLR0913  # All that a message is tried again with.
    tx: Transaction,
    message: OutboxMessage,
    *,
    not_before: datetime,
    error: str,
    unconfirmed_at: datetime | None = None,
    has_lost_parent: bool = False,
) -> bool:
    """Give a leased message back to be tried later; `False` if the lease was lost."""
    row = tx.one(
        "retry_message",
        id=message.id,
        token=message.lease_token,
        not_before=not_before,
        unconfirmed_at=unconfirmed_at,
        has_lost_parent=int(has_lost_parent),
        last_error=error,
    )
    return row is not None


def note_edited(
    tx: Transaction, key: str, *, ts: str | None, rendered: str, is_live: bool
) -> None:
    """Note what a sent message shows after an edit of what stands at `ts`."""
    tx.write("note_edited", key=key, ts=ts, rendered=rendered, is_live=int(is_live))


def find(tx: Transaction, key: str) -> OutboxMessage | None:
    """Return a message by its key."""
    row = tx.one("message", key=key)
    return message_of(row) if row else None


def may_send(tx: Transaction, system_now: datetime) -> bool:
    """Tell whether any message can be sent, edited or looked up by now."""
    return tx.one("may_send", system_now=system_now) is not None


def unaddressed(tx: Transaction, system_now: datetime) -> dict[str, int]:
    """Return the people whose conversation with the bot must be opened first.

    With each of them comes how often that was tried.
    """
    rows = tx.all("unaddressed", system_now=system_now)
    return {row["person"]: row["attempts"] for row in rows}


def address(tx: Transaction, person: str, conversation: str) -> None:
    """Note a person's conversation with the bot, and send there what waited for it."""
    tx.write("save_dm", id=person, dm=conversation)
    tx.write("address", person=person, conversation=conversation)


def claim_unaddressed(tx: Transaction, person: str, token: str) -> list[OutboxMessage]:
    """Lease all that waits for the conversation of a person who has none."""
    rows = tx.all("claim_unaddressed", person=person, token=token)
    return [message_of(row) for row in rows]


def postpone_unaddressed(tx: Transaction, person: str, until: datetime) -> None:
    """Try later to learn where a person is written to."""
    tx.write("postpone_unaddressed", person=person, not_before=until)


def send_again(
    tx: Transaction,
    key: str,
    *,
    now: datetime,
    system_now: datetime,
    conversation: str | None,
) -> bool:
    """Queue a dead message again; return `False` if it is not dead.

    With `conversation` it goes there instead."""
    instants = {"queued_at": now, "not_before": system_now}
    return (
        tx.one("send_again", key=key, conversation=conversation, **instants) is not None
    )


def post_anew(
    tx: Transaction,
    key: str,
    *,
    ts: str | None,
    now: datetime,
    system_now: datetime,
) -> None:
    """Queue a card again that stood at `ts` and can be edited there no more."""
    tx.write("post_anew", key=key, ts=ts, queued_at=now, not_before=system_now)


def posted_values(posted: Posted) -> dict[str, object]:
    """Return what a sending left as the values of a statement."""
    return {**asdict(posted), "is_live": int(posted.is_live)}


def message_of(row: Row) -> OutboxMessage:
    """Return a message as its row tells it."""
    because = row["unconfirmed_because"]
    return OutboxMessage(
        **{
            **row,
            "kind": MessageKind(row["kind"]),
            "priority": Priority(row["priority"]),
            "state": State(row["state"]),
            "refs": json.loads(row["refs"]),
            "is_live": bool(row["is_live"]),
            "unconfirmed_because": because and Unconfirmed(because),
            "has_lost_parent": bool(row["has_lost_parent"]),
        }
    )


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
    }
