"""The way out: claims messages, sends them, and settles what became of them.

No transaction is open while Slack is asked. A claim is a lease with a token, so that
whoever finishes late finds that it lost the message.
"""

import hashlib
import json
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, assert_never

from bot.clock import Clock
from bot.delivery import dead_letters, pacing
from bot.delivery.dead_letters import DeadLetters
from bot.delivery.pacing import Pace
from bot.delivery.settlement import Settlement
from bot.errors import Fate, SlackError, StorageError
from bot.policy.policies import Policy
from bot.slack.blocks import Message
from bot.slack.client import Slack
from bot.store.database import Database, Transaction
from bot.store.tables import doubts, gates, items, mail, turns
from bot.store.tables.mail import Finish, Letter, MessageKind, Posted, Priority, State

logger = logging.getLogger(__name__)


_INSTALLATION_PAUSE = timedelta(seconds=30)

_CANNOT_BE_RENDERED = "not_rendered"
_CANNOT_BE_EDITED = ("edit_window_closed", "message_not_found")
_HAS_NO_THREAD = "thread_not_found"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a message says now; live if it has buttons that may have to go."""

    message: Message
    is_live: bool


class Render(Protocol):
    """Turns a letter into what it says now; `None` where it has nothing to say."""

    def __call__(self, tx: Transaction, letter: Letter) -> Rendered | None:
        """Render a letter within the transaction that claims it."""


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A claimed letter, ready to go: where to, and what it says."""

    letter: Letter
    rendered: Rendered
    channel: str
    thread_ts: str | None = None
    edits_ts: str | None = None
    also: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        said = self.rendered.message
        text = json.dumps([said.text, list(said.blocks)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


class Outbox:
    """Sends what is queued. Any number of threads and processes may do so at once.

    `trouble` is Slack's word for why nothing can be sent, until something can. It is
    this process's own: each has its token from its own environment.
    """

    def __init__(  # noqa: PLR0913  # Its collaborators, handed in once.
        self,
        database: Database,
        slack: Slack,
        render: Render,
        policy: Callable[[], Policy],
        *,
        clock: Clock,
        machine: Clock,
        pace: Pace | None = None,
    ) -> None:
        self._database = database
        self._slack = slack
        self._render = render
        self._policy = policy
        self._clock = clock
        self._machine = machine
        self._pace = pace or Pace()
        self._dead_letters = DeadLetters(policy, clock, machine)
        self._settlement = Settlement(
            database,
            slack,
            self._dead_letters,
            clock=clock,
            machine=machine,
            pace=self._pace,
        )
        self.trouble: str | None = None

    def drain(self) -> int:
        """Send all that may go now, and return how many messages were handled."""
        handled = 0
        while self.send_one():
            handled += 1
        return handled

    def send_one(self) -> bool:
        """Handle the most urgent message; `False` if none may go now."""
        if self._open_conversations() or self._settlement.look_one():
            return True
        claimed_at = self._machine()
        with self._database.transaction() as tx:
            turns.take(tx, turns.OUTBOX)
            pacing.follow_the_clock(tx, self._machine(), self._pace)
            is_any = self._settlement.take_up(tx)
            letter = self._claim(tx)
            if letter is None:
                return is_any
            if self._settlement.may_stand_there(tx, letter):
                return True
            parcel = self._parcel(tx, letter)
            if parcel is not None:
                self._use_pace(tx, letter)
        if parcel is not None:
            if pacing.is_stale(letter, self._machine() - claimed_at):
                self._give_back(letter)
            else:
                self._deliver(parcel)
        return True

    def send_again(self, key: str) -> bool:
        """Queue a message again that was given up; `False` if it was not.

        A card and a digest go to their channel as the policy names it by now.
        """
        with self._database.transaction() as tx:
            letter = mail.find(tx, key)
            if letter is None:
                return False
            is_queued = mail.send_again(
                tx,
                key,
                now=self._clock(),
                machine_now=self._machine(),
                lane=dead_letters.channel_of(letter.kind, self._policy()),
            )
            for report in dead_letters.reports_of(tx, letter):
                self._refresh(tx, report)
            return is_queued

    def _claim(self, tx: Transaction) -> Letter | None:
        now = self._machine()
        return mail.claim(
            tx,
            machine_now=now,
            lease_until=now + pacing.OTHER.lease,
            page_lease_until=now + pacing.PAGE.lease,
            burst_until=now + self._pace.burst,
            token=secrets.token_hex(8),
        )

    def _use_pace(self, tx: Transaction, letter: Letter) -> None:
        now = self._machine()
        if letter.kind is MessageKind.EDIT:
            gates.use_budget(tx, "edits", now, self._pace.edit_every)
        elif letter.lane is not None:
            gates.use_budget(tx, "posts", now, self._pace.post_every)
            gates.close_lane(tx, letter.lane, now, self._pace.conversation)

    def _parcel(self, tx: Transaction, letter: Letter) -> _Parcel | None:
        """Render a letter as of now; one that has nothing to say any more is ended."""
        target = mail.find(tx, letter.target) if letter.target else None
        try:
            rendered = self._render(tx, target or letter)
        except StorageError:
            raise
        except Exception:  # One message must not hold up the others.
            logger.exception("a message cannot be rendered", extra={"key": letter.key})
            self._refused(tx, letter, _CANNOT_BE_RENDERED)
            return None
        parcel = None
        if rendered is not None:
            parcel = _addressed(tx, letter, target, rendered)
        if parcel is None:
            verify = self._settlement.after_doubt(letter)
            mail.finish(tx, letter, State.SUPERSEDED, verify=verify)
            return None
        if target is not None and target.rendered == parcel.hash:
            mail.finish(tx, letter, State.SENT)
            return None
        return parcel

    def _give_back(self, letter: Letter) -> None:
        """Return a message unsent: the machine slept, and the lease may be over."""
        now = self._machine()
        with self._database.transaction() as tx:
            mail.retry(tx, letter, not_before=now, error=letter.last_error or "")

    def _deliver(self, parcel: _Parcel) -> None:
        letter = parcel.letter
        try:
            ts = self._called(parcel)
        except SlackError as error:
            logger.warning(
                "slack did not take a message",
                extra={"key": letter.key, "error": error.code, "fate": error.fate},
            )
            with self._database.transaction() as tx:
                turns.take(tx, turns.OUTBOX)
                self._failed(tx, parcel, error)
            return
        self.trouble = None
        with self._database.transaction() as tx:
            if letter.target is None:
                self._posted(tx, parcel, ts)
            else:
                self._edited(tx, parcel, letter.target)

    def _called(self, parcel: _Parcel) -> str | None:
        letter, said = parcel.letter, parcel.rendered.message
        if parcel.edits_ts is not None and letter.target is not None:
            self._slack.update(
                parcel.channel, parcel.edits_ts, said, key=letter.target
            )
            return None
        return self._slack.post(
            parcel.channel,
            said,
            key=letter.key,
            also=parcel.also,
            thread_ts=parcel.thread_ts,
            is_urgent=letter.priority is Priority.PAGE,
        )

    def _posted(self, tx: Transaction, parcel: _Parcel, ts: str | None) -> None:
        """Note that a message stands in Slack, even if its lease was lost meanwhile."""
        letter, is_live = parcel.letter, parcel.rendered.is_live
        posted = Posted(self._clock(), ts, parcel.hash, is_live)
        verify = self._settlement.after_doubt(letter)
        finish = mail.finish(tx, letter, State.SENT, posted=posted, verify=verify)
        match finish:
            case Finish.LOST:
                verify = self._settlement.suspicion()
                doubts.settle_posted(tx, letter, posted, verify)
                # Nobody asked for an edit of what did not seem to be there.
                self._refresh(tx, letter.key)
            case Finish.STALE:
                self._refresh(tx, letter.key)
            case Finish.DONE:
                pass
            case _:
                assert_never(finish)

    def _edited(self, tx: Transaction, parcel: _Parcel, target: str) -> None:
        """Note what a message shows now.

        An earlier edit of which nobody knows may still land, late: then once more.
        """
        letter, ts, is_live = parcel.letter, parcel.edits_ts, parcel.rendered.is_live
        again_at = pacing.edit_again(letter, self._machine())
        if again_at is not None:
            mail.settle_edited(tx, target, ts=ts, rendered="", is_live=is_live)
            mail.retry(tx, letter, not_before=again_at, error="once more")
            return
        posted = Posted(self._clock())
        if mail.finish(tx, letter, State.SENT, posted=posted) is not Finish.LOST:
            shown = parcel.hash
            mail.settle_edited(tx, target, ts=ts, rendered=shown, is_live=is_live)

    def _failed(self, tx: Transaction, parcel: _Parcel, error: SlackError) -> None:
        now, letter = self._machine(), parcel.letter
        match error.fate:
            case Fate.NOT_DONE:
                wait = error.retry_after or pacing.backoff(letter)
                mail.retry(tx, letter, not_before=now + wait, error=error.code)
                if error.retry_after is not None:
                    gates.close(tx, _method(letter), now + wait)
            case Fate.INSTALLATION:
                mail.retry(tx, letter, not_before=now, error=error.code)
                self._installation_fails(tx, error)
            case Fate.UNKNOWN:
                self._settlement.unknown(tx, letter, error.code)
            case Fate.REFUSED if _lost_its_card(letter, error):
                self._post_anew(tx, letter.thread_of, parcel.thread_ts)
                mail.retry(tx, letter, not_before=now, error=error.code)
            case Fate.REFUSED:
                self._refused(tx, letter, error.code)
                if error.code in _CANNOT_BE_EDITED:
                    self._post_anew(tx, letter.target, parcel.edits_ts)
            case _:
                assert_never(error.fate)

    def _installation_fails(self, tx: Transaction, error: SlackError) -> None:
        """Wait for somebody to mend the app; nothing is lost meanwhile."""
        self.trouble = error.code
        gates.close(tx, gates.WORKSPACE, self._machine() + _INSTALLATION_PAUSE)

    def _refused(self, tx: Transaction, letter: Letter, error: str) -> None:
        if letter.target is None:
            self._dead_letters.give_up(tx, letter, error)
        else:
            mail.finish(tx, letter, State.DEAD, error=error)

    def _post_anew(self, tx: Transaction, key: str | None, ts: str | None) -> None:
        """Post the card that stood at `ts` once more, unless a twin of it was kept."""
        instants = {"now": self._clock(), "machine_now": self._machine()}
        if key is not None:
            mail.post_anew(tx, key, ts=ts, **instants)

    def _open_conversations(self) -> bool:
        """Learn where somebody is written to, before anything is claimed for them.

        Returns whether that settled anything.
        """
        with self._database.transaction() as tx:
            people = mail.unaddressed(tx, self._machine())
        if not people:
            return False
        person, tried = next(iter(people.items()))
        try:
            lane = self._slack.open_conversation(person)
        except SlackError as error:
            with self._database.transaction() as tx:
                self._unreachable(tx, person, error, tried)
            return error.fate is Fate.REFUSED
        with self._database.transaction() as tx:
            mail.address(tx, person, lane)
        return True

    def _unreachable(
        self, tx: Transaction, person: str, error: SlackError, tried: int
    ) -> None:
        if error.fate is Fate.REFUSED:
            for letter in mail.claim_unaddressed(tx, person, secrets.token_hex(8)):
                self._refused(tx, letter, error.code)
            return
        now = self._machine()
        wait = error.retry_after or pacing.growing(
            tried + 1, pacing.PAGE.longest_backoff
        )
        mail.postpone_unaddressed(tx, person, now + wait)
        if error.fate is Fate.INSTALLATION:
            self._installation_fails(tx, error)
        if error.retry_after is not None:
            gates.close(tx, gates.OPENING, now + error.retry_after)

    def _refresh(self, tx: Transaction, key: str) -> None:
        mail.refresh_one(tx, key, now=self._clock(), machine_now=self._machine())


def _addressed(
    tx: Transaction, letter: Letter, target: Letter | None, rendered: Rendered
) -> _Parcel | None:
    """Say where a letter goes: a reply and an edit to where their message stands.

    What is to be posted anew needs no edit before it stands there.
    """
    if target is not None:
        if target.lane is None or target.ts is None:
            return None
        return _Parcel(letter, rendered, target.lane, edits_ts=target.ts)
    if letter.lane is None:
        return None
    also = tuple(
        items.key_of(item, letter.place_of_items)
        for item in items.within(tx, letter.key)
    )
    if letter.thread_of is None:
        return _Parcel(letter, rendered, letter.lane, also=also)
    parent = mail.find(tx, letter.thread_of)
    if parent is None or parent.lane is None or parent.ts is None:
        return None
    return _Parcel(letter, rendered, parent.lane, thread_ts=parent.ts, also=also)


def _lost_its_card(letter: Letter, error: SlackError) -> bool:
    """Tell whether a reply finds no thread; one that found none before is given up."""
    return error.code == _HAS_NO_THREAD and letter.last_error != error.code


def _method(letter: Letter) -> str:
    return gates.EDITING if letter.kind is MessageKind.EDIT else gates.POSTING
