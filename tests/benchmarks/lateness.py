"""How late reminders are, from the instant of each to its message in Slack.

    uv run --group dev python -m tests.benchmarks.lateness

The real scheduler and senders, on the system clock, over HTTP to a local
Slack in a process of its own. A hundred thousand incidents are open; some of their
reminders fall due one after another, four a second, within the workspace's budget.
"""

import sqlite3
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from bot.clock import system_clock
from bot.delivery.links import Links
from bot.delivery.outbox import Outbox
from bot.delivery.rendering import Renderer
from bot.emulator.driver import LocalSlack
from bot.running.scheduler import Scheduler
from bot.running.senders import Senders
from bot.slack.client import Slack
from bot.store.engines.sqlite import to_text
from bot.triage.context import Context
from bot.triage.tick import Reminders
from tests.benchmarks.figures import SPREAD, WIDTH, conditions, spread, table
from tests.benchmarks.seeding import WORKSPACE, Desk, desk
from tests.factories import shipped_policy
from tests.remote_slack import slack_process

OPEN = 100_000
REMINDERS = 240
EVERY = timedelta(milliseconds=250)  # Slower than the budget of one post in 200 ms.
CONVERSATIONS = 40
STARTS_IN = timedelta(seconds=5)
_GIVES_UP_AFTER_S = 60


def address(made: Desk, slack: LocalSlack) -> None:
    """Give the owners of due incidents a few shared conversations."""
    conversations = [slack.add_channel(f"dm-{n}").id for n in range(CONVERSATIONS)]
    with closing(sqlite3.connect(made.path)) as file, file:
        for number in range(1, REMINDERS + 1):
            conversation = conversations[number % CONVERSATIONS]
            owner = f"U{number:06}"
            file.execute("UPDATE people SET dm = ? WHERE id = ?", [conversation, owner])
            due_at = to_text(due(made, number))
            file.execute(
                "UPDATE deadlines SET next_nudge_at = ? WHERE incident = ?",
                [due_at, number],
            )


def due(made: Desk, number: int) -> datetime:
    """Return when an incident's reminder falls due, by the clock of obligations."""
    return made.due_at + STARTS_IN + number * EVERY


def measured(made: Desk, slack: LocalSlack) -> list[float]:
    """Return by how many seconds each reminder was late."""
    address(made, slack)
    shift = made.due_at - system_clock()

    def clock() -> datetime:
        return system_clock() + shift

    context = Context(made.database, shipped_policy, clock, system_clock, WORKSPACE)
    renderer = Renderer(shipped_policy, clock, Links(lambda: slack.url))
    outbox = Outbox(context, Slack(slack.bot_token, slack.api_url), renderer)
    senders = Senders(outbox)
    reminders = Reminders(context)

    def tick() -> None:
        reminders.tick()
        senders.wake()

    scheduler = Scheduler(tick, lambda: None)
    scheduler.start()
    senders.start()
    try:
        wait_for(slack, REMINDERS)
    finally:
        scheduler.stop()
        senders.stop()
    stamps = posted(made)
    return [
        stamp - (due(made, number) - shift).timestamp()
        for number, stamp in stamps.items()
    ]


def wait_for(slack: LocalSlack, count: int) -> None:
    """Wait until so many messages stand there."""
    span_s = (STARTS_IN + count * EVERY).total_seconds()
    until = time.monotonic() + span_s + _GIVES_UP_AFTER_S
    while len(slack.all_messages()) < count:
        if time.monotonic() > until:
            raise SystemExit("not every reminder was posted")
        time.sleep(0.5)


def posted(made: Desk) -> dict[int, float]:
    """Return when the reminder of each incident was posted, by Slack's stamp."""
    with closing(sqlite3.connect(made.path)) as file:
        rows = file.execute(
            "SELECT incident, ts FROM outbox WHERE kind = 'reminder' AND ts IS NOT NULL"
        ).fetchall()
    return {int(number): float(ts) for number, ts in rows}


def main() -> None:
    with (
        slack_process() as slack,
        TemporaryDirectory() as folder,
        desk(Path(folder), incidents=OPEN, due=REMINDERS) as made,
    ):
        late = measured(made, slack)
    title = f"Lateness of {len(late)} reminders, {OPEN:,} incidents open"
    found = table(title, "what", *SPREAD)
    found.add_row("instant to message in Slack", *spread(late).cells())
    console = Console(width=WIDTH)
    console.print(found)
    console.print(conditions())


if __name__ == "__main__":
    main()
