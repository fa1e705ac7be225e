"""Render reminders: load what each is about, and leave out what was answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.delivery.attempts import Rendered
from bot.delivery.links import Links
from bot.incidents.deadlines import Deadline, owed_now
from bot.incidents.events import Event, updates
from bot.incidents.incidents import Incident, explained
from bot.incidents.reach import Why
from bot.policy.policies import Policy
from bot.slack.messages import reminder
from bot.slack.messages.reminder_item import Item as ReminderItem
from bot.slack.phrases import Voice
from bot.slack.readers import Person
from bot.store.database import Transaction
from bot.store.tables import items, records
from bot.store.tables.items import Item
from bot.store.tables.outbox_messages import MessageKind, OutboxMessage
from bot.triage.accounts import Rings
from bot.triage.people import person


def rendered(
    tx: Transaction,
    message: OutboxMessage,
    policy: Policy,
    now: datetime,
    links: Links,
) -> Rendered | None:
    """Render a reminder; before it is sent, answered reminders drop out.

    It stands for older ones about the same incidents, which are deleted once it was
    sent, and drops those incidents of which a newer one tells.
    """
    reader = person(tx, policy, message.person) if message.person else None
    replaced = items.replaced(tx, message.key)
    own = [(item, message.sent_at) for item in items.within(tx, message.key)]
    told = [*own, *items.told_before(tx, message.key)]
    rings = Rings(tx, policy)
    every = (
        _item(tx, message, one, told_at, rings, now, links) for one, told_at in told
    )
    found = [one for one in every if not _is_replaced(one, replaced, reader)]
    if replaced and not found and message.ts is not None:
        numbers = sorted({one.incident for one, _ in own})
        kept = reminder.with_replies(numbers)
        return Rendered(kept, is_replaced=True)
    live = [item for item in found if item.is_live_for(reader)]
    if message.ts is None and all(item.told_at is not None for item in live):
        return None
    shown = live if message.ts is None else found
    said = reminder.message(
        _one_each(shown, reader), Voice(policy, now, reader), down=_down(message)
    )
    has_buttons = live or any(item.is_useful_for(reader) for item in found)
    # In a thread the note about what was done stands below it.
    is_told = message.thread_of is not None and not live
    is_live = bool(has_buttons)
    return Rendered(said, is_live, is_replaced=is_told) if said else None


def folded(  # noqa: PLR0913  # As above, and what is folded into it.
    tx: Transaction,
    message: OutboxMessage,
    folded: Sequence[OutboxMessage],
    policy: Policy,
    now: datetime,
    links: Links,
) -> tuple[Rendered | None, list[OutboxMessage]]:
    """Render the reminders of several messages in one; `None` if all are answered.

    With it come the other messages that the list says as well. Each incident is named
    once: by an offer that waits for its reader, else by what came last, but for what
    somebody who does not own it still has to do.
    """
    assert message.person is not None, "a person's messages are folded"
    reader, rings = person(tx, policy, message.person), Rings(tx, policy)
    newest = {
        (item.incident, item.kind, item.count): (item, one.id)
        for one in folded
        if one.kind is MessageKind.REMINDER
        for item in items.within(tx, one.key)
    }
    others = [one for one in folded if one.kind is not MessageKind.REMINDER]
    last = {one.incident: one.id for one in others}

    def is_said(item: ReminderItem, of: int) -> bool:
        incident, later = item.incident, last.get(item.incident.number, 0)
        is_theirs = item.is_owned_by(reader) and later > of
        return is_theirs or (later > 0 and incident.offered_to == reader.id)

    every = (
        (_item(tx, message, one, None, rings, now, links), of)
        for one, of in newest.values()
    )
    live = [
        one for one, of in every if one.is_live_for(reader) and not is_said(one, of)
    ]
    named = {one.incident.number for one in live}
    rest = [
        one
        for one in others
        if one.incident is None
        or (one.incident not in named and last[one.incident] == one.id)
    ]
    said = reminder.message(_one_each(live, reader), Voice(policy, now, reader))
    return (Rendered(said, is_live=True) if said else None), rest


def _item(  # noqa: PLR0913  # What a reminder shows.
    tx: Transaction,
    message: OutboxMessage,
    item: Item,
    told_at: datetime | None,
    rings: Rings,
    now: datetime,
    links: Links,
) -> ReminderItem:
    incident = records.incident(tx, item.incident)
    assert incident is not None, "a reminder belongs to an incident"
    owed = records.deadlines(tx, item.incident)
    deadline = _of(owed, item)
    is_page = item.kind.is_internal
    would_be_missed = False
    if message.person is not None:
        ring = rings.of(incident, owed)
        would_be_missed = ring(message.person, told_at or now).why is Why.MISSED
    following = None
    # What an older message said may have passed when this one was sent.
    sent_at = message.sent_at or now
    if item.next_person and item.next_at and item.next_at > sent_at:
        following = (item.next_person, item.next_at)
    return ReminderItem(
        incident=incident,
        deadline=deadline,
        kind=item.step,
        because=item.because,
        owed=owed_now(owed),
        next=following,
        told_at=told_at,
        release=explained_by(tx, incident) if is_page else None,
        would_be_missed=would_be_missed,
        url=links.one(tx, item.incident),
        last_word=last_word(tx, incident),
    )


def _is_replaced(
    item: ReminderItem, replaced: Mapping[int, bool], reader: Person | None
) -> bool:
    """Return whether a newer message says what a reminder did.

    What is no reminder has the buttons of the owner alone.
    """
    number = item.incident.number
    if not replaced.get(number, True):
        return item.is_owned_by(reader) or not item.is_live_for(reader)
    return number in replaced


def explained_by(tx: Transaction, incident: Incident) -> Event | None:
    """Return why an incident is void or nobody's, where its state does not say it."""
    if incident.is_open and incident.owner is not None:
        return None
    return explained(incident, records.events(tx, incident.number))


def _one_each(
    items: Sequence[ReminderItem], reader: Person | None
) -> list[ReminderItem]:
    """Return one entry an incident, a page first; of what is settled the last."""

    def rank(item: ReminderItem) -> tuple[int, bool, float, bool]:
        urgency = 1 + item.is_page if item.is_live_for(reader) else 0
        ended_at = item.deadline.closed_at
        ended = ended_at.timestamp() if ended_at else 0
        return urgency, ended_at is None, ended, not item.is_page

    found: dict[int, ReminderItem] = {}
    for item in sorted(items, key=rank, reverse=True):
        found.setdefault(item.incident.number, item)
    return list(found.values())


def last_word(tx: Transaction, incident: Incident) -> str:
    """Return what the customer was told last; empty if nothing."""
    if incident.responded_at is None:
        return ""
    events = updates(records.events(tx, incident.number))
    return events[-1].details.get("told", "") if events else ""


def _of(owed: tuple[Deadline, ...], item: Item) -> Deadline:
    (found,) = (one for one in owed if (one.kind, one.count) == (item.kind, item.count))
    return found


def _down(message: OutboxMessage) -> tuple[datetime, datetime] | None:
    if "down_from" not in message.refs:
        return None
    begin, end = message.refs["down_from"], message.refs["down_to"]
    return datetime.fromisoformat(begin), datetime.fromisoformat(end)
