"""Find out why somebody got a message, by its place in Slack."""

from typing import assert_never

from bot.incidents import recipients
from bot.incidents.explanation import Explanation, Occasion, Reminded
from bot.store.database import Transaction
from bot.store.tables import items, outbox_messages, receipts, records
from bot.store.tables.items import Item
from bot.store.tables.outbox_messages import MessageKind, OutboxMessage
from bot.triage.accounts import Rings
from bot.triage.context import Context


def explain(context: Context, conversation: str, ts: str) -> Explanation | None:
    """Return why a message came to a person; `None` if none of ours to one is there."""
    with context.database.reading() as tx:
        message = outbox_messages.posted_at(tx, conversation, ts)
        if message is None or message.person is None:
            return None
        rings = Rings(tx, context.policy())
        within = [*items.within(tx, message.key), *items.folded(tx, message.key)]
        newest = {(one.incident, one.kind, one.count): one for one in within}
        reminders = [_reminded(tx, rings, message, one) for one in newest.values()]
        return Explanation(_occasion(message.kind), tuple(reminders))


def _reminded(
    tx: Transaction, rings: Rings, message: OutboxMessage, item: Item
) -> Reminded:
    incident, person = records.incident(tx, item.incident), message.place
    assert incident is not None, "a reminder belongs to an incident"
    owed = records.deadlines(tx, item.incident)
    deadline = next(
        one for one in owed if (one.kind, one.count) == (item.kind, item.count)
    )
    ring = rings.of(incident, owed)
    found = [
        one
        for one in receipts.of_incident(tx, item.incident)
        if (one.kind, one.count, one.step) == (item.kind, item.count, item.step)
    ]
    mine = {one.due_at for one in found if one.place == person}
    others = (
        one.place
        for one in found
        if one.was_told
        and one.place not in ("", person)
        and one.due_at == max(mine, default=None)
    )
    coming = recipients.coming(rings.policy, incident, deadline, ring)
    is_running = deadline.is_open and deadline.paused_at is None
    next_at = next(
        (at for at, fired in coming if person in {one.id for one in fired.told}), None
    )
    return Reminded(
        incident,
        deadline,
        owed,
        item.step,
        item.because,
        why=ring(person, message.sent_at or message.queued_at).why,
        others=tuple(dict.fromkeys(others)),
        next_at=next_at if is_running else None,
    )


def _occasion(kind: MessageKind) -> Occasion | None:  # One a kind.
    match kind:
        case MessageKind.REMINDER:
            return None
        case MessageKind.MORNING:
            return Occasion.MORNING
        case MessageKind.DAYS_REST:
            return Occasion.REST
        case MessageKind.NOTE:
            return Occasion.YOURS
        case MessageKind.OFFER:
            return Occasion.OFFER
        case MessageKind.OFFER_ANSWERED:
            return Occasion.OFFER_ANSWERED
        case MessageKind.COVER:
            return Occasion.COVER
        case MessageKind.COVER_ANSWERED:
            return Occasion.COVERED
        case MessageKind.SHIFT | MessageKind.SHIFT_OVER | MessageKind.NEXT_SHIFT:
            return Occasion.SHIFT
        case MessageKind.COMMANDS:
            return Occasion.ANSWER
        case (
            MessageKind.CARD
            | MessageKind.DIGEST
            | MessageKind.REVIEW
            | MessageKind.SHIFT_HELD
            | MessageKind.ON_CALL_AHEAD
            | MessageKind.NOBODY_ON_CALL
            | MessageKind.FEED
            | MessageKind.USER_GROUP
            | MessageKind.POLICY_ACCEPTED
            | MessageKind.POLICY_REFUSED
            | MessageKind.POLICY_DIFFERS
            | MessageKind.BACKUP
            | MessageKind.LOST_INCIDENTS
            | MessageKind.LEAVERS
            | MessageKind.NEW_RECORD
            | MessageKind.CHANNEL_LOST
            | MessageKind.REMINDER_FAILS
            | MessageKind.NO_OUTCOME
            | MessageKind.CARD_NOT_POSTED
            | MessageKind.NOT_DELIVERED
            | MessageKind.OUTCOME_UNKNOWN
            | MessageKind.RING
            | MessageKind.RING_OVER
            | MessageKind.EDIT
        ):
            return Occasion.ON_CALL
        case _:
            assert_never(kind)
