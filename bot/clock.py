"""Two clocks: that of obligations, which a trial may move, and the system clock."""

import json
from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Course:
    """The trial's time `at` an instant `since` of the system clock, and its speed."""

    at: datetime
    since: datetime
    speed: float

    def now(self, system_now: datetime) -> datetime:
        return self.at + (system_now - self.since) * self.speed


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
        return _to_millisecond(self._now())

    def travel(self, to: datetime, *, speed: float = 0) -> None:
        """Jump to an instant, replacing the file atomically."""
        since = system_clock().timestamp()
        text = json.dumps({"at": to.isoformat(), "since": since, "speed": speed})
        draft = self._path.with_name(self._path.name + ".new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self._path)

    def advance(self, by: timedelta) -> None:
        """Jump ahead, keeping the speed."""
        self.travel(self._now() + by, speed=self._course().speed)

    def _now(self) -> datetime:
        course = self._course()
        try:
            return course.now(system_clock())
        except (OverflowError, ValueError) as error:
            raise BotError(f"The trial's clock {self._path} is unreadable.") from error

    def _course(self) -> _Course:
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
            at = datetime.fromisoformat(values["at"])
            since = datetime.fromtimestamp(float(values["since"]), UTC)
            course = _Course(at.astimezone(UTC), since, float(values["speed"]))
        except (OSError, ValueError, OverflowError, KeyError, TypeError) as error:
            raise BotError(f"The trial's clock {self._path} is unreadable.") from error
        if at.tzinfo is None:
            raise BotError(f"The trial's clock {self._path} names no time zone.")
        return course


def _to_millisecond(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
