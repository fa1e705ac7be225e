"""What runs by the clock: the tick, the housekeeping and the backups.

APScheduler only says "now"; everything that must happen later is a row.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Thread

from apscheduler.job import Job
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from bot.errors import BotError

logger = logging.getLogger(__name__)

TICK_EVERY_S = 1
_SILENT_FOR_S = 5.0
_HOUSEKEEPING_EVERY_H = 12
_BACK_UP_EVERY_MIN = 10
_HOUSEKEEPING_AGAIN_IN = timedelta(minutes=1)
_STOP_WITHIN_S = 10


class Scheduler:
    """Calls the tick every second, and at once when something happened.

    Where the machine's clock is set back APScheduler waits for it to catch up. So a
    watchdog, by a clock that nobody sets, calls when no tick came for `silent_for_s`,
    and begins anew where the thread that should have called is dead.
    """

    def __init__(
        self,
        tick: Callable[[], object],
        housekeeping: Callable[[], object],
        back_up: Callable[[], object] = lambda: None,
        *,
        silent_for_s: float = _SILENT_FOR_S,
    ) -> None:
        self._tick = guarded(tick)
        self._housekeeping = guarded(housekeeping)
        self._silent_for_s = silent_for_s
        self._ticked_at = time.monotonic()
        self._stopping = Event()
        self._watchdog = Thread(target=self._watch, name="watchdog", daemon=True)
        self._back_up = guarded(back_up)
        self._backing_up = Thread()
        self._plan()

    def start(self) -> None:
        """Begin to call."""
        self._scheduler.start()
        self._watchdog.start()

    def wake(self) -> None:
        """Call the tick now instead of at the next second."""
        _move(self._ticking, datetime.now(UTC))

    def stop(self) -> None:
        """Stop after what is running."""
        self._stopping.set()
        self._watchdog.join(_STOP_WITHIN_S)
        self._scheduler.shutdown(wait=True)

    def _plan(self) -> None:
        self._scheduler = _Calls(
            timezone=UTC,
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": None,
            },
        )
        self._ticking = self._scheduler.add_job(
            self._run_tick, "interval", seconds=TICK_EVERY_S, id="tick"
        )
        self._keeping = self._scheduler.add_job(
            self._run_housekeeping,
            "interval",
            hours=_HOUSEKEEPING_EVERY_H,
            next_run_time=datetime.now(UTC),
            id="housekeeping",
        )
        self._scheduler.add_job(
            self._run_back_up,
            "interval",
            minutes=_BACK_UP_EVERY_MIN,
            next_run_time=datetime.now(UTC),
            id="backup",
        )

    def _run_tick(self) -> None:
        self._tick()
        self._ticked_at = time.monotonic()

    def _run_housekeeping(self) -> None:
        """Keep house; where Slack or the record was away, soon again."""
        if not self._housekeeping():
            _move(self._keeping, datetime.now(UTC) + _HOUSEKEEPING_AGAIN_IN)

    def _run_back_up(self) -> None:
        """Back up in a thread for which nobody waits, not even who stops us.

        A large record takes a while; what is half done then is thrown away later.
        """
        if not self._backing_up.is_alive():
            self._backing_up = Thread(target=self._back_up, name="backup", daemon=True)
            self._backing_up.start()

    def _watch(self) -> None:
        while not self._stopping.wait(self._silent_for_s / 5):
            if time.monotonic() - self._ticked_at > self._silent_for_s:
                logger.warning("no tick came, calling for one")
                if self._scheduler.is_dead():
                    guarded(self._begin_anew)()
                self.wake()

    def _begin_anew(self) -> None:
        logger.error("the scheduler's thread died, starting another")
        guarded(partial(self._scheduler.shutdown, wait=False))()
        self._plan()
        self._scheduler.start()


class _Calls(BackgroundScheduler):  # type: ignore[misc]  # It has no types.
    """APScheduler, asked for what it does not tell by itself."""

    def is_dead(self) -> bool:
        """Tell whether the thread that calls has ended by an error of its own."""
        return self._thread is None or not self._thread.is_alive()


def _move(job: Job, to: datetime) -> None:
    with suppress(JobLookupError):  # The scheduler has stopped meanwhile.
        job.modify(next_run_time=to)


def guarded(job: Callable[[], object]) -> Callable[[], bool]:
    """Return a job that survives its failures, and tells whether it had none."""

    def run() -> bool:
        try:
            job()
        except BotError as error:
            logger.warning("a turn failed", extra={"error": str(error)})
        except Exception:  # The next turn comes, whatever this one stumbled over.
            logger.exception("a turn failed")
        else:
            return True
        return False

    return run
