"""`sevbot policy simulate`: the record, lived through again with a progress bar."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from bot.cli import policies, simulation_page
from bot.cli.pages import Page
from bot.errors import BotError
from bot.incidents.replays import Change
from bot.policy.parsing import notation
from bot.settings import read_settings
from bot.store import opening
from bot.triage import reviews, simulations


def page(new: Path, since: str, url: str | None) -> Page:
    """Return what a new policy would have changed."""
    at = policies.now()
    begin = at - _length(since)
    policy = policies.read(None, at.date())
    change = Change(policies.read(new, at.date()), begin)
    url = url or read_settings().database_url
    workspace = opening.known_workspace(url)
    if workspace is None:
        raise BotError("There is no record yet.")
    with (
        closing(opening.opened(url, workspace)) as database,
        database.reading() as tx,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        policy = reviews.counting(tx, policy, at)
        bar = progress.add_task("events", total=None)
        found, limits = simulations.tried(
            tx,
            policy,
            change,
            at,
            lambda done, total: progress.update(bar, completed=done, total=total),
        )
        names = {row["id"]: row["name"] for row in tx.all("names")}
    return simulation_page.page(
        found,
        (policy, change.policy),
        limits,
        (begin, at),
        lambda person: names.get(person) or person,
    )


def _length(since: str) -> timedelta:
    try:
        return notation.interval(since)
    except ValueError as error:
        raise BotError(f"--since: {error}.") from error
