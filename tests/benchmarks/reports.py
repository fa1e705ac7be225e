"""A week's review and an export of a long record.

    uv run --group dev python -m tests.benchmarks.reports

The record holds three years of incidents, a million events in all. Beside the review
stands one read of the same week's events alone, and beside the export SQLite's own dump
of the same file. Memory is what the process grew by at most.
"""

import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from bot.incidents.acts import Report, Update
from bot.policy.severities import Severity
from bot.store import opening
from bot.store.database import Database
from bot.store.maintenance import exporting
from bot.triage import reviews
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.use_cases import Triage
from tests.benchmarks.figures import WIDTH, conditions, seconds, table
from tests.benchmarks.seeding import WORKSPACE, Now, copies
from tests.factories import pacific, shipped_policy

INCIDENTS = 100_000
APART = timedelta(minutes=15)
BEGINS = pacific(24, "09:00")
EVERY = exporting.Filter(
    since=datetime.min.replace(tzinfo=UTC),
    until=datetime.max.replace(tzinfo=UTC),
    severities=frozenset(Severity),
    is_of=lambda _: True,
)
# The instants of each table, which lie further on in each copy.
INSTANTS = {
    "incidents": (
        *("reported_at", "opened_at", "owned_since", "responded_at", "updated_at"),
        *("last_sign_at", "closed_at"),
    ),
    "events": ("at", "recorded_at"),
    "deadlines": ("started_at", "due_at", "late_at", "missed_at", "closed_at"),
}


def seed(path: Path, database: Database) -> None:
    """Let one incident live with ten events, and copy it."""
    clock = Now(BEGINS)
    triage = Triage(Context(database, shipped_policy, clock, clock, WORKSPACE))
    report = Report(Severity.SEV2, "push of apps fails", "C1", "Acme", "standard")
    triage.open(Act("U0DEE", "open"), report)
    triage.take(Act("U0ANA", "take"), 1, from_owner=None)
    for number in range(7):
        clock.at += timedelta(hours=3)
        update = Update(told="We look into it", following="More later")
        triage.update(Act("U0ANA", f"update/{number}"), 1, update)
    triage.resolve(Act("U0ANA", "resolve"), 1, "done")
    apart = APART // timedelta(minutes=1)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA synchronous = OFF")
        for name, instants in INSTANTS.items():
            own = "number" if name == "incidents" else "incident"
            later = f", '+' || (n * {apart}) || ' minutes')"
            shifted = {
                one: f"strftime('%Y-%m-%dT%H:%M:%fZ', one.{one}{later}"
                for one in instants
            }
            copies(file, name, INCIDENTS, {own: "n", **shifted})


def dumped(path: Path, to: Path) -> None:
    with closing(sqlite3.connect(path)) as file, to.open("w") as text:
        text.writelines(f"{line}\n" for line in file.iterdump())


def grown(run: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that a run took, and by how many MB the process grew."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took = seconds(run)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return took, (after - before) / 1024


def main() -> None:
    """Print what each took."""
    console = Console(width=WIDTH)
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "sevbot.db"
        with closing(opening.opened(f"sqlite:///{path}", WORKSPACE)) as database:
            seed(path, database)
            since = BEGINS + timedelta(days=700)
            until = since + timedelta(days=7)
            policy = shipped_policy()

            def events() -> None:
                with database.reading() as tx:
                    tx.all("events_since", since=since, until=until)

            def week() -> None:
                with database.reading() as tx:
                    policy_of = reviews.policies(tx, policy, until.date())
                    reviews.reviewed(tx, policy, policy_of, (since, until), until)

            def export() -> None:
                with exporting.csv_files(folder / "csv") as target:
                    exporting.export(database, EVERY, target)

            made = table("A record of 1,000,000 events", "what", "s", "MB more")
            for what, run in (
                ("read the week's events", events),
                ("review the week", week),
                ("export everything as CSV", export),
                ("SQLite's own dump", lambda: dumped(path, folder / "dump.sql")),
            ):
                took, more = grown(run)
                made.add_row(what, f"{took:.2f}", f"{more:.0f}")
    console.print(made)
    console.print(conditions())


if __name__ == "__main__":
    main()
