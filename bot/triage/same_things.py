"""Find as which other incident one was voided, so that its reopening undoes that."""

from datetime import datetime

from bot.incidents import acts
from bot.incidents.incidents import Event, Incident, Status, explained
from bot.store.database import Transaction
from bot.store.tables import records


def joined(
    tx: Transaction, newer: Incident | None, now: datetime
) -> tuple[int, Event] | None:
    """Return the incident that this one is the same as, and the event that says so.

    Return `None` if it is void for another reason, or for longer than can be undone.
    """
    if newer is None or newer.status is not Status.VOID:
        return None
    void = explained(newer, records.events(tx, newer.number))
    if void is None or "same_as" not in void.details:
        return None
    older = int(void.details["same_as"])
    event = acts.joined_lately(records.events(tx, older), newer.number, now)
    return None if event is None else (older, event)
