"""A simulated year of a team: `uv run --group dev python -m tests.year`.

The same incidents and the same people, once with sevbot's reminders and once with one
every four hours until an incident is resolved. `--days` and `--incidents` make it
smaller.
"""

import sys
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from time import perf_counter

from rich.console import Console
from rich.table import Table

from bot.incidents.review import Kept
from bot.policy.severities import Severity
from bot.slack.messages.review import kept_words
from tests.year import teams
from tests.year.accounts import Account, account
from tests.year.emulated import likeness
from tests.year.people import Year
from tests.year.worlds import EVERY, Ours, Peers, World

_SEED = 7
_AIMS = {
    "Targets kept": "",
    "Reminders and pages for each kept target": "1.3",
    "Messages a person and day: median": "",
    "Messages a person and day: 99 of 100 days": "",
    "Outside of the reader's day: Sev1": "",
    "Outside of the reader's day: Sev2 to Sev4": "",
    "of all these not needed": "0",
    "Messages to somebody not responsible": "0",
    "Sev1 of which nobody heard within 5 minutes": "0",
    "Missed targets of which nobody heard in time": "0",
}


def lived(world: World, begins: datetime, days: int, incidents: int) -> Year:
    """Live through a span."""
    year = Year(world, begins, days, _SEED)
    year.live(incidents)
    return year


def account_of(world: World, year: Year) -> Account:
    """Return what a span came to."""
    return account(world.core, year.heard, year.begins, year.ends)


def cells(one: Account) -> list[str]:
    """Return a column of the table."""
    grave = one.outside.get(Severity.SEV1, 0)
    return [
        kept_words(Kept(one.kept, one.targets)),
        f"{one.reminders / max(one.kept, 1):.2f}",
        f"{one.median}",
        f"{one.p99}",
        f"{grave:,}",
        f"{sum(one.outside.values()) - grave:,}",
        f"{one.unneeded:,}",
        f"{one.to_others:,}",
        f"{one.silent:,}",
        f"{one.untold:,}",
    ]


def main() -> int:
    """Print both columns beside the aims; return 1 if the bot did not as the core."""
    parser = ArgumentParser(prog="python -m tests.year")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--incidents", type=int, default=3000)
    parser.add_argument("--emulated", action="store_true")
    given = parser.parse_args()
    begins, policy = datetime(teams.YEAR, 1, 5, 8, tzinfo=UTC), teams.policy()
    began = perf_counter()
    worlds: tuple[World, ...] = (Ours(policy, begins), Peers(policy))
    years = [lived(one, begins, given.days, given.incidents) for one in worlds]
    came_to = map(account_of, worlds, years)
    took = perf_counter() - began
    hours = EVERY // timedelta(hours=1)
    table = Table("", "sevbot", f"every {hours} h until done", "aim")
    for (name, aim), *both in zip(_AIMS.items(), *map(cells, came_to), strict=True):
        table.add_row(name, *both, aim)
    console = Console(width=100)
    console.print(
        f"{given.incidents:,} incidents in {given.days} days, {len(teams.ACCOUNTS)} "
        "people, of five reminders one ignored"
    )
    console.print(table)
    console.print(f"Lived through twice in {took:.0f} s.")
    if not given.emulated:
        return 0
    found = likeness(years[0], policy)
    for what, (same, every) in asdict(found).items():
        console.print(f"The bot and the core agree on {same} of {every} {what}.")
    return 0 if found.is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
