"""The tick: turns whatever is due into messages in the outbox.

All reminders of a tick are fired in one transaction, so that nobody gets two messages.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.errors import StorageError
from bot.incidents import nudges
from bot.incidents.deadlines import Deadline
from bot.incidents.firing import Batch, Firing, fired, minute, with_following
from bot.incidents.incidents import Incident
from bot.incidents.recipients import Recipient
from bot.incidents.steps import StepKind
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.store.database import Transaction
from bot.store.tables import (
    items,
    leases,
    locks,
    marks,
    outbox_messages,
    receipts,
    records,
)
from bot.store.tables.items import Item, item_of, key_of
from bot.store.tables.marks import Mark
from bot.store.tables.outbox_messages import THREAD, MessageKind, NewMessage, Priority
from bot.triage import (
    attention,
    daily_lists,
    leavers,
    look_ahead,
    offers,
    outcomes,
    set_back,
    shifts,
)
from bot.triage.accounts import Rings
from bot.triage.context import Context

logger = logging.getLogger(__name__)

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_ALL = 100_000
_MOST_EARLY = 100
_OUTAGE = timedelta(minutes=2)
_MARK_EVERY = timedelta(seconds=30)
_POSTPONED_BY = timedelta(minutes=5)
_TRIES = 5
# What is quiet is listed once a week, and the first day of one may be a holiday.
_ENDS_WITHIN = timedelta(days=8)
# How often a Sev1 may be posted again in a channel. Anything else is only edited.
_CHANNEL_EVERY, _NEVER = timedelta(hours=1), timedelta.max
_PAGES = (StepKind.PAGE, StepKind.CHECK_IN)


def next_at(tx: Transaction, policy: Policy, now: datetime) -> datetime:
    """Return the next instant at which a tick has something to do."""
    instants = (
        records.next_instant(tx),
        leavers.next_at(tx, now),
        offers.next_at(tx, now),
        shifts.next_at(tx, policy, now),
    )
    lists_at = daily_lists.next_at(tx, policy, now)
    return min((lists_at, *(at for at in instants if at is not None)))


class Reminders:
    """Fires what is due by the clock of obligations."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ticked_at: datetime | None = None
        self._failures: dict[str, int] = {}
        self._listed_in: datetime | None = None
        self._release_at: datetime | None = None

    def tick(self) -> None:
        """Mark what became late, fire what is due, and write the daily lists.

        After an outage each person gets one message, which names the outage.
        """
        now, down = self._context.clock(), self._outage()
        with self._context.database.reading() as tx:
            self._context.note_covers(tx)
        if not down and not self._has_work(now):
            self._ticked_at = self._context.system_clock()
            return
        with self._context.database.transaction() as tx:
            # Another replica is ticking now, and does the same work.
            if not locks.take_if_free(tx, locks.TICK):
                return
            if set_back.was_ahead(tx, now):
                set_back.heal(tx, self._context, now)
            self._refresh(tx, records.mark_missed(tx, now))
            offers.make(tx, self._context)
            offers.take_back(tx, self._context)
            if down:
                # Who left before it may be back: count their minute again.
                tx.write("mark_leavers_again", now=now)
        self._move_work(now)
        reminded = self._fire_due(now, down)
        with self._context.database.transaction() as tx:
            locks.take(tx, locks.TICK)
            self._listed_in = minute(now)
            lists = daily_lists.due(tx, self._context.policy(), now, reminded)
            ahead = look_ahead.due(tx, self._context.policy(), now)
            self._send(tx, [*lists, *ahead], now)
            self._end_lists(tx, now)
            self._note(tx, now, down)
        self._ticked_at = self._context.system_clock()

    def next_at(self) -> datetime:
        """Return the next instant at which a tick has something to do."""
        with self._context.database.reading() as tx:
            return next_at(tx, self._context.policy(), self._context.clock())

    def _has_work(self, now: datetime) -> bool:
        """Return whether this tick has anything to do."""
        if self._ticked_at is None:
            return True
        # In most seconds it has not, and one look is all that such a tick costs: a read
        # takes no write lock, so it keeps nobody waiting. It asks for everything that
        # the steps below do; a new step has to be asked for here, too.
        with self._context.database.reading() as tx:
            noted = marks.noted(tx)
            ticked_at = noted.get(Mark.TICK)
            return (
                ticked_at is None
                or abs(now - ticked_at) >= _MARK_EVERY
                or records.is_late_or_due(tx, now)
                # Somebody's day may begin in any minute, in whatever zone.
                or minute(now) != self._listed_in
                or daily_lists.are_due(noted, self._context.policy(), now)
                or leavers.are_any(tx)
                or shifts.are_any(tx, self._context.policy(), now)
            )

    def _outage(self) -> tuple[datetime, datetime] | None:
        """Return from when to when no tick ran; `None` if there was no outage."""
        # A trial's clock may jump by hours while the bot runs, which is no outage. So
        # the system clock says whether this bot missed any ticks. What people read,
        # from when to when, follows the clock of obligations.
        system_now = self._context.system_clock()
        if self._ticked_at and system_now - self._ticked_at < _OUTAGE:
            return None
        with self._context.database.reading() as tx:
            ticked_at = marks.at(tx, Mark.TICK)
        now = self._context.clock()
        if ticked_at is None or now - ticked_at < _OUTAGE:
            return None
        return ticked_at, now

    def _note(
        self, tx: Transaction, now: datetime, down: tuple[datetime, datetime] | None
    ) -> None:
        """Note this tick with what it writes: by that a later one sees a set-back."""
        ticked_at = marks.at(tx, Mark.TICK)
        is_old = ticked_at is None or abs(now - ticked_at) >= _MARK_EVERY
        if self._ticked_at is None or down or is_old:
            marks.note(tx, Mark.TICK, now)

    def _move_work(self, now: datetime) -> None:
        """Release the work of who is gone, and pass on that of shifts which are over.

        It comes before reminders are fired, so that they go to who has it now.
        """
        if self._release_at and now < self._release_at <= now + _POSTPONED_BY:
            return
        try:
            with self._context.database.transaction() as tx:
                if leavers.are_any(tx):
                    locks.take(tx, locks.TICK)
                    leavers.release_work(tx, self._context)
            with self._context.database.transaction() as tx:
                if shifts.are_any(tx, self._context.policy(), now):
                    locks.take(tx, locks.TICK)
                    shifts.pass_on(tx, self._context)
        except StorageError:
            raise
        except Exception:  # It must not stop the reminders of everybody else.
            logger.exception("work was not moved")
            self._release_at = now + _POSTPONED_BY

    def _fire_due(
        self, now: datetime, down: tuple[datetime, datetime] | None
    ) -> dict[str, list[Item]]:
        """Fire all that is due in one transaction: each person gets one message.

        Returns the reminders of each place.
        """
        with self._context.database.transaction() as tx:
            if not records.is_due(tx, now):
                return {}
            locks.take(tx, locks.TICK)
            batch = Batch()
            # Source: `together` in the policy's section "Reminders".
            soon = now + self._context.policy().reminders.together
            for firing in self._due(tx, now, _EARLIEST, now, _ALL):
                batch.add(firing)
            for firing in self._due(tx, now, now, soon, _MOST_EARLY):
                if batch.may_join(firing, now):
                    batch.add(firing)
            records.save_fired(tx, (one.deadline for one in batch.fired))
            sent = list(_sent(batch))
            self._queue(tx, batch, sent, now, down)
            self._note(tx, now, down)
            return {recipient.id: within for recipient, within in sent}

    def _due(
        self, tx: Transaction, now: datetime, after: datetime, by: datetime, most: int
    ) -> Iterator[Firing]:
        """Fire each reminder that is due in `(after, by]`, as if it were due now."""
        # `lock_due` skips incidents that somebody is changing: their reminders may be
        # void in a moment, and the next tick looks again. As the tick never waits for
        # an incident, it cannot deadlock with a use case.
        ours = records.lock_due(tx, after, by, most)
        for deadline in records.due_deadlines(tx, after, by, most):
            if deadline.incident in ours:
                firing = self._firing(tx, ours[deadline.incident], deadline, now)
                if firing is not None:
                    yield firing

    def _firing(
        self, tx: Transaction, incident: Incident, deadline: Deadline, now: datetime
    ) -> Firing | None:
        """Fire one deadline; `None` if that fails, which must not stop the others."""
        try:
            policy = self._context.policy()
            ring = Rings(tx, policy, incident=incident.number).of(incident)
            firing = fired(policy, incident, deadline, now, ring)
            steps = nudges.stood_for(policy, incident, deadline, firing.step)
            firing = replace(with_following(policy, firing, ring), steps=steps)
            return _without_standing(tx, firing, now)
        except Exception:  # One bad row must not stop the reminders of all others.
            logger.exception("reminder failed", extra={"deadline": deadline.id})
            self._failed(tx, deadline, now)
            return None

    def _failed(self, tx: Transaction, deadline: Deadline, now: datetime) -> None:
        """Try again later; after several failures tell the fallback channel."""
        records.postpone(tx, deadline, now + _POSTPONED_BY)
        failures = self._failures.get(deadline.id, 0) + 1
        self._failures[deadline.id] = failures
        if failures < _TRIES:
            return
        report = NewMessage(
            key=f"trouble/{deadline.id}",
            kind=MessageKind.REMINDER_FAILS,
            priority=Priority.NUDGE,
            conversation=self._context.policy().channels.fallback,
            incident=deadline.incident,
        )
        self._send(tx, [report], now)

    def _queue(
        self,
        tx: Transaction,
        batch: Batch,
        sent: list[tuple[Recipient, list[Item]]],
        now: datetime,
        down: tuple[datetime, datetime] | None,
    ) -> None:
        """Queue the messages, and edits of earlier ones about the same incidents."""
        # An edit removes the buttons of the earlier reminder.
        self._refresh(
            tx, {one.incident.number for one in batch.fired if one.is_repeated}
        )
        items.hold(tx, (item for one in batch.fired for item in _held_items(one, now)))
        receipts.write(
            tx, (due for one in batch.fired for due in outcomes.due(one, now))
        )
        policy = self._context.policy()
        reminders = (_reminder(*told, down) for told in sent)
        threads = (
            _thread_reminder(policy.channels.incidents, _item(one, one.first))
            for one in batch.fired
            if one.is_in_thread
        )
        rings = (
            _ring(target, _item(one, target))
            for one in batch.fired
            for target in outcomes.rings(one)
        )
        pages = (
            (one.incident, one.deadline) for one in batch.fired if one.step.is_page
        )
        unheard = look_ahead.unheard(policy, pages, now)
        self._send(tx, (*rings, *reminders, *threads, *unheard), now)

    def _send(
        self, tx: Transaction, new_messages: Iterable[NewMessage], now: datetime
    ) -> None:
        attention.send(tx, self._context, now, new_messages)

    def _end_lists(self, tx: Transaction, now: datetime) -> None:
        """Let the lists that another has followed lose their buttons.

        Once: Slack may refuse the edit. One that is older stays as it is.
        """
        for one in outbox_messages.live_lists(tx):
            until = datetime.fromisoformat(one.refs["until"])
            if until > now:
                continue
            if now - until < _ENDS_WITHIN:
                outbox_messages.refresh_one(tx, one.key, **self._context.instants())
            leases.note_edited(tx, one.key, ts=one.ts, rendered="", is_live=False)

    def _refresh(self, tx: Transaction, incidents: Iterable[int]) -> None:
        outbox_messages.refresh(tx, incidents, **self._context.instants())


