"""What a user would pick instead: one job per reminder in APScheduler's own job store.

The store is SQLAlchemy's over a SQLite file: as it comes, and with a write-ahead log as
ours; it syncs at every commit, as ours does. What a job calls does nothing, while
a reminder of ours looks at its incident, decides who is told and writes it down.
"""

import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Semaphore
from time import perf_counter

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

NAMES = {False: "APScheduler, as it comes", True: "... with a write-ahead log"}
_FIRES_WITHIN_S = 600
_YEAR_S = 365 * 24 * 3600

_fired = Semaphore(0)


def remind(number: int) -> None:
    """Be the reminder of an incident."""
    _fired.release()


@contextmanager
def job_store(folder: Path, *, is_wal: bool) -> Iterator[BackgroundScheduler]:
    """Return a paused scheduler whose jobs are in a file."""
    path = folder / "jobs.db"
    if is_wal:
        with closing(sqlite3.connect(path)) as file:
            file.execute("PRAGMA journal_mode = WAL")  # It stays so.
    store = SQLAlchemyJobStore(f"sqlite:///{path}")
    scheduler = BackgroundScheduler(
        jobstores={"default": store},
        job_defaults={"misfire_grace_time": None},
        timezone=UTC,
    )
    scheduler.start(paused=True)
    try:
        yield scheduler
    finally:
        scheduler.shutdown()


def now() -> datetime:
    """Return the instant by which jobs are due."""
    return datetime.now(UTC)


def add(scheduler: BackgroundScheduler, number: int, at: datetime) -> None:
    """Store the reminder of an incident as its documentation says."""
    scheduler.add_job(remind, "date", run_date=at, args=[number], id=f"INC-{number}")


def fire(folder: Path, *, is_wal: bool, jobs: int, due: int) -> float:
    """Return how long it takes until the due ones of so many jobs were called."""
    with job_store(folder, is_wal=is_wal) as scheduler:
        _fill(scheduler, folder, jobs, due)
        began = perf_counter()
        scheduler.resume()
        for _ in range(due):
            if not _fired.acquire(timeout=_FIRES_WITHIN_S):
                raise SystemExit("APScheduler did not fire all")
        return perf_counter() - began


def _fill(scheduler: BackgroundScheduler, folder: Path, jobs: int, due: int) -> None:
    """Store jobs at once: the due ones whole, of the others what a search looks at."""
    add(scheduler, 0, now() - timedelta(minutes=1))
    job = scheduler.get_job("INC-0")
    scheduler.remove_job("INC-0")
    state = job.__getstate__()
    whole = [
        (
            f"INC-{number}",
            job.next_run_time.timestamp(),
            pickle.dumps({**state, "id": f"INC-{number}", "args": [number]}),
        )
        for number in range(1, due + 1)
    ]
    blob, later = pickle.dumps(state), now().timestamp() + 3600
    others = (
        (f"INC-{number}", later + number % _YEAR_S, blob)
        for number in range(due + 1, jobs + 1)
    )
    with closing(sqlite3.connect(folder / "jobs.db")) as file, file:
        for rows in (whole, others):
            file.executemany("INSERT INTO apscheduler_jobs VALUES (?, ?, ?)", rows)
