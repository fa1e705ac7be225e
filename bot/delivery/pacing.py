"""How fast Slack is written to, how long a sending may take, when it is tried again."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.slack.client import CALL_WITHIN, PAGE_WITHIN
from bot.store.database import Transaction
from bot.store.tables import rate_limits, unconfirmed
from bot.store.tables.outbox_messages import OutboxMessage, Priority

# A page that nobody could look up so long after it was sent goes out again.
HURRY_AFTER = timedelta(seconds=15)
_LATER_LOOKS = (timedelta(minutes=2), timedelta(minutes=15))
_EDIT_ONCE_MORE_AFTER = timedelta(minutes=2)
_LONGEST_SETTLING = timedelta(minutes=2)
_CLOCKS_DIFFER_BY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast Slack is written to, by the machine's clock.

    One message a second in a conversation; besides, posts and edits of the whole
    workspace each have a budget: one every so often, with bursts. Source: Slack's rate
    limits, "1 per second per channel", several hundred posts and 50 edits a minute.
    """

    conversation: timedelta = timedelta(seconds=1)
    post_every: timedelta = timedelta(milliseconds=200)
    edit_every: timedelta = timedelta(milliseconds=1200)
    burst: timedelta = timedelta(seconds=12)


UNPACED = Pace(timedelta(0), timedelta(0), timedelta(0))


@dataclass(frozen=True, slots=True)
class Times:
    """How long one sending may take, and when its outcome is settled.

    A call that is under way must be over before its message is looked up, and that
    before somebody else takes it for abandoned.
    """

    deadline: timedelta
    settle: timedelta
    lease: timedelta
    longest_backoff: timedelta

    def __post_init__(self) -> None:
        assert self.deadline < self.settle < self.lease
        assert self.deadline + self.settle <= self.lease


PAGE = Times(PAGE_WITHIN, *(timedelta(seconds=one) for one in (5, 15, 15)))
OTHER = Times(CALL_WITHIN, *(timedelta(seconds=one) for one in (30, 60, 60)))


def is_stale(message: OutboxMessage, held_for: timedelta) -> bool:
    """Tell whether a call that begins now could outlast the lease of its message."""
    own = times(message)
    return held_for + own.deadline + own.settle > own.lease


def follow_the_clock(tx: Transaction, now: datetime, pace: Pace) -> None:
    """Begin every wait anew, if the machine's clock was set back meanwhile.

    Otherwise all that waits would wait as much longer. A budget reaches no further
    ahead than its burst; one that does was used by the clock as it was before.
    """
    if rate_limits.is_ahead(tx, now + pace.burst + _CLOCKS_DIFFER_BY):
        begin_waits_anew(tx, now)


def begin_waits_anew(tx: Transaction, now: datetime) -> None:
    """Let nothing wait longer than if its wait began at the machine's `now`."""
    unconfirmed.shorten_waits(
        tx,
        system_now=now,
        lease_until=now + OTHER.lease,
        page_lease_until=now + PAGE.lease,
        verify_at=now + OTHER.settle,
    )
    rate_limits.lift_all(tx, now)


def backoff(message: OutboxMessage) -> timedelta:
    """Return how long to wait after Slack did not take a message."""
    return growing(message.attempts, times(message).longest_backoff)


def settling(message: OutboxMessage) -> timedelta:
    """Return how long to wait before something is sent that may be there already."""
    # What was queued anew while it was on its way counts its attempts from nothing.
    attempts = max(message.attempts, 1)
    grown = times(message).settle * (1 << min(attempts - 1, 10))
    return min(grown, _LONGEST_SETTLING)


def later_look(unconfirmed_at: datetime, now: datetime) -> datetime | None:
    """Return when to look next after a doubt; `None` if nothing can land any more."""
    looks = (unconfirmed_at + after for after in _LATER_LOOKS)
    return next((at for at in looks if at > now), None)


def edit_again(message: OutboxMessage, now: datetime) -> datetime | None:
    """Return when to make an edit once more, since an earlier one may land late."""
    if message.unconfirmed_at is None:
        return None
    at = message.unconfirmed_at + _EDIT_ONCE_MORE_AFTER
    return at if at > now else None


def look_again(message: OutboxMessage, now: datetime) -> timedelta:
    """Return how long to wait after a look-up failed: as long as the doubt lasts."""
    own = times(message)
    since = now - (message.unconfirmed_at or now)
    return min(max(since, own.settle), own.longest_backoff)


def growing(attempts: int, longest: timedelta) -> timedelta:
    """Return a growing wait with jitter, so that replicas do not knock together."""
    wait = min(timedelta(seconds=1 << min(attempts, 10)), longest)
    return wait * random.uniform(0.5, 1.0)  # noqa: S311  # No secret in a wait.


def times(message: OutboxMessage) -> Times:
    """Return the times that apply to a message: those of a page are shorter."""
    return PAGE if message.priority is Priority.PAGE else OTHER
