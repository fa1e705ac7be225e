"""Review a span of the record, each deadline by the policy of its day."""

import json
from datetime import date, datetime
from functools import cache

from bot.errors import PolicyError
from bot.incidents import review
from bot.incidents.review import PolicyOf, Review
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.parsing.source import read_stored
from bot.policy.policies import Policy
from bot.store.database import Transaction
from bot.store.tables import stories


def reviewed(
    tx: Transaction,
    policy: Policy,
    policy_of: PolicyOf,
    span: tuple[datetime, datetime],
    now: datetime,
) -> Review:
    """Return what a span was like."""
    since, until = span
    return review.review(
        policy,
        policy_of,
        stories.between(tx, since, until),
        stories.told(tx, since, until),
        since=since,
        until=until,
        now=now,
    )


def policies(tx: Transaction, policy: Policy, today: date) -> PolicyOf:
    """Return what finds a version of the policy; one that is not kept is that of now.

    It reads in the transaction, so use it within.
    """

    @cache
    def of(version: str) -> Policy:
        if version == policy.version:
            return policy
        row = tx.one("policy_text", version=version)
        if row is None:
            return policy
        try:
            return read_stored(json.loads(row["text"]), public_holidays, today)
        except PolicyError:
            return policy

    return of
