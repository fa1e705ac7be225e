"""Messages for the outbox that announce an event."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from bot.incidents.consequences import (
    Announcement,
    Card,
    Note,
    Offer,
    OfferAnswered,
    OwnerTold,
)
from bot.incidents.events import Event
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.store.tables import outbox_messages
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority


def messages(
    announcements: Iterable[Announcement],
    incident: Incident,
    event: Event,
    policy: Policy,
) -> Iterator[NewMessage]:
    """Yield a message for each announcement.

    `incident` is its state after the event. The event must have been recorded: except
    for the card's, each key contains the event's id.
    """
    for announcement in announcements:
        match announcement:
            case Card():
                yield _card(incident, policy)
            case Note():
                yield _note(incident, event, policy)
            case OwnerTold(to=person):
                yield _to_person(incident, event, MessageKind.NOTE, person)
            case Offer():
                yield offer(incident, event)
            case OfferAnswered(to=person):
                yield _to_person(incident, event, MessageKind.OFFER_ANSWERED, person)
            case _:
                assert_never(announcement)


def offer(incident: Incident, event: Event) -> NewMessage:
    """Return the request to the person to whom an event offers an incident."""
    return _to_person(incident, event, MessageKind.OFFER, event.details["to"])


def _card(incident: Incident, policy: Policy) -> NewMessage:
    return NewMessage(
        key=outbox_messages.card_key(incident.number),
        kind=MessageKind.CARD,
        priority=_priority(incident),
        conversation=policy.channels.incidents,
        incident=incident.number,
    )


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
