"""What a replay needs of the record."""

from collections.abc import Callable

from bot.incidents.reach import Account
from bot.policy.policies import Policy
from bot.store.database import Transaction
from bot.triage import people


def accounts(tx: Transaction, policy: Policy) -> Callable[[str], Account]:
    """Return the zones of all people. Nobody has left: then, they were there."""
    home = Account(policy.team_hours.zone)
    known = {
        row["id"]: Account(people.zone_of(row, policy)) for row in tx.all("people")
    }
    return lambda person: known.get(person, home)
