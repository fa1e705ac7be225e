"""How a demo's time moves: it jumps, runs faster or stands still, but never goes back.

It stops at each instant at which something is due, so that every reminder goes out at
its own time.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Condition, Thread
from time import monotonic

from bot.demo.live import Live
from bot.emulator.page.backstage import Impossible

logger = logging.getLogger(__name__)

SPEEDS = (60, 600)
_FRAME_S = 0.05
_MOMENT = timedelta(seconds=1)
_FARTHEST = timedelta(days=366)


class Course:
    """Moves a trial's clock, in its own thread; `moved` is called after each move."""

    def __init__(self, live: Live, moved: Callable[[], None]) -> None:
        self._live = live
        self._moved = moved
        self._changed = Condition()
        self._goal: datetime | None = None
        self._speed = 0
        self._since = 0.0
        self._is_over = False
        self._thread = Thread(target=self._run, name="demo-time", daemon=True)

    @property
    def speed(self) -> int:
        """How many times faster than real time it runs; 0 stands still."""
        return self._speed

    @property
    def goal(self) -> datetime | None:
        """Where a jump leads that is not over yet."""
        return self._goal

    def start(self) -> None:
        """Start the thread; time stands still at first."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after its current move."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        self._thread.join(timeout=15)

    def go(self, to: datetime) -> None:
        """Travel to an instant; raises Impossible for one that is not ahead."""
        now = self._live.now
        if to < now:
            raise Impossible(
                "Time does not go backwards: what was sent cannot be unsent. "
                "To see it again, start over."
            )
        if to - now > _FARTHEST:
            raise Impossible("That is more than a year ahead; go there in steps.")
        self._steer(goal=to)

    def play(self, speed: int) -> None:
        if speed not in SPEEDS:
            raise Impossible("Time runs 60 or 600 times as fast here.")
        self._steer(speed=speed)

    def pause(self) -> None:
        self._steer()

    def travel(self, to: datetime) -> None:
        """Go to an instant, unless it has passed, and wait for the arrival."""
        if to > self._live.now:
            self.go(to)
            self.arrive(None)

    def arrive(self, within: float | None = 60.0) -> bool:
        """Wait until time has arrived or was paused; `False` if that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: self._goal is None, within)

    def _steer(self, goal: datetime | None = None, speed: int = 0) -> None:
        with self._changed:
            self._goal, self._speed, self._since = goal, speed, monotonic()
            self._changed.notify_all()

    def _run(self) -> None:
        while self._wait():
            try:
                self._move()
            except Exception:  # The thread must go on, or time stands still for ever.
                logger.exception("time could not go on")
                self.pause()
            self._moved()

    def _wait(self) -> bool:
        """Wait until time has to move; `False` when the thread must end."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._is_over or self._goal is not None or self._speed
            )
            if self._speed:
                self._changed.wait_for(lambda: self._is_over, _FRAME_S)
            return not self._is_over

    def _move(self) -> None:
        with self._changed:
            goal, now = self._goal, self._live.now
            if goal is None:
                passed = monotonic() - self._since
                self._since += passed
                until = now + timedelta(seconds=passed) * self._speed
            else:
                until = goal
        if goal is not None:
            self._live.settle()  # Messages about what people just did go out first.
        while (at := self._hop(until)) < until and self._goes_on(goal):
            self._moved()
        with self._changed:
            if goal is not None and self._goal == goal and at >= goal:
                self._goal = None
                self._changed.notify_all()

    def _hop(self, until: datetime) -> datetime:
        """Go to the next instant at which something is due, or to the end."""
        live, now = self._live, self._live.now
        due = live.next_at()
        if due is not None and due <= now:
            due = now + _MOMENT  # The bot could not do it yet; time must go on.
        at = until if due is None else min(due, until)
        live.clock.travel(max(at, now))
        live.settle()
        return at

    def _goes_on(self, goal: datetime | None) -> bool:
        with self._changed:
            if self._is_over:
                return False
            return self._goal == goal if goal is not None else self._speed > 0
