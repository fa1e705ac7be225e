"""Find as which other incident one was voided: that one goes on for both."""

from datetime import datetime

from bot.incidents import joining
from bot.incidents.incidents import Incident, Status, explained
from bot.store.database import Transaction
from bot.store.tables import records, suggestions


def joined(
    tx: Transaction, newer: Incident | None, now: datetime
) -> tuple[int, list[datetime]] | None:
    """Return the incident that this one is the same as, and the reports left to it.

    Return `None` if it is void for another reason, or for longer than can be undone.
    """
    number = None if newer is None else _same_as(tx, newer)
    if newer is None or number is None:
        return None
    older, events = records.incident(tx, number), records.events(tx, number)
    same = joining.joined(events)
    if older is None or not joining.is_undoable(same.pop(newer.number, None), now):
        return None
    others = filter(None, (records.incident(tx, one) for one in same))
    reports = (one.reported_at for one in others)
    return number, [joining.own_report(older, events), *reports]


def goes_on(tx: Transaction, one: Incident) -> Incident:
    """Return the incident that goes on where this one was the same thing, else itself.

    Several may have been closed one into the other.
    """
    seen = set()
    while one.number not in seen:
        seen.add(one.number)
        number = _same_as(tx, one)
        older = None if number is None else records.incident(tx, number)
        one = older or one
    return one


def opened_from(tx: Transaction, about: str) -> int | None:
    """Return the incident that goes on for a text that was opened, unless voided."""
    number = suggestions.opened_from(tx, about)
    opened = None if number is None else records.incident(tx, number)
    found = opened and goes_on(tx, opened)
    return found.number if found and found.status is not Status.VOID else None


def _same_as(tx: Transaction, one: Incident) -> int | None:
    if one.status is not Status.VOID:
        return None
    void = explained(one, records.events(tx, one.number))
    same_as = void and void.details.get("same_as")
    return int(same_as) if same_as else None
