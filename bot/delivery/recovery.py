"""Resume on a database that is older than what Slack shows, such as a restored backup.

Slack shows messages that were sent after the backup was made, and the database lacks
them. Their keys are deterministic, so everything that is sent because of the past is
looked up first. The incident numbers given meanwhile are read off the cards.

A copied database looks the same as one whose bot was down for as long, so both are
treated alike. That costs one look-up per message.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery import first_start, pacing
from bot.errors import SlackError
from bot.slack.client import Slack
from bot.slack.standing import Standing
from bot.store.database import Transaction
from bot.store.tables import items, locks, marks, outbox_messages
from bot.store.tables.items import Item
from bot.store.tables.marks import Mark
from bot.store.tables.outbox_messages import (
    LIST,
    MessageKind,
    NewMessage,
    OutboxMessage,
    Priority,
)
from bot.triage.context import Context

logger = logging.getLogger(__name__)

# A shorter stop is a restart. A restored backup says so itself, whatever its age.
_OLD_AFTER = timedelta(minutes=2)
# The tick queues what fell due during an outage within this time.
_CATCHING_UP_FOR = timedelta(minutes=5)
# By then everything from before an outage has been looked up.
_RECONCILED_AFTER = timedelta(hours=1)
# Look further back than the database says: its clock and Slack's may differ.
_MARGIN = timedelta(minutes=15)
_TRY_AGAIN_AFTER = timedelta(minutes=1)
_ASK_FOR_SCOPE_EVERY = timedelta(hours=1)
_OF_THE_TICK = (
    MessageKind.REMINDER,
    MessageKind.DAYS_REST,
    MessageKind.MORNING,
    MessageKind.DIGEST,
    MessageKind.REVIEW,
    MessageKind.NEXT_SHIFT,
    MessageKind.ON_CALL_AHEAD,
)


@dataclass(frozen=True, slots=True)
class _Age:
    """What the database notes about its own age.

    By the clock of obligations: the database is complete up to `known_until`, and a bot
    `resumed` from there. By the system clock: `begun` is when a bot last started on a
    database that may be old, `numbers_read` when it had read the numbers off the cards,
    and `restored` when a backup was restored.
    """

    known_until: datetime | None = None
    resumed: datetime | None = None
    begun: datetime | None = None
    numbers_read: datetime | None = None
    restored: datetime | None = None

    @property
    def was_restored(self) -> bool:
        """Return whether no bot has started on the database since it was restored."""
        begun = self.begun
        return self.restored is not None and (begun is None or begun < self.restored)

    @property
    def are_numbers_read(self) -> bool:
        """Return whether the numbers were read since a bot last started."""
        read = self.numbers_read
        return self.begun is None or (read is not None and read >= self.begun)


@dataclass(slots=True)
class Recovery:
    """Starts on a database of any age. `clock` is that of obligations."""

    _context: Context
    _slack: Slack
    _try_at: datetime | None = None

    def begin(self) -> None:
        """Note whether the record is old, first of all. Raises BotError if lost."""
        first_start.examine(self._context, self._slack)
        now, system_now = self._context.clock(), self._context.system_clock()
        with self._context.database.transaction() as tx:
            locks.take(tx, locks.TICK)
            was_restored = _age(tx).was_restored
            age = _healed(tx, now=now, system_now=system_now)
            ticked_at = marks.at(tx, Mark.TICK)
            is_old = False
            if ticked_at and (now - ticked_at >= _OLD_AFTER or was_restored):
                is_old = True
                known_until = _known_until(age, ticked_at, now)
                marks.note(tx, Mark.KNOWN_UNTIL, known_until)
                marks.note(tx, Mark.RESUMED, now)
                marks.note(tx, Mark.BEGUN, system_now)
            # From now on counts for how long unsent messages have been uncertain; of an
            # old record those that are queued, too.
            tx.write("doubt_again", system_now=system_now, is_old=int(is_old))
        self.read_numbers()

    def read_numbers(self) -> None:
        """Read the numbers of incidents that the database lacks.

        The next incident gets the number after them, and the leads are told. Does
        nothing if that was done already; call it until then.
        """
        now = self._context.system_clock()
        if self._try_at and now < self._try_at <= now + _ASK_FOR_SCOPE_EVERY:
            return
        self._try_at = now + _TRY_AGAIN_AFTER
        with self._context.database.transaction() as tx:
            age = _healed(tx, now=self._context.clock(), system_now=now)
        known_until = age.known_until
        if known_until is None or age.are_numbers_read:
            return
        channel = self._context.policy().channels.incidents
        try:
            cards = list(
                self._slack.standing(
                    channel, oldest=known_until - _MARGIN, is_urgent=True
                )
            )
        except SlackError as error:
            extra = {"error": error.code}
            logger.warning("the cards cannot be read", extra=extra)
            if error.code == "missing_scope":
                self._try_at = now + _ASK_FOR_SCOPE_EVERY
            return
        # No transaction was open while Slack was asked. A number that was taken in
        # between is not lost: _advance compares with the counter of now.
        with self._context.database.transaction() as tx:
            self._advance(tx, first_start.numbers(cards), known_until)
            marks.note(tx, Mark.NUMBERS_READ, now)

    def _advance(
        self, tx: Transaction, numbers: Sequence[int], known_until: datetime
    ) -> None:
        row = tx.one("last_number")
        last = row["value"] if row else 0
        lost = [number for number in numbers if number > last]
        if not lost:
            return
        tx.write("advance_numbers", value=max(lost))
        now = self._context.clock()
        logger.warning("incidents are missing", extra={"numbers": lost})
        new = NewMessage(
            key=f"lost/{known_until.isoformat()}/{max(lost)}",
            kind=MessageKind.LOST_INCIDENTS,
            priority=Priority.NUDGE,
            conversation=self._context.policy().channels.leads,
            refs={
                "numbers": " ".join(map(str, lost)),
                "since": known_until.isoformat(),
                "until": now.isoformat(),
            },
        )
        outbox_messages.queue(tx, new, now=now, system_now=self._context.system_clock())


def may_stand_there(
    tx: Transaction, message: OutboxMessage, *, now: datetime, system_now: datetime
) -> bool:
    """Return whether Slack may show a message that the database does not know as sent.

    That applies to messages queued before the bot resumed, and to those with which the
    tick catches up right after. What people do later is new.
    """
    age = _healed(tx, now=now, system_now=system_now)
    if age.begun is None or message.kind is MessageKind.EDIT:
        return False
    was_looked_up = (
        message.unconfirmed_at is not None and message.unconfirmed_at >= age.begun
    )
    return not was_looked_up and _is_of_the_past(age, message, now)


def oldest_stamp(tx: Transaction, message: OutboxMessage, now: datetime) -> datetime:
    """Return since when Slack may show a message; `now` if a clock ahead queued it."""
    age, queued_at = _age(tx), min(message.queued_at, now)
    if age.known_until is not None and _is_of_the_past(age, message, now):
        return min(queued_at, age.known_until) - _MARGIN
    return queued_at - _MARGIN


def part(
    tx: Transaction,
    message: OutboxMessage,
    standing: Sequence[Standing],
    *,
    system_now: datetime,
) -> bool:
    """Keep only the reminders that Slack shows nowhere else; `False` if none is left.

    After an outage, reminders that were once due one by one are caught up with in one
    message. If Slack shows one of them in another message, it moves back to that one,
    which is then found as well. What a list of the day or a note says is folded into
    that. If Slack shows this message without some of its
    reminders, those become a message of their own, but for those that it left out since
    a newer message tells of their incidents.
    """
    is_there = any(one.key == message.key for one in standing)
    unseen: list[Item] = []
    elsewhere: dict[str, list[Item]] = {}
    carriers = {one.key: one for one in standing}
    held = items.within(tx, message.key)
    for item in held:
        own = items.key_of(item, message.place_of_items)
        carrier = next((one.key for one in standing if one.says(own)), None)
        if carrier is None:
            unseen.append(item)
        elif carrier != message.key:
            elsewhere.setdefault(carrier, []).append(item)
    gone = items.replaced(tx, message.key) if is_there and unseen else set()
    if is_there and (unseen := [item for item in unseen if item.incident not in gone]):
        elsewhere[items.key_of(unseen[0], message.place_of_items)] = unseen
    for key, moved in elsewhere.items():
        refs = message.refs if moved is unseen else {}
        if any(items.key_of(item, message.place_of_items) == key for item in moved):
            _move(tx, message, key, moved, refs=refs, system_now=system_now)
        else:
            _fold(tx, message, carriers[key], moved, system_now=system_now)
    return is_there or bool(unseen) or not held


def _move(  # noqa: PLR0913  # What a message is made of.
    tx: Transaction,
    message: OutboxMessage,
    key: str,
    moved: Sequence[Item],
    *,
    refs: Mapping[str, str],
    system_now: datetime,
) -> None:
    for item in moved:
        items.remove(tx, message.key, item)
    new = NewMessage(
        key=key,
        kind=message.kind,
        priority=message.priority,
        person=message.person,
        conversation=message.conversation,
        incident=message.incident,
        thread_of=message.thread_of,
        refs=refs,
        items=moved,
    )
    # With the same age as the message it was part of, so that it is looked up as well.
    outbox_messages.queue(tx, new, now=message.queued_at, system_now=system_now)


def _fold(
    tx: Transaction,
    message: OutboxMessage,
    carrier: Standing,
    moved: Sequence[Item],
    *,
    system_now: datetime,
) -> None:
    """Fold reminders into the list of the day, or the note, that says them in Slack."""
    if carrier.key.startswith(LIST):
        shown = NewMessage(
            carrier.key, MessageKind.DAYS_REST, Priority.NUDGE, person=message.person
        )
        posted_at = items.posted_at(carrier.ts)
        outbox_messages.queue(tx, shown, now=posted_at, system_now=system_now)
    for item in moved:
        items.remove(tx, message.key, item)
        new = NewMessage(
            # The plain key may be that of the message which they leave.
            key=f"{items.key_of(item, message.place_of_items)}/listed",
            kind=message.kind,
            priority=message.priority,
            person=message.person,
            conversation=message.conversation,
            incident=item.incident,
            thread_of=message.thread_of,
            items=(item,),
            folded_into=carrier.key,
        )
        outbox_messages.queue(tx, new, now=message.queued_at, system_now=system_now)


def _is_of_the_past(age: _Age, message: OutboxMessage, now: datetime) -> bool:
    """Return whether a message was queued before the bot resumed, as far as we know."""
    if age.resumed is None:
        return False
    if message.queued_at > now:  # By a clock that was ahead, so we cannot tell when.
        return True
    if message.kind in _OF_THE_TICK:
        return message.queued_at <= age.resumed + _CATCHING_UP_FOR
    return message.queued_at <= age.resumed


def _known_until(age: _Age, ticked_at: datetime, now: datetime) -> datetime:
    """Return up to when the database is complete.

    If the bot stops again before it has reconciled everything from the last stop, the
    earlier instant stays.
    """
    if age.known_until is None or age.resumed is None:
        return ticked_at
    is_reconciled = now - age.resumed > _RECONCILED_AFTER and age.are_numbers_read
    return ticked_at if is_reconciled else min(age.known_until, ticked_at)


def _healed(tx: Transaction, *, now: datetime, system_now: datetime) -> _Age:
    """Return the database's age, after moving marks from the future back to now.

    A bot whose clock was ahead leaves such marks. Any look-up by a correct clock is
    older than they are, so nothing would count as looked up and nothing would be sent
    until real time catches up. The waits that such a bot left restart for the same
    reason.
    """
    noted = marks.noted(tx)
    ahead = marks.bring_back(tx, noted, now=now, system_now=system_now)
    if ahead:
        extra = {"marks": [*ahead]}
        logger.warning("the database is ahead of the clock", extra=extra)
        pacing.restart_waits(tx, system_now)
    return _age_of(noted | ahead)


def _age(tx: Transaction) -> _Age:
    return _age_of(marks.noted(tx))


def _age_of(noted: Mapping[str, datetime]) -> _Age:
    return _Age(
        known_until=noted.get(Mark.KNOWN_UNTIL),
        resumed=noted.get(Mark.RESUMED),
        begun=noted.get(Mark.BEGUN),
        numbers_read=noted.get(Mark.NUMBERS_READ),
        restored=noted.get(Mark.RESTORED),
    )
