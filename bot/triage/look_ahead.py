"""Tell the leads what is wrong with the days ahead: a week before, and a day before.

Each is said once: the outbox takes a key once.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.policy.on_call_ahead import Ahead, Trouble, ahead
from bot.policy.policies import Policy
from bot.store.database import Transaction
from bot.store.tables import marks
from bot.store.tables.marks import Mark
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority

_WEEK, _DAY, _EVERY = timedelta(days=7), timedelta(days=1), timedelta(hours=1)


def due(tx: Transaction, policy: Policy, now: datetime) -> Iterator[NewMessage]:
    """Yield what the leads have to hear, and mark that it was looked for."""
    looked_at = marks.at(tx, Mark.LOOKED_AHEAD)
    if looked_at is not None and abs(now - looked_at) < _EVERY:
        return
    marks.note(tx, Mark.LOOKED_AHEAD, now)
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


def _key(one: Ahead, policy: Policy, now: datetime) -> str:
    """Return the key by which it is said once, or once under each policy."""
    when = policy.version
    if one.trouble is not Trouble.CONFLICT:
        when = "day" if one.since <= now + _DAY else "week"
    about = "/".join((*one.of, *one.people))
    return f"ahead/{one.trouble}/{about}/{one.since.isoformat()}/{when}"
