"""Take back offers of incidents that were not answered in time."""

import logging

from bot.incidents import acts
from bot.incidents.incidents import OFFER_STANDS
from bot.incidents.refusals import Refusal
from bot.store.database import Transaction
from bot.store.tables import records
from bot.triage import happenings
from bot.triage.context import Context

logger = logging.getLogger(__name__)


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
    tx.write("shorten_offers", until=context.clock() + OFFER_STANDS)
