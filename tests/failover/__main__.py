"""`python -m tests.failover`: lose the primary under load, and count what was lost.

uv run --group dev python -m tests.failover --rounds 5
uv run --group dev python -m tests.failover --rounds 1 --asynchronous  # must lose

Two bots serve a few people from a PostgreSQL with a synchronous standby. Each round
the primary is killed, frozen, or cut off and killed, at a random instant; the standby
is promoted, and the old primary is rebuilt as its standby. In the end the record is
compared with the answers that people got. It exits with 1 if an answer was wrong, or if
the bots took too long to come back.
"""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from bot.emulator.driver import LocalSlack
from tests import postgres
from tests.failover.accounts import Verdict, verdict
from tests.failover.cluster import Cluster, Loss, until
from tests.failover.typists import Fate, Typed, Typists
from tests.processes import environment, team_slack
from tests.remote_slack import slack_process

_REPLICAS = 2
_STARTS_WITHIN_S = 60
_BACK_WITHIN_S = 5
_GIVE_UP_AFTER_S = 30
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Round:
    """How the primary was lost, what was typed then, and how long nobody could write.

    `away_s` counts from the loss, `back_s` from the promotion.
    """

    how: Loss
    typed: Counter[Fate]
    away_s: float
    back_s: float


def main() -> int:
    """Play the rounds that were asked for, and tell what came of them."""
    given = _given()
    binaries = postgres.binaries()
    if binaries is None:
        _say("there is no PostgreSQL here")
        return 2
    # What is told to stop stops its servers and bots first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with ExitStack() as stack:
        name = tempfile.mkdtemp(prefix="sevbot-failover-")
        stack.callback(shutil.rmtree, name)
        cluster = Cluster(Path(name), binaries, synchronous=not given.asynchronous)
        stack.enter_context(closing(cluster))
        cluster.start()
        slack = stack.enter_context(team_slack(slack_process))
        stack.enter_context(_bots(slack, cluster.url, Path(name)))
        typists = Typists(slack)
        rounds = list(_played(given, cluster, typists))
        tried = typists.try_again()
        recorded = cluster.say("SELECT title, number FROM incidents")
    found = verdict(recorded, typists.typed, tried)
    _tell(given, rounds, tried, found)
    is_in_time = all(one.back_s <= _BACK_WITHIN_S for one in rounds)
    return 0 if found.is_clean and is_in_time else 1


def _given() -> Namespace:
    parser = ArgumentParser(
        prog="python -m tests.failover",
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--asynchronous", action="store_true")
    return parser.parse_args()


@contextmanager
def _bots(slack: LocalSlack, url: str, folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "bot", "run"]
    given = environment(slack, folder, DATABASE_URL=url)
    with (folder / "bots.log").open("wb") as log:
        bots = [
            subprocess.Popen(command, cwd=folder, env=given, stdout=log, stderr=log)
            for _ in range(_REPLICAS)
        ]
        try:
            slack.wait_for_socket(_STARTS_WITHIN_S, count=_REPLICAS)
            yield
        finally:
            for bot in bots:
                bot.kill()
                bot.wait()


def _played(given: Namespace, cluster: Cluster, typists: Typists) -> Iterator[Round]:
    chance = Random(given.seed)
    ways = [Loss.CUT_OFF] if given.asynchronous else list(Loss)
    chance.shuffle(ways)
    for number in range(given.rounds):
        done = len(typists.typed)
        how = ways[number % len(ways)]
        with typists.at_work():
            time.sleep(chance.uniform(1, 3))
            cluster.lose(how)
            lost_at = time.monotonic()
            time.sleep(chance.uniform(0, 2))  # Until somebody notices.
            promoted_at = time.monotonic()
            cluster.promote()
            back_at = _back_at(typists, promoted_at)
            cluster.rebuild(how)
        fates = Counter(one.fate for one in typists.typed[done:])
        yield Round(how, fates, back_at - lost_at, back_at - promoted_at)


def _back_at(typists: Typists, promoted_at: float) -> float:
    until(lambda: typists.first_after(promoted_at) is not None, _GIVE_UP_AFTER_S)
    back_at = typists.first_after(promoted_at)
    assert back_at is not None, "it was waited for"
    return back_at


def _tell(
    given: Namespace, rounds: list[Round], tried: list[Typed], found: Verdict
) -> None:
    fates = "".join(f"{fate:>10}" for fate in Fate)
    _say(f"{'primary':<10}{fates}{'away':>9}{'back':>9}")
    for one in rounds:
        told = "".join(f"{one.typed[fate]:>10}" for fate in Fate)
        _say(f"{one.how:<10}{told}{one.away_s:>7.1f} s{one.back_s:>7.1f} s")
    rows = {
        "acknowledged": sum(one.typed[Fate.RECORDED] for one in rounds),
        "  of that lost": len(found.lost),
        "denied and recorded": len(found.denied),
        "recorded twice": len(found.doubled),
        "unconfirmed, tried again": len(tried),
        "  still unconfirmed": len(found.left_unconfirmed),
        "standby": "asynchronous" if given.asynchronous else "synchronous",
        "seed": given.seed,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    for name, value in rows.items():
        _say(f"{name:<24}{value}")
    for words in found.words[:_SHOWN]:
        _say(words)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # The output of a command.


if __name__ == "__main__":
    sys.exit(main())
