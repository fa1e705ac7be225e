"""Faults by hand: what Slack does to the bot's calls when told to misbehave."""

import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

EVERY_METHOD = "*"
RESPONSE_URL = "response_url"


class Fault(StrEnum):
    """How a call goes wrong; *before* and *after* mean its effect."""

    RATE_LIMITED = "rate_limited"  # 429 with Retry-After, no effect
    FAIL_BEFORE = "fail_before"  # 500, no effect
    FAIL_AFTER = "fail_after"  # 500, though it was done
    DROP_BEFORE = "drop_before"  # the connection breaks, no effect
    DROP_AFTER = "drop_after"  # the connection breaks, though it was done
    SLOW_BEFORE = "slow_before"  # done late, answered late
    SLOW_AFTER = "slow_after"  # done at once, answered late


class Condition(StrEnum):
    """How all of Slack is, as somebody would say it."""

    WELL = "well"
    SLOW = "slow"
    RATE_LIMITING = "rate_limiting"
    FAILING = "failing"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault of one method; `times` None means until cleared.

    `wait_for` is the Retry-After of a 429, or how long a slow call takes.
    """

    method: str
    fault: Fault
    times: int | None = 1
    wait_for: timedelta = timedelta(seconds=1)


class Faults:
    """The rules in force; the oldest that fits a call is used up first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []

    def add(
        self,
        method: str,
        fault: Fault,
        *,
        times: int | None = 1,
        wait_for: timedelta = timedelta(seconds=1),
    ) -> None:
        """Let the next `times` calls of a method go wrong, or all of them with None.

        `method` is a Web API method, `response_url`, or `*` for every call.
        """
        with self._lock:
            self._rules.append(Rule(method, fault, times, wait_for))

    def clear(self, method: str | None = None) -> None:
        """Forget the rules of one method, or all rules."""
        with self._lock:
            self._rules = [r for r in self._rules if method not in {None, r.method}]

    def afflict(self, condition: Condition) -> None:
        """Replace all rules by one that makes every call go wrong in that manner."""
        self.clear()
        match condition:
            case Condition.SLOW:
                late = timedelta(seconds=2)
                self.add(EVERY_METHOD, Fault.SLOW_BEFORE, times=None, wait_for=late)
            case Condition.RATE_LIMITING:
                wait = timedelta(seconds=5)
                self.add(EVERY_METHOD, Fault.RATE_LIMITED, times=None, wait_for=wait)
            case Condition.FAILING:
                self.add(EVERY_METHOD, Fault.FAIL_BEFORE, times=None)

    def take(self, method: str) -> Rule | None:
        """Return the rule that this call falls under, counting it, or None."""
        with self._lock:
            for index, rule in enumerate(self._rules):
                if rule.method in {method, EVERY_METHOD}:
                    self._count(index, rule)
                    return rule
            return None

    def _count(self, index: int, rule: Rule) -> None:
        if rule.times is None:
            return
        if rule.times <= 1:
            del self._rules[index]
        else:
            self._rules[index] = replace(rule, times=rule.times - 1)
