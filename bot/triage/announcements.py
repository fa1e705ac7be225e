"""The messages that an event causes besides the reminders, by reference."""

from collections.abc import Iterator

from bot.incidents.incidents import Event, EventKind, Incident
from bot.policy.policies import Policy, Severity
from bot.store.tables import outbox_messages
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority

_NOTED = frozenset(EventKind) - {
    EventKind.OPENED,
    EventKind.CHECKED_IN,
    EventKind.HAND_OFF_OFFERED,
    EventKind.HAND_OFF_DECLINED,
    EventKind.SNOOZED,
}
_ANSWERS = (
    EventKind.TAKEN,
    EventKind.HAND_OFF_ACCEPTED,
    EventKind.HAND_OFF_DECLINED,
)


def card(incident: Incident, policy: Policy) -> NewMessage:
    """Return the card of a new incident."""
    return NewMessage(
        key=outbox_messages.card_key(incident.number),
        kind=MessageKind.CARD,
        priority=_priority(incident),
        conversation=policy.channels.incidents,
        incident=incident.number,
    )


def caused(
    before: Incident,
    incident: Incident,
    event: Event,
    policy: Policy,
    offered_by: str | None,
) -> Iterator[NewMessage]:
    """Yield the note in the thread, a request to take over, and answers to one.

    `offered_by` is who asked somebody to take the incident, if anybody did.
    """
    if event.kind in _NOTED:
        yield _note(incident, event, policy)
    if event.kind is EventKind.HAND_OFF_OFFERED:
        yield _to_person(incident, event, MessageKind.OFFER, event.details["to"])
    if event.kind in _ANSWERS and before.offered_to:
        givers = {before.owner or before.opened_by, offered_by} - {event.by, None}
        for giver in sorted(filter(None, givers)):
            yield _to_person(incident, event, MessageKind.OFFER_ANSWERED, giver)


def _note(incident: Incident, event: Event, policy: Policy) -> NewMessage:
    return NewMessage(
        key=f"{incident.name}/note/{event.id}",
        kind=MessageKind.NOTE,
        priority=_priority(incident),
        conversation=policy.channels.incidents,
        incident=incident.number,
        thread_of=outbox_messages.card_key(incident.number),
        refs={"event": str(event.id)},
    )


def _to_person(
    incident: Incident, event: Event, kind: MessageKind, person: str
) -> NewMessage:
    return NewMessage(
        key=f"{incident.name}/{kind}/{event.id}/{person}",
        kind=kind,
        priority=Priority.NUDGE,
        person=person,
        incident=incident.number,
        refs={"event": str(event.id)},
    )


def _priority(incident: Incident) -> Priority:
    is_page = incident.severity is Severity.SEV1
    return Priority.PAGE if is_page else Priority.CARD
