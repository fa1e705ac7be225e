"""The health of the bot, for monitoring."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

_PERIODS = 3
_UNSENT_FOR_TOO_LONG = timedelta(minutes=3)
# A burst may keep messages waiting for minutes: Slack takes one a second.
_SENDABLE_FOR_TOO_LONG = timedelta(minutes=15)
# A page that has just been queued is not worth a word.
_UNSENT_FOR_A_MOMENT = timedelta(seconds=5)


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
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Unsent:
    """How long the oldest unsent page has waited, and how it last failed, if at all."""

    waits_for: timedelta
    error: str | None


@dataclass(slots=True)
class Claims:
    """Why the record let nobody claim a message the last time, if it did not."""

    failure: str | None = None

    def fails(self, why: str | None) -> None:
        self.failure = why


class Pulse:
    """When the tick last finished, by the monotonic clock.

    The system clock may be set back. APScheduler then waits for it to catch up, and by
    the system clock that would look like a tick that has just run.
    """

    def __init__(self, every_s: float, now: Callable[[], float] = time.monotonic):
        self._every_s = every_s
        self._now = now
        self._beat_at = now()

    def beat(self) -> None:
        self._beat_at = self._now()

    def silent_for(self) -> float | None:
        """Return the seconds since the last tick; `None` if it is not overdue."""
        # Several periods: one slow tick must not restart the bot.
        silent = self._now() - self._beat_at
        return silent if silent > _PERIODS * self._every_s else None


def health(  # noqa: PLR0913  # All that can be wrong.
    *,
    trouble: str | None,
    storage: str | None,
    silent_for: float | None,
    hears: bool,
    clock: str | None = None,
    deaf_because: str | None = None,
    unsent: Unsent | None = None,
    waits: timedelta | None = None,
    unreported: str | None = None,
    notes: Iterable[str | None] = (),
) -> Health:
    """Return what is wrong.

    `trouble` is Slack's error code for the installation, `storage` why the database
    cannot be used, `silent_for` the seconds since the last tick if that is overdue,
    `hears` whether commands can arrive, `deaf_because` why they cannot, if that is
    known, `clock` that ours is wrong, `waits` for how long a message could have been
    sent, and `unreported` the error code of a lost page that could not be reported.
    Notes that are `None` are left out.
    """
    reasons, also = [], []
    if trouble is not None:
        reasons.append(f"Slack refuses the installation: {trouble}")
    if storage is not None:
        reasons.append(f"the record cannot be used: {storage}")
    if silent_for is not None:
        reasons.append(f"nothing was looked for since {silent_for:.0f} s")
    if clock is not None:
        reasons.append(clock)
    if not hears:
        why = f" ({deaf_because})" if deaf_because else ""
        reasons.append(f"not connected to Slack: commands cannot arrive{why}")
    if unsent is not None:
        waits_for = unsent.waits_for
        said = (
            f"a page has been waiting to be sent for {waits_for.total_seconds():.0f} s "
            f"(last error: {unsent.error or 'none'})"
        )
        if waits_for >= _UNSENT_FOR_TOO_LONG:
            reasons.append(said)
        # The trouble says already why nothing is sent.
        elif trouble is None and (unsent.error or waits_for >= _UNSENT_FOR_A_MOMENT):
            also.append(said)
    if waits is not None and waits >= _SENDABLE_FOR_TOO_LONG:
        seconds = waits.total_seconds()
        reasons.append(f"a message could have been sent for {seconds:.0f} s")
    if unreported is not None:
        reasons.append(f"a page was lost, and nobody could be told: {unreported}")
    also += [one for one in notes if one is not None]
    return Health(tuple(reasons), tuple(also))
