"""Release the work of people who left or are no longer full members.

It waits for a minute, since an account may be switched off by mistake and on again. The
people's table holds when the minute began, so that it survives a restart, until the
leads have been told: in one message, as one synchronization may remove many accounts.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from bot.incidents import acts
from bot.incidents.events import Event, Gone
from bot.incidents.incidents import Incident, explained
from bot.policy.policies import Policy
from bot.store.database import Row, Transaction
from bot.store.tables import outbox_messages, records
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage import happenings
from bot.triage.context import Context

_GRACE = timedelta(minutes=1)


def mark(tx: Transaction, id: str, now: datetime) -> None:
    """Note that a person is gone from now on, if they are and it is not noted yet."""
    tx.write("mark_leaver", id=id, now=now)


def note_left(context: Context, id: str) -> None:
    """Note that a person has left, as Slack just said when the bot wrote to them."""
    with context.database.transaction() as tx:
        tx.write("note_left", id=id)
        mark(tx, id, context.clock())


def next_at(tx: Transaction, now: datetime) -> datetime | None:
    """Return when the next minute is over; `None` if nobody is leaving.

    What could not be released then is tried again at every tick.
    """
    due = [row["leaving_at"] + _GRACE for row in tx.all("leavers")]
    return min(at if at > now else now + _GRACE for at in due) if due else None


def are_any(tx: Transaction) -> bool:
    """Return whether somebody is gone whose work is not released yet."""
    return tx.one("leavers") is not None


def release_work(tx: Transaction, context: Context) -> None:
    """Release the work of everybody who was gone for a minute, then tell the leads.

    They are told when nobody else's minute is running.
    """
    now, leaving = context.clock(), tx.all("lock_leavers")
    # Absolute: the clock may have been ahead when somebody was marked.
    over = [row for row in leaving if abs(now - row["leaving_at"]) >= _GRACE]
    gone = _gone(over, context.policy())
    if over and _release_all(tx, context, gone) and len(over) == len(leaving):
        _tell_leads(tx, context, over)
        for row in over:
            tx.write("forget_leaver", id=row["id"])


def orphans(
    tx: Transaction, whose: Collection[str], since: datetime
) -> list[tuple[Incident, Event]]:
    """Return what nobody owns because one of these people is gone, with the release."""
    unowned = records.open_incidents_of(tx, "", with_unowned=True)
    found = ((one, explained(one, records.events(tx, one.number))) for one in unowned)
    return [
        (one, how)
        for one, how in found
        if how and how.details["who"] in whose and how.recorded_at >= since
    ]


def _gone(rows: Collection[Row], policy: Policy) -> Mapping[str, Gone]:
    """Return why each of these people can own nothing.

    A guest who is named on call may act, so they keep what is theirs.
    """
    on_call = policy.on_call.everybody()
    return {
        row["id"]: Gone.OUTSIDER if row["is_active"] else Gone.LEFT
        for row in rows
        if not row["is_active"] or row["id"] not in on_call
    }


def _release_all(tx: Transaction, context: Context, gone: Mapping[str, Gone]) -> bool:
    """Release the work of these people.

    Returns whether that is all of it: what somebody is changing now has to wait.
    """
    is_all = True
    for row in tx.all("work_of_leavers"):
        incident = records.free_incident(tx, row["number"])
        if incident is None:
            is_all = False
        elif incident.is_open:
            _release(tx, context, incident, gone)
    return is_all


def _release(
    tx: Transaction, context: Context, incident: Incident, gone: Mapping[str, Gone]
) -> None:
    giver, now = happenings.offered_by(tx, incident), context.clock()
    for who in dict.fromkeys((incident.owner, incident.offered_to, giver)):
        if who is None or who not in gone:
            continue
        event = acts.released(incident, who, gone[who], now, giver)
        if event is not None:
            incident = happenings.happens(context, tx, incident, event)


def _tell_leads(tx: Transaction, context: Context, over: Collection[Row]) -> None:
    since = min(row["leaving_at"] for row in over)
    whose = [row["id"] for row in over]
    if not orphans(tx, whose, since):
        return
    key = f"leavers/{since.isoformat()}/{whose[0]}"
    refs = {"who": " ".join(whose), "since": since.isoformat()}
    leads, kind = context.policy().channels.leads, MessageKind.LEAVERS
    new = NewMessage(key, kind, Priority.NUDGE, conversation=leads, refs=refs)
    outbox_messages.queue(tx, new, **context.instants())
