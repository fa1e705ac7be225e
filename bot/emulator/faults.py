"""Fault injection: how the bot's calls to Slack fail, on request or at random."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import Any, assert_never

EVERY_METHOD = "*"
RESPONSE_URL = "response_url"


class Fault(StrEnum):
    """How a call goes wrong; *before* and *after* mean its effect."""

    RATE_LIMITED = "rate_limited"  # 429 with Retry-After, no effect
    FAIL_BEFORE = "fail_before"  # 500, no effect
    FAIL_AFTER = "fail_after"  # 500, though it was done
    DROP_BEFORE = "drop_before"  # the connection breaks, no effect
    DROP_AFTER = "drop_after"  # the connection breaks, though it was done
    LANDS_LATE = "lands_late"  # the connection breaks, and it is done later
    SLOW_BEFORE = "slow_before"  # done late, answered late
    SLOW_AFTER = "slow_after"  # done at once, answered late
    REPLY_BEFORE = "reply_before"  # another answer, no effect
    REPLY_AFTER = "reply_after"  # another answer, though it was done


class Condition(StrEnum):
    """The condition of Slack as a whole, in plain words."""

    WELL = "well"
    SLOW = "slow"
    RATE_LIMITING = "rate_limiting"
    FAILING = "failing"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that Slack, or a proxy on the way, gives instead of the right one."""

    body: str
    status: int = 200
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault of one method; `times` None means until cleared.

    `wait_for` is the Retry-After of a 429, how long a slow call takes, or after how
    long a late one takes effect. `reply` is the other answer.
    """

    method: str
    fault: Fault
    times: int | None = 1
    wait_for: timedelta = timedelta(seconds=1)
    reply: Reply = Reply("")


@dataclass(frozen=True, slots=True)
class Chance:
    """The probability of each fault for the calls of a method, from 0 to 1.

    The wait is uniformly distributed from 0 to `wait_for`, but at least a whole second
    if it becomes a Retry-After.
    """

    method: str
    rates: Mapping[Fault, float]
    wait_for: timedelta
    random: Random

    def draw(self, method: str) -> Rule | None:
        drawn = self.random.random()
        for fault, rate in self.rates.items():
            if drawn < rate:
                return Rule(method, fault, wait_for=self._wait(fault))
            drawn -= rate
        return None

    def _wait(self, fault: Fault) -> timedelta:
        if fault is not Fault.RATE_LIMITED:
            return self.wait_for * self.random.random()
        whole = max(1, int(self.wait_for.total_seconds()))
        return timedelta(seconds=self.random.randint(1, whole))


class Faults:
    """The rules in force; the oldest that matches a call is used first.

    If none matches, the probabilities apply, if any were set.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._chances: list[Chance] = []

    def add(
        self,
        method: str,
        fault: Fault,
        *,
        times: int | None = 1,
        wait_for: timedelta = timedelta(seconds=1),
    ) -> None:
        """Make the next `times` calls of a method fail, or all of them with None.

        `method` is a Web API method, `response_url`, or `*` for every call.
        """
        self._rule(Rule(method, fault, times, wait_for))

    def refuse(
        self,
        method: str,
        error: str,
        *,
        times: int | None = 1,
        is_done: bool = False,
        **more: Any,
    ) -> None:
        """Refuse the next calls of a method with any error code, as `add` does.

        `more` are further fields of the answer. With `is_done` the call takes effect
        all the same, as Slack says that it may with `fatal_error`.
        """
        body = json.dumps({"ok": False, "error": error, **more})
        self.reply(method, body, times=times, is_done=is_done)

    def reply(  # noqa: PLR0913  # What an HTTP answer is made of.
        self,
        method: str,
        body: str,
        status: int = 200,
        *,
        content_type: str = "application/json",
        times: int | None = 1,
        is_done: bool = False,
    ) -> None:
        """Answer the next calls of a method with any body, as a proxy might."""
        fault = Fault.REPLY_AFTER if is_done else Fault.REPLY_BEFORE
        reply = Reply(body, status, content_type)
        self._rule(Rule(method, fault, times, reply=reply))

    def _rule(self, rule: Rule) -> None:
        with self._lock:
            self._rules.append(rule)

    def by_chance(
        self,
        method: str,
        rates: Mapping[Fault, float],
        *,
        seed: int,
        wait_for: timedelta = timedelta(seconds=1),
    ) -> None:
        """Make a share of a method's calls fail, until cleared.

        `rates` has the share of each fault, together at most 1; `wait_for` is the
        longest wait. The seed determines the fate of the first call of this method, the
        second, and so on; which call comes first is up to the app.
        """
        if not 0 <= sum(rates.values()) <= 1:
            raise ValueError("shares must add up to at most 1")
        # Each method has its own sequence, whatever else is called in between.
        random = Random(f"{seed}/{method}")  # noqa: S311 - a replay, not a secret.
        with self._lock:
            self._chances.append(Chance(method, dict(rates), wait_for, random))

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()
            self._chances.clear()

    def afflict(self, condition: Condition) -> None:
        """Replace all rules by one that makes every call fail in this way."""
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
            case (
                Condition.WELL | Condition.GONE
            ):  # No call is answered when it is gone.
                pass
            case _:
                assert_never(condition)

    def take(self, method: str) -> Rule | None:
        """Return the rule for a call and use it up once, or None."""
        with self._lock:
            for index, rule in enumerate(self._rules):
                if rule.method in {method, EVERY_METHOD}:
                    self._count(index, rule)
                    return rule
            return self._drawn(method)

    def _drawn(self, method: str) -> Rule | None:
        for chance in self._chances:
            if chance.method in {method, EVERY_METHOD}:
                return chance.draw(method)
        return None

    def _count(self, index: int, rule: Rule) -> None:
        if rule.times is None:
            return
        if rule.times <= 1:
            del self._rules[index]
        else:
            self._rules[index] = replace(rule, times=rule.times - 1)
