"""Notice that another bot of this workspace goes by another policy.

Each bot notes once a minute by which policy it goes. Clocks of several machines differ,
so a note counts as fresh if it changed since the last look, whatever instant it names.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.policy.policies import Policy
from bot.store.database import Transaction
from bot.store.tables import marks, outbox_messages
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage.context import Context

logger = logging.getLogger(__name__)

_LOOK_EVERY = timedelta(minutes=1)
# A new file reaches the bots one after another: that is no disagreement.
_LOOKS = 3


class Agreement:
    """What the other bots' notes say; `differs` is another policy's version."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._looked_at: datetime | None = None
        self._seen: Mapping[str, datetime] = {}
        self._fresh: Mapping[str, int] = {}
        self.differs: str | None = None

    def look(self, policy: Policy) -> None:
        """Note the policy in force, and tell the leads once of another in use."""
        now, looked_at = self._context.system_clock(), self._looked_at
        if looked_at and timedelta(0) <= now - looked_at < _LOOK_EVERY:
            return
        with self._context.database.transaction() as tx:
            seen = marks.policies(tx)
            others = {
                version: self._fresh.get(version, 0) + 1
                for version, at in seen.items()
                if version != policy.version and at != self._seen.get(version, at)
            }
            differs = next((one for one in others if others[one] >= _LOOKS), None)
            marks.note_policy(tx, policy.version, now)
            if differs is not None:
                self._tell(tx, policy, differs)
        if differs is not None and differs != self.differs:
            extra = {"here": policy.version, "there": differs}
            logger.warning("another sevbot goes by another policy", extra=extra)
        self._looked_at, self._seen, self._fresh = now, seen, others
        self.differs = differs

    def _tell(self, tx: Transaction, policy: Policy, other: str) -> None:
        one, two = sorted((policy.version, other))
        refs = {"one": one, "two": two}
        for name, version in ("one_at", one), ("two_at", two):
            if (row := tx.one("policy_since", version=version)) is not None:
                refs[name] = row["accepted_at"].isoformat()
        new = NewMessage(
            # Both of them tell it, and again and again: it is said once.
            key=f"policy/differs/{one}/{two}",
            kind=MessageKind.POLICY_DIFFERS,
            priority=Priority.NUDGE,
            conversation=policy.channels.leads,
            refs=refs,
        )
        outbox_messages.queue(tx, new, **self._context.instants())
