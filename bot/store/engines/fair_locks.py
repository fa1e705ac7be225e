"""A first-come, first-served lock.

`threading.Lock` goes to any thread that asks at the right moment. Under load an unlucky
thread waits past its timeout while others get the lock again and again.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock

from bot.errors import StorageError
from bot.store.database import LOCKED


class FairLock:
    """A lock held by the first thread in a queue."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._queue: deque[Lock] = deque()

    @contextmanager
    def held(self, within: timedelta | None = None) -> Iterator[None]:
        """Hold the lock. Raises StorageError after `within`; `None` waits for ever."""
        mine = Lock()
        mine.acquire()
        with self._guard:
            self._queue.append(mine)
            if len(self._queue) == 1:
                mine.release()
        try:
            if not mine.acquire(
                timeout=-1 if within is None else within.total_seconds()
            ):
                raise StorageError(LOCKED)
            yield
        finally:
            with self._guard:
                # The lock may have become ours just after the timeout, so a thread that
                # gave up has to pass it on as well.
                was_first = self._queue[0] is mine
                self._queue.remove(mine)
                if was_first and self._queue:
                    self._queue[0].release()
