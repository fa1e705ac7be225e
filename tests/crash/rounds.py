"""One round: bots are killed while people work; then all comes to rest and is counted.

A round has a record and a conversation of its own, so that none grows without end.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from tests.crash import accounts, bots, people
from tests.crash.accounts import Verdict
from tests.crash.bots import Change
from tests.crash.stage import LONGEST_DELAY, SCALE, Stage, random

_LONGEST_LIFE_S = 1.2
_RESTS_WITHIN_S = 60
_LOOK_EVERY_S = 0.05
# Past the last of the later looks, fifteen minutes after a doubt.
_LATER = timedelta(minutes=16)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a round goes. `places` are where to kill, instead of after a random time."""

    seed: int
    kills: int
    replicas: int = 1
    change: Change = bots.untouched
    places: tuple[str, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What came of one round or of many. `unseen` are places that no bot got to."""

    kills: int = 0
    acts: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    unseen: list[str] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)

    def add(self, other: "Outcome") -> None:
        self.kills += other.kills
        self.acts += other.acts
        self.unseen += other.unseen
        self.verdict.add(other.verdict)
        self._count(other.faults)

    def _count(self, faults: Mapping[str, int]) -> None:
        for kind, times in faults.items():
            self.faults[kind] = self.faults.get(kind, 0) + times


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
    _come_to_rest(stage, plan)
    outcome.faults = accounts.by_kind(stage.slack.calls())
    told = stage.told()
    outcome.acts = len(told)
    shown = stage.slack.all_messages()
    outcome.verdict = accounts.verdict(
        stage.letters(), shown, told, stage.slack_clock()
    )
    return outcome


def _kill_at_random(stage: Stage, plan: Plan, outcome: Outcome) -> None:
    chance = random(plan.seed, "kills")
    alive: dict[int, float] = {}
    while outcome.kills < plan.kills:
        while len(alive) < plan.replicas:
            # Many die while they start, and some live to do a lot.
            life = chance.random() ** 2 * _LONGEST_LIFE_S * plan.replicas
            alive[bots.forked(stage, plan.change)] = time.monotonic() + life
        pid = min(alive, key=lambda one: alive[one])
        time.sleep(max(0.0, alive.pop(pid) - time.monotonic()))
        bots.kill(pid)
        outcome.kills += 1
    for pid in alive:
        bots.kill(pid)
        outcome.kills += 1


def _kill_at_places(stage: Stage, plan: Plan, outcome: Outcome) -> None:
    for place in plan.places:
        pid = bots.forked(stage, bots.dying_at(place))
        if _until(partial(bots.is_over, pid), 2 * _LONGEST_LIFE_S):
            outcome.kills += 1
        else:
            bots.kill(pid)
            outcome.unseen.append(place)


def _come_to_rest(stage: Stage, plan: Plan) -> None:
    """Let Slack be well again and people be quiet, until nothing is left to do.

    The bots' clock goes ahead only while no bot runs and no request is under way, so
    that no wait is cut short which a request could outlast.
    """
    stage.slack.faults.clear()
    stage.slack_clock.travel(stage.slack_clock())
    time.sleep(LONGEST_DELAY.total_seconds() / SCALE)
    for is_quiet in (_is_sent, _is_looked_up):
        stage.machine.advance(_LATER)
        last = [bots.forked(stage, plan.change) for _ in range(plan.replicas)]
        try:
            if not _until(partial(is_quiet, stage), _RESTS_WITHIN_S):
                return  # What is unfinished counts as lost.
        finally:
            for pid in last:
                bots.kill(pid)


def _is_sent(stage: Stage) -> bool:
    return not any(one.state in ("queued", "sending") for one in stage.letters())


def _is_looked_up(stage: Stage) -> bool:
    return _is_sent(stage) and not any(one.verify_at for one in stage.letters())


def _until(condition: Callable[[], bool], within_s: float) -> bool:
    give_up_at = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(_LOOK_EVERY_S)
    return True
