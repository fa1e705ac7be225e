"""Any order of acts, ticks, failures and crashes, against a small model.

Two bots share a record and a Slack. Whatever happens to them, each message is shown
once in Slack, the numbers have no gap, and the deadlines are those of the model.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.delivery.links import Links
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import UNPACED
from bot.delivery.recovery import Recovery
from bot.delivery.rendering import Renderer
from bot.incidents.acts import Report, Update
from bot.incidents.deadlines import Kind
from bot.incidents.refusals import AlreadyClosed, Refusal
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.policy.wording import first_response
from bot.slack.blocks import Message
from bot.slack.standing import Standing, mark_of
from bot.store import opening
from bot.store.database import Database
from bot.store.tables import records
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.tick import Reminders
from bot.triage.use_cases import Triage
from tests import postgres
from tests.crash import stage
from tests.posting import UNKNOWN, FakeSlack, limited, refused

# The policy's targets for a premium customer, day and night.
FIRST_RESPONSE = {Severity.SEV2: 4, Severity.SEV3: 24}
UPDATE = {Severity.SEV2: 12, Severity.SEV3: 24}
RESOLUTION = {Severity.SEV3: 36}

_UNFINISHED = "state IN ('queued', 'sending', 'unconfirmed')"
_UNSENT = f"{_UNFINISHED} AND kind <> 'edit'"
_UNSETTLED = f"{_UNFINISHED} OR verify_at IS NOT NULL"
# When nothing fails any more a message may stay unsent for the longest lease, settle
# time and backoff, and for a reading or two for each that is unsent, however many that
# were sent are to be looked up.
_A_READING = timedelta(minutes=1)
_UNSENT_FOR = timedelta(minutes=4)
_UNSENT_FOR_EACH = 2 * _A_READING
FATES = ("ok", "limited", "lost", "landed", "late", "killed before", "killed after")


@cache
def policy() -> Policy:
    """Return the policy of the crash runs, with a resolution for one severity."""
    cells = {
        (severity, "premium"): first_response(f"{hours} hours")
        for severity, hours in RESOLUTION.items()
    }
    return replace(stage.policy(), resolutions=cells)


class Killed(BaseException):
    """The process ends here without any cleanup."""


class Room(FakeSlack):
    """A Slack that does with the next posts what `fates` say."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.clock = clock
        self.fates: list[str] = []
        self.shown: dict[str, Standing] = {}
        self.late: list[Standing] = []
        self._stamps = count(1)

    def post(
        self,
        channel: str,
        message: Message,
        *,
        key: str,
        also: Sequence[str] = (),
        thread_ts: str | None = None,
        is_urgent: bool = False,
    ) -> str:
        fate = self.fates.pop(0) if self.fates else "ok"
        self.meanwhile()
        if fate == "limited":
            raise limited(5)
        if fate == "killed before":
            raise Killed
        ts = f"{self.clock().timestamp():.0f}.{next(self._stamps):06}"
        marks = tuple(mark_of(other) for other in also)
        posted = Standing(key, ts, replies=0, also=marks)
        if fate == "late":
            self.late.append(posted)
        elif fate != "lost":
            self.shown[ts] = posted
        if fate == "killed after":
            raise Killed
        if fate != "ok":
            raise UNKNOWN
        return ts

    def land(self) -> None:
        """Let the requests take effect that Slack still had."""
        self.shown |= {one.ts: one for one in self.late}
        self.late.clear()

    def standing(
        self,
        channel: str,
        *,
        oldest: datetime,
        thread_ts: str | None = None,
        is_urgent: bool = False,
    ) -> Iterator[Standing]:
        self.while_looking()
        yield from list(self.shown.values())

    def update(
        self,
        channel: str,
        ts: str,
        message: Message,
        *,
        key: str,
        also: Sequence[str] = (),
    ) -> None:
        if ts not in self.shown:
            raise refused("message_not_found", "chat.update")
        marks = tuple(mark_of(other) for other in also)
        self.shown[ts] = replace(self.shown[ts], also=marks)

    def delete(self, channel: str, ts: str) -> None:
        fate = self.fates.pop(0) if self.fates else "ok"
        if fate == "limited":
            raise limited(5)
        if fate == "killed before":
            raise Killed
        is_there = ts in self.shown
        if fate not in ("late", "lost"):
            self.shown.pop(ts, None)
        if fate == "killed after":
            raise Killed
        if fate != "ok":
            raise UNKNOWN
        if not is_there:
            raise refused("message_not_found", "chat.delete")


@dataclass
class Known:
    """An incident as the model knows it: what is owed next, and when."""

    severity: Severity
    owes: Kind
    due_at: datetime
    resolved_by: datetime | None
    is_open: bool = True


class Bot:
    """One replica without inbound connections."""

    def __init__(self, world: "World") -> None:
        context = Context(world.database, policy, world.clock, world.system_clock, "T1")
        self.triage, self.reminders = Triage(context), Reminders(context)
        render = Renderer(policy, world.clock, Links(lambda: "https://acme.example/"))
        self.outbox = Outbox(context, world.room, render, UNPACED)
        Recovery(context, world.room).begin()


