"""Make offers that waited for the end of quiet hours, and take back unanswered ones."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.incidents import acts
from bot.incidents.incidents import OFFER_STANDS, Incident
from bot.incidents.refusals import Refusal
from bot.store.database import Transaction
from bot.store.tables import outbox_messages, records
from bot.triage import announcements, attention, happenings
from bot.triage.context import Context

logger = logging.getLogger(__name__)


def make(tx: Transaction, context: Context) -> None:
    """Ask the people whose quiet hours are over what was to be asked in them."""
    now = context.clock()
    for incident in _open(tx):
        offer, at = happenings.open_offer(tx, incident), incident.offered_from
        if offer is None or at is None or at > now:
            continue
        new = announcements.offer(incident, offer)
        if outbox_messages.find(tx, new.key) is not None:
            continue
        free = records.free_incident(tx, incident.number)
        if free != incident:
            continue
        records.update_incident(tx, replace(free, offered_until=now + OFFER_STANDS))
        attention.send(tx, context, now, [new])


def next_at(tx: Transaction, now: datetime) -> datetime | None:
    """Return when the next offer is made that waits, if one does."""
    found = (one.offered_from for one in _open(tx))
    return min((at for at in found if at is not None and at > now), default=None)


def _open(tx: Transaction) -> Iterator[Incident]:
    # By number: that is the order in which incidents are locked.
    for number in sorted(row["number"] for row in tx.all("open_offers")):
        incident = records.incident(tx, number)
        if incident is not None:
            yield incident


def take_back(tx: Transaction, context: Context) -> None:
    """End the offers that nobody answered, and tell those who made them.

    What somebody is changing now has to wait for the next tick: it may be the answer.
    """
    now = context.clock()
    for row in tx.all("expired_offers", now=now):
        incident = records.free_incident(tx, row["number"])
        event = acts.offer_expired(incident, now) if incident else None
        if incident is None or event is None:
            continue
        try:
            happenings.happens(context, tx, incident, event)
        except Refusal as refusal:
            # A replica whose policy lacks its plan goes on with everybody's reminders.
            extra = {"incident": incident.number, "because": repr(refusal.reason)}
            logger.warning("an offer was not taken back", extra=extra)


def shorten(tx: Transaction, context: Context) -> None:
    """Let no offer stand longer than it may from now on: a clock was ahead."""
    now = context.clock()
    for incident in _open(tx):
        offer = happenings.open_offer(tx, incident)
        if offer and offer.recorded_at > now:
            until = now + OFFER_STANDS
            records.update_incident(tx, replace(incident, offered_until=until))
