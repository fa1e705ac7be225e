"""The health of the bot, for monitoring."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock

_PERIODS = 3


@dataclass(frozen=True, slots=True)
class Health:
    """What is wrong, in sentences without secrets.

    `notes` are problems that a person should look at although the bot works. They do
    not make it unhealthy, since a restart by the platform would not help.
    """

    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.reasons


class Pulse:
    """When the tick last finished, by the monotonic clock.

    The system clock may be set back. APScheduler then waits for it to catch up, and by
    the system clock that would look like a tick that has just run.
    """

    def __init__(self, every_s: float, now: Callable[[], float] = time.monotonic):
        self._every_s = every_s
        self._now = now
        self._lock = Lock()
        self._beat_at = now()

    def beat(self) -> None:
        """Note that a tick has finished."""
        with self._lock:
            self._beat_at = self._now()

    def silent_for(self) -> float | None:
        """Return the seconds since the last tick; `None` if it is not overdue."""
        # Several periods: one slow tick must not restart the bot.
        with self._lock:
            silent = self._now() - self._beat_at
        return silent if silent > _PERIODS * self._every_s else None


def health(
    *,
    trouble: str | None,
    storage: str | None,
    silent_for: float | None,
    hears: bool,
    notes: Iterable[str | None] = (),
) -> Health:
    """Return what is wrong.

    `trouble` is Slack's error code for the installation, `storage` why the database
    cannot be used, `silent_for` the seconds since the last tick if that is overdue, and
    `hears` whether commands can arrive. Notes that are `None` are left out.
    """
    reasons = []
    if trouble is not None:
        reasons.append(f"Slack refuses the installation: {trouble}")
    if storage is not None:
        reasons.append(f"the record cannot be used: {storage}")
    if silent_for is not None:
        reasons.append(f"nothing was looked for since {silent_for:.0f} s")
    if not hears:
        reasons.append("not connected to Slack: commands cannot arrive")
    return Health(tuple(reasons), tuple(one for one in notes if one is not None))
