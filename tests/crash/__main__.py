"""`python -m tests.crash`: kill the bot again and again, and count what it said.

uv run --group dev python -m tests.crash --kills 600 --engine postgres --replicas 2
uv run --group dev python -m tests.crash --everywhere
uv run --group dev python -m tests.crash --kills 60 --no-reconciliation  # doubles
uv run --group dev python -m tests.crash --kills 60 --mark-first         # losses

Real bots are forked and killed while people use them and Slack fails by chance. The
clock of each may be ahead, behind, or jump. At rest each message that was owed must be
visible exactly once. It exits with 1 if one is not, if a place to be killed at was not
reached, or if nothing was owed at all.

The bots' clock runs twenty times as fast as the real one. So run nothing beside it: a
local Slack that gets no processor for a second lands posts after the bots' lookups.
"""

import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path

from bot.clock import TrialClock
from tests import postgres
from tests.crash import bots
from tests.crash.bots import Change
from tests.crash.places import ELSEWHERE, places
from tests.crash.rounds import Outcome, Plan, played
from tests.crash.stage import BEGINS, Stage, policy, populate
from tests.remote_slack import slack_process

_IN_A_ROUND = 50
# So few that what is queued while a bot dies at each is sent soon after.
_PLACES_IN_A_ROUND = 24
_SHOWN = 20
# An edit of what was only marked as sent waits for ever.
_WITHOUT_REST_S = 5


def main() -> int:
    """Play the rounds that were asked for, and tell what came of them."""
    given = _given()
    policy()
    bots.freeze()
    began = time.monotonic()
    total = Outcome()
    # Forked, and idle but for the round: a bot's parent must have no threads.
    with get_context("fork").Pool(given.jobs) as pool:
        shares = [(given, first) for first in range(given.jobs)]
        for outcome in pool.imap_unordered(_play, shares):
            total.add(outcome)
    _tell(given, total, time.monotonic() - began)
    if not total.verdict.obligations:  # No bot came far enough to owe anything.
        return 1
    return 0 if total.verdict.is_clean and not total.unseen else 1


def _play(share: tuple[Namespace, int]) -> Outcome:
    """Play each of so many rounds, beside a local Slack of our own."""
    given, first = share
    total = Outcome()
    with _stages(given) as stages:
        plans = islice(_plans(given), first, None, given.jobs)
        for plan in plans:
            outcome = played(next(stages), plan)
            total.add(outcome)
            _tell_of(plan, outcome)
    return total


def _given() -> Namespace:
    parser = ArgumentParser(
        prog="python -m tests.crash",
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--jobs", type=int, default=1, help="rounds at a time")
    parser.add_argument("--no-reconciliation", action="store_true")
    parser.add_argument("--mark-first", action="store_true")
    parser.add_argument("--everywhere", action="store_true")
    return parser.parse_args()


def _plans(given: Namespace) -> Iterator[Plan]:
    """Cut the kills into rounds; the first one has the seed that was given."""
    plan = Plan(given.seed, 0, given.replicas, _change(given))
    if given.mark_first:
        plan = replace(plan, rests_within_s=_WITHOUT_REST_S)
    if given.everywhere:
        every = tuple(places())
        rounds = -(-len(every) // _PLACES_IN_A_ROUND)
        for number in range(rounds):
            some = every[number::rounds]
            yield replace(plan, seed=given.seed + number, places=some)
        return
    in_a_round = min(_IN_A_ROUND, -(-given.kills // given.jobs))
    for number, done in enumerate(range(0, given.kills, in_a_round)):
        kills = min(given.kills - done, in_a_round)
        yield replace(plan, seed=given.seed + number, kills=kills)


def _change(given: Namespace) -> Change:
    if given.no_reconciliation:
        return bots.without_reconciliation
    return bots.marking_first if given.mark_first else bots.untouched


@contextmanager
def _stages(given: Namespace) -> Iterator[Iterator[Stage]]:
    """Run a local Slack, and make a record for each round."""
    with (
        tempfile.TemporaryDirectory(prefix="sevbot-crash-") as name,
        _records(given.engine) as record,
    ):
        clock = TrialClock(Path(name) / "clock.json")
        clock.travel(BEGINS)
        with slack_process(Path(name) / "clock.json", ack_within=0.3) as slack:
            tokens = populate(slack)
            yield (
                Stage(folder, slack, clock, tokens, record(folder))
                for folder in _folders(Path(name))
            )


def _folders(within: Path) -> Iterator[Path]:
    for number in count(1):
        folder = within / str(number)
        folder.mkdir()
        yield folder


@contextmanager
def _records(engine: str) -> Iterator[Callable[[Path], str]]:
    if engine == "sqlite":
        yield lambda folder: f"sqlite:///{folder / 'sevbot.db'}"
        return
    with postgres.server() as server:
        yield lambda _: server.make("template1")


def _tell_of(plan: Plan, outcome: Outcome) -> None:
    """Name what went wrong in a round at once, so that a long run can be stopped."""
    for word, found in (
        ("lost", outcome.verdict.lost),
        ("doubled", outcome.verdict.doubled),
        ("answered twice", outcome.verdict.answered),
        ("stray", outcome.verdict.stray),
    ):
        for one in found[:_SHOWN]:
            _say(f"seed {plan.seed}: {word}: {one}")


def _tell(given: Namespace, total: Outcome, took: float) -> None:
    verdict = total.verdict
    rows = {
        "engine": f"{given.engine}, {given.replicas} replica(s)",
        "kills": f"{total.kills} in {took:.0f} s, {total.kills / took:.1f} a second",
        "  in flight": f"{total.in_flight} ({total.in_flight / total.kills:.0%})",
        "people's acts": str(total.acts),
        "faults": str(sum(total.faults.values())),
        **{f"  {kind}": str(times) for kind, times in sorted(total.faults.items())},
        "obligations": str(verdict.obligations),
        "lost": str(len(verdict.lost)),
        "doubled": str(len(verdict.doubled)),
        "answered twice": str(len(verdict.answered)),
        "stray": str(len(verdict.stray)),
        "unsent at rest": f"{total.unsent_for:.0f} s at most",
        "seed": str(given.seed),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    if given.everywhere:
        every = len(tuple(places()))
        rows["places reached"] = f"{every - len(total.unseen)} of {every}"
        rows["not reached"] = ", ".join(total.unseen) or "none"
        rows |= {f"  {name}": why for name, why in ELSEWHERE.items()}
    for name, value in rows.items():
        _say(f"{name:<24}{value}")
    _say(f"{'again':<24}python -m tests.crash {_again(given)}")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # The output of a command.


def _again(given: Namespace) -> str:
    """Return the options that play the same rounds again."""
    flags = [
        f"--{name.replace('_', '-')}" + ("" if value is True else f" {value}")
        for name, value in vars(given).items()
        if value is not False
    ]
    return " ".join(flags)


if __name__ == "__main__":
    sys.exit(main())
