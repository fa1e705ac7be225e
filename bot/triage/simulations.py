"""Try another policy on what was recorded."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.errors import BotError
from bot.incidents import comparison
from bot.incidents.comparison import Comparison, Limits
from bot.incidents.reach import Account
from bot.incidents.replays import Change, replayed
from bot.policy.policies import Policy
from bot.store.database import Transaction
from bot.store.tables import covers, stories
from bot.triage.accounts import quiet_of, zone_of


def tried(
    tx: Transaction,
    policy: Policy,
    change: Change,
    until: datetime,
    advance: Callable[[int, int], None],
) -> tuple[Comparison, Limits]:
    """Return what a change would have made of the time until an instant.

    `advance` hears how many events have happened, out of how many.
    """
    since = change.at
    found = stories.between(tx, since, until)
    if not found:
        raise BotError(f"Nothing was open since {since:%Y-%m-%d}: there is no telling.")
    policy = covers.on(tx, policy, since)
    change = replace(change, policy=covers.on(tx, change.policy, since))
    account_of = accounts(tx, policy)
    total, done = 2 * sum(len(one.events) for one in found), 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        advance(done, total)

    before, after = (
        replayed(policy, found, account_of, until=until, change=one, advance=count)
        for one in (None, change)
    )
    compared = comparison.compared(
        before, after, (policy, change.policy), account_of, since=since, until=until
    )
    return compared, comparison.limits(found, before, after, since)


def accounts(tx: Transaction, policy: Policy) -> Callable[[str], Account]:
    """Return the zones and quiet hours of all people, as they are now.

    Nobody has left: then, they were there.
    """
    home = Account(policy.team_hours.zone)
    known = {
        row["id"]: Account(zone_of(row, policy), quiet=quiet_of(row), id=row["id"])
        for row in tx.all("people")
    }
    return lambda person: known.get(person) or replace(home, id=person)
