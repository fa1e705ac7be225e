"""One round: bots are killed while people work; then the messages are counted.

A round has a record and a conversation of its own, so that none grows without end.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import cycle
from random import Random

from bot.app import Bot
from tests.crash import accounts, bots, people
from tests.crash.accounts import Verdict
from tests.crash.bots import Change, Fork
from tests.crash.places import PROVOCATIONS, Provocation, Trap
from tests.crash.stage import LONGEST_DELAY, SCALE, Stage, policy_text, random

_EARLY = 0.25
_STARTS_WITHIN_S = 0.15
_GIVEN_UP_AFTER_S = 10
_LONGEST_LIFE_S = 0.4
# A message is under way for a few milliseconds; some kills come when it just was.
_AIMED = 0.4
_AIMS_WITHIN_S = 0.02
_CUTS = 0.05
_PASSES_WITHIN_S = 2
_TRIES = 24
_WATCH_EVERY_S = 0.002
_LOOK_EVERY_S = 0.05
_STILL_FOR_S = 0.3
# Past the last late lookup, fifteen minutes after an unconfirmed post.
_LATER = timedelta(minutes=16)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a round goes. `places` are where to kill, instead of after a random time.

    What is unfinished after `rests_within_s` of rest counts as lost.
    """

    seed: int
    kills: int
    replicas: int = 1
    change: Change = bots.untouched
    rests_within_s: float = 60
    places: tuple[str, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What came of one round or of many. `unseen` are places that no bot got to.

    `in_flight` of the kills met a message that was claimed and not finished.
    `unsent_for` is how many of the bots' seconds the last message stayed unsent once
    nothing failed any more.
    """

    kills: int = 0
    in_flight: int = 0
    unsent_for: float = 0
    acts: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    unseen: list[str] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)

    def add(self, other: "Outcome") -> None:
        self.kills += other.kills
        self.in_flight += other.in_flight
        self.unsent_for = max(self.unsent_for, other.unsent_for)
        self.acts += other.acts
        self.unseen += other.unseen
        self.verdict.add(other.verdict)
        self.count(other.faults)

    def count(self, faults: Mapping[str, int]) -> None:
        for kind, times in faults.items():
            self.faults[kind] = self.faults.get(kind, 0) + times

    def killed(self, bot: Fork) -> None:
        """Note that a bot is dead, and what it was doing."""
        self.kills += 1
        self.in_flight += bot.sending > 0


@dataclass(slots=True)
class _Life:
    """How long a bot may live once it is ready. Many die while they start.

    One that is aimed at dies soon after, with the next message under way.
    """

    bot: Fork
    chance: Random
    ends_at: float
    is_begun: bool = False
    aims_from: float = float("inf")

    @classmethod
    def born(cls, stage: Stage, plan: Plan, chance: Random) -> "_Life":
        bot = bots.forked(stage, plan.change, bots.wrong(chance))
        now = time.monotonic()
        if chance.random() < _EARLY:
            return cls(bot, chance, now + chance.random() * _STARTS_WITHIN_S, True)
        return cls(bot, chance, now + _GIVEN_UP_AFTER_S)

    def is_over(self) -> bool:
        now = time.monotonic()
        if not self.is_begun and self.bot.is_ready:
            self._begin(now)
        if now > self.aims_from and self.bot.sending:
            self.aims_from = float("inf")
            self.ends_at = now + self.chance.random() * _AIMS_WITHIN_S
        return now >= self.ends_at

    def _begin(self, now: float) -> None:
        self.is_begun = True
        self.ends_at = now + self.chance.random() ** 2 * _LONGEST_LIFE_S
        if self.chance.random() < _AIMED:
            self.aims_from, self.ends_at = self.ends_at, now + _LONGEST_LIFE_S


def played(stage: Stage, plan: Plan) -> Outcome:
    """Play a round to its end and return what came of it."""
    stage.set(plan.seed)
    outcome = Outcome()
    crowd = people.forked(stage, plan.seed)
    try:
        if plan.places:
            _kill_at_places(stage, plan, outcome)
        else:
            _kill_at_random(stage, plan, outcome)
    finally:
        people.stop(crowd)
    outcome.unsent_for = _come_to_rest(stage, plan)
    outcome.count(stage.faults())
    told = stage.told()
    outcome.acts = len(told)
    shown = stage.slack.all_messages()
    outcome.verdict = accounts.verdict(
        stage.messages(), shown, told, stage.happened(), stage.slack_clock()
    )
    return outcome


def _kill_at_random(stage: Stage, plan: Plan, outcome: Outcome) -> None:
    chance = random(plan.seed, "kills")
    alive: list[_Life] = []
    while outcome.kills < plan.kills:
        while len(alive) < plan.replicas:
            alive.append(_Life.born(stage, plan, chance))
        for life in [one for one in alive if one.is_over()]:
            alive.remove(life)
            bots.kill(life.bot)
            outcome.killed(life.bot)
            if stage.is_shared and chance.random() < _CUTS:
                stage.cut_connections()
                outcome.count({"connections_cut": 1})
        time.sleep(_WATCH_EVERY_S)
    for life in alive:
        bots.kill(life.bot)
        outcome.killed(life.bot)


def _kill_at_places(stage: Stage, plan: Plan, outcome: Outcome) -> None:
    """Kill each bot at the first place without a kill, until every place had one."""
    left, helpers, tries = set(plan.places), cycle(PROVOCATIONS), 0
    while left and tries < _TRIES:
        provocation = next(one for one in helpers if not tries or one.helps(left))
        if not tries:
            provocation = Provocation(frozenset())
        place = _trapped(stage, left, provocation, outcome)
        left.discard(place)
        tries = 0 if place else tries + 1
    outcome.unseen += sorted(left)


def _trapped(
    stage: Stage, left: set[str], provocation: Provocation, outcome: Outcome
) -> str:
    """Return where a bot that was led to a place died; '' if it passed none."""
    stage.policies.write_text(policy_text(), encoding="utf-8")
    provocation.before(stage)
    trap = Trap(left)

    def change(bot: Bot) -> None:
        provocation.change(bot)
        trap(bot)

    bot = bots.forked(stage, change)
    is_over = partial(bots.is_over, bot)
    _until(lambda: bot.is_ready or bool(trap.sprung), _GIVEN_UP_AFTER_S)
    provocation.during(stage)
    if not _until(is_over, _PASSES_WITHIN_S):
        bots.kill(bot)
    outcome.killed(bot)
    return trap.sprung or ""


def _come_to_rest(stage: Stage, plan: Plan) -> float:
    """Let Slack be well again and people be quiet, until nothing is left to do.

    The bots' clock goes ahead only while no bot runs and no request is under way, so
    that no wait is cut short which a request could outlast. Returns for how many of the
    bots' seconds a message stayed unsent, without those jumps.
    """
    stage.slack.faults.clear()
    time.sleep(LONGEST_DELAY.total_seconds() / SCALE)
    began, unsent_for = time.monotonic(), 0.0
    give_up_at, patience = began + plan.rests_within_s, _STILL_FOR_S
    while time.monotonic() < give_up_at:
        stage.system_clock.advance(_LATER)
        last = bots.forked(stage, plan.change)
        still = _Stillness(stage, patience)
        try:
            _until(still, give_up_at - time.monotonic())
        finally:
            bots.kill(last)
        unsent_for = max(unsent_for, (still.unsent_at - began) * SCALE)
        if _is_at_rest(stage):
            break
        patience *= 1.2  # The computer may be too busy for any bot to get far.
    return unsent_for


class _Stillness:
    """Tells whether a record has not changed for a while, with nothing under way.

    `unsent_at` is when a message was last seen unsent, 0 if none was.
    """

    def __init__(self, stage: Stage, patience: float) -> None:
        self._stage = stage
        self._patience = patience
        self._seen: object = None
        self._since = 0.0
        self.unsent_at = 0.0

    def __call__(self) -> bool:
        messages, now = self._stage.messages(), time.monotonic()
        if messages != self._seen:
            self._seen, self._since = messages, now
        if any(one.is_unsent for one in messages):
            self.unsent_at = now
        is_busy = any(one.is_under_way for one in messages) or self._stage.is_due()
        if is_busy:
            return False
        return _is_at_rest(self._stage) or now > self._since + self._patience


def _is_at_rest(stage: Stage) -> bool:
    return not stage.is_due() and not any(one.is_open for one in stage.messages())


def _until(condition: Callable[[], bool], within_s: float) -> bool:
    give_up_at = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(_LOOK_EVERY_S)
    return True
