"""Tell the leads where nobody is on call: days ahead, and when a page rings for nobody.

Each is said once: the outbox takes a key once.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from bot.incidents import recipients
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.policy.on_call_ahead import Ahead, Trouble, ahead
from bot.policy.policies import Policy
from bot.store.database import Transaction
from bot.store.tables import marks
from bot.store.tables.marks import Mark
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage import next_shifts

_WEEK, _DAY, _EVERY = timedelta(days=7), timedelta(days=1), timedelta(hours=1)


def due(tx: Transaction, policy: Policy, now: datetime) -> Iterator[NewMessage]:
    """Yield what leads and people on call hear, and mark that it was looked for."""
    looked_at = marks.at(tx, Mark.LOOKED_AHEAD)
    if looked_at is not None and abs(now - looked_at) < _EVERY:
        return
    marks.note(tx, Mark.LOOKED_AHEAD, now)
    yield from next_shifts.changed(tx, policy, now)
    for one in ahead(policy.on_call, now, now + _WEEK):
        yield NewMessage(
            key=_key(one, policy, now),
            kind=MessageKind.ON_CALL_AHEAD,
            priority=Priority.NUDGE,
            conversation=policy.channels.leads,
            refs={
                "trouble": one.trouble,
                "of": " ".join(one.of),
                "people": " ".join(one.people),
                "since": one.since.isoformat(),
                "until": one.until.isoformat() if one.until else "",
            },
        )


def unheard(
    policy: Policy, pages: Iterable[tuple[Incident, Deadline]], now: datetime
) -> Iterator[NewMessage]:
    """Yield what the leads hear of pages while nobody at all is on call for them."""
    if policy.channels.leads == policy.channels.fallback:
        return
    for incident, deadline in pages:
        if any(recipients.on_call(policy, now, incident).named()):
            continue
        yield NewMessage(
            key=f"nobody_on_call/{deadline.id}",
            kind=MessageKind.NOBODY_ON_CALL,
            priority=Priority.PAGE,
            conversation=policy.channels.leads,
            incident=incident.number,
        )


def _key(one: Ahead, policy: Policy, now: datetime) -> str:
    """Return the key by which it is said once, or once under each policy."""
    when = policy.version
    if one.trouble is not Trouble.CONFLICT:
        when = "day" if one.since <= now + _DAY else "week"
    about = "/".join((*one.of, *one.people))
    return f"ahead/{one.trouble}/{about}/{one.since.isoformat()}/{when}"
