"""Undo what a clock that was ahead did to the record, once the clock is right again.

It made reminders and lists come too early, which would then be missing at their own
instants, and noted instants that are still to come.
"""

import logging
from datetime import datetime, timedelta

from bot.incidents import nudges
from bot.policy.policies import Policy
from bot.store.database import Transaction
from bot.store.tables import items, marks, outbox_messages, records
from bot.store.tables.marks import Mark
from bot.triage import offers
from bot.triage.context import Context

logger = logging.getLogger(__name__)

# The clocks of two replicas may differ by seconds.
_SET_BACK_BY = timedelta(minutes=1)


def was_ahead(tx: Transaction, now: datetime) -> bool:
    """Return whether the last tick went by a clock that was ahead of this one."""
    ticked_at = marks.at(tx, Mark.TICK)
    return ticked_at is not None and now < ticked_at - _SET_BACK_BY


def heal(tx: Transaction, context: Context, now: datetime) -> None:
    """Arm the reminders to come again, and bring marks that are ahead back to now.

    The tick holds its lock. What was sent for its own instant is not repeated.
    """
    policy, numbers = context.policy(), [r["number"] for r in tx.all("open_incidents")]
    again = [number for number in numbers if _is_changed(tx, policy, number, now)]
    tx.write("forget_held_receipts", now=now)
    tx.write("forget_held", now=now)
    offers.shorten(tx, context)
    moved = marks.bring_back(
        tx, marks.noted(tx), now=now, system_now=context.system_clock()
    )
    marks.note(tx, Mark.TICK, now)
    # The cards may say that something is overdue.
    outbox_messages.refresh(tx, again, **context.instants())
    extra = {"incidents": len(again), "marks": [*moved]}
    logger.warning("the clock was set back", extra=extra)


def _is_changed(tx: Transaction, policy: Policy, number: int, now: datetime) -> bool:
    """Arm the reminders of an incident again; return whether anything changed."""
    incident = records.lock(tx, number)()
    if incident is None or not incident.is_open:
        return False
    has_forgotten = records.forget_misses(tx, number, now)
    owed = [one for one in records.deadlines(tx, number) if one.is_open]
    armed = [
        nudges.rearmed(policy, incident, one, now, items.sent_of(tx, one))
        for one in owed
    ]
    changed = [one for one, before in zip(armed, owed, strict=True) if one != before]
    records.save_deadlines(tx, changed)
    return has_forgotten or bool(changed)
