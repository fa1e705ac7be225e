"""A lock that goes to the thread that has waited longest.

The standard library's goes to any thread that comes along when it is free. Under load
some threads would wait many times as long as others, and longer than they may.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock

from bot.errors import StorageError
from bot.store.database import LOCKED


class FairLock:
    """Held by the first thread of a queue."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._queue: deque[Lock] = deque()

    @contextmanager
    def held(self, within: timedelta | None = None) -> Iterator[None]:
        """Hold the lock; `None` waits for it as long as it takes.

        Raises StorageError when the time is over.
        """
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
                # It may have become ours just after we gave up.
                was_first = self._queue[0] is mine
                self._queue.remove(mine)
                if was_first and self._queue:
                    self._queue[0].release()
