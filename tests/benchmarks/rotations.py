"""Who is on call, beside a walk through every minute: the same answers, one run.

    uv run --group dev python -m tests.benchmarks.rotations

Three layers of weekly turns, ten years of them; the third has office hours. The walk
watches the wall clock and knows the year that it has walked through by the minute.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from bot.policy.rotations import Rotation, shift_at
from tests.benchmarks.figures import conditions, seconds, table
from tests.policy.test_rotations import ours
from tests.slow_rotations import Slow

ZONES = ("America/Los_Angeles", "Europe/Berlin", "Asia/Singapore")
YEARS = range(2026, 2036)
FIRST, LAST = (datetime(year, 1, 1, tzinfo=UTC) for year in (2027, 2028))
OFFICE = [[(9 * 60, 17 * 60)]] * 5 + [[]] * 2
COUNT = 200_000


def layers(*, cut: bool) -> list[Slow]:
    """Return three layers; `cut` gives one of them hours."""
    return [
        Slow(
            name=zone,
            zone=ZoneInfo(zone),
            members=["A", "B", "C", "D"],
            every=1,
            unit="week",
            starts=date(2025, 11, 3),
            hand_over=9 * 60,
            weekday=0,
            open_days=range(5),
            holidays={},
            hours=OFFICE if cut and zone == ZONES[0] else None,
        )
        for zone in ZONES
    ]


def expanded(slow: list[Slow]) -> Callable[[], object]:
    """Return what expands ten years of new rotations."""
    rotations = [ours(one) for one in slow]
    starts = [datetime(year, 6, 1, tzinfo=UTC) for year in YEARS]
    return lambda: [one.at(at) for one in rotations for at in starts]


def questions() -> list[datetime]:
    """Return instants of a year, to the minute."""
    random, minutes = Random(2026), (LAST - FIRST) // timedelta(minutes=1)
    return [FIRST + timedelta(minutes=random.randrange(minutes)) for _ in range(COUNT)]


def expansions() -> Table:
    rows = table("Ten years of three weekly layers expanded", "layers", "ms")
    for words, cut in (("whole weeks", False), ("one with office hours", True)):
        least = min(seconds(expanded(layers(cut=cut))) for _ in range(5))
        rows.add_row(words, f"{least * 1e3:,.1f}")
    rows.add_row("the walk, one layer, one year", f"{_walk_s() * 1e3:,.1f}")
    return rows


def _walk_s() -> float:
    return seconds(lambda: layers(cut=False)[0].walk(FIRST, LAST))


def answers() -> Table:
    """Return how many answers a second there are, once a year is expanded."""
    slow, asked = layers(cut=True), questions()
    walked = slow[0].walk(FIRST, LAST)
    rotations: tuple[Rotation, ...] = tuple(ours(one) for one in slow)
    holders, minute = (rotations[0], "E"), timedelta(minutes=1)
    for at in asked[:10_000]:
        there = walked[(at - FIRST) // minute]
        if rotations[0].at(at).person != (there and there[0]):
            raise SystemExit(f"the walk says {there} at {at}")
    rows = table(f"Who is on call ({COUNT:,} questions)", "asked", "answers a second")
    kinds: dict[str, Callable[[datetime], object]] = {
        "rotation.at(instant)": rotations[0].at,
        "a rotation, or else a person": lambda at: shift_at(holders, at),
        "the walk, a list of its minutes": lambda at: walked[(at - FIRST) // minute],
    }
    for words, answer in kinds.items():
        took = seconds(lambda answer=answer: [answer(at) for at in asked])  # type: ignore[misc]
        rows.add_row(words, f"{COUNT / took:,.0f}")
    return rows


def main() -> None:
    console = Console()
    console.print(expansions(), answers(), conditions(), sep="\n")


if __name__ == "__main__":
    main()
