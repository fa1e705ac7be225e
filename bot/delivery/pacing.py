"""How fast we call Slack, how long an attempt may take, and when it is repeated."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import CLOCKS_DIFFER_BY
from bot.errors import Fate, SlackError
from bot.slack.client import CALL_WITHIN, PAGE_WITHIN
from bot.store.database import Transaction
from bot.store.tables import rate_limits
from bot.store.tables.outbox_messages import OutboxMessage, Priority, State

# A page that could not be looked up for this long is sent again.
HURRY_AFTER = timedelta(seconds=15)
_LATER_LOOKS = (timedelta(minutes=2), timedelta(minutes=15))
_EDIT_ONCE_MORE_AFTER = timedelta(minutes=2)
_LONGEST_WAIT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast we call Slack, by the system clock.

    A conversation gets one message a second. In addition, posts and edits each have a
    budget for the whole workspace, with bursts. Slack allows "1 per second per
    channel", several hundred posts a minute, and 50 edits a minute (tier 3).
    Source: https://docs.slack.dev/apis/web-api/rate-limits
    """

    conversation: timedelta = timedelta(seconds=1)
    post_every: timedelta = timedelta(milliseconds=200)
    edit_every: timedelta = timedelta(milliseconds=1200)
    burst: timedelta = timedelta(seconds=12)


UNPACED = Pace(timedelta(0), timedelta(0), timedelta(0))


@dataclass(frozen=True, slots=True)
class Times:
    """How long one attempt may take, and when its outcome is looked up.

    A call has to end by its `deadline`. If it got no answer, its request is given
    `settle` to land before the message is looked up. The `lease` covers both, so that
    nobody takes a message for abandoned while its request may still land. If Slack
    refuses a message for `give_up_after` with a code that we do not know, it is dead.
    """

    deadline: timedelta
    settle: timedelta
    lease: timedelta
    longest_backoff: timedelta
    give_up_after: timedelta

    def __post_init__(self) -> None:
        assert self.deadline < self.settle < self.lease
        assert self.deadline + self.settle <= self.lease


PAGE = Times(PAGE_WITHIN, *(timedelta(seconds=one) for one in (5, 15, 15, 60)))
OTHER = Times(CALL_WITHIN, *(timedelta(seconds=one) for one in (30, 60, 60, 900)))


def is_stale(message: OutboxMessage, held_for: timedelta) -> bool:
    """Return whether a call that begins now could outlast the lease of its message."""
    own = times(message)
    return held_for + own.deadline + own.settle > own.lease


def was_set_back(tx: Transaction, now: datetime, pace: Pace) -> bool:
    """Return whether waits may have begun before the system clock was set back.

    We notice by the budgets: the claim never lets one reach further ahead than its
    burst. If one does, it was used by a clock that was ahead of this one.
    """
    return rate_limits.is_ahead(tx, now + pace.burst + CLOCKS_DIFFER_BY)


def follow_the_clock(tx: Transaction, now: datetime, pace: Pace) -> None:
    """Restart every wait if the clock was set back: each would be longer by as much."""
    if was_set_back(tx, now, pace):
        restart_waits(tx, now)


def restart_waits(tx: Transaction, now: datetime) -> None:
    """Cut every wait to what it would be if it began now, by the system clock."""
    tx.write(
        "shorten_waits",
        system_now=now,
        lease_until=now + OTHER.lease,
        page_lease_until=now + PAGE.lease,
        verify_at=now + OTHER.settle,
    )
    tx.write("lift_rate_limits", system_now=now)


def backoff(message: OutboxMessage) -> timedelta:
    """Return how long to wait before a message is tried again."""
    return growing(message.attempts, times(message).longest_backoff)


def settling(message: OutboxMessage) -> timedelta:
    """Return how long to wait before a message is sent again that may have arrived."""
    # A change that queues an edit again while it is being sent resets `attempts` to 0.
    attempts = max(message.attempts, 1)
    grown = times(message).settle * (1 << min(attempts - 1, 10))
    return min(grown, _LONGEST_WAIT)


def later_look(
    unconfirmed_at: datetime, now: datetime, state: State = State.SENT
) -> datetime | None:
    """Return when to look for a copy that lands late; `None` once none can appear.

    `unconfirmed_at` is when the outcome became uncertain. Slack does not say how late a
    request may take effect; two looks, after 2 and 15 minutes, are our own margin. A
    superseded message gets the last one only, since nobody misses it.
    """
    after = _LATER_LOOKS[-1:] if state is State.SUPERSEDED else _LATER_LOOKS
    looks = (unconfirmed_at + one for one in after)
    return next((at for at in looks if at > now), None)


def edit_again(message: OutboxMessage, now: datetime) -> datetime | None:
    """Return when to repeat an edit because an earlier one may land late."""
    if message.unconfirmed_at is None:
        return None
    at = message.unconfirmed_at + _EDIT_ONCE_MORE_AFTER
    return at if at > now else None


def look_again(message: OutboxMessage, now: datetime) -> timedelta:
    """Return how long to wait after a look-up failed.

    The wait doubles by itself: it is as long as the message has been unconfirmed.
    """
    own = times(message)
    since = now - (message.unconfirmed_at or now)
    return min(max(since, own.settle), own.longest_backoff)


def is_refused(error: SlackError, since: datetime, now: datetime, own: Times) -> bool:
    """Return whether it is refused for good; an unknown code counts from `since` on."""
    if error.fate is Fate.UNDOCUMENTED:
        return now - since >= own.give_up_after
    return error.fate in (Fate.REFUSED, Fate.GONE)


def growing(attempts: int, longest: timedelta) -> timedelta:
    """Return an exponential backoff with jitter, so that replicas spread out.

    Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    wait = min(timedelta(seconds=1 << min(attempts, 10)), longest)
    return wait * random.uniform(0.5, 1.0)  # noqa: S311  # No secret in a wait.


def times(message: OutboxMessage) -> Times:
    """Return the times for a message: those for pages are shorter."""
    return PAGE if message.priority is Priority.PAGE else OTHER
