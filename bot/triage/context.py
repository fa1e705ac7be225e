"""What every use case works with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.policy.policies import Policy
from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Context:
    """The record of one workspace, the policy in force, and two kinds of time.

    `policy` answers the policy in force now. Obligations follow `clock`, which a trial
    may let travel; leases, waits and pace follow `system_clock`.
    """

    database: Database
    policy: Callable[[], Policy]
    clock: Clock
    system_clock: Clock
    workspace: str

    def instants(self) -> dict[str, datetime]:
        """Return both kinds of now, as the outbox wants them."""
        return {"now": self.clock(), "system_now": self.system_clock()}
