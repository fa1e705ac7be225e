"""A record that is older than what Slack shows: a restored backup, or a copied file.

Messages that went out after the copy was made stand in Slack, and the record does not
know of them. Their keys are deterministic, so that whatever is sent because of the past
is first looked up. The numbers that were given meanwhile are read off the cards.

Nobody can tell a restored record from one whose bot was down for as long; so both are
treated alike. It costs a look-up a message.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errors import SlackError
from bot.policies import Policy
from bot.slack.client import Slack, Standing
from bot.store import items, mail, turns
from bot.store.database import Database, Transaction
from bot.store.items import Item
from bot.store.mail import Draft, Letter, MessageKind, Priority
from bot.store.restoring import RESTORED

logger = logging.getLogger(__name__)

# The end of what the record knows, and when the bot resumed; both by the clock of
# obligations. Then two instants of the machine: when the bot last began on a record
# that may be old, and when the numbers were read.
KNOWN_UNTIL, RESUMED = "known_until", "resumed"
BEGUN, _NUMBERS_READ = "begun", "numbers_read"

_OLD_AFTER = timedelta(minutes=2)
_CATCHING_UP_FOR = timedelta(minutes=5)
_SETTLED_AFTER = timedelta(hours=1)
_MARGIN = timedelta(minutes=15)
_TRY_AGAIN_AFTER = timedelta(minutes=1)
_ASK_FOR_SCOPE_EVERY = timedelta(hours=1)
_OF_THE_TICK = (MessageKind.REMINDER, MessageKind.MORNING, MessageKind.DIGEST)
_CARD = re.compile(r"INC-(\d+)/card")


class Recovery:
    """Begins on a record, whatever its age. `clock` is that of obligations."""

    def __init__(
        self,
        database: Database,
        slack: Slack,
        policy: Callable[[], Policy],
        clock: Clock,
        machine: Clock,
    ) -> None:
        self._database = database
        self._slack = slack
        self._policy = policy
        self._clock = clock
        self._machine = machine
        self._try_at: datetime | None = None

    def begin(self) -> None:
        """Find out whether the record may be old, before anything is fired or taken."""
        now = self._clock()
        with self._database.transaction() as tx:
            turns.take(tx, turns.TICK)
            ticked_at = _mark(tx, "tick")
            if ticked_at is not None and (
                now - ticked_at >= _OLD_AFTER or _was_restored(tx)
            ):
                known_until = _known_until(tx, ticked_at, now)
                tx.write("set_mark", name=KNOWN_UNTIL, at=known_until)
                tx.write("set_mark", name=RESUMED, at=now)
                tx.write("set_mark", name=BEGUN, at=self._machine())
        self.read_numbers()

    def read_numbers(self) -> None:
        """Read which numbers were given that the record does not know, until it works.

        The next incident gets the number after them, and the leads are told.
        """
        now = self._machine()
        if self._try_at and now < self._try_at <= now + _ASK_FOR_SCOPE_EVERY:
            return
        self._try_at = now + _TRY_AGAIN_AFTER
        with self._database.transaction() as tx:
            known_until, are_read = _mark(tx, KNOWN_UNTIL), _are_numbers_read(tx)
        if known_until is None or are_read:
            return
        channel = self._policy().channels.incidents
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
        with self._database.transaction() as tx:
            self._advance(tx, _numbers(cards), known_until)
            tx.write("set_mark", name=_NUMBERS_READ, at=now)

    def _advance(
        self, tx: Transaction, numbers: Sequence[int], known_until: datetime
    ) -> None:
        row = tx.one("last_number")
        last = row["value"] if row else 0
        lost = [number for number in numbers if number > last]
        if not lost:
            return
        tx.write("advance_numbers", value=max(lost))
        now = self._clock()
        logger.warning("incidents are missing", extra={"numbers": lost})
        draft = Draft(
            key=f"lost/{known_until.isoformat()}/{max(lost)}",
            kind=MessageKind.NOTICE,
            priority=Priority.NUDGE,
            lane=self._policy().channels.digest,
            refs={
                "trouble": "lost_incidents",
                "numbers": " ".join(map(str, lost)),
                "since": known_until.isoformat(),
                "until": now.isoformat(),
            },
        )
        mail.queue(tx, draft, now=now, machine_now=self._machine())


def may_stand_there(tx: Transaction, letter: Letter) -> bool:
    """Tell whether Slack may show a message of which the record does not know.

    That is what was queued before the bot resumed, and what the tick made up for then.
    What people do afterwards is new.
    """
    begun = _mark(tx, BEGUN)
    if begun is None or letter.kind is MessageKind.EDIT:
        return False
    was_looked_up = letter.doubted_at is not None and letter.doubted_at >= begun
    return not was_looked_up and _is_of_the_past(tx, letter)


def oldest_stamp(tx: Transaction, letter: Letter) -> datetime:
    """Return since when a message may stand in Slack, by the clock of obligations."""
    known_until = _mark(tx, KNOWN_UNTIL)
    if known_until is not None and _is_of_the_past(tx, letter):
        return min(letter.queued_at, known_until) - _MARGIN
    return letter.queued_at - _MARGIN


def part(
    tx: Transaction,
    letter: Letter,
    standing: Sequence[Standing],
    *,
    machine_now: datetime,
) -> bool:
    """Leave in a message what Slack shows nowhere else; `False` if that is nothing.

    What fell due apart is one message when it is made up for after an outage. So each
    reminder that stands in another message goes back to that one, which is found in
    its turn; and if this one stands there without some of its reminders, those become
    a message of their own.
    """
    is_there = any(one.key == letter.key for one in standing)
    unseen: list[Item] = []
    elsewhere: dict[str, list[Item]] = {}
    held = items.within(tx, letter.key)
    for item in held:
        own = items.key_of(item, letter.place_of_items)
        carrier = next((one.key for one in standing if one.says(own)), None)
        if carrier is None:
            unseen.append(item)
        elif carrier != letter.key:
            elsewhere.setdefault(carrier, []).append(item)
    if is_there and unseen:
        elsewhere[items.key_of(unseen[0], letter.place_of_items)] = unseen
    for key, moved in elsewhere.items():
        refs = letter.refs if moved is unseen else {}
        _move(tx, letter, key, moved, refs=refs, machine_now=machine_now)
    return is_there or bool(unseen) or not held


def _move(  # noqa: PLR0913  # What a message is made of.
    tx: Transaction,
    letter: Letter,
    key: str,
    moved: Sequence[Item],
    *,
    refs: Mapping[str, str],
    machine_now: datetime,
) -> None:
    for item in moved:
        items.remove(tx, letter.key, item)
    draft = Draft(
        key=key,
        kind=letter.kind,
        priority=letter.priority,
        person=letter.person,
        lane=letter.lane,
        incident=letter.incident,
        thread_of=letter.thread_of,
        refs=refs,
        items=moved,
    )
    # As old as what it is a part of, so that it is looked up likewise.
    mail.queue(tx, draft, now=letter.queued_at, machine_now=machine_now)


def _is_of_the_past(tx: Transaction, letter: Letter) -> bool:
    resumed = _mark(tx, RESUMED)
    if resumed is None:
        return False
    if letter.kind in _OF_THE_TICK:
        return letter.queued_at <= resumed + _CATCHING_UP_FOR
    return letter.queued_at <= resumed


def _known_until(tx: Transaction, ticked_at: datetime, now: datetime) -> datetime:
    """Return the end of what the record knows.

    What an earlier stop left to be looked up stays looked up as far back as then.
    """
    earlier, resumed = _mark(tx, KNOWN_UNTIL), _mark(tx, RESUMED)
    if earlier is None or resumed is None:
        return ticked_at
    is_settled = now - resumed > _SETTLED_AFTER and _are_numbers_read(tx)
    return ticked_at if is_settled else min(earlier, ticked_at)


def _are_numbers_read(tx: Transaction) -> bool:
    begun, read_at = _mark(tx, BEGUN), _mark(tx, _NUMBERS_READ)
    return begun is None or (read_at is not None and read_at >= begun)


def _was_restored(tx: Transaction) -> bool:
    restored, begun = _mark(tx, RESTORED), _mark(tx, BEGUN)
    return restored is not None and (begun is None or begun < restored)


def _mark(tx: Transaction, name: str) -> datetime | None:
    row = tx.one("mark", name=name)
    return row["at"] if row else None


def _numbers(cards: Sequence[Standing]) -> list[int]:
    found = (_CARD.fullmatch(card.key) for card in cards)
    return sorted({int(one[1]) for one in found if one})
