"""Reconcile messages that Slack neither confirmed nor refused.

Slack has no idempotency key: posting twice shows two messages
(https://docs.slack.dev/reference/methods/chat.postMessage). So each message carries its
key, and we read the conversation once the request has had time to land. One reading
settles all that is due there. A message that is there is noted as sent. One that is not
is sent again, if it still applies. Of two copies one is deleted. A request may land
later still, so we look again after 2 and 15 minutes; after 15 for one that no longer
applies.

A reply whose card was deleted is at the top level, if anywhere. It is deleted there,
and sent again below the card, which comes back.

If the bot may not read a conversation, a page is sent again anyway, since twice is
better than late. Everything else is held until a person has looked.
"""

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from bot.delivery import dead_letters, lookups, pacing, recovery
from bot.delivery.failed_calls import FailedCalls
from bot.delivery.lookups import Search
from bot.delivery.pacing import Pace
from bot.errors import SlackError
from bot.slack.client import Slack
from bot.slack.standing import Standing
from bot.store.database import Transaction
from bot.store.tables import leases, locks, outbox_messages, rate_limits, unconfirmed
from bot.store.tables.outbox_messages import (
    MessageKind,
    OutboxMessage,
    Posted,
    Priority,
    State,
    Unconfirmed,
    Verify,
    message_of,
)
from bot.triage.context import Context

logger = logging.getLogger(__name__)

