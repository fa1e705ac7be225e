"""The order in which threads get a lock, and giving up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from bot.errors import StorageError
from bot.store.engines.fair_locks import FairLock
from tests.processes import until

AT_ONCE = timedelta(0)
PATIENCE = timedelta(seconds=5)


def is_long(lock: FairLock, threads: int) -> bool:
    return len(lock._queue) == threads


def test_threads_get_the_lock_in_order_of_arrival() -> None:
    lock, got = FairLock(), list[int]()

    def note(number: int) -> None:
        with lock.held(PATIENCE):
            got.append(number)

    with ThreadPoolExecutor(8) as pool, lock.held():
        for number in range(8):
            pool.submit(note, number)
            assert until(partial(is_long, lock, number + 2))

    assert got == list(range(8))


def test_a_waiting_thread_gets_the_lock_before_its_last_owner() -> None:
    lock, got = FairLock(), list[str]()

    def note(name: str) -> None:
        with lock.held(PATIENCE):
            got.append(name)

    with ThreadPoolExecutor(1) as pool:
        with lock.held():
            pool.submit(note, "other")
            assert until(partial(is_long, lock, 2))
        note("owner")

    assert got == ["other", "owner"]


def test_threads_that_gave_up_are_skipped() -> None:
    lock, got = FairLock(), list[str]()

    def note(name: str, within: timedelta = PATIENCE) -> None:
        with lock.held(within):
            got.append(name)

    with ThreadPoolExecutor(2) as pool, lock.held():
        pool.submit(note, "patient")
        for _ in range(2):
            hasty = pool.submit(note, "hasty", AT_ONCE)
            with pytest.raises(StorageError, match="locked"):
                hasty.result()

    assert got == ["patient"]


def test_an_exception_releases_the_lock() -> None:
    lock = FairLock()

    with pytest.raises(KeyError), lock.held():
        raise KeyError("a fault of ours")

    with lock.held(AT_ONCE):
        pass
