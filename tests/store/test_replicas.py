"""Two bots on one record at the same time: everything happens once.

Each has a connection of its own, and the record is in PostgreSQL.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from time import monotonic
from typing import TypeVar

import pytest

from bot.errors import StorageError
from bot.incidents.acts import Report, Update
from bot.incidents.incidents import Status
from bot.incidents.refusals import Refusal
from bot.policy.digests import DailyDigest
from bot.policy.severities import Severity
from bot.store.database import Database, Transaction
from bot.store.tables import leases, locks, outbox_messages, rate_limits, records
from bot.store.tables.outbox_messages import (
    MessageKind,
    NewMessage,
    OutboxMessage,
    Priority,
    State,
)
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.results import Result
from bot.triage.tick import Reminders
from bot.triage.use_cases import Triage
from tests.factories import pacific, shipped_policy
from tests.postgres import by_hand
from tests.store.conftest import Open

T = TypeVar("T")
AT_ONCE = 16
OF_PREMIUM = DailyDigest(time(9, 15), "C0SUPPORT", "C0SUPPORT", plans=("premium",))
POLICY = replace(shipped_policy(), digests=(shipped_policy().leads_digest, OF_PREMIUM))


@dataclass(slots=True)
class Replica:
    """One of two equal bots, as the record sees it."""

    database: Database
    triage: Triage
    reminders: Reminders


class Team:
    """Two replicas on one record, and their shared clock."""

    def __init__(self, url: str, open_record: Open) -> None:
        self.url = url
        self.now = pacific(24, "10:00")
        self.both = [self._replica(open_record(url)) for _ in range(2)]

    def _replica(self, database: Database) -> Replica:
        context = Context(database, lambda: POLICY, self.clock, self.clock, "T1")
        triage, reminders = Triage(context), Reminders(context)
        return Replica(database, triage, reminders)

    def clock(self) -> datetime:
        return self.now

    def at_once(self, job: Callable[[Replica, int], T], times: int) -> list[T]:
        """Do something that many times at once, alternating between the replicas."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(lambda n: job(self.both[n % 2], n), range(times)))

    def open(self, number: int, by: str = "U0ANA") -> Result:
        """Open an incident by the first replica."""
        return self.both[0].triage.open(Act(by, f"key/{number}"), report(number))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return by_hand(self.url, query)


@pytest.fixture
def team(postgres_url: str, open_record: Open) -> Team:
    return Team(postgres_url, open_record)


def report(number: int, title: str | None = None) -> Report:
    said = title or f"fault {number}"
    return Report(Severity.SEV2, said, "C1", "Acme", "premium", typed=said)


def winners(outcomes: Iterable[bool]) -> int:
    return sum(outcomes)


def test_numbers_have_no_gap_and_no_duplicate(team: Team) -> None:
    def act(replica: Replica, number: int) -> int | None:
        if number % 5 == 0:  # Nobody has such a plan, so nothing is recorded.
            refused = Report(Severity.SEV2, "x", "C1", plan="gold", owner="U0BEN")
            with pytest.raises(Refusal):
                replica.triage.open(Act("U0ANA", f"key/{number}"), refused)
            return None
        opened = replica.triage.open(Act("U0ANA", f"key/{number}"), report(number))
        return opened.incident.number

    numbers = team.at_once(act, 40)

    assert sorted(one for one in numbers if one) == list(range(1, 33))


def test_a_command_that_is_delivered_a_hundred_times_opens_one_incident(
    team: Team,
) -> None:
    results = team.at_once(
        lambda replica, _: replica.triage.open(Act("U0ANA", "the same"), report(1)), 100
    )

    assert {result.incident.number for result in results} == {1}
    assert Counter(result.is_repeat for result in results) == {False: 1, True: 99}
    assert team.rows("SELECT COUNT(*) FROM incidents") == [(1,)]
    assert team.rows("SELECT COUNT(*) FROM outbox WHERE kind = 'card'") == [(1,)]


