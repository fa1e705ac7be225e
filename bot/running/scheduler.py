"""Run the tick, the housekeeping and the backups at their times.

APScheduler only says "now" and keeps its jobs in memory. Everything that must happen
later is a row in the database, so nothing is lost with the process.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Lock, Thread

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

    If the system clock is set back, APScheduler waits for it to catch up. So a watchdog
    on the monotonic clock calls the tick if none came for `silent_for_s`, and starts a
    new APScheduler if its thread has died.
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
        self._moving = Lock()
        self._watchdog = Thread(target=self._watch, name="watchdog", daemon=True)
        self._back_up = guarded(back_up)
        self._backing_up = Thread()
        self._plan()

    def start(self) -> None:
        self._scheduler.start()
        self._watchdog.start()

    def wake(self) -> None:
        """Call the tick now instead of at the next second."""
        _move(self._ticking, datetime.now(UTC))

    def stop(self) -> None:
        """Stop once the running jobs have finished."""
        with self._moving:
            self._stopping.set()
        self._watchdog.join(_STOP_WITHIN_S)
        self._scheduler.shutdown(wait=True)

    def _plan(self) -> None:
        self._scheduler = _Calls(
            timezone=UTC,
            job_defaults={
                # After a suspend, run a job once rather than for each missed second,
                # and never skip it for being late.
                # https://apscheduler.readthedocs.io/en/3.x/userguide.html
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
        """Run the housekeeping, and again soon if the database was away."""
        if self._housekeeping():
            return
        # APScheduler's shutdown waits for this job with the lock that a move needs.
        with self._moving:
            if not self._stopping.is_set():
                _move(self._keeping, datetime.now(UTC) + _HOUSEKEEPING_AGAIN_IN)

    def _run_back_up(self) -> None:
        """Back up in a thread of its own, which `stop` does not wait for.

        A large database takes a while. A half-finished backup has a temporary name, and
        is deleted later.
        """
        if not self._backing_up.is_alive():
            self._backing_up = Thread(target=self._back_up, name="backup", daemon=True)
            self._backing_up.start()

    def _watch(self) -> None:
        while not self._stopping.wait(self._silent_for_s / 5):
            if time.monotonic() - self._ticked_at > self._silent_for_s:
                logger.warning("the tick is overdue, calling it")
                if self._scheduler.is_dead():
                    guarded(self._restart)()
                self.wake()

    def _restart(self) -> None:
        logger.error("the scheduler's thread died, starting another")
        guarded(partial(self._scheduler.shutdown, wait=False))()
        self._plan()
        self._scheduler.start()


class _Calls(BackgroundScheduler):  # type: ignore[misc]  # It has no types.
    """APScheduler, which does not offer this by itself."""

    def is_dead(self) -> bool:
        """Return whether its thread has died of an error."""
        return self._thread is None or not self._thread.is_alive()


class Wake:
    """A callback that is handed out before its target exists."""

    def __init__(self) -> None:
        self.call: Callable[[], None] = lambda: None

    def __call__(self) -> None:
        self.call()


def _move(job: Job, to: datetime) -> None:
    with suppress(JobLookupError):  # The scheduler was stopped meanwhile.
        job.modify(next_run_time=to)


def guarded(job: Callable[[], object]) -> Callable[[], bool]:
    """Return a job that logs its failures, and returns whether it succeeded."""

    def run() -> bool:
        try:
            job()
        except BotError as error:
            logger.warning("a job failed", extra={"error": error.logged})
        except Exception:  # The loop must go on, whatever failed this time.
            logger.exception("a job failed")
        else:
            return True
        return False

    return run
