"""Claim messages, send them to Slack, and store the outcome.

No transaction is open during a call to Slack: it may take ten seconds, and row locks
would be held as long. A claim is a lease with a token instead. A sender that finishes
late finds another token, and so knows that it lost the message. Source for the token:
https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html
"""

import logging
import secrets
from datetime import datetime, timedelta
from typing import assert_never

from bot.delivery import attempts, dead_letters, pacing
from bot.delivery.attempts import Attempt, Render
from bot.delivery.conversations import Conversations, note_left
from bot.delivery.dead_letters import DeadLetters
from bot.delivery.failed_calls import FailedCalls
from bot.delivery.pacing import Pace
from bot.delivery.reconciliation import Reconciliation
from bot.errors import Fate, SlackError, StorageError
from bot.slack.client import Slack
from bot.store.database import Transaction
from bot.store.tables import (
    leases,
    locks,
    outbox_messages,
    rate_limits,
    unconfirmed,
)
from bot.store.tables.outbox_messages import (
    MessageKind,
    OutboxMessage,
    Posted,
    Priority,
    State,
)
from bot.triage.context import Context

logger = logging.getLogger(__name__)

# Ours, not Slack's: reports on lost messages show a code in either case.
_CANNOT_BE_RENDERED = "not_rendered"
# An older message to the same person goes once one of these was sent.
_REPLACING = (
    MessageKind.REMINDER,
    MessageKind.NOTE,
    MessageKind.OFFER,
    MessageKind.OFFER_ANSWERED,
)
_WAS_DELETED = ("message_not_found", "thread_not_found")


