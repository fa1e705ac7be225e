"""What the benchmarks print: spreads, tables, and the state of the computer."""

import os
import platform
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import perf_counter

from rich.table import Table

_SYNCS = 300
_PAGE = b"x" * 4096


@dataclass(frozen=True, slots=True)
class Spread:
    """How long the same thing took, over many times; in seconds."""

    p50: float
    p95: float
    p99: float
    longest: float

    def cells(self) -> list[str]:
        """Return it as the cells of a table, in milliseconds."""
        return [ms(one) for one in (self.p50, self.p95, self.p99, self.longest)]


SPREAD = ("p50 ms", "p95 ms", "p99 ms", "max ms")
WIDTH = 88


def spread(seconds: Iterable[float]) -> Spread:
    """Return the spread of some spans; a quantile is a span that did occur."""
    taken = sorted(seconds)

    def quantile(share: float) -> float:
        return taken[min(len(taken) - 1, int(share * len(taken)))]

    return Spread(quantile(0.5), quantile(0.95), quantile(0.99), taken[-1])


def timed(run: Callable[[], object], times: int) -> Spread:
    """Return how long each of some runs took."""
    return spread([seconds(run) for _ in range(times)])


def seconds(run: Callable[[], object]) -> float:
    """Return how long one run took."""
    began = perf_counter()
    run()
    return perf_counter() - began


def ms(span: float) -> str:
    """Return a span in milliseconds."""
    return f"{span * 1e3:,.2f}"


def table(title: str, *columns: str) -> Table:
    """Return an empty table; its first column is words, the others are numbers."""
    made = Table(title=title, title_justify="left")
    for position, column in enumerate(columns):
        made.add_column(column, justify="right" if position else "left", no_wrap=True)
    return made


def synced(folder: Path) -> Spread:
    """Return what one durable write of a page costs on a folder's disk.

    No program that keeps its word can commit more often, one commit after another.
    """
    with NamedTemporaryFile(dir=folder) as file:

        def write() -> None:
            file.write(_PAGE)
            file.flush()
            os.fdatasync(file.fileno())

        return timed(write, _SYNCS)


def conditions() -> str:
    """Return on what a benchmark ran, and how busy that was."""
    load = os.getloadavg()[0]
    return (
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{os.cpu_count()} cores, load {load:.1f} in the last minute"
    )
