"""Firing what is due out of all that is open, beside what a user would pick instead.

    uv run --group bench python -m tests.benchmarks.firing

A thousand reminders are due at the same instant. We fire them in transactions of a
hundred, each a durable message to its owner. The sizes take turns.
"""

import sqlite3
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console

from tests.benchmarks import job_store
from tests.benchmarks.figures import WIDTH, conditions, ms, synced, table
from tests.benchmarks.seeding import Desk, desk

OPEN = (10_000, 1_000_000)
DUE = 1_000
ROUNDS = 5


def ours() -> list[list[float]]:
    """Return by size how long each round took us."""
    taken: list[list[float]] = [[] for _ in OPEN]
    with ExitStack() as stack:
        desks = []
        for incidents in OPEN:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            made = desk(folder, incidents=incidents, due=DUE)
            desks.append(stack.enter_context(made))
        for _ in range(ROUNDS):
            for spans, one in zip(taken, desks, strict=True):
                spans.append(fire(one))
                rewind(one)
    return taken


def fire(one: Desk) -> float:
    """Let the instant come at which they are due, and return how long that takes."""
    one.clock.at = one.due_at - timedelta(seconds=1)
    one.reminders.tick()  # Idle: what comes next was not missed in an outage.
    one.clock.at = one.due_at
    began = perf_counter()
    one.reminders.tick()
    took = perf_counter() - began
    with closing(sqlite3.connect(one.path)) as file:
        count = "SELECT COUNT(*) FROM outbox WHERE kind = 'reminder'"
        assert file.execute(count).fetchone() == (DUE,)
    return took


def rewind(one: Desk) -> None:
    """Put everything back to where nothing was fired yet."""
    with closing(sqlite3.connect(one.path)) as file, file:
        file.execute("DELETE FROM outbox_items")
        file.execute("DELETE FROM outbox WHERE kind IN ('reminder', 'edit')")
        file.execute(
            "UPDATE deadlines SET (step, fired, next_nudge_at) = "
            "(SELECT step, fired, :due_at FROM deadlines WHERE incident = :other "
            "AND workspace = :workspace) "
            "WHERE workspace = :workspace AND incident <= :due",
            {
                "due_at": one.due_at.isoformat("T", "milliseconds")[:23] + "Z",
                "other": DUE + 1,
                "workspace": "T0ACME",
                "due": DUE,
            },
        )


def theirs(*, is_wal: bool) -> list[list[float]]:
    """Return by size how long the job store took."""
    taken = []
    for jobs in OPEN:
        with TemporaryDirectory() as name:
            folder = Path(name)
            took = job_store.fire(folder, is_wal=is_wal, jobs=jobs, due=DUE)
            taken.append([took])
    return taken


def main() -> None:
    console = Console(width=WIDTH)
    made = table(f"Firing {DUE:,} that are due", "who", "open", "ms", "growth", "ratio")
    # A queue of jobs in PostgreSQL finds its place here, on the same rows.
    contenders = {"sevbot": ours()}
    for is_wal, name in job_store.NAMES.items():
        contenders[name] = theirs(is_wal=is_wal)
    base = [median(spans) for spans in contenders["sevbot"]]
    for name, taken in contenders.items():
        found = [median(spans) for spans in taken]
        for size, span, our in zip(OPEN, found, base, strict=True):
            growth, ratio = f"{span / found[0]:.2f}", f"{span / our:.1f}"
            made.add_row(name, f"{size:,}", ms(span), growth, ratio)
    console.print(made)
    with TemporaryDirectory() as folder:
        console.print(f"One page synced takes {ms(synced(Path(folder)).p50)} ms.")
    console.print(conditions())


if __name__ == "__main__":
    main()
