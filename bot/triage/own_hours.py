"""A person's own quiet hours, and the morning list that waits for their end."""

from collections.abc import Iterator
from datetime import datetime

from bot.business_time.hours import BusinessHours
from bot.business_time.schedules import Span
from bot.policy import quiet_hours
from bot.store.database import Transaction
from bot.store.tables import items
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage import attention, daily_lists
from bot.triage.accounts import quiet_of, zone_of
from bot.triage.context import Context


def set_quiet(context: Context, id: str, quiet: Span | None) -> bool:
    """Set a person's quiet hours, or end them; `False` if the person is unknown."""
    hours = quiet_hours.written(quiet) if quiet else None
    policy, now = context.policy(), context.clock()
    with context.database.transaction() as tx:
        row = tx.one("person", id=id)
        if row is None:
            return False
        tx.write("save_quiet_hours", id=id, quiet_hours=hours)
        zone = zone_of(row, policy)
        before, after = (policy.day_in(zone, one) for one in (quiet_of(row), quiet))
        attention.send(tx, context, now, _brought_forward(tx, id, before, after, now))
    return True


def _brought_forward(
    tx: Transaction, id: str, before: BusinessHours, after: BusinessHours, now: datetime
) -> Iterator[NewMessage]:
    """Yield the morning list for which their day would still have had to begin.

    What was held comes as the old hours would have ended, and the list with it.
    """
    today = after.business_day(now)
    was = before.pieces_on(today)
    was_to_begin = was[0].opens if was else before.next_opening(now) or now
    has_begun = after.pieces_on(today)[0].opens <= now
    if now < was_to_begin and has_begun and id not in items.held_until(tx):
        yield NewMessage(
            key=f"morning/{today:%Y-%m-%d}/{id}",
            kind=MessageKind.MORNING,
            priority=Priority.NUDGE,
            person=id,
            refs={"until": daily_lists.next_morning(after, now).isoformat()},
        )
