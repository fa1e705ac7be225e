"""Give up messages that cannot be delivered, and tell a person about each."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.incidents import check_ins, recipients
from bot.incidents.recipients import Because
from bot.incidents.steps import StepKind
from bot.policy.policies import Policy
from bot.slack.reasons import is_channel_lost
from bot.store.database import Transaction
from bot.store.tables import items, leases, outbox_messages, receipts, records
from bot.store.tables.items import Item
from bot.store.tables.outbox_messages import (
    MessageKind,
    NewMessage,
    OutboxMessage,
    Priority,
    State,
    Verify,
)
from bot.triage import attention
from bot.triage.accounts import Rings
from bot.triage.context import Context

logger = logging.getLogger(__name__)

# Somebody else gets these, if the place that they were for does not take them.
_MOVABLE = (
    MessageKind.REMINDER,
    MessageKind.MORNING,
    MessageKind.DIGEST,
    MessageKind.REVIEW,
    MessageKind.POLICY_ACCEPTED,
    MessageKind.POLICY_REFUSED,
    MessageKind.BACKUP,
    MessageKind.LOST_INCIDENTS,
    MessageKind.LEAVERS,
    MessageKind.NEW_RECORD,
    MessageKind.CHANNEL_LOST,
    MessageKind.NO_OUTCOME,
    MessageKind.SHIFT_HELD,
    MessageKind.ON_CALL_AHEAD,
    MessageKind.NOBODY_ON_CALL,
    MessageKind.FEED,
    MessageKind.USER_GROUP,
)
# This code is ours, not Slack's, so that the report can name one like any other.
CARD_DELETED = "card_deleted_twice"
_REPORTS = (
    MessageKind.NOT_DELIVERED,
    MessageKind.OUTCOME_UNKNOWN,
    MessageKind.CARD_NOT_POSTED,
    MessageKind.REMINDER_FAILS,
)


@dataclass(slots=True)
class DeadLetters:
    """Gives messages up. `clock` is that of obligations; waits use `system_clock`.

    `unreported` is the error code of a lost page of which nobody could be told, until
    another page is sent, and `unreported_rest` that of anything else, until anything is
    posted. Like the trouble with a token they are not stored.
    """

    context: Context
    unreported: str | None = None
    unreported_rest: str | None = None

    def give_up(self, tx: Transaction, message: OutboxMessage, error: str) -> None:
        """Give up a message that Slack refused; what matters goes to a stand-in.

        What a stand-in gets is reported once until the place takes something again.
        """
        last = tx.one("last_outcome", place=message.place)
        before = last["last_error"] if last is not None else None
        if leases.finish(tx, message, State.DEAD, error=error) is leases.Finish.LOST:
            return
        _log("a message is given up", message, error)
        if message.kind is MessageKind.DAYS_REST:
            # Each of what it lists goes its own way, which may be to a stand-in.
            outbox_messages.unfold(tx, message.key, self.context.system_clock())
            return
        instead = self._reroute(tx, message)
        if not instead or error != before:
            self._report(tx, message, error, MessageKind.NOT_DELIVERED, instead=instead)
        is_new = not is_channel_lost(before or "")
        if message.person is None and is_channel_lost(error) and is_new:
            self._channel_lost(tx, message, error)
        if message.kind is MessageKind.CARD and message.incident is not None:
            self._tell_typist(tx, message, error)

    def hold(self, tx: Transaction, message: OutboxMessage, error: str) -> None:
        """Give up a message that may have arrived; a person has to look."""
        since = Verify(unconfirmed_at=self.context.system_clock())
        outcome = leases.finish(tx, message, State.DEAD, error=error, verify=since)
        if outcome is not leases.Finish.LOST:
            _log("a message is held: it may have arrived", message, error)
            self._report(tx, message, error, MessageKind.OUTCOME_UNKNOWN)

    def sent(self, message: OutboxMessage) -> None:
        if message.priority is Priority.PAGE:
            self.unreported = None
        if message.edit_of is None:
            self.unreported_rest = None

    def note(self) -> str | None:
        """Return what the health says of a loss that is not a page."""
        error = self.unreported_rest
        return error and f"a message was lost, and nobody could be told: {error}"

    def tell_of_deletion(self, tx: Transaction, card: OutboxMessage) -> None:
        """Report a card that was given up because people deleted it twice."""
        self._report(tx, card, CARD_DELETED, MessageKind.NOT_DELIVERED)

    def _reroute(self, tx: Transaction, message: OutboxMessage) -> str:
        """Send reminders and notices somewhere else, and return that place.

        Reminders that it gets in a message of its own are left out. Returns an empty
        string if nobody gets them.
        """
        if message.kind not in _MOVABLE or message.thread_of is not None:
            return ""
        # The list grows with each stand-in who cannot be reached either, so a reminder
        # never goes round in circles.
        missed = (*missed_by(message), message.place)
        person, channel = self._stand_in(tx, message, missed)
        place = person or channel
        if place is None:
            return ""
        because = Because.STAND_IN if person else Because.FALLBACK
        waiting = [item for item, at in items.told_before(tx, message.key) if not at]
        untold = [
            replace(item, because=because)
            for item in (*items.within(tx, message.key), *waiting)
            if not self._escalates(tx, item) and not items.is_told(tx, item, place)
        ]
        if untold or message.kind is not MessageKind.REMINDER:
            self._queue(
                tx,
                NewMessage(
                    key=f"{message.key}/instead",
                    kind=message.kind,
                    priority=message.priority,
                    person=person,
                    conversation=channel,
                    incident=message.incident,
                    refs={**message.refs, "missed_by": " ".join(missed)},
                    items=untold,
                ),
            )
            for item in untold:
                receipts.write_stand_in(tx, item, place)
        return place

    def _stand_in(
        self, tx: Transaction, message: OutboxMessage, missed: Sequence[str]
    ) -> tuple[str | None, str | None]:
        """Return the person or the channel that gets a message instead, if any.

        For a person it is the first on call for whom it may ring now and, if it is a
        reminder, at last the fallback channel. For a channel it is the lead.
        """
        policy, now = self.context.policy(), self.context.clock()
        if message.person is None:
            lead = recipients.lead(policy, now)
            return (None if lead in missed else lead), None
        rings = Rings(tx, policy)
        numbers = {item.incident for item in items.within(tx, message.key)}
        incidents = [records.incident(tx, number) for number in sorted(numbers)]
        wanted = [rings.of(one) for one in incidents if one is not None]
        if message.kind is not MessageKind.REMINDER:
            wanted = [rings.by_day]
        for who in recipients.stand_ins(policy, missed, now):
            if any(ring(who, now).is_now for ring in wanted):
                return who, None
        is_reminder = message.kind is MessageKind.REMINDER
        return None, policy.channels.fallback if is_reminder else None

    def _escalates(self, tx: Transaction, item: Item) -> bool:
        """Start the escalation if a check-in could not even ask the owner.

        Not while somebody is changing the incident: to wait for them could deadlock.
        """
        if item.step is not StepKind.CHECK_IN:
            return False
        incident = records.free_incident(tx, item.incident)
        if incident is None:
            return False
        policy, now = self.context.policy(), self.context.clock()
        running = check_ins.running_now(records.deadlines(tx, item.incident))
        if running is None or (running.kind, running.count) != (item.kind, item.count):
            return False
        early = check_ins.unheard(policy, incident, running, now)
        records.save_deadlines(tx, [early])
        return True

    def _report(
        self,
        tx: Transaction,
        message: OutboxMessage,
        error: str,
        kind: MessageKind,
        *,
        instead: str = "",
    ) -> None:
        """Tell the fallback channel or, if that failed, the lead or others on call."""
        policy, now = self.context.policy(), self.context.clock()
        person, channel = None, policy.channels.fallback
        refs: Mapping[str, str] = {
            "about": message.key,
            "attempt": str(message.attempts),
            "error": error,
            "instead": instead,
        }
        if is_report(message):
            missed = (*missed_by(message), message.place)
            refs, kind = {**message.refs, "missed_by": " ".join(missed)}, message.kind
            person = recipients.lead(policy, now)
            if person in missed:
                person = next(iter(recipients.stand_ins(policy, missed, now)), None)
            # It is for the person who opened the incident. The leads get another one.
            if kind is MessageKind.CARD_NOT_POSTED or person is None:
                self._unreported(message, error)
                return
        elif message.conversation == channel:
            person, channel = recipients.lead(policy, now), policy.channels.leads
        new = NewMessage(
            key=_report_key(message),
            kind=kind,
            priority=min(message.priority, Priority.NUDGE),
            person=person,
            conversation=None if person else channel,
            incident=message.incident if is_report(message) else None,
            refs=refs,
        )
        self._queue(tx, new)

    def _unreported(self, message: OutboxMessage, error: str) -> None:
        _log("a lost message cannot be reported", message, error)
        if message.kind is MessageKind.CARD_NOT_POSTED:
            return
        if message.priority is Priority.PAGE:
            self.unreported = error
        else:
            self.unreported_rest = error

    def _channel_lost(
        self, tx: Transaction, message: OutboxMessage, error: str
    ) -> None:
        """Tell the leads of a channel that takes nothing."""
        policy, place = self.context.policy(), message.place
        person, told = None, policy.channels.leads
        if place == told:
            person = recipients.lead(policy, self.context.clock())
            told = policy.channels.fallback
        new = NewMessage(
            key=f"lost/{message.key}/{message.attempts}",
            kind=MessageKind.CHANNEL_LOST,
            priority=Priority.NUDGE,
            person=person,
            conversation=None if person else told,
            refs={"channel": place, "error": error},
        )
        self._queue(tx, new)

    def _tell_typist(self, tx: Transaction, message: OutboxMessage, error: str) -> None:
        incident = records.incident(tx, message.incident or 0)
        if incident is None:
            return
        new = NewMessage(
            key=f"{_report_key(message)}/typist",
            kind=MessageKind.CARD_NOT_POSTED,
            priority=Priority.NUDGE,
            person=incident.opened_by,
            refs={
                "about": message.key,
                "attempt": str(message.attempts),
                "error": error,
            },
        )
        self._queue(tx, new)

    def _queue(self, tx: Transaction, new: NewMessage) -> None:
        """Queue a message, or one of the same key again that was lost itself."""
        instants, place = self.context.instants(), new.conversation
        attention.send(tx, self.context, instants["now"], [new])
        outbox_messages.send_again(tx, new.key, conversation=place, **instants)


def is_report(message: OutboxMessage) -> bool:
    return message.kind in _REPORTS


def reports_of(tx: Transaction, message: OutboxMessage) -> Iterator[str]:
    """Yield the keys of the reports on a last loss, and of those in their place."""
    key = _report_key(message)
    yield from (f"{key}/typist", key)
    while (report := outbox_messages.find(tx, key)) and report.state is State.DEAD:
        key = _report_key(report)
        yield key


def channel_of(message: OutboxMessage, policy: Policy) -> str | None:
    """Return the channel for a message; `None` if the policy names none."""
    digest = policy.digest(message.refs.get("digest", ""))
    named = {
        MessageKind.CARD: policy.channels.incidents,
        MessageKind.DIGEST: digest.channel if digest else None,
        MessageKind.REVIEW: policy.channels.leads,
    }
    return named.get(message.kind)


def is_lost(message: OutboxMessage, report: OutboxMessage) -> bool:
    """Return whether a message has not been sent again since a report on it."""
    is_latest = str(message.attempts) == report.refs["attempt"]
    return message.state is State.DEAD and is_latest


def missed_by(message: OutboxMessage) -> tuple[str, ...]:
    """Return the people who could not be reached before this recipient, in order."""
    return tuple(message.refs.get("missed_by", "").split())


def _report_key(message: OutboxMessage) -> str:
    return f"trouble/{message.key}/{message.attempts}"


def _log(event: str, message: OutboxMessage, error: str) -> None:
    logger.error(event, extra={"key": message.key, "error": error})