def _sent(batch: Batch) -> Iterator[tuple[Recipient, list[Item]]]:
    """Yield what each place gets: a recipient there, and all of its reminders."""
    for within in batch.places.values():
        yield within[0][1], [_item(firing, recipient) for firing, recipient in within]


def _item(firing: Firing, recipient: Recipient) -> Item:
    """Return a reminder as an item of this recipient's message."""
    following = None
    if firing.following is not None:
        following = firing.following[0].id, firing.following[1]
    return item_of(firing.deadline, firing.step.kind, recipient.because, following)


def _held_items(firing: Firing, now: datetime) -> Iterator[tuple[str, Item, datetime]]:
    """Yield the reminder for each person who gets it when their day begins."""
    for recipient, reach in firing.held:
        assert reach.until is not None, "what is held is held until an instant"
        item = replace(_item(firing, recipient), held_at=now)
        yield recipient.id, item, reach.until


def _without_standing(tx: Transaction, firing: Firing, now: datetime) -> Firing:
    """Leave out the channels whose message of this escalation is edited instead."""
    least = _CHANNEL_EVERY if firing.incident.severity is Severity.SEV1 else _NEVER
    told, edited = [], []
    for recipient in firing.told:
        item, found = _item(firing, recipient), None
        if firing.step.is_page and not recipient.is_person:
            found = items.standing(tx, item, recipient.id)
        if found is None or now - found[1] >= least:
            told.append(recipient)
        else:
            items.renew(tx, found[0], item)
            edited.append(recipient)
    return replace(firing, told=tuple(told), edited=tuple(edited))