# After this long without a successful look-up, act without one.
_LOOK_FOR = timedelta(hours=1)
_ASK_FOR_SCOPE_EVERY = timedelta(hours=1)
# Others wait for the transaction that stores what was found.
_CONCLUDED_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Reconciles messages. Slack's stamps follow `clock`, leases `system_clock`."""

    _context: Context
    _slack: Slack
    _failed_calls: FailedCalls
    _pace: Pace
    _looking: Lock = field(default_factory=Lock)

    def reclaim(self, tx: Transaction) -> bool:
        """Open what a dead sender left.

        A lease outlasts a call and the time in which it may land, so a message whose
        lease is over is looked up at once. Returns whether there was any.
        """
        now = self._context.system_clock()
        lost = [message_of(row) for row in tx.all("lost_leases", system_now=now)]
        for message in lost:
            self._open(tx, message, Unconfirmed.SENDER_STOPPED, look_at=now)
        return bool(lost)

    def hurry(self, tx: Transaction) -> None:
        """Queue pages again that could not be looked up for too long."""
        now = self._context.system_clock()
        since = now - pacing.HURRY_AFTER
        for row in tx.all("hurry_pages", system_now=now, unconfirmed_until=since):
            extra = {"key": row["key"]}
            logger.warning("a page is sent again without a look-up", extra=extra)

    def may_stand_there(self, tx: Transaction, message: OutboxMessage) -> bool:
        """Look a message up before it is sent, if the database may be old."""
        now, system_now = self._context.clock(), self._context.system_clock()
        may = recovery.may_stand_there(tx, message, now=now, system_now=system_now)
        if not may or self._is_unreadable(tx, message):
            return False
        self._open(tx, message, Unconfirmed.OLD_RECORD, look_at=system_now)
        return True

    def unknown(self, tx: Transaction, message: OutboxMessage, error: str) -> None:
        """Handle an attempt that just ended without an answer."""
        look_at = self._context.system_clock() + pacing.times(message).settle
        self._open(tx, message, Unconfirmed.NO_ANSWER, error, look_at=look_at)

    def after_unconfirmed(
        self, message: OutboxMessage, state: State = State.SENT
    ) -> Verify:
        """Return when to look for a late copy of a message that was just finished."""
        if message.unconfirmed_at is None:
            return Verify()
        return self.suspicion(state)

    def suspicion(self, state: State = State.SENT) -> Verify:
        """Return when to look for a message that Slack may show twice."""
        now = self._context.system_clock()
        return Verify(pacing.later_look(now, now, state), now)

    def goes_before(self, tx: Transaction) -> Priority:
        """Return the least priority at which sending goes before looking up.

        A message that was surely never sent goes before one as urgent that may have
        been, and that one before anything less urgent.
        """
        if self._looking.locked():  # The other senders need not wait for it.
            return Priority.DIGEST
        first = self._next(tx)
        is_unsent = first is not None and first.state is State.UNCONFIRMED
        return first.priority if first and is_unsent else Priority.DIGEST

    def look_one(self) -> bool:
        """Read the conversation where a look-up is most urgent; `False` if none is due.

        One thread at a time: if look-ups are slow, the other threads can still send.
        """
        if not self._looking.acquire(blocking=False):
            return False
        try:
            return self._look_one()
        finally:
            self._looking.release()

    def _open(
        self,
        tx: Transaction,
        message: OutboxMessage,
        because: Unconfirmed,
        error: str = "",
        *,
        look_at: datetime,
    ) -> None:
        error = error or because.words
        if message.kind is MessageKind.EDIT:
            self._edit_again(tx, message, error)
        elif self._is_unreadable(tx, message):
            self._do_without(tx, message, because, error)
        else:
            verify = Verify(look_at, self._context.system_clock())
            unconfirmed.mark(tx, message, verify, because=because, error=error)

    def _edit_again(self, tx: Transaction, message: OutboxMessage, error: str) -> None:
        """Send an edit again, as of then: it is idempotent, so it needs no look-up."""
        now = self._context.system_clock()
        not_before = now + pacing.settling(message)
        leases.retry(
            tx, message, not_before=not_before, error=error, unconfirmed_at=now
        )
        edited = outbox_messages.find(tx, message.edit_of) if message.edit_of else None
        if edited is not None:
            ts, is_live = edited.ts, edited.is_live
            leases.note_edited(tx, edited.key, ts=ts, rendered="", is_live=is_live)

    def _do_without(
        self, tx: Transaction, message: OutboxMessage, because: Unconfirmed, error: str
    ) -> None:
        """Act without a look-up: send pages and reports again, hold the rest.

        A message that is unconfirmed only because the database may be old is sent as
        well. Most often the bot was just stopped for a while, and nobody has been told.
        """
        now = self._context.system_clock()
        if because is Unconfirmed.OLD_RECORD:
            leases.retry(tx, message, not_before=now, error=error)
        elif message.priority is Priority.PAGE or dead_letters.is_report(message):
            not_before = now + pacing.settling(message)
            leases.retry(tx, message, not_before=not_before, error=error)
        else:
            self._failed_calls.dead_letters.hold(tx, message, error)

    def _look_one(self) -> bool:
        with self._context.database.transaction() as tx:
            messages = self._claim(tx)
            if not messages:
                return False
            searches = lookups.searches(tx, messages, self._context.clock())
        standing: list[Standing] = []
        strays: list[Standing] = []
        for search in searches:
            found = strays if search.for_strays else standing
            try:
                found.extend(lookups.read(self._slack, search))
            except SlackError as error:
                self._failed_calls.log("a look-up failed", messages[0].key, error)
                with self._context.database.transaction() as tx:
                    locks.take(tx, locks.OUTBOX)
                    for message in messages:
                        self._not_looked(tx, message, error, search)
                return True
        surplus: list[tuple[OutboxMessage, Sequence[Standing]]] = []
        for first in range(0, len(messages), _CONCLUDED_AT_ONCE):
            with self._context.database.transaction() as tx:
                locks.take(tx, locks.OUTBOX)
                for message in messages[first : first + _CONCLUDED_AT_ONCE]:
                    copies = self._conclude(tx, message, standing, strays)
                    surplus.append((message, copies))
        self._remove(searches[-1].channel, surplus)
        return True

    def _claim(self, tx: Transaction) -> list[OutboxMessage]:
        now = self._context.system_clock()
        first = self._next(tx)
        if first is None:
            return []
        rate_limits.use_budget(tx, "looks", now, self._pace.edit_every)
        return unconfirmed.claim_looks(
            tx,
            first,
            system_now=now,
            again_at=now + pacing.OTHER.lease,
            page_again_at=now + pacing.PAGE.lease,
            token=secrets.token_hex(8),
        )

    def _next(self, tx: Transaction) -> OutboxMessage | None:
        now = self._context.system_clock()
        return unconfirmed.next_look(
            tx, system_now=now, burst_until=now + self._pace.burst
        )

    def _conclude(
        self,
        tx: Transaction,
        message: OutboxMessage,
        standing: Sequence[Standing],
        strays: Sequence[Standing],
    ) -> list[Standing]:
        """Store what was found, and return the copies to delete."""
        now = self._context.system_clock()
        is_open = message.state is State.UNCONFIRMED
        is_parted = is_open and message.kind is MessageKind.REMINDER
        if is_parted and not recovery.part(tx, message, standing, system_now=now):
            leases.finish(tx, message, State.MERGED)
            return []
        found = [one for one in standing if one.key == message.key]
        astray = [one for one in strays if one.key == message.key]
        if not found and not any(lookups.is_settled(one, message) for one in astray):
            return astray if self._not_there(tx, message) else []
        kept = lookups.kept(found or astray, message.ts)
        surplus = [one for one in (*found, *astray) if one is not kept]
        later, deleting_at = Verify(self._later(message, now)), None
        if surplus:
            deleting_at = rate_limits.limited_until(tx, rate_limits.DELETING, now)
            later = Verify(deleting_at or now + pacing.look_again(message, now))
        if kept.ts == message.ts:
            is_ours = unconfirmed.look_later(tx, message, later)
        else:
            is_ours = self._note_found(tx, message, kept, later.verify_at)
        # Another sender may have looked since our claim, and may keep another copy. If
        # both deleted the rest, none would be left.
        return surplus if is_ours and deleting_at is None else []

    def _note_found(
        self,
        tx: Transaction,
        message: OutboxMessage,
        kept: Standing,
        at: datetime | None,
    ) -> bool:
        sent_at = datetime.fromtimestamp(lookups.stamp(kept), UTC)
        # It may say something else now: the edit that follows tells what it shows.
        posted = Posted(sent_at, kept.ts, is_live=True)
        # It was posted before the outage, so it does not mention the outage.
        is_from_before = message.unconfirmed_because is Unconfirmed.OLD_RECORD
        refs = _without_outage(message.refs) if is_from_before else None
        if not unconfirmed.reconcile_found(tx, message, posted, at, refs=refs):
            return False
        instants = self._context.instants()
        outbox_messages.refresh_one(tx, message.key, **instants)
        outbox_messages.queue_replaced(tx, message.key, **instants)
        return True

    def _not_there(self, tx: Transaction, message: OutboxMessage) -> bool:
        """Queue a message again that is not in Slack, later with each attempt.

        Rendering decides then whether it still applies. `False` if somebody else has
        claimed the message meanwhile.
        """
        now = self._context.system_clock()
        if message.state is not State.UNCONFIRMED:
            later = self._later(message, now)
            return unconfirmed.look_later(tx, message, Verify(later))
        # The look-up came after one `settle`, which counts.
        more = pacing.settling(message) - pacing.times(message).settle
        not_before = now + max(more, timedelta(0))
        return leases.retry(
            tx, message, not_before=not_before, error=message.last_error or ""
        )

    def _not_looked(
        self,
        tx: Transaction,
        message: OutboxMessage,
        error: SlackError,
        search: Search,
    ) -> None:
        """Look again later, unless the bot may not read there."""
        now = self._context.system_clock()
        is_vain = (
            now - (message.unconfirmed_at or now) > _LOOK_FOR and not error.is_away
        )
        if self._is_refused(message, error) or is_vain:
            if message.state is State.UNCONFIRMED:
                because = message.unconfirmed_because or Unconfirmed.NO_ANSWER
                self._do_without(tx, message, because, message.last_error or "")
            else:
                unconfirmed.look_later(tx, message, Verify())
            # Do not ask for each message; an admin may grant the scope meanwhile.
            if error.code == "missing_scope":
                rate_limits.limit(tx, _unreadable(message), now + _ASK_FOR_SCOPE_EVERY)
            return
        wait = error.retry_after or pacing.look_again(message, now)
        # While Slack is away a page cannot be sent either, so do not count that time
        # towards HURRY_AFTER.
        since = now if error.is_away else None
        look_at = now + wait
        if message.state is State.SUPERSEDED:
            look_at = max(look_at, self._later(message, now) or look_at)
        unconfirmed.look_later(tx, message, Verify(look_at, since))
        if error.retry_after is not None:
            rate_limits.limit(tx, search.method, now + wait)

    def _remove(
        self,
        channel: str,
        surplus: Iterable[tuple[OutboxMessage, Sequence[Standing]]],
    ) -> None:
        """Delete surplus copies; the next look-up finds those that could not be."""
        for message, copies in surplus:
            for one in copies:
                try:
                    self._slack.delete(channel, one.ts)
                except SlackError as error:
                    self._failed_calls.log("a copy stays", message.key, error)
                    if self._is_refused(message, error):
                        continue
                    with self._context.database.transaction() as tx:
                        self._not_removed(tx, message, error)
                    return
            if copies:
                with self._context.database.transaction() as tx:
                    later = self._later(message, self._context.system_clock())
                    unconfirmed.look_later(tx, message, Verify(later))

    def _not_removed(
        self, tx: Transaction, message: OutboxMessage, error: SlackError
    ) -> None:
        if error.retry_after is None:
            return
        opens_at = self._context.system_clock() + error.retry_after
        unconfirmed.look_later(tx, message, Verify(opens_at))
        rate_limits.limit(tx, rate_limits.DELETING, opens_at)

    def _later(self, message: OutboxMessage, now: datetime) -> datetime | None:
        since = message.unconfirmed_at or now
        return pacing.later_look(since, now, message.state)

    def _is_unreadable(self, tx: Transaction, message: OutboxMessage) -> bool:
        now = self._context.system_clock()
        return rate_limits.limited_until(tx, _unreadable(message), now) is not None

    def _is_refused(self, message: OutboxMessage, error: SlackError) -> bool:
        now = self._context.system_clock()
        since = message.unconfirmed_at or now
        return pacing.is_refused(error, since, now, pacing.times(message))


def _without_outage(refs: Mapping[str, str]) -> Mapping[str, str]:
    return {name: told for name, told in refs.items() if not name.startswith("down_")}


def _unreadable(message: OutboxMessage) -> str:
    """Return the name of the rate limit that marks a conversation as unreadable."""
    return f"unreadable:{message.conversation}"