def test_the_same_text_typed_twice_at_once_is_asked_about(team: Team) -> None:
    results = team.at_once(
        lambda replica, n: replica.triage.open(Act("U0ANA", f"key/{n}"), report(1)), 20
    )

    assert {result.incident.number for result in results} == {1}
    assert winners(not result.is_same_again for result in results) == 1


def test_one_of_many_simultaneous_presses_wins(team: Team) -> None:
    team.open(1)

    def take(replica: Replica, number: int) -> bool:
        try:
            replica.triage.take(
                Act(f"U{number}", f"press/{number}"), 1, from_owner=None
            )
        except Refusal:
            return False
        return True

    assert winners(team.at_once(take, 20)) == 1
    assert team.rows("SELECT COUNT(*) FROM events WHERE kind = 'taken'") == [(1,)]


def test_a_form_that_is_delivered_many_times_counts_once(team: Team) -> None:
    team.open(1)

    results = team.at_once(
        lambda replica, _: replica.triage.update(
            Act("U0ANA", "view/1"), 1, Update("we are on it")
        ),
        50,
    )

    assert winners(not result.is_repeat for result in results) == 1
    assert team.rows("SELECT COUNT(*) FROM events WHERE kind = 'updated'") == [(1,)]


def test_concurrent_updates_are_all_recorded_and_leave_one_deadline(
    team: Team,
) -> None:
    team.open(1)

    team.at_once(
        lambda replica, n: replica.triage.update(
            Act("U0ANA", f"view/{n}"), 1, Update(f"news {n}")
        ),
        20,
    )

    assert team.rows("SELECT COUNT(*) FROM events WHERE kind = 'updated'") == [(20,)]
    owed = "SELECT COUNT(*) FROM deadlines WHERE closed_at IS NULL AND kind = 'update'"
    assert team.rows(owed) == [(1,)]


def test_concurrent_ticks_queue_each_reminder_and_list_once(team: Team) -> None:
    for number in range(12):
        team.open(number)
    team.both[0].reminders.tick()

    for at in (pacific(24, "13:00"), pacific(24, "16:00"), pacific(25, "09:15")):
        team.now = at
        team.at_once(lambda replica, _: replica.reminders.tick(), 8)
        team.open(at.day * 100 + at.hour)  # A list says more than the reminders.

    told = team.rows(_TOLD)
    assert len(told) > 12
    assert len(told) == len(set(told))
    assert len(team.rows("SELECT key FROM outbox WHERE kind = 'morning'")) == 2
    digests = team.rows("SELECT conversation FROM outbox WHERE kind = 'digest'")
    assert sorted(digests) == [("C0LEADS",)] * 2 + [("C0SUPPORT",)] * 2


_TOLD = """
SELECT
  item.incident, deadline_kind, deadline_count, fired, person, conversation, thread_of
FROM outbox_items AS item
JOIN outbox USING (workspace, key)
"""


def test_resolving_during_a_tick_leaves_nothing_owed(team: Team) -> None:
    for number in range(8):
        team.open(number)
    team.now = pacific(24, "13:00")

    def act(replica: Replica, number: int) -> None:
        if number < 8:
            act = Act("U0ANA", f"form/{number}")
            replica.triage.resolve(act, number + 1, "done")
        else:
            replica.reminders.tick()

    team.at_once(act, 12)

    assert team.rows("SELECT COUNT(*) FROM incidents WHERE status = 'open'") == [(0,)]
    still = "SELECT COUNT(*) FROM deadlines WHERE closed_at IS NULL"
    assert team.rows(still) == [(0,)]
    nudged = "SELECT COUNT(*) FROM deadlines WHERE next_nudge_at IS NOT NULL"
    assert team.rows(nudged) == [(0,)]


def test_each_message_is_claimed_once_and_in_the_order_of_its_conversation(
    team: Team,
) -> None:
    queue(team, [(f"k{n}", f"C{n % 4}", n % 8) for n in range(40)])

    claims = team.at_once(lambda replica, n: claim(team, replica, f"token/{n}"), 60)

    claimed = [message for message in claims if message is not None]
    keys = [message.key for message in claimed]
    assert len(keys) == len(set(keys))
    # Only the head of each of the eight incidents: none is sent before it arrived.
    assert sorted(keys) == [f"k{n}" for n in range(8)]


