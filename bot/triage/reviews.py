"""Review a span of the record, each deadline by the policy of its day."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from bot.errors import PolicyError
from bot.incidents import review
from bot.incidents.review import Review, Story
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.parsing.source import read_stored
from bot.policy.policies import Policy
from bot.store.database import Database
from bot.store.tables import stories


@dataclass(frozen=True, slots=True)
class Past:
    """What reads the past: a record, the policy of now, and the versions before it."""

    database: Database
    policy: Policy
    policy_of: Callable[[str], Policy]

    def review(self, since: datetime, until: datetime, now: datetime) -> Review:
        """Return what a span was like."""
        with self.database.reading() as tx:
            found = stories.between(tx, since, until)
            told = stories.told(tx, since, until)
        return review.review(
            self.policy,
            self.policy_of,
            found,
            told,
            since=since,
            until=until,
            now=now,
        )

    def stories(self, since: datetime, until: datetime) -> list[Story]:
        """Return the incidents that were open in a span."""
        with self.database.reading() as tx:
            return stories.between(tx, since, until)


def past(database: Database, policy: Policy, today: date) -> Past:
    """Return what reads a record's past. A version that is not kept is that of now."""

    @cache
    def policy_of(version: str) -> Policy:
        if version == policy.version:
            return policy
        with database.reading() as tx:
            row = tx.one("policy_text", version=version)
        if row is None:
            return policy
        try:
            return read_stored(json.loads(row["text"]), public_holidays, today)
        except PolicyError:
            return policy

    return Past(database, policy, policy_of)
