"""Threads that read what may be slow to come: people from Slack, the policy's file."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

from bot.running.scheduler import guarded

_AGAIN_IN = timedelta(minutes=1)
_STOP_WITHIN_S = 10


class Reading:
    """Calls `read` when the last call said, or in a minute if it failed.

    It has a thread of its own, so that waiting for Slack or a disk delays nothing else.
    """

    def __init__(self, name: str, read: Callable[[], timedelta]) -> None:
        self._read_next = read
        self._wait = timedelta(0)
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread, which reads at once."""
        self._thread.start()

    def stop(self) -> None:
        """Wait for the call in flight, at most as long as a call may take."""
        self._stopping.set()
        self._thread.join(_STOP_WITHIN_S)

    def _run(self) -> None:
        while not self._stopping.wait(self._wait.total_seconds()):
            self._wait = _AGAIN_IN
            guarded(self._read)()

    def _read(self) -> None:
        self._wait = self._read_next()