def _reminder(
    recipient: Recipient, within: list[Item], down: tuple[datetime, datetime] | None
) -> NewMessage:
    first = within[0]
    is_page = any(item.step in _PAGES for item in within)
    numbers = {item.incident for item in within}
    refs = {}
    if down is not None:
        refs = {"down_from": down[0].isoformat(), "down_to": down[1].isoformat()}
    return NewMessage(
        key=key_of(first, recipient.id),
        kind=MessageKind.REMINDER,
        priority=Priority.PAGE if is_page else Priority.NUDGE,
        person=recipient.id if recipient.is_person else None,
        conversation=None if recipient.is_person else recipient.id,
        incident=first.incident if len(numbers) == 1 else None,
        refs=refs,
        items=tuple(within),
    )


def _ring(target: Recipient, item: Item) -> NewMessage:
    return NewMessage(
        key=key_of(item, target.id),
        kind=MessageKind.RING,
        priority=Priority.PAGE,
        conversation=target.id,
        incident=item.incident,
        items=(item,),
    )


def _thread_reminder(channel: str, item: Item) -> NewMessage:
    return NewMessage(
        key=key_of(item, THREAD),
        kind=MessageKind.REMINDER,
        priority=Priority.NUDGE,
        conversation=channel,
        incident=item.incident,
        thread_of=outbox_messages.card_key(item.incident),
        items=(item,),
    )
