"""Another policy tried on 90 days: `python -m tests.benchmarks.simulating`.

The record holds 10,000 incidents as the people of the simulated year lived through
them. A policy with a stricter target is tried on it, as `sevbot policy simulate` does.
"""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from rich.console import Console
from rich.progress import Progress

from bot.incidents.events import Event, EventKind
from bot.incidents.replays import Change
from bot.policy import wording
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.store import opening
from bot.store.database import Database
from bot.store.tables import records
from bot.triage import simulations
from tests.benchmarks.figures import WIDTH, conditions, seconds
from tests.year import teams
from tests.year.people import Year
from tests.year.worlds import Ours

INCIDENTS, DAYS = 10_000, 90
BEGINS = datetime(teams.YEAR, 1, 5, 8, tzinfo=UTC)


def seed(database: Database, policy: Policy) -> int:
    """Record what the people lived through; return how many events that was."""
    world = Ours(policy, BEGINS)
    year = Year(world, BEGINS, DAYS, seed=7)
    year.live(INCIDENTS)
    count = 0
    with database.transaction() as tx:
        for one in world.core.incidents():
            records.insert_incident(tx, one)
            at = one.opened_at
            opened = Event(EventKind.OPENED, at, at, one.opened_by)
            for event in (opened, *year.events.get(one.number, ())):
                records.add_event(tx, one.number, event)
                count += 1
            records.save_deadlines(tx, world.core.owed(one.number, year.ends))
    return count


def stricter(policy: Policy) -> Policy:
    """Return the policy with a day less for a Sev3's first response."""
    target = wording.first_response("4 business hours")
    changed = {(Severity.SEV3, plan.id): target for plan in policy.plans}
    responses = {**policy.first_responses, **changed}
    return replace(policy, first_responses=responses, version="stricter")


def main() -> None:
    """Print how long it took."""
    policy = teams.policy()
    with TemporaryDirectory() as name:
        url = f"sqlite:///{Path(name) / 'sevbot.db'}"
        with closing(opening.opened(url, "T1")) as database, Progress() as progress:
            count = seed(database, policy)
            bar = progress.add_task("events", total=None)
            change = Change(stricter(policy), BEGINS)

            def tried() -> None:
                with database.reading() as tx:
                    simulations.tried(
                        tx,
                        policy,
                        change,
                        BEGINS + timedelta(days=DAYS),
                        lambda done, total: progress.update(
                            bar, completed=done, total=total
                        ),
                    )

            began = process_time()
            took = seconds(tried)
            worked = process_time() - began
    console = Console(width=WIDTH)
    console.print(
        f"{INCIDENTS:,} incidents in {DAYS} days, {count:,} events: {took:.1f} s, "
        f"{worked:.1f} s of them at work"
    )
    console.print(conditions())


if __name__ == "__main__":
    main()
