"""The scheduler keeps running whatever one run of a job does."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from apscheduler.triggers.base import BaseTrigger

from bot.errors import PolicyError, StorageError
from bot.running.scheduler import Scheduler, guarded
from tests.processes import until

WITHIN_S = 5


class Runs:
    """A job that counts its runs, each of which may fail; a test waits for them."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.count = 0
        self._wanted = 0
        self._there = Event()

    def __call__(self) -> int:
        self.count += 1
        if self.count >= self._wanted:
            self._there.set()
        if self._failures:
            raise self._failures.pop(0)
        return 0

    def happen(self, count: int) -> bool:
        """Wait for that many runs; return whether they came."""
        self._wanted = count
        return self.count >= count or self._there.wait(WITHIN_S)


def nothing() -> None:
    """Do no housekeeping."""


@contextmanager
def started(
    tick: Callable[[], object],
    housekeeping: Callable[[], object],
    back_up: Callable[[], object] = nothing,
    **more: float,
) -> Iterator[Scheduler]:
    scheduler = Scheduler(tick, housekeeping, back_up, **more)
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.stop()


@pytest.mark.parametrize("failure", [StorageError("the disk is full"), KeyError("x")])
def test_a_failing_tick_does_not_stop_the_next_one(failure: Exception) -> None:
    tick = Runs(failure)

    with started(tick, nothing) as scheduler:
        scheduler.wake()
        first = tick.happen(1)
        scheduler.wake()
        second = tick.happen(2)

    assert (first, second) == (True, True)


def test_the_scheduler_calls_the_tick_on_its_own() -> None:
    tick = Runs()

    with started(tick, nothing):
        assert tick.happen(1)


def test_a_wake_calls_the_tick_at_once() -> None:
    tick = Runs()

    with started(tick, nothing) as scheduler:
        begun = time.monotonic()
        scheduler.wake()
        tick.happen(1)

    assert time.monotonic() - begun < 0.9


def test_a_clock_that_was_set_back_stops_no_tick() -> None:
    tick = Runs()

    with started(tick, nothing, silent_for_s=0.1) as scheduler:
        # That is how it looks to APScheduler.
        in_an_hour = datetime.now(UTC) + timedelta(hours=1)
        scheduler._ticking.modify(next_run_time=in_an_hour)

        assert tick.happen(1)


class Deadly(BaseTrigger):  # type: ignore[misc]  # It has no types.
    """A trigger that raises where APScheduler catches nothing."""

    def get_next_fire_time(self, *_: object) -> datetime:
        raise MemoryError


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_scheduler_whose_thread_died_is_restarted() -> None:
    tick, housekeeping = Runs(), Runs()

    with started(tick, housekeeping, silent_for_s=0.2) as scheduler:
        dead = scheduler._scheduler
        dead.add_job(nothing, Deadly(), next_run_time=datetime.now(UTC))
        until(dead.is_dead)
        before = tick.count

        went_on = tick.happen(before + 2)
        kept_house = housekeeping.happen(2)

    assert (went_on, kept_house) == (True, True)
    assert scheduler._scheduler is not dead


def test_housekeeping_runs_at_the_start() -> None:
    housekeeping = Runs()

    with started(nothing, housekeeping):
        assert housekeeping.happen(1)


def test_housekeeping_that_failed_is_tried_again_within_a_minute() -> None:
    scheduler = Scheduler(nothing, Runs(StorageError("the disk is full")))

    scheduler._run_housekeeping()

    again_in = scheduler._keeping.next_run_time - datetime.now(UTC)
    assert timedelta(seconds=50) < again_in <= timedelta(minutes=1)


def test_housekeeping_that_fails_during_a_stop_does_not_hang_it() -> None:
    has_begun, may_fail = Event(), Event()

    def fail() -> None:
        has_begun.set()
        may_fail.wait(WITHIN_S)
        raise StorageError("the database is closed")

    scheduler = Scheduler(nothing, fail)
    scheduler.start()
    has_begun.wait(WITHIN_S)
    stopping = Thread(target=scheduler.stop, daemon=True)
    stopping.start()
    until(lambda: not scheduler._scheduler.running)
    may_fail.set()
    stopping.join(WITHIN_S)

    assert not stopping.is_alive()


def test_a_wake_after_the_end_does_nothing() -> None:
    tick = Runs()
    with started(tick, nothing) as scheduler:
        pass
    before = tick.count

    scheduler.wake()

    assert tick.count == before


def test_a_long_backup_delays_neither_ticks_nor_a_stop() -> None:
    tick, housekeeping, done = Runs(), Runs(), Event()

    with started(tick, housekeeping, done.wait):
        happened = tick.happen(2), housekeeping.happen(1)

    # Had the stop waited for it we would not be here.
    done.set()
    assert happened == (True, True)


def test_the_first_backup_is_asked_for_at_the_start() -> None:
    back_up = Runs()

    with started(nothing, nothing, back_up):
        assert back_up.happen(1)


def test_a_failed_job_logs_nothing_of_a_customers_file(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def job() -> None:
        raise PolicyError(('"Wayne Ltd" is wrong',), ("line 3 is wrong",))

    assert not guarded(job)()

    (record,) = caplog.records
    assert vars(record)["error"] == "line 3 is wrong"
