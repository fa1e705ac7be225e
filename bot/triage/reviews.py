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
from bot.store.tables import covers, stories


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


def policy_at(
    tx: Transaction, policy: Policy, instant: datetime, now: datetime
) -> Policy:
    """Return the policy by which people were, are or will be on call at an instant.

    The past is as the record knows it; without a version of that time, and from now on,
    `policy` counts, as `counting` has it. Covers are in it.
    """
    row = tx.one("policy_at", at=instant) if instant < now else None
    if row is not None:
        policy = policies(tx, policy, instant.date())(row["version"])
    else:
        policy = counting(tx, policy, instant)
    return covers.on(tx, policy, instant)


def counting(tx: Transaction, policy: Policy, at: datetime) -> Policy:
    """Return the policy of the file if it counts by then, or else the last stored one.

    If none is stored that can be read, it is that of the file.
    """
    if policy.effective_from is None or policy.effective_from <= at:
        return policy
    row = tx.one("last_policy")
    return policies(tx, policy, at.date())(row["version"]) if row else policy


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
