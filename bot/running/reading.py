"""The thread that reads everybody in the workspace from Slack, page by page."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

from bot.running.scheduler import guarded

_AGAIN_IN = timedelta(minutes=1)
_STOP_WITHIN_S = 10


class PeopleReading:
    """Calls `read_page` when the last call said, or in a minute if it failed.

    It has a thread of its own, so that waiting for Slack delays nothing else.
    """

    def __init__(self, read_page: Callable[[], timedelta]) -> None:
        self._read_page = read_page
        self._wait = timedelta(0)
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="people", daemon=True)

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
        self._wait = self._read_page()
