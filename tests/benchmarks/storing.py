"""Incidents stored durably a second, beside what the disk allows at most.

    uv run --group bench python -m tests.benchmarks.storing

Each is opened by the use case: number, event, deadlines, card and the answer to a
redelivery, committed and synced before the next line of code; those of several threads
wait for the disk together. Beside it one job per
incident in APScheduler's own store, which is one row.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console

from bot.triage import Act
from tests.benchmarks import job_store
from tests.benchmarks.figures import WIDTH, conditions, synced, table
from tests.benchmarks.seeding import Desk, desk, report

INCIDENTS = 2_000
JOBS = 200
THREADS = (1, 8, 32)


def opened(one: Desk, threads: int, numbers: "count[int]") -> float:
    """Return how many incidents some threads open a second."""

    def open_one(number: int) -> None:
        one.triage.open(Act("U0DEE", f"command:{number}"), report(number))

    with ThreadPoolExecutor(threads) as pool:
        wanted = [next(numbers) for _ in range(INCIDENTS)]
        return a_second(INCIDENTS, lambda: list(pool.map(open_one, wanted)))


def jobs(*, is_wal: bool) -> float:
    """Return how many jobs the job store takes a second."""
    with (
        TemporaryDirectory() as folder,
        job_store.job_store(Path(folder), is_wal=is_wal) as scheduler,
    ):
        at = job_store.now() + timedelta(days=1)

        def add_all() -> None:
            for number in range(JOBS):
                job_store.add(scheduler, number, at)

        return a_second(JOBS, add_all)


def a_second(times: int, run: Callable[[], object]) -> float:
    """Return how often a second something happens that `run` does so many times."""
    began = perf_counter()
    run()
    return times / (perf_counter() - began)


def main() -> None:
    made = table("Stored durably", "what", "a second", "ratio")
    with TemporaryDirectory() as name:
        folder, numbers = Path(name), count(1)
        found = {"a page synced, nothing else": 1 / synced(folder).p50}
        with desk(folder, incidents=1) as one:
            opened(one, 1, numbers)  # The file has grown to what it needs.
            for threads in THREADS:
                what = f"incidents, {threads} thread{'s' * (threads > 1)}"
                found[what] = opened(one, threads, numbers)
    for is_wal, name in job_store.NAMES.items():
        found[name] = jobs(is_wal=is_wal)
    base = found["incidents, 1 thread"]
    for what, rate in found.items():
        made.add_row(what, f"{rate:,.0f}", f"{rate / base:.2f}")
    console = Console(width=WIDTH)
    console.print(made)
    console.print(conditions())


if __name__ == "__main__":
    main()
