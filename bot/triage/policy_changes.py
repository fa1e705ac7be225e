"""Load a changed policies.yaml while the bot runs, and never a broken one.

Under a new policy the open deadlines are recomputed. The leads hear which of them
moved, and which incidents keep a plan that their customer no longer has. If the file is
broken, the leads hear which line is wrong, and the old policy stays in force. A file
that cannot be opened may be in order, so only the log and the health speak of it.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from threading import Thread
from time import monotonic

from bot.errors import PolicyError, UnopenedError
from bot.incidents.consequences import PolicyChanged, consequences
from bot.incidents.deadlines import owed_now
from bot.incidents.retargeting import Kept, Move, kept, moves
from bot.policy.parsing.fields import HolidaySource
from bot.policy.parsing.policy_file import default_text
from bot.policy.parsing.source import PolicySource, read_stored
from bot.policy.policies import Policy
from bot.slack.messages import policy_notice
from bot.store.database import Transaction
from bot.store.opening import last_policy
from bot.store.tables import locks, marks, outbox_messages, records
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage.context import Context
from bot.triage.policy_agreement import Agreement
from bot.triage.stored_policies import foreseen, must_fit, remember

logger = logging.getLogger(__name__)

_LOOK_EVERY = timedelta(seconds=4)
_READ_WITHIN_S = 30
_NO_ANSWER = f"could not be read within {_READ_WITHIN_S} s"
_BATCH = 100


class InForce:
    """The policy in force; calling it returns the current one."""

    def __init__(
        self, policy: Policy, monotonic: Callable[[], float] = monotonic
    ) -> None:
        self._policy = policy
        self._refused: str | None = None
        self._monotonic = monotonic
        self._reading: tuple[str, float] | None = None
        self._unopened: str | None = None
        self._other: str | None = None

    def __call__(self) -> Policy:
        """Return the policy in force."""
        return self._policy

    def put(self, policy: Policy) -> None:
        """Put a new policy in force."""
        self._policy, self._refused = policy, None

    def keep(self, refused: str) -> None:
        """Note that this file was refused, so the policy in force stays."""
        self._refused = refused

    def unopened(self, name: str | None) -> None:
        """Note which file cannot be opened just now; `None` if it can."""
        if name is not None and self._unopened is None:
            logger.warning("the policy's file cannot be opened")
        self._unopened = name

    def differs(self, other: str | None) -> None:
        """Note which other version another bot goes by; `None` if none does."""
        self._other = other

    @contextmanager
    def reading(self, name: str) -> Iterator[None]:
        """Note that a file is being read. On a dead network drive that does not end."""
        self._reading = name, self._monotonic()
        try:
            yield
        finally:
            self._reading = None

    def note(self) -> str | None:
        """Return a sentence about a file that is not in force; `None` if it is."""
        if self._unopened is not None:
            return f"{self._unopened} cannot be opened: the policy before it counts"
        name, since = self._reading or ("", self._monotonic())
        if self._monotonic() - since > _READ_WITHIN_S:
            return f"{name} {_NO_ANSWER}: the policy before it counts"
        if self._refused is not None:
            return f"{self._refused} is broken: the policy before it counts"
        if self._other is not None:
            return (
                "another sevbot goes by another policy, so promised times differ: "
                f"version {self._other} there, {self._policy.version} here"
            )
        return None


def at_start(
    path: Path | None, database_url: str, holidays: HolidaySource, today: date
) -> tuple[PolicySource, Policy, tuple[str, ...]]:
    """Return the policy to start with, and what is wrong with its file.

    If the file cannot be used, that is the last good policy, which the record keeps;
    also if the file does not count yet. Raises PolicyError if there is none.
    """
    stored = last_policy(database_url)
    was_file = stored is not None and default_text() not in stored.values()
    source = PolicySource(path, holidays, was_file=was_file)
    try:
        policy = _read_in_time(source, today)
    except PolicyError as error:
        if stored is None:
            raise
        problems = () if isinstance(error, UnopenedError) else error.discreet
        return source, read_stored(stored, holidays, today), problems
    begin = datetime.combine(today, time(), UTC)
    is_new = stored is not None and stored != policy.texts
    if is_new and policy.effective_from and policy.effective_from >= begin:
        with suppress(PolicyError):  # Of an older bot: then the file counts at once.
            before = read_stored(stored or {}, holidays, today)
            source.last_read = ""  # The watch reads it again, and knows its instant.
            return source, before, ()
    return source, policy, ()


def _read_in_time(source: PolicySource, today: date) -> Policy:
    """Read the file, which on a dead network drive would not end.

    Raises PolicyError.
    """
    found: Future[Policy] = Future()

    def read() -> None:
        try:
            found.set_result(source.read(today))
        except PolicyError as error:
            found.set_exception(error)

    Thread(target=read, name="policy", daemon=True).start()
    try:
        return found.result(_READ_WITHIN_S)
    except TimeoutError as error:
        raise PolicyError((f"{source.path} {_NO_ANSWER}",)) from error


class PolicyWatch:
    """Watches the policy's files, as often as the system clock says."""

    def __init__(
        self,
        source: PolicySource,
        in_force: InForce,
        context: Context,
    ) -> None:
        self._context = context
        self._source = source
        self._in_force = in_force
        self._agreement = Agreement(context)
        self._seen = self._done = source.last_read
        self._planned: Policy | None = None
        # Reads the calendars that a policy names, before it counts; it must not raise.
        self.prepare: Callable[[Policy], object] = lambda _: None

    def begin(self, problems: Sequence[str] = ()) -> None:
        """Store the policy to start with, and report its file's `problems`."""
        if not problems:
            try:
                # A file that counts later is not read yet, and still to come.
                is_file = bool(self._source.last_read)
                self._accept(self._in_force(), is_file=is_file)
            except PolicyError as error:
                problems = error.discreet
                self._go_back()
        if problems:
            self._accept(self._in_force(), is_file=False)
            self._refuse(problems)

    def look(self) -> timedelta:
        """Load a changed file, if it has not changed again since the last look.

        Return how long to wait for the next look. The file may be slow to come, so no
        tick may wait for this.
        """
        name = self._source.path.name
        with self._in_force.reading(name):
            try:
                self._load_changed()
            except UnopenedError:
                self._in_force.unopened(name)
            else:
                self._in_force.unopened(None)
        self._begin_planned()
        self._agreement.look(self._in_force())
        self._in_force.differs(self._agreement.differs)
        return _LOOK_EVERY

    def _load_changed(self) -> None:
        content = self._source.content()
        # Wait for the same content twice: an editor may be half way through saving.
        is_steady, self._seen = content == self._seen, content
        if not is_steady or content == self._done:
            return
        try:
            now = self._context.clock()
            policy = self._source.read(now.date())
            if policy.effective_from is not None and policy.effective_from > now:
                self._plan(policy, policy.effective_from)
            else:
                self._accept(policy)
                self._planned = None
        except UnopenedError:
            raise
        except PolicyError as error:
            self._refuse(error.discreet)
        self._done = content

    def _plan(self, policy: Policy, at: datetime) -> None:
        """Keep a policy for its instant, and show what it would move as things stand.

        Raises PolicyError if it lacks the plan of an open incident.
        """
        now = self._context.clock()
        with self._context.database.reading() as tx:
            must_fit(tx, policy, self._source.path.name)
            before = tx.one("last_policy")
            moved = [
                move
                for row in tx.all("open_incidents")
                for move in foreseen(tx, policy, row["number"], now)
            ]
        keeping = self._keeping(before["text"], policy) if before else []
        refs = policy_notice.accepted_refs(
            self._source.path.name, at, moved, keeping, policy
        )
        with self._context.database.transaction() as tx:
            locks.take(tx, locks.POLICY)
            dropped = marks.drop_planned(tx)
            marks.plan_policy(tx, policy.version, at)
            # A bot that starts again, or another one, reads the file too: no news.
            if policy.version not in dropped:
                refs |= policy_notice.planned_refs(
                    is_to_come=True, instead_of=next(iter(dropped.values()), None)
                )
                key = f"policy/{policy.version}/planned/{now.isoformat()}"
                self._tell(tx, MessageKind.POLICY_ACCEPTED, key, refs)
        self._planned = policy
        logger.info("policy planned", extra={"version": policy.version})

    def _begin_planned(self) -> None:
        """Put the planned policy in force once its instant has come."""
        at = self._planned.effective_from if self._planned else None
        if self._planned is None or at is None or at > self._context.clock():
            return
        try:
            self._accept(self._planned)
            self._planned = None
        except PolicyError as error:
            self._refuse(error.discreet)

    def _accept(self, policy: Policy, *, is_file: bool = True) -> None:
        """Put a policy in force, and recompute the open deadlines under it.

        If it is what the file says now, no other change is to come.

        Raises PolicyError if it lacks the plan of an open incident.
        """
        with self._context.database.reading() as tx:
            must_fit(tx, policy, self._source.path.name)
        self.prepare(policy)
        now = self._context.clock()
        with self._context.database.transaction() as tx:
            locks.take(tx, locks.POLICY)
            must_fit(tx, policy, self._source.path.name)
            before = tx.one("last_policy")
            is_news = remember(tx, policy, now)
            dropped = marks.drop_planned(tx) if is_file else {}
            self._in_force.put(policy)
        dropped.pop(policy.version, None)
        instead_of = next(iter(dropped.values()), None)
        moved = self._retarget(policy)
        if is_news or moved or instead_of:
            logger.info("policy accepted", extra={"version": policy.version})
            keeping = self._keeping(before["text"], policy) if before else []
            refs = policy_notice.accepted_refs(
                self._source.path.name, now, moved, keeping, policy
            ) | policy_notice.planned_refs(is_to_come=False, instead_of=instead_of)
            key = f"policy/{policy.version}/{now.isoformat()}"
            with self._context.database.transaction() as tx:
                self._tell(tx, MessageKind.POLICY_ACCEPTED, key, refs)

    def _refuse(self, problems: Sequence[str]) -> None:
        """Tell the leads what is wrong with the file, once for the same problems."""
        policy = self._in_force()
        self._in_force.keep(refused=self._source.path.name)
        logger.warning("policy refused", extra={"problems": list(problems)})
        with self._context.database.reading() as tx:
            row = tx.one("policy_since", version=policy.version)
        since = row["accepted_at"] if row else self._context.clock()
        refs = policy_notice.refused_refs(self._source.path.name, since, problems)
        about = hashlib.sha256(json.dumps(list(problems)).encode()).hexdigest()[:16]
        key = f"policy/{policy.version}/refused/{about}"
        with self._context.database.transaction() as tx:
            locks.take(tx, locks.POLICY)
            # Of several bots, the one that drops the change to come tells that.
            instead_of = next(iter(marks.drop_planned(tx).values()), None)
            if instead_of and outbox_messages.find(tx, key) is not None:
                key = f"{key}/{self._context.clock().isoformat()}"
            refs |= policy_notice.planned_refs(is_to_come=False, instead_of=instead_of)
            self._tell(tx, MessageKind.POLICY_REFUSED, key, refs)
        self._planned = None

    def _go_back(self) -> None:
        """Put the last accepted policy in force again.

        There is one: incidents are open that the new policy does not fit, and they
        were opened under it.
        """
        with self._context.database.reading() as tx:
            row = tx.one("last_policy")
        assert row is not None, "incidents are open under a policy that was stored"
        self._in_force.put(self._read_stored(row["text"]))

    def _read_stored(self, text: str) -> Policy:
        today = self._context.clock().date()
        return read_stored(json.loads(text), self._source.holidays, today)

    def _keeping(self, before: str, policy: Policy) -> list[Kept]:
        """Return the open incidents whose plan is not what the policy now says."""
        try:
            old = self._read_stored(before)
        except PolicyError:
            # A policy of an older bot, and nobody can say what changed since.
            logger.warning("the policy before cannot be read, to compare its customers")
            return []
        with self._context.database.reading() as tx:
            found = (
                records.incident(tx, row["number"]) for row in tx.all("open_incidents")
            )
            told = (kept(old, policy, incident) for incident in found if incident)
            return [one for one in told if one is not None]

    def _retarget(self, policy: Policy) -> list[Move]:
        """Recompute the open deadlines, a hundred incidents per transaction."""
        with self._context.database.reading() as tx:
            numbers = [row["number"] for row in tx.all("open_incidents")]
        moved: list[Move] = []
        for start in range(0, len(numbers), _BATCH):
            with self._context.database.transaction() as tx:
                for number in numbers[start : start + _BATCH]:
                    moved += self._retarget_one(tx, policy, number)
        return moved

    def _retarget_one(self, tx: Transaction, policy: Policy, number: int) -> list[Move]:
        now = self._context.clock()
        incident = records.lock(tx, number)()
        if incident is None or not incident.is_open:
            return []
        owed = records.deadlines(tx, number)
        # Without an open deadline of the contract, this policy may be what adds one.
        is_known = all(one.policy == policy.version for one in owed if one.is_open)
        if is_known and owed_now(owed) is not None:
            return []
        found = consequences(policy, incident, PolicyChanged(), owed, now)
        records.save_deadlines(tx, found.deadlines)
        moved = list(moves(owed, found.deadlines))
        if moved:
            outbox_messages.refresh(tx, [number], **self._context.instants())
        return moved

    def _tell(
        self, tx: Transaction, kind: MessageKind, key: str, refs: dict[str, str]
    ) -> None:
        leads = self._in_force().channels.leads
        new = NewMessage(key, kind, Priority.NUDGE, conversation=leads, refs=refs)
        outbox_messages.queue(tx, new, **self._context.instants())
