"""Two clocks: that of obligations, which a trial may move, and the system clock."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.errors import BotError

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the current time in UTC, cut to the millisecond.

    The database stores milliseconds; with more, a stored instant would differ from the
    one in memory.
    """
    return _to_millisecond(datetime.now(UTC))


# The clocks of two hosts may differ by this much without either being wrong.
CLOCKS_DIFFER_BY = timedelta(seconds=10)
_JUMPED_BY = timedelta(minutes=1)
_DOUBTED_FOR_S = 600


def elapsed() -> float:
    """Return the seconds of a clock that nobody sets. It goes on during a suspend.

    On Linux the usual monotonic clock does not.
    Source: https://man7.org/linux/man-pages/man2/clock_gettime.2.html
    """
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class SteadyClock:
    """The system clock, but time passes as `elapsed` says while that is in doubt.

    It is in doubt when it jumps or Slack's clock differs from it, until Slack's agrees
    with it, for at most ten minutes. Where a server holds the record, it is in doubt
    for as long as it differs from the server's, and time is the server's.
    """

    def __init__(self, wall: Clock, elapsed: Callable[[], float] = elapsed) -> None:
        self._wall = wall
        self._elapsed = elapsed
        self._zero = wall() - timedelta(seconds=elapsed())
        self._doubted_at: float | None = None
        self.has_server = False
        self.was_compared = False

    def __call__(self) -> datetime:
        """Return the current time in UTC, cut to the millisecond."""
        wall, steady = self._read()
        return steady if self._is_doubtful(wall, steady) else wall

    def ahead_by(self) -> timedelta | None:
        """Return how far ahead the system clock is; `None` if it is not in doubt."""
        wall, steady = self._read()
        return wall - steady if self._is_doubtful(wall, steady) else None

    def follow_server(self, server_now: datetime) -> None:
        """Take what a server's clock says now."""
        self.has_server = True
        self._zero = server_now - timedelta(seconds=self._elapsed())

    def compare(self, slack_now: datetime) -> None:
        """Believe the system clock if Slack's agrees with it, else Slack's."""
        self.was_compared = True
        if abs(self._wall() - slack_now) < _JUMPED_BY:
            self._believe(self._wall())
        else:
            self._zero = slack_now - timedelta(seconds=self._elapsed())

    def _read(self) -> tuple[datetime, datetime]:
        steady = self._zero + timedelta(seconds=self._elapsed())
        return self._wall(), _to_millisecond(steady)

    def _is_doubtful(self, wall: datetime, steady: datetime) -> bool:
        if self.has_server:
            return abs(wall - steady) > CLOCKS_DIFFER_BY
        now = self._elapsed()
        if abs(wall - steady) >= _JUMPED_BY:
            self._doubted_at = self._doubted_at or now
            if now - self._doubted_at < _DOUBTED_FOR_S:
                return True
        self._believe(wall)
        return False

    def _believe(self, wall: datetime) -> None:
        self._zero = wall - timedelta(seconds=self._elapsed())
        self._doubted_at = None


class TrialClock:
    """A clock read from a small file, so that several processes share one time.

    The file is JSON: `at` (ISO 8601 with an offset), `since` (the Unix time at which it
    was `at`) and `speed`, where 0 stands still. Replacing the file makes time jump. It
    survives restarts, and is never used with the real Slack.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> datetime:
        """Return the simulated now in UTC. Raises BotError on an unreadable file."""
        return _to_millisecond(self._read()[0])

    def travel(self, to: datetime, *, speed: float = 0) -> None:
        """Jump to an instant, replacing the file atomically."""
        since = system_clock().timestamp()
        text = json.dumps({"at": to.isoformat(), "since": since, "speed": speed})
        draft = self._path.with_name(self._path.name + ".new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self._path)

    def advance(self, by: timedelta) -> None:
        """Jump ahead, keeping the speed."""
        now, speed = self._read()
        self.travel(now + by, speed=speed)

    def _read(self) -> tuple[datetime, float]:
        """Return now, and how fast time goes."""
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
            at, speed = datetime.fromisoformat(values["at"]), float(values["speed"])
            since = datetime.fromtimestamp(float(values["since"]), UTC)
            now = at.astimezone(UTC) + (system_clock() - since) * speed
        except (OSError, ValueError, OverflowError, KeyError, TypeError) as error:
            raise BotError(f"The trial's clock {self._path} is unreadable.") from error
        if at.tzinfo is None:
            raise BotError(f"The trial's clock {self._path} names no time zone.")
        return now, speed


def _to_millisecond(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
