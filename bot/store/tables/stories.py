"""What happened in a span of days: whole incidents, and who was told."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.incidents.review import Story, Told
from bot.incidents.steps import StepKind
from bot.store.database import Row, Transaction
from bot.store.tables import records


def between(tx: Transaction, since: datetime, until: datetime) -> list[Story]:
    """Return the incidents that were open between two instants, with all of theirs."""
    span = {"since": since, "until": until}
    events = _by_incident(tx.all("events_since", **span))
    deadlines = _by_incident(tx.all("deadlines_since", **span))
    return [
        Story(
            one,
            tuple(map(records.read_event, events[one.number])),
            tuple(map(records.read_deadline, deadlines[one.number])),
        )
        for one in records.incidents_since(tx, since)
        if one.opened_at < until
    ]


def told(tx: Transaction, since: datetime, until: datetime) -> list[Told]:
    """Return each message that reminded somebody; a page is one if a part of it is."""
    found: dict[int, Told] = {}
    for row in tx.all("told_between", since=since, until=until):
        is_page = row["step"] == StepKind.PAGE
        if row["id"] in found:
            is_page = is_page or found[row["id"]].is_page
        found[row["id"]] = Told(row["person"], row["queued_at"], is_page)
    return list(found.values())


def _by_incident(rows: Iterable[Row]) -> Mapping[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["incident"]].append(row)
    return found
