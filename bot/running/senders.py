"""The threads that empty the outbox, and the one that wakes them."""

import time
from collections.abc import Callable
from threading import Condition, Event, Thread

from bot.delivery.outbox import Outbox
from bot.errors import StorageError
from bot.running.scheduler import guarded

_SENDERS = 4
# Look often while something waits for a rate limit. At rest another process may still
# queue a message, which should leave within a second.
_LOOK_AGAIN_S, _LOOK_AT_REST_S = 0.5, 0.9
_STOP_WITHIN_S = 10


class Senders:
    """A few threads that empty the outbox, so that one slow call delays no page.

    They sleep until the looker finds something to send. At rest only the looker queries
    the database: about once a second, and at once when it is woken. `fails` is called
    with why the record let nobody claim a message, and with `None` once it does. They
    claim nothing while `may_send` says no.
    """

    def __init__(
        self,
        outbox: Outbox,
        fails: Callable[[str | None], None] = lambda _: None,
        may_send: Callable[[], bool] = lambda: True,
    ) -> None:
        self._outbox = outbox
        self._fails = fails
        self._may_send = may_send
        self._stopping = Event()
        self._look = Event()
        self._something = Event()
        self._waits = False
        self._busy = 0
        self._changed = Condition()
        self._stop_until = 0.0
        self._threads = [
            Thread(target=self._run, name=f"sender-{number}", daemon=True)
            for number in range(_SENDERS)
        ]
        self._threads.append(Thread(target=self._watch, name="looker", daemon=True))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Make the looker look now."""
        self._look.set()

    def settle(self) -> None:
        """Send everything that may go now, and wait for the other senders."""
        self._send()
        with self._changed:
            self._changed.wait_for(lambda: not self._busy)

    def hold(self) -> None:
        if not self._stopping.is_set():
            self._stop_until = time.monotonic() + _STOP_WITHIN_S
        self._stopping.set()
        self._look.set()
        self._something.set()

    def stop(self) -> None:
        """Wait for the calls in flight, at most as long as a call may take."""
        self.hold()
        for thread in self._threads:
            thread.join(max(0.0, self._stop_until - time.monotonic()))

    def _watch(self) -> None:
        while not self._stopping.is_set():
            # Cleared before the look, so that a wake during it is not lost.
            self._look.clear()
            guarded(self._find)()
            self._look.wait(_LOOK_AGAIN_S if self._waits else _LOOK_AT_REST_S)

    def _find(self) -> None:
        """Wake the senders if there is work."""
        # If the database cannot be read, `has_work` raises: then look again soon.
        self._waits = True
        self._waits = self._outbox.has_work()
        if self._waits:
            self._something.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._something.wait()
            self._something.clear()
            self._send()

    def _send(self) -> None:
        with self._changed:
            self._busy += 1
        try:
            guarded(self._drain)()
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()

    def _drain(self) -> None:
        while not self._stopping.is_set() and self._may_send() and self._send_one():
            pass

    def _send_one(self) -> bool:
        try:
            is_sent = self._outbox.send_one()
        except StorageError as error:
            self._fails(error.reason)
            raise
        if is_sent:  # Otherwise nothing was written, which proves nothing.
            self._fails(None)
        return is_sent
