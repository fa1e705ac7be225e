"""What runs by itself: the tick, the senders and the housekeeping.

APScheduler only says "now"; everything that must happen later is a row.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread

from apscheduler.schedulers.background import BackgroundScheduler

from bot.errors import BotError
from bot.outbox import Outbox

logger = logging.getLogger(__name__)

_TICK_EVERY_S = 1
_HOUSEKEEPING_EVERY_H = 12
_SENDERS = 4
_LOOK_AGAIN_S = 0.5
_STOP_WITHIN_S = 10


class Scheduler:
    """Calls the tick every second, and at once when something happened."""

    def __init__(
        self, tick: Callable[[], None], housekeeping: Callable[[], None]
    ) -> None:
        self._tick = tick
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": None,
            },
        )
        self._ticking = self._scheduler.add_job(
            _guarded(tick), "interval", seconds=_TICK_EVERY_S, id="tick"
        )
        self._scheduler.add_job(
            _guarded(housekeeping),
            "interval",
            hours=_HOUSEKEEPING_EVERY_H,
            next_run_time=datetime.now(UTC),
            id="housekeeping",
        )

    def start(self) -> None:
        """Begin to call."""
        self._scheduler.start()

    def wake(self) -> None:
        """Call the tick now instead of at the next second."""
        self._ticking.modify(next_run_time=datetime.now(UTC))

    def stop(self) -> None:
        """Stop after what is running."""
        self._scheduler.shutdown(wait=True)


class Senders:
    """A few threads that empty the outbox, so that one slow call holds up no page."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._stopping = Event()
        self._something = Event()
        self._threads = [
            Thread(target=self._run, name=f"sender-{number}", daemon=True)
            for number in range(_SENDERS)
        ]

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Look into the outbox now."""
        self._something.set()

    def stop(self) -> None:
        """Claim nothing more, and wait for what is in flight."""
        self._stopping.set()
        self._something.set()
        for thread in self._threads:
            thread.join(_STOP_WITHIN_S)

    def _run(self) -> None:
        send = _guarded(self._outbox.drain)
        while not self._stopping.is_set():
            send()
            self._something.wait(_LOOK_AGAIN_S)
            self._something.clear()


def _guarded(job: Callable[[], object]) -> Callable[[], None]:
    """Return a job that survives its failures: the next turn may succeed."""

    def run() -> None:
        try:
            job()
        except BotError as error:
            logger.warning("a turn failed", extra={"error": str(error)})
        except Exception:
            logger.exception("a turn failed")

    return run
