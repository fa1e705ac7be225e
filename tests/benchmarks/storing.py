"""Incidents stored durably a second, beside what the disk allows at most.

    uv run --group dev --group bench python -m tests.benchmarks.storing

Each is opened by the use case: number, event, deadlines, card and the answer to a
redelivery, committed and synced before the next line of code. Beside it one job per
incident in APScheduler's own store, which is one row, and replicas on one PostgreSQL,
each a process that opens one after another.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import count
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console

from bot.clock import system_clock
from bot.store.engines.postgres import PostgresDatabase, migrate
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.results import Result
from bot.triage.use_cases import Triage
from tests import postgres
from tests.benchmarks import job_store
from tests.benchmarks.figures import WIDTH, conditions, seconds, synced, table
from tests.benchmarks.seeding import WORKSPACE, Desk, desk, report
from tests.factories import shipped_policy

INCIDENTS = 2_000
JOBS = 200
THREADS = (1, 8, 32)
REPLICAS = (1, 2, 4)


def opened(one: Desk, threads: int, numbers: "count[int]") -> float:
    """Return how many incidents some threads open a second."""

    wanted = [next(numbers) for _ in range(INCIDENTS)]

    def open_share(share: int) -> None:
        for number in wanted[share::threads]:
            one.triage.open(Act("U0DEE", f"command:{number}"), report(number))

    with ThreadPoolExecutor(threads) as pool:
        return a_second(INCIDENTS, lambda: list(pool.map(open_share, range(threads))))


def replicas_opened(url: str, replicas: int) -> float:
    """Return how many incidents some replicas open a second."""
    spawned = get_context("spawn")
    ready, spans = spawned.Barrier(replicas, timeout=60), spawned.SimpleQueue()
    each = INCIDENTS // replicas
    processes = [
        spawned.Process(
            target=replica, args=(url, f"{replicas}.{number}", each, ready, spans)
        )
        for number in range(replicas)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    slowest: float = max(spans.get() for _ in processes)
    return replicas * each / slowest


def replica(
    url: str, tag: str, incidents: int, ready: Barrier, spans: "SimpleQueue[float]"
) -> None:
    """Open incidents once all replicas are ready, and put how long that takes."""
    with closing(PostgresDatabase(url, WORKSPACE)) as database:
        triage = Triage(
            Context(database, shipped_policy, system_clock, system_clock, WORKSPACE)
        )

        def open_one(number: int) -> Result:
            act = Act("U0DEE", f"command:{tag}.{number}")
            return triage.open(act, replace(report(), typed=act.key))

        for number in range(-20, 0):
            open_one(number)  # It is warm.
        ready.wait()
        spans.put(seconds(lambda: [open_one(number) for number in range(incidents)]))


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
    if postgres.binaries() is not None:
        with postgres.server(fsync="on") as server:
            url = server.make("template1")
            migrate(url)
            for replicas in REPLICAS:
                what = f"PostgreSQL, {replicas} replica{'s' * (replicas > 1)}"
                found[what] = replicas_opened(url, replicas)
    base = found["incidents, 1 thread"]
    for what, rate in found.items():
        made.add_row(what, f"{rate:,.0f}", f"{rate / base:.2f}")
    console = Console(width=WIDTH)
    console.print(made)
    console.print(conditions())


if __name__ == "__main__":
    main()
