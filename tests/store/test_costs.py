"""Frequent work costs the same with many open incidents and queued messages.

Counted in steps of SQLite's virtual machine, the same on every computer.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store.engines.sqlite import to_text
from bot.store.tables import leases, outbox_messages, rate_limits, records, unaddressed
from bot.triage import daily_lists
from tests.benchmarks.seeding import Desk, backlog, desk

FEW, MANY = 20, 2_000
SOON = timedelta(minutes=1)
CONVERSATIONS = 10

Build = Callable[[Path, int], AbstractContextManager[Desk]]


def steps(of: Desk, run: Callable[[], object]) -> int:
    """Return how many steps SQLite takes."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1

    of.database._connection.set_progress_handler(step, 1)
    try:
        run()
    finally:
        of.database._connection.set_progress_handler(None, 0)
    return count


def claim(of: Desk) -> outbox_messages.OutboxMessage | None:
    now = of.clock()
    with of.database.transaction() as tx:
        return leases.claim(
            tx,
            system_now=now,
            lease_until=now + SOON,
            page_lease_until=now + SOON,
            burst_until=now + SOON,
            token="mine",
        )


def close(of: Desk, *names: str) -> None:
    until = of.clock() + timedelta(hours=1)
    with of.database.transaction() as tx:
        for name in names:
            rate_limits.limit(tx, name, until)


def grows(folder: Path, build: Build, run: Callable[[Desk], object]) -> float:
    """Return the growth in cost when there is a hundred times more."""
    costs = []
    for size in (FEW, MANY):
        of_size = folder / str(size)
        of_size.mkdir()
        with build(of_size, size) as one:
            run(one)  # The first call also writes some marks.
            costs.append(steps(one, lambda: run(one)))
    return costs[1] / costs[0]


def open_incidents(folder: Path, count: int) -> AbstractContextManager[Desk]:
    return desk(folder, incidents=count)


@contextmanager
def waiting_messages(folder: Path, count: int) -> Iterator[Desk]:
    with desk(folder, incidents=1) as one:
        backlog(one, count, CONVERSATIONS)
        yield one


@contextmanager
def closed_incidents(folder: Path, count: int) -> Iterator[Desk]:
    """Open one incident beside that many closed ones."""
    with desk(folder, incidents=count) as one:
        long_ago = to_text(one.clock() - timedelta(days=400))
        shell = one.database._connection
        shell.execute(
            "UPDATE incidents SET status = 'resolved', closed_at = ? WHERE number > 1",
            [long_ago],
        )
        shell.execute(
            "UPDATE deadlines SET closed_at = ?, next_nudge_at = NULL "
            "WHERE incident > 1",
            [long_ago],
        )
        yield one


def test_listing_open_incidents_costs_the_same_with_many_closed(
    tmp_path: Path,
) -> None:
    def ask(one: Desk) -> None:
        with one.database.transaction() as tx:
            (mine,) = records.open_incidents_of(tx, "U000001", with_unowned=False)
            (case,) = daily_lists.load_cases(tx, one.clock())
        assert mine == case.incident

    growth = grows(tmp_path, closed_incidents, ask)

    assert growth < 1.1


def test_finding_due_deadlines_costs_the_same_with_many_open(
    tmp_path: Path,
) -> None:
    def look(one: Desk) -> None:
        with one.database.transaction() as tx:
            assert not records.is_late_or_due(tx, one.clock())

    assert grows(tmp_path, open_incidents, look) < 1.1


def test_finding_sendable_messages_costs_the_same_with_many_queued(
    tmp_path: Path,
) -> None:
    def look(one: Desk) -> None:
        with one.database.transaction() as tx:
            assert leases.may_send(tx, one.clock())

    assert grows(tmp_path, waiting_messages, look) < 1.1


def test_finding_the_next_due_instant_costs_the_same_with_many_open(
    tmp_path: Path,
) -> None:
    def look(one: Desk) -> None:
        with one.database.transaction() as tx:
            assert records.next_instant(tx) is not None

    assert grows(tmp_path, open_incidents, look) < 1.1


@pytest.mark.parametrize(
    "closed",
    [
        ("workspace",),
        ("chat.postMessage", "chat.update"),
        ("budget:posts", "budget:edits"),
        tuple(
            f"conversation:D{conversation:06}" for conversation in range(CONVERSATIONS)
        ),
    ],
    ids=["workspace", "methods", "budgets", "conversations"],
)
def test_claiming_behind_a_rate_limit_costs_the_same_with_many_queued(
    tmp_path: Path, closed: tuple[str, ...]
) -> None:
    def look(one: Desk) -> None:
        close(one, *closed)
        assert claim(one) is None

    growth = grows(tmp_path, waiting_messages, look)

    assert growth < 1.1


def test_claiming_a_message_costs_the_same_with_many_queued(tmp_path: Path) -> None:
    def look(one: Desk) -> None:
        assert claim(one) is not None

    growth = grows(tmp_path, waiting_messages, look)

    assert growth < 1.1


def test_finding_unopened_conversations_costs_the_same_with_many_queued(
    tmp_path: Path,
) -> None:
    def ask(one: Desk) -> None:
        with one.database.transaction() as tx:
            assert unaddressed.people(tx, one.clock()) == {}

    growth = grows(tmp_path, waiting_messages, ask)

    assert growth < 1.1


def test_an_act_costs_the_same_with_many_queued(tmp_path: Path) -> None:
    def take_note(one: Desk) -> None:
        with one.database.transaction() as tx:
            outbox_messages.refresh(tx, [1], now=one.clock(), system_now=one.clock())

    growth = grows(tmp_path, waiting_messages, take_note)

    assert growth < 1.1
