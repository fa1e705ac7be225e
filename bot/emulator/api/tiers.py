"""Slack's rate limits: calls per minute for each method, by its tier.

Slack tolerates bursts without saying how large. Here a whole minute's calls may come at
once. Source: https://docs.slack.dev/apis/web-api/rate-limits
"""

from collections import deque
from collections.abc import Callable, Mapping
from enum import IntEnum
from math import ceil

from bot.emulator.api.refusals import Json


class Tier(IntEnum):
    """How many calls of a method Slack accepts per minute."""

    ONE = 1
    TWO = 20
    THREE = 50
    FOUR = 100
    SPECIAL = 300


POSTS_IN_CHANNEL = 60
MINUTE = 60.0


class Tiers:
    """Counts calls by a monotonic clock; `is_on` False lets everything through.

    `machine` returns its seconds. `of_methods` has each method that Slack serves;
    others are not limited.
    """

    def __init__(
        self, machine: Callable[[], float], of_methods: Mapping[str, Tier]
    ) -> None:
        self.is_on = False
        self.of_methods = of_methods
        self.machine = machine
        self._calls: dict[str, deque[float]] = {}

    def wait(self, method: str, arguments: Json) -> int | None:
        """Count a call; if it is one too many return the seconds to `Retry-After`."""
        most = self.of_methods.get(method)
        if not self.is_on or most is None:
            return None
        limits: dict[str, int] = {method: most}
        if method == "chat.postMessage":
            limits[f"{method} {arguments.get('channel')}"] = POSTS_IN_CHANNEL
        now = self.machine()
        waits = [self._full_for(name, limit, now) for name, limit in limits.items()]
        if longest := max(waits):
            return ceil(longest)
        for name in limits:
            self._calls[name].append(now)
        return None

    def _full_for(self, name: str, most: int, now: float) -> float:
        calls = self._calls.setdefault(name, deque())
        while calls and calls[0] <= now - MINUTE:
            calls.popleft()
        return calls[0] + MINUTE - now if len(calls) >= most else 0.0
