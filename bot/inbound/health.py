"""How the bot is, in a few words: for whoever watches it from outside."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock

_PERIODS = 3


@dataclass(frozen=True, slots=True)
class Health:
    """What is wrong, each in a sentence that may be read by anybody.

    `notes` say what somebody should look after although the bot does its work: whoever
    restarts what is not well would mend none of it.
    """

    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Tell whether nothing is."""
        return not self.reasons


class Pulse:
    """When the tick last came to its end.

    By a clock that nobody sets: the machine's may go back, and then APScheduler waits.
    """

    def __init__(self, every_s: float, now: Callable[[], float] = time.monotonic):
        self._every_s = every_s
        self._now = now
        self._lock = Lock()
        self._beat_at = now()

    def beat(self) -> None:
        """Note that a tick came to its end."""
        with self._lock:
            self._beat_at = self._now()

    def silent_for(self) -> float | None:
        """Return for how many seconds no tick ended; `None` while that is no matter."""
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
    """Say what is wrong.

    `trouble` is Slack's word for why it grants nothing, `storage` why the database
    cannot be used, `silent_for` the seconds since a tick that is overdue, `hears`
    whether commands can arrive. Of `notes` those that are `None` say nothing.
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