def test_replicas_keep_a_conversations_pace_of_one_a_second(team: Team) -> None:
    queue(team, [(f"k{n}", "C1", n) for n in range(20)])

    def claim_at_pace(replica: Replica, number: int) -> OutboxMessage | None:
        return claim(team, replica, f"token/{number}", pace=timedelta(seconds=1))

    claims = team.at_once(claim_at_pace, 20)

    assert len([message for message in claims if message is not None]) == 1


def test_a_change_during_a_claim_is_edited_in_afterwards(
    team: Team,
) -> None:
    team.open(1)
    one, other = team.both

    with ThreadPoolExecutor(1) as thread:
        with one.database.transaction() as tx:
            message = claimed(tx, team.now, "token")
            shown = records.incident(tx, 1)
            resolving = thread.submit(
                other.triage.resolve, Act("U0ANA", "form"), 1, "done"
            )
            while not team.rows(_WAITING):
                assert not resolving.done()
        resolving.result(10)
    assert message is not None
    assert shown is not None
    with one.database.transaction() as tx:
        ended = leases.finish(tx, message, State.SENT)

    assert shown.status is Status.OPEN
    assert ended is leases.Finish.STALE


_WAITING = """
SELECT pid
FROM pg_stat_activity
WHERE datname = current_database()
  AND wait_event_type = 'Lock'
"""


def test_a_lock_held_by_another_replica_is_not_taken(team: Team) -> None:
    one, other = team.both

    with one.database.transaction() as tx:
        first = locks.take_if_free(tx, locks.TICK)
    with one.database.transaction() as tx, other.database.transaction() as beside:
        again = locks.take_if_free(tx, locks.TICK)
        meanwhile = locks.take_if_free(beside, locks.TICK)
    with other.database.transaction() as tx:
        afterwards = locks.take_if_free(tx, locks.TICK)

    assert (first, again, meanwhile, afterwards) == (True, True, False, True)


def test_a_replica_that_freezes_with_a_claim_holds_up_the_others_for_two_seconds(
    team: Team,
) -> None:
    queue(team, [("INC-1/card", "C1", 1)])
    frozen, other = team.both
    found, began = None, monotonic()

    with suppress(StorageError), frozen.database.transaction() as tx:
        locks.take(tx, locks.OUTBOX)
        claimed(tx, team.now, "frozen")
        while found is None and monotonic() < began + 5:
            with suppress(StorageError):
                found = claim(team, other, "other")

    assert found is not None
    assert monotonic() - began < 3


def queue(team: Team, messages: Iterable[tuple[str, str, int]]) -> None:
    """Queue messages: each a key, a conversation and an incident."""
    with team.both[0].database.transaction() as tx:
        for key, conversation, incident in messages:
            new = NewMessage(
                key,
                MessageKind.NOTE,
                Priority.CARD,
                conversation=conversation,
                incident=incident,
            )
            outbox_messages.queue(tx, new, now=team.now, system_now=team.now)


def claim(
    team: Team, replica: Replica, token: str, pace: timedelta | None = None
) -> OutboxMessage | None:
    """Claim a message as the outbox does."""
    with replica.database.transaction() as tx:
        locks.take(tx, locks.OUTBOX)
        message = claimed(tx, team.now, token)
        if (
            message is not None
            and message.conversation is not None
            and pace is not None
        ):
            rate_limits.limit_conversation(tx, message.conversation, team.now, pace)
    return message


def claimed(tx: Transaction, now: datetime, token: str) -> OutboxMessage | None:
    until = now + timedelta(minutes=1)
    return leases.claim(
        tx,
        system_now=now,
        lease_until=until,
        page_lease_until=until,
        burst_until=until,
        token=token,
    )