class World(RuleBasedStateMachine):
    """What may happen, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 24, 18, tzinfo=UTC)
        self.ahead = timedelta(0)  # Of the system clock.
        self.set_back = timedelta(0)
        self.known: dict[int, Known] = {}
        self.room = Room(self.clock)
        self.folder = Path(tempfile.mkdtemp(prefix="sevbot-model-"))
        self.database: Database = opening.opened(self.url(), "T1")
        self.bots = [Bot(self), Bot(self)]
        self._acts = count()

    def url(self) -> str:
        return f"sqlite:///{self.folder / 'sevbot.db'}"

    def clock(self) -> datetime:
        return self.now

    def system_clock(self) -> datetime:
        return self.now + self.ahead

    def pass_by(self, span: timedelta) -> None:
        """Let time pass; what Slack does ten minutes later it does not do at all."""
        if span > timedelta(minutes=10):
            self.room.land()
        self.now += span

    @rule(which=st.integers(0, 1), severity=st.sampled_from(sorted(FIRST_RESPONSE)))
    def open(self, which: int, severity: Severity) -> None:
        report = Report(severity, "push fails", "C0SUPPORT", "Acme")
        number = self.bots[which].triage.open(self._act(), report).incident.number
        due_at = self.now + timedelta(hours=FIRST_RESPONSE[severity])
        resolved_by = self._resolved_by(severity)
        self.known[number] = Known(severity, Kind.FIRST_RESPONSE, due_at, resolved_by)

    @precondition(lambda self: self.known)
    @rule(which=st.integers(0, 1), data=st.data())
    def tell_the_customer(self, which: int, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.known)))
        known = self.known[number]
        told = Update("we are on it", "more by noon")
        if not known.is_open:
            with pytest.raises(Refusal) as refused:
                self.bots[which].triage.update(self._act(), number, told)
            assert isinstance(refused.value.reason, AlreadyClosed)
            return
        self.bots[which].triage.update(self._act(), number, told)
        known.owes = Kind.UPDATE
        known.due_at = self.now + timedelta(hours=UPDATE[known.severity])

    @precondition(lambda self: self.known)
    @rule(which=st.integers(0, 1), data=st.data())
    def resolve_or_reopen(self, which: int, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.known)))
        known, triage = self.known[number], self.bots[which].triage
        if known.is_open:
            triage.resolve(self._act(), number, "rolled back")
        else:
            triage.reopen(self._act(), number)
            known.owes = Kind.UPDATE
            known.due_at = self.now + timedelta(hours=UPDATE[known.severity])
            known.resolved_by = self._resolved_by(known.severity)
        known.is_open = not known.is_open

    @precondition(lambda self: self.known)
    @rule(which=st.integers(0, 1), data=st.data())
    def snooze(self, which: int, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.known)))
        owed = [one for one in self._deadlines(number) if one.is_open]
        for one in owed[:1]:
            try:
                triage = self.bots[which].triage
                triage.snooze(self._act(), number, one.kind, one.count, "15 minutes")
            except Refusal:
                return  # It is due within a quarter of an hour.

    @rule(which=st.integers(0, 1), minutes=st.sampled_from([1, 7, 45, 200, 800]))
    def tick(self, which: int, minutes: int) -> None:
        self.pass_by(timedelta(minutes=minutes))
        self.bots[which].reminders.tick()

    @rule(
        which=st.integers(0, 1),
        fates=st.lists(st.sampled_from(FATES), min_size=1, max_size=4),
    )
    def send(self, which: int, fates: list[str]) -> None:
        self.room.fates = list(fates)
        try:
            self.bots[which].outbox.drain()
        except Killed:
            self.bots[which] = Bot(self)
        finally:
            self.room.fates.clear()

    @rule()
    def steal_a_lease(self) -> None:
        """Let one bot stall during a call until the other takes over."""

        def sleep() -> None:
            self.room.meanwhile = lambda: None
            for _ in range(4):
                self.pass_by(timedelta(seconds=61))
                self.bots[1].outbox.drain()

        self.room.meanwhile = sleep
        self.bots[0].outbox.drain()
        self.room.meanwhile = lambda: None

    @rule(which=st.integers(0, 1))
    def crash(self, which: int) -> None:
        self.bots[which] = Bot(self)

    @rule(hours=st.sampled_from([-1, 3]))
    def step_the_system_clock(self, hours: int) -> None:
        self.room.land()
        self.ahead += timedelta(hours=hours)
        self.set_back += max(timedelta(hours=-hours), timedelta(0))

    @rule()
    def land(self) -> None:
        self.room.land()

    @invariant()
    def the_numbers_have_no_gap(self) -> None:
        assert sorted(self.known) == list(range(1, len(self.known) + 1))

    @invariant()
    def the_deadlines_are_the_models(self) -> None:
        for number, known in self.known.items():
            owed = {
                one.kind: one.due_at
                for one in self._deadlines(number)
                if one.is_open and not one.kind.is_internal
            }
            owes = {known.owes: known.due_at}
            if known.resolved_by is not None:
                owes[Kind.RESOLUTION] = known.resolved_by
            assert owed == (owes if known.is_open else {})

    @invariant()
    def nothing_is_to_come_of_what_is_closed(self) -> None:
        for number, known in self.known.items():
            if not known.is_open:
                assert all(one.next_nudge_at is None for one in self._deadlines(number))

    @rule()
    def come_to_rest(self) -> None:
        """Advance only the system clock; then each message is shown once."""
        self.room.land()
        for bot in self.bots:
            bot.reminders.tick()
        self.room.while_looking = lambda: self._advance(_A_READING)
        self._send_what_is_unsent()
        for _ in range(100):
            for bot in self.bots:
                bot.outbox.drain()
            if not self._keys(_UNSETTLED):
                break
            self._advance(timedelta(minutes=3))
        self.room.while_looking = lambda: None
        self._each_message_stands_there_once()

    def _send_what_is_unsent(self) -> None:
        """Watch how long that takes; it may not depend on what was sent before."""
        began, unsent = self.system_clock(), self._keys(_UNSENT)
        # What waits until an instant waits longer where the clock was set back.
        give_up_at = began + self.set_back + _UNSENT_FOR
        give_up_at += len(unsent) * _UNSENT_FOR_EACH
        while unsent:
            for bot in self.bots:
                while bot.outbox.send_one() and unsent:
                    unsent = self._keys(_UNSENT)
            assert not unsent or self.system_clock() < give_up_at, unsent
            self._advance(timedelta(seconds=10))

    def _advance(self, span: timedelta) -> None:
        self.ahead += span

    def _each_message_stands_there_once(self) -> None:
        shown = Counter(one.key for one in self.room.shown.values())
        said = Counter(
            mark
            for one in self.room.shown.values()
            for mark in {mark_of(one.key), *one.also}
        )
        assert max(shown.values(), default=1) == 1, shown
        assert max(said.values(), default=1) == 1, said
        assert self._keys(f"{_UNSETTLED} OR state = 'dead'") == set()
        sent = self._keys("kind <> 'edit' AND state = 'sent' AND deleted_at IS NULL")
        assert sent <= shown.keys(), sent - shown.keys()
        gone = self._keys("deleted_at IS NOT NULL")
        assert not gone & shown.keys(), gone & shown.keys()
        assert self._replaced() == set()

    def _replaced(self) -> set[str]:
        """Return what stands although newer messages there tell of all its incidents.

        A message of several incidents stays for those of which no newer one tells.
        """
        with self.database.whole() as whole:
            rows = whole.each(
                "SELECT DISTINCT item.incident, message.key, message.id, "
                "COALESCE(message.person, message.conversation, '') || "
                "COALESCE(message.thread_of, '') AS place "
                "FROM outbox_items AS item JOIN outbox AS message "
                "ON message.key = item.key "
                "WHERE message.kind = 'reminder' AND message.state = 'sent' "
                "AND message.deleted_at IS NULL"
            )
            told = sorted(rows, key=itemgetter("id"))
        newest = {(one["incident"], one["place"]): one["key"] for one in told}
        return {one["key"] for one in told} - set(newest.values())

    def _keys(self, where: str) -> set[str]:
        with self.database.whole() as whole:
            rows = whole.each(f"SELECT key FROM outbox WHERE {where}")
            return {row["key"] for row in rows}

    def _deadlines(self, number: int) -> Sequence[Any]:
        with self.database.transaction() as tx:
            return records.deadlines(tx, number)

    def _resolved_by(self, severity: Severity) -> datetime | None:
        hours = RESOLUTION.get(severity)
        return self.now + timedelta(hours=hours) if hours else None

    def _act(self) -> Act:
        return Act("U0ANA", f"act/{next(self._acts)}")

    def teardown(self) -> None:
        try:
            self.come_to_rest()
        finally:
            self.database.close()
            shutil.rmtree(self.folder)


class WorldOnPostgres(World):
    """The same in PostgreSQL."""

    def url(self) -> str:
        return postgres.shared().make("record")


class BlindWorld(World):
    """The same, where no lookup finds anything."""

    def __init__(self) -> None:
        super().__init__()
        setattr(self.room, "standing", lambda *_, **__: iter(()))  # noqa: B010


def test_the_model_finds_duplicates_when_lookups_are_blind() -> None:
    how = settings(max_examples=50, phases=[Phase.generate], derandomize=True)

    with pytest.raises(AssertionError, match="Counter"):
        run_state_machine_as_test(BlindWorld, settings=how)


# Each runs through hundreds of small stories.
pytestmark = pytest.mark.timeout(300)

TestOnSqlite = World.TestCase
TestOnSqlite.settings = settings(max_examples=60, stateful_step_count=25)
TestOnPostgres = WorldOnPostgres.TestCase
TestOnPostgres.settings = settings(max_examples=10, stateful_step_count=25)
