"""Firing what is due out of all that is open, beside what a user would pick instead.

    uv run --group dev --group bench python -m tests.benchmarks.firing

A thousand reminders are due at the same instant, each the first of its deadline. We
fire them as a tick does, each a durable message to its owner. The sizes alternate, and
so do the contenders. PostgreSQL syncs at every commit here, as SQLite does, with its
default memory.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console
from rich.table import Table

from bot.clock import Clock
from bot.store.engines.postgres import PostgresDatabase
from bot.store.maintenance.copying import copy
from bot.triage.context import Context
from bot.triage.tick import Reminders
from tests import postgres
from tests.benchmarks import job_queue, job_store
from tests.benchmarks.figures import WIDTH, conditions, ms, synced, table
from tests.benchmarks.seeding import WORKSPACE, Desk, desk
from tests.factories import shipped_policy

OPEN = (10_000, 1_000_000)
DUE = 1_000
ROUNDS = 5
ROUNDS_OF_THEIRS = 3
_SETTINGS = {"fsync": "on", "shared_buffers": "128MB"}

Taken = list[list[float]]  # By size, how long each round took; in seconds.

_WRITTEN = "SELECT COUNT(*) FROM outbox WHERE kind = 'reminder'"
_REWIND = (
    "DELETE FROM outbox_items",
    "DELETE FROM outbox WHERE kind IN ('reminder', 'edit')",
    "UPDATE deadlines SET step = other.step, fired = other.fired, "
    "next_nudge_at = '{due_at}' FROM deadlines AS other "
    f"WHERE deadlines.incident <= {DUE} AND other.incident = {DUE + 1}",
)


@dataclass(frozen=True, slots=True)
class Contest:
    """A record to fire from, and a way to see and change it behind the bot's back."""

    reminders: Reminders
    at: Callable[[timedelta], None]
    say: Callable[[str], list[tuple[object, ...]]]
    due_at: str

    def fire(self) -> float:
        """Let the instant come at which they are due; return how long that takes."""
        self.at(timedelta(seconds=-1))
        self.reminders.tick()  # Idle: what comes next was not missed in an outage.
        self.at(timedelta(0))
        began = perf_counter()
        self.reminders.tick()
        took = perf_counter() - began
        assert self.say(_WRITTEN) == [(DUE,)]
        for statement in _REWIND:
            self.say(statement.format(due_at=self.due_at))
        return took


def on_sqlite(made: Desk) -> Contest:
    """Fire from a file."""

    def say(statement: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(made.path)) as file, file:
            return file.execute(statement).fetchall()

    return _contest(made, made.reminders, say)


@contextmanager
def on_postgres(made: Desk, url: str) -> Iterator[Contest]:
    """Fire from a server that has a copy of the same record."""

    def say(statement: str) -> list[tuple[object, ...]]:
        return postgres.by_hand(url, statement)

    with closing(PostgresDatabase(url, WORKSPACE)) as database:
        copy(made.database, database)
        say("ANALYZE")
        clock: Clock = made.clock
        reminders = Reminders(
            Context(database, shipped_policy, clock, clock, WORKSPACE)
        )
        yield _contest(made, reminders, say)


def _contest(
    made: Desk,
    reminders: Reminders,
    say: Callable[[str], list[tuple[object, ...]]],
) -> Contest:
    def at(shift: timedelta) -> None:
        made.clock.at = made.due_at + shift

    due_at = made.due_at.isoformat("T", "milliseconds")[:23] + "Z"
    return Contest(reminders, at, say, due_at)


def in_files() -> Table:
    """Return how long we and the job store take, by how much is open."""
    ours: Taken = [[] for _ in OPEN]
    theirs: dict[bool, Taken] = {
        is_wal: [[] for _ in OPEN] for is_wal in job_store.NAMES
    }
    with ExitStack() as stack:
        desks = []
        for incidents in OPEN:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            made = stack.enter_context(desk(folder, incidents=incidents, due=DUE))
            desks.append(on_sqlite(made))
        for number in range(ROUNDS):
            for spans, one in zip(ours, desks, strict=True):
                spans.append(one.fire())
            if number < ROUNDS_OF_THEIRS:
                for is_wal, taken in theirs.items():
                    _fire_jobs(taken, is_wal=is_wal)
    made_table = table(
        f"Firing {DUE:,} that are due, in a file",
        "who",
        "open",
        "ms",
        "growth",
        "ratio",
    )
    found = {"sevbot": ours}
    found |= {name: theirs[is_wal] for is_wal, name in job_store.NAMES.items()}
    _add_rows(made_table, found)
    return made_table


def _fire_jobs(taken: Taken, *, is_wal: bool) -> None:
    for spans, jobs in zip(taken, OPEN, strict=True):
        with TemporaryDirectory() as folder:
            path = Path(folder)
            spans.append(job_store.fire(path, is_wal=is_wal, jobs=jobs, due=DUE))


def on_a_server() -> Table:
    """Return how long we and a queue of jobs take, both on one PostgreSQL."""
    waiting = OPEN[0]
    names = job_queue.NAMES
    found: dict[str, Taken] = {"sevbot": [[]]}
    found |= {name: [[]] for name in names.values()}
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server(**_SETTINGS))
        folder = Path(stack.enter_context(TemporaryDirectory()))
        made = stack.enter_context(desk(folder, incidents=waiting, due=DUE))
        ours = stack.enter_context(on_postgres(made, server.make("template1")))
        for number in range(ROUNDS):
            found["sevbot"][0].append(ours.fire())
            if number >= ROUNDS_OF_THEIRS:
                continue
            for at_once, name in names.items():
                url = server.make("template1")
                took = job_queue.fire(url, jobs=waiting, due=DUE, at_once=at_once)
                found[name][0].append(took)
    made_table = table(
        f"Firing {DUE:,} that are due, on PostgreSQL", "who", "open", "ms", "growth",
        "ratio",
    )  # fmt: skip
    _add_rows(made_table, found)
    return made_table


def _add_rows(made: Table, found: dict[str, Taken]) -> None:
    base = [median(spans) for spans in found["sevbot"]]
    for name, taken in found.items():
        middle = [median(spans) for spans in taken]
        for size, span, our in zip(OPEN, middle, base, strict=False):
            growth, ratio = f"{span / middle[0]:.2f}", f"{span / our:.1f}"
            made.add_row(name, f"{size:,}", ms(span), growth, ratio)


def main() -> None:
    console = Console(width=WIDTH)
    console.print(in_files())
    if postgres.binaries() is None:
        console.print("There is no PostgreSQL here.")
    else:
        console.print(on_a_server())
    with TemporaryDirectory() as folder:
        console.print(f"One page synced takes {ms(synced(Path(folder)).p50)} ms.")
    console.print(conditions())


if __name__ == "__main__":
    main()
