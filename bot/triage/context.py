"""What every use case works with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.policy.policies import Policy
from bot.store.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Context:
    """The record of one workspace, the policy in force, and both clocks.

    `policy` returns the policy in force now, with the covers as `note_covers` last read
    them. Deadlines and reminders follow `clock`,
    the clock of obligations, which a trial may let jump. Leases, retries and rate
    limits follow `system_clock`.
    """

    database: Database
    policy: Callable[[], Policy]
    clock: Clock
    system_clock: Clock
    workspace: str
    note_covers: Callable[[Transaction], None] = lambda _: None

    def instants(self) -> dict[str, datetime]:
        """Return now by both clocks, named as the outbox's parameters."""
        return {"now": self.clock(), "system_now": self.system_clock()}
