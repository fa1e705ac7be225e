"""Record an event of an incident, and all that follows from it."""

from dataclasses import replace

from bot.incidents.consequences import Consequences, consequences
from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident
from bot.incidents.reach import Why
from bot.store.database import Transaction
from bot.store.tables import items, outbox_messages, records
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage import announcements, attention
from bot.triage.accounts import Rings
from bot.triage.context import Context


def happens(
    context: Context, tx: Transaction, incident: Incident, event: Event
) -> Incident:
    """Record an event, the deadlines that it moves, and the messages that it causes.

    Returns the incident after it. Its row must be locked.
    """
    event = _after_quiet_hours(context, tx, incident, event)
    number, owed = incident.number, records.ask_deadlines(tx, incident.number)
    giver, noted = offered_by(tx, incident), records.noted(tx, number, event)
    found = consequences(
        context.policy(), incident, event, owed(), context.clock(), offered_by=giver
    )
    records.update_incident(tx, found.incident)
    records.save_deadlines(tx, found.deadlines)
    # The messages of the incident before the lists of people, as the tick locks them.
    outbox_messages.refresh(tx, [number], **context.instants())
    announce(context, tx, found, noted)
    _silence(context, tx, found)
    channel = context.policy().channels.incidents
    outbox_messages.retry_card(tx, number, conversation=channel, **context.instants())
    return found.incident


def _after_quiet_hours(
    context: Context, tx: Transaction, incident: Incident, event: Event
) -> Event:
    """Return an event; an offer to somebody in quiet hours waits until these end."""
    if event.kind is not EventKind.HAND_OFF_OFFERED:
        return event
    rings, to, now = Rings(tx, context.policy()), event.details["to"], context.clock()
    if rings.of(incident)(to, now).why is not Why.QUIET:
        return event
    ends = rings.quiet_ends(to, now)
    return replace(event, details={**event.details, "from": ends.isoformat()})


def announce(
    context: Context, tx: Transaction, found: Consequences, event: Event
) -> None:
    """Queue the messages that announce an event, which must have been recorded."""
    new = announcements.messages(
        found.announcements, found.incident, event, context.policy()
    )
    attention.send(tx, context, context.clock(), new)


def _silence(context: Context, tx: Transaction, found: Consequences) -> None:
    """Stop what rings because of an escalation that is over."""
    for owed in found.deadlines:
        if owed.is_open or not owed.kind.is_internal:
            continue
        for place in items.rung(tx, owed):
            new = NewMessage(
                key=f"{owed.id}/over/{place}",
                kind=MessageKind.RING_OVER,
                priority=Priority.PAGE,
                conversation=place,
                incident=owed.incident,
                refs={"deadline": owed.id},
            )
            outbox_messages.queue(tx, new, **context.instants())


def offered_by(tx: Transaction, incident: Incident) -> str | None:
    """Return who made the open offer of an incident, if there is one."""
    offer = open_offer(tx, incident)
    return offer.by if offer else None


def open_offer(tx: Transaction, incident: Incident) -> Event | None:
    """Return the offer of an incident that nobody has answered yet."""
    if incident.offered_to is None:
        return None
    offers = [
        one
        for one in records.events(tx, incident.number)
        if one.kind is EventKind.HAND_OFF_OFFERED
    ]
    return offers[-1]
