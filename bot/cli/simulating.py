"""`sevbot policy simulate`: the record, lived through again with a progress bar."""

from datetime import timedelta
from functools import partial
from pathlib import Path

from bot.cli import policies, record, simulation_page
from bot.cli.pages import Page
from bot.cli.progress import bars
from bot.errors import BotError
from bot.incidents.replays import Change
from bot.policy.parsing import notation
from bot.triage import reviews, simulations


def page(new: Path, since: str, url: str | None) -> Page:
    at = policies.now()
    begin = at - _length(since)
    policy = policies.read(None, at.date())
    change = Change(policies.read(new, at.date()), begin)
    with record.reading(url) as tx, bars() as tell:
        policy = reviews.counting(tx, policy, at)
        told = partial(tell, "events")
        found, limits = simulations.tried(tx, policy, change, at, told)
        named = record.names(tx)
    pair = policy, change.policy
    return simulation_page.page(found, pair, limits, (begin, at), named)


def _length(since: str) -> timedelta:
    try:
        return notation.interval(since)
    except ValueError as error:
        raise BotError(f"--since: {error}.") from error
