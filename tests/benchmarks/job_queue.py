"""What a user of PostgreSQL would pick instead: a queue of jobs, one per reminder.

It is procrastinate's, on the same server as ours. What a job calls does nothing, while
a reminder of ours looks at its incident, decides who is told and writes it down.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from time import perf_counter

from procrastinate import App, PsycopgConnector
from procrastinate.types import JSONValue

# One job after another, as it comes, and with as many at once as it is often given.
NAMES = {1: "procrastinate, as it comes", 10: "... ten jobs at once"}
_LATER = timedelta(days=30)


def fire(url: str, *, jobs: int, due: int, at_once: int) -> float:
    """Return how long it takes until the due ones of so many jobs were called."""
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    return asyncio.run(_fire(url, jobs, due, at_once))


async def _fire(url: str, jobs: int, due: int, at_once: int) -> float:
    app, called = App(connector=PsycopgConnector(conninfo=url)), []

    async def remind_of(number: int) -> None:
        called.append(number)

    remind = app.task(name="remind", pass_context=False)(remind_of)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        now = datetime.now(UTC)
        whole: list[dict[str, JSONValue]] = [{"number": n} for n in range(jobs)]
        await remind.batch_defer_async(*whole[:due])
        later = remind.configure(schedule_at=now + _LATER)
        await later.batch_defer_async(*whole[due:])
        began = perf_counter()
        await app.run_worker_async(
            wait=False,
            concurrency=at_once,
            install_signal_handlers=False,
            listen_notify=False,
        )
        took = perf_counter() - began
    if len(called) != due:
        raise SystemExit("procrastinate did not fire all")
    return took
