"""`sevbot policy simulate`: the record, lived through again with a progress bar."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bot.cli import calendars, policies, record, simulation_page
from bot.cli.due_times import local
from bot.cli.pages import Page
from bot.cli.progress import bars
from bot.errors import BotError
from bot.incidents.replays import Change
from bot.policy.parsing import notation
from bot.policy.policies import Policy
from bot.policy.rotations import Stretch
from bot.store.tables import covers
from bot.triage import reviews, simulations


def page(new: Path, since: str, url: str | None) -> Page:
    at = policies.now()
    begin = at - _length(since)
    policy = policies.read(None, at.date())
    change = Change(policies.read(new, at.date()), begin)
    with record.reading(url) as tx, bars() as tell:
        policy = covers.on(tx, reviews.counting(tx, policy, at), begin)
        unknown = list[str]()
        policy = _with_calendars(policy, None, begin, at, unknown)
        tried = _with_calendars(
            change.policy.with_feeds(_kept(policy, change.policy)),
            new,
            begin,
            at,
            unknown,
        )
        change = replace(change, policy=tried)
        told = partial(tell, "events")
        found, limits = simulations.tried(tx, policy, change, at, told)
        named = record.names(tx)
    pair = policy, change.policy
    limits = replace(limits, calendars=tuple(dict.fromkeys(unknown)))
    return simulation_page.page(found, pair, limits, (begin, at), named)


def _kept(policy: Policy, new: Policy) -> dict[str, tuple[Stretch, ...]]:
    """Return what is known of the calendars that both policies read alike."""
    known = {one.name: one for one in policy.on_call.feeds}
    return {
        one.name: known[one.name].stretches or ()
        for one in new.on_call.feeds
        if one.name in known and replace(known[one.name], stretches=None) == one
    }


def _with_calendars(
    policy: Policy,
    file: Path | None,
    since: datetime,
    at: datetime,
    unknown: list[str],
) -> Policy:
    """Return a policy with its unread calendars read, and note what is not known."""
    read: dict[str, tuple[Stretch, ...]] = {}
    for feed, found in calendars.read(policy, at, file):
        if isinstance(found, str):
            read[feed.name] = ()
            why = found.removesuffix(".")
            unknown.append(
                f"The calendar of {feed.name} could not be read ({why}): nobody is on "
                "call by it here."
            )
        else:
            read[feed.name] = found.stretches
    policy = policy.with_feeds(read)
    for feed in policy.on_call.feeds:
        first = next((begins for begins, *_ in feed.stretches or ()), None)
        if first is not None and first > since:
            begins = local(first, policy.team_hours.zone)
            unknown.append(
                f"Nothing is known of the calendar of {feed.name} before {begins}: "
                "nobody is on call by it until then."
            )
    return policy


def _length(since: str) -> timedelta:
    try:
        return notation.interval(since)
    except ValueError as error:
        raise BotError(f"--since: {error}.") from error
