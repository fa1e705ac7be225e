"""Queue messages. What is beyond a person's messages of the day goes into one list."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time
from itertools import count

from bot.incidents.reach import Why
from bot.store.database import Transaction
from bot.store.tables import outbox_messages
from bot.store.tables.outbox_messages import (
    LIST,
    MessageKind,
    NewMessage,
    Priority,
    State,
)
from bot.triage.accounts import Rings
from bot.triage.context import Context


def send(
    tx: Transaction, context: Context, now: datetime, messages: Iterable[NewMessage]
) -> None:
    """Queue messages; those that `reach` leaves to a list are folded into it."""
    rings, had, new_messages = (
        Rings(tx, context.policy()),
        dict[str, int](),
        [*messages],
    )
    lists = dict[str, NewMessage | None]()
    instants = {"now": now, "system_now": context.system_clock()}

    def placed(new: NewMessage) -> NewMessage:
        who = new.person
        if who is None or _is_exempt(new):
            return new
        if who not in had:
            zone = rings.zone_of(who)
            midnight = datetime.combine(now.astimezone(zone), time(), zone)
            had[who] = outbox_messages.had(tx, who, midnight)
        rings.note_had(who, had[who])
        if rings.at_any_hour(who, now).why is not Why.BUDGET:
            had[who] += 1
            return new
        if who not in lists:
            day = now.astimezone(rings.zone_of(who)).date()
            lists[who] = _list_of(tx, who, day, instants)
        found = lists[who]
        return replace(new, folded_into=found.key) if found else new

    # In the order of the people: two transactions that lock the rows of two lists in
    # different orders would wait for each other.
    in_order = sorted(enumerate(new_messages), key=lambda one: one[1].person or "")
    queued = {position: placed(new) for position, new in in_order}
    edited = [one for one in lists.values() if one is not None]
    every = [*edited, *(queued[position] for position in range(len(queued)))]
    outbox_messages.queue_all(tx, every, **instants)
    for one in edited:
        outbox_messages.refresh_one(tx, one.key, **instants)


def _is_exempt(new: NewMessage) -> bool:
    """Return whether it is a page, or the answer to what the person wrote."""
    return new.priority is Priority.PAGE or new.kind is MessageKind.COMMANDS


def _list_of(
    tx: Transaction, person: str, day: date, instants: dict[str, datetime]
) -> NewMessage | None:
    """Return the list of a person's day; `None` if Slack does not take it."""
    for number in count(1):
        key = f"{LIST}{day}/{person}/{number}"
        # A sender that is rendering it now has to see what is added, or be over.
        outbox_messages.refresh_one(tx, key, **instants)
        known = outbox_messages.find(tx, key)
        if known is not None and known.state is State.DEAD:
            return None
        is_over = known is not None and (
            known.state is State.SUPERSEDED
            or (known.state is State.SENT and not known.is_live)
        )
        if not is_over:
            return NewMessage(key, MessageKind.DAYS_REST, Priority.NUDGE, person=person)
    raise AssertionError("numbers do not end")
