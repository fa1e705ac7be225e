"""How fast Slack is written to, how long a sending may take, when it is tried again."""

import random
from dataclasses import dataclass
from datetime import timedelta

from bot.store.mail import Letter, Priority

_LONGEST_SETTLING = timedelta(minutes=2)


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
    """How long a lease lasts and how long we wait before a second try."""

    lease: timedelta
    settle: timedelta
    longest_backoff: timedelta


PAGE = Times(timedelta(seconds=15), timedelta(seconds=5), timedelta(seconds=15))
OTHER = Times(timedelta(seconds=60), timedelta(seconds=30), timedelta(minutes=1))


def backoff(letter: Letter) -> timedelta:
    """Return how long to wait after Slack did not take a message."""
    return growing(letter.attempts, _times(letter).longest_backoff)


def settling(letter: Letter) -> timedelta:
    """Return how long to wait before something is sent that may be there already."""
    grown = _times(letter).settle * (1 << min(letter.attempts - 1, 10))
    return min(grown, _LONGEST_SETTLING)


def growing(attempts: int, longest: timedelta) -> timedelta:
    """Return a growing wait with jitter, so that replicas do not knock together."""
    wait = min(timedelta(seconds=1 << min(attempts, 10)), longest)
    return wait * random.uniform(0.5, 1.0)  # noqa: S311  # No secret in a wait.


def _times(letter: Letter) -> Times:
    return PAGE if letter.priority is Priority.PAGE else OTHER