class Outbox:
    """Sends what is queued. Any number of threads and processes may do so at once."""

    def __init__(  # Its collaborators, handed in once.
        self,
        context: Context,
        slack: Slack,
        render: Render,
        pace: Pace | None = None,
    ) -> None:
        self._context = context
        self._slack = slack
        self._render = render
        self._pace = pace or Pace()
        calls = self.failed_calls = FailedCalls(context, DeadLetters(context))
        self._conversations = Conversations(context, slack, calls)
        self._reconciliation = Reconciliation(context, slack, calls, self._pace)

    def drain(self) -> int:
        """Send everything that may go now; return how many messages were handled."""
        handled = 0
        while self.send_one():
            handled += 1
        return handled

    def has_work(self) -> bool:
        """Return whether there may be something to send, without claiming it.

        If the system clock was set back, nothing is due by it until waits restart.
        """
        now = self._context.system_clock()
        with self._context.database.reading() as tx:
            may_send = leases.may_send(tx, now)
            return may_send or pacing.was_set_back(tx, now, self._pace)

    def send_one(self) -> bool:
        """Handle the most urgent message; `False` if none may go now."""
        if self._conversations.open_one():
            return True
        claimed_at = self._context.system_clock()
        with self._context.database.transaction() as tx:
            # Two claims side by side would each see the rate limits as they were before
            # the other one, and both send to a conversation that allows one message.
            locks.take(tx, locks.OUTBOX)
            pacing.follow_the_clock(tx, self._context.system_clock(), self._pace)
            is_any = self._reconciliation.reclaim(tx)
            down_to = self._reconciliation.goes_before(tx)
            if down_to is not Priority.PAGE:  # No page can be looked up now.
                self._reconciliation.hurry(tx)
            message = self._claim(tx, down_to)
            delivery = None
            if message and not self._reconciliation.may_stand_there(tx, message):
                delivery = self._delivery(tx, message)
            if delivery is not None:
                # Counted now, not after the call: other senders must see it meanwhile.
                self._use_pace(tx, delivery)
        if message is None:
            return self._reconciliation.look_one() or is_any
        if delivery is not None:
            # The commit may have waited for the disk, or the host was suspended.
            if pacing.is_stale(message, self._context.system_clock() - claimed_at):
                self._give_back(message)
            else:
                self._deliver(delivery)
        return True

    def send_again(self, key: str) -> bool:
        """Queue what was given up, where the policy says now; `False` if it was not."""
        with self._context.database.transaction() as tx:
            message = outbox_messages.find(tx, key)
            if message is None:
                return False
            is_queued = outbox_messages.send_again(
                tx,
                key,
                **self._context.instants(),
                conversation=dead_letters.channel_of(message, self._context.policy()),
            )
            for report in dead_letters.reports_of(tx, message):
                self._refresh(tx, report)
            return is_queued

    def renew_list(self, key: str) -> bool:
        """Queue an edit of the list in which somebody pressed a button.

        Return whether it is theirs alone, so that it shows them what follows. One that
        the next list has replaced stays as it is.
        """
        with self._context.database.transaction() as tx:
            shown = outbox_messages.find(tx, key)
            if shown is None or not shown.is_live or "until" not in shown.refs:
                return False
            until = datetime.fromisoformat(shown.refs["until"])
            if until <= self._context.clock():
                return False
            self._refresh(tx, key)
            return shown.kind is MessageKind.MORNING

    def _claim(self, tx: Transaction, down_to: Priority) -> OutboxMessage | None:
        now = self._context.system_clock()
        return leases.claim(
            tx,
            system_now=now,
            lease_until=now + pacing.OTHER.lease,
            page_lease_until=now + pacing.PAGE.lease,
            burst_until=now + self._pace.burst,
            token=secrets.token_hex(8),
            down_to=down_to,
        )

    def _use_pace(self, tx: Transaction, delivery: Attempt) -> None:
        now, message = self._context.system_clock(), delivery.message
        if delivery.deletes:  # It looks for replies first.
            rate_limits.use_budget(tx, "looks", now, self._pace.edit_every)
        if message.kind is MessageKind.EDIT:
            rate_limits.use_budget(tx, "edits", now, self._pace.edit_every)
        elif message.conversation is not None:
            rate_limits.use_budget(tx, "posts", now, self._pace.post_every)
            rate_limits.limit_conversation(
                tx, message.conversation, now, self._pace.conversation
            )

    def _delivery(self, tx: Transaction, message: OutboxMessage) -> Attempt | None:
        """Render a message as of now; finish one that has nothing to say any more."""
        edited = outbox_messages.find(tx, message.edit_of) if message.edit_of else None
        try:
            rendered = self._render(tx, edited or message)
        except StorageError:
            raise
        except Exception:  # One message must not hold up the others.
            logger.exception("a message cannot be rendered", extra={"key": message.key})
            self.failed_calls.give_up(tx, message, _CANNOT_BE_RENDERED)
            return None
        delivery = None
        if rendered is not None:
            delivery = attempts.addressed(tx, message, edited, rendered)
        if delivery is None:
            ended = State.SUPERSEDED
            verify = self._reconciliation.after_unconfirmed(message, ended)
            leases.finish(tx, message, ended, verify=verify)
            return None
        # Nothing that the message shows has changed, so save the call to Slack.
        if edited is not None and edited.rendered == delivery.hash:
            leases.finish(tx, message, State.SENT)
            return None
        now = self._context.system_clock()
        if delivery.deletes and (
            until := rate_limits.limited_until(tx, rate_limits.DELETING, now)
        ):
            leases.retry(tx, message, not_before=until, error="ratelimited")
            return None
        return delivery

    def _give_back(self, message: OutboxMessage) -> None:
        """Queue a message again unsent: a call now could outlast its lease."""
        now = self._context.system_clock()
        with self._context.database.transaction() as tx:
            leases.retry(tx, message, not_before=now, error=message.last_error or "")

    def _deliver(self, delivery: Attempt) -> None:
        message, ts, is_gone = delivery.message, None, False
        try:
            if message.edit_of is None:
                ts = attempts.posted(self._slack, delivery)
            else:
                is_gone = attempts.edited(self._slack, delivery)
        except SlackError as error:
            self.failed_calls.log("slack did not take a message", message.key, error)
            with self._context.database.transaction() as tx:
                locks.take(tx, locks.OUTBOX)
                self._failed(tx, delivery, error)
            note_left(self._context, message.person, error)
            return
        self.failed_calls.sent(message)
        with self._context.database.transaction() as tx:
            if message.kind in _REPLACING:
                # Of two that are sent side by side, the later one sees the other.
                locks.take(tx, locks.OUTBOX)
            if message.edit_of is None:
                self._posted(tx, delivery, ts)
            elif is_gone:
                self._deleted(tx, delivery, message.edit_of)
            else:
                self._edited(tx, delivery, message.edit_of)

    def _posted(self, tx: Transaction, delivery: Attempt, ts: str | None) -> None:
        """Note that a message was posted, even if its lease was lost meanwhile."""
        message, is_live = delivery.message, delivery.rendered.is_live
        posted = Posted(self._context.clock(), ts, delivery.hash, is_live)
        verify = self._reconciliation.after_unconfirmed(message)
        finish = leases.finish(tx, message, State.SENT, posted=posted, verify=verify)
        if message.kind is MessageKind.CARD and message.last_error is not None:
            for report in dead_letters.reports_of(tx, message):
                self._refresh(tx, report)
        match finish:
            case leases.Finish.LOST:
                verify = self._reconciliation.suspicion()
                unconfirmed.reconcile_posted(tx, message, posted, verify)
                # The message had no ts until now, so changes in between queued no edit.
                self._refresh(tx, message.key)
            case leases.Finish.STALE:
                self._refresh(tx, message.key)
            case leases.Finish.DONE:
                pass
            case _:
                assert_never(finish)
        outbox_messages.note_listed(tx, delivery.listed, self._context.clock())
        # Not before: until now the older ones were all that people had.
        outbox_messages.queue_replaced(tx, message.key, **self._context.instants())

    def _deleted(self, tx: Transaction, delivery: Attempt, deleted: str) -> None:
        """Note that a message is gone that a newer one replaces."""
        now, ts = self._context.clock(), delivery.edits_ts
        leases.finish(tx, delivery.message, State.SENT, posted=Posted(now))
        leases.note_deleted(tx, deleted, ts=ts, at=now)

    def _edited(self, tx: Transaction, delivery: Attempt, edited: str) -> None:
        """Note what a message shows now.

        If an earlier edit is unconfirmed it may still land and overwrite this one. Then
        the edit is sent once more, after the time in which that can happen.
        """
        message, ts = delivery.message, delivery.edits_ts
        is_live = delivery.rendered.is_live
        again_at = pacing.edit_again(message, self._context.system_clock())
        if again_at is not None:
            # No hash: it would make the second edit look unnecessary.
            leases.note_edited(tx, edited, ts=ts, rendered="", is_live=is_live)
            leases.retry(tx, message, not_before=again_at, error="once more")
            return
        posted = Posted(self._context.clock())
        finish = leases.finish(tx, message, State.SENT, posted=posted)
        if finish is not leases.Finish.LOST:
            shown = delivery.hash
            leases.note_edited(tx, edited, ts=ts, rendered=shown, is_live=is_live)
            outbox_messages.note_listed(tx, delivery.listed, self._context.clock())

    def _failed(self, tx: Transaction, delivery: Attempt, error: SlackError) -> None:
        now, message = self._context.system_clock(), delivery.message
        match error.fate:
            case Fate.NOT_DONE | Fate.UNDOCUMENTED | Fate.REFUSED:
                wait = error.retry_after or pacing.backoff(message)
                self.failed_calls.settle(tx, message, error, wait)
                # Slack limits a method as a whole, not one message.
                if error.retry_after is not None:
                    rate_limits.limit(tx, delivery.method, now + wait)
            case Fate.INSTALLATION:
                self.failed_calls.settle(tx, message, error, timedelta(0))
            case Fate.UNKNOWN:
                self._reconciliation.unknown(tx, message, error.code)
            case Fate.GONE if message.thread_of is not None:
                # Claimed again once the card is back, and at once if it is already.
                leases.retry(tx, message, not_before=now, error=error.code)
                self._repost_card(tx, message.thread_of, delivery.thread_ts, error)
            case Fate.GONE:
                self.failed_calls.give_up(tx, message, error.code)
                self._repost_card(tx, message.edit_of, delivery.edits_ts, error)
            case _:
                assert_never(error.fate)

    def _repost_card(
        self, tx: Transaction, key: str | None, ts: str | None, error: SlackError
    ) -> None:
        """Post the card again that was at `ts`; its replies wait until it stands."""
        if key is None:
            return
        card = outbox_messages.repost_card(
            tx,
            key,
            ts=ts,
            was_deleted=error.code in _WAS_DELETED,
            **self._context.instants(),
        )
        if card is not None and card.state is State.DEAD:
            self.failed_calls.dead_letters.tell_of_deletion(tx, card)

    def _refresh(self, tx: Transaction, key: str) -> None:
        outbox_messages.refresh_one(tx, key, **self._context.instants())
