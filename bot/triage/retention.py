"""Erases what people typed about incidents that were closed long ago."""

import logging
from collections.abc import Callable

from bot.clock import Clock
from bot.policy.policies import Policy
from bot.store.database import Database
from bot.store.maintenance import erasing
from bot.store.tables import locks

logger = logging.getLogger(__name__)

_BATCH = 100


class Retention:
    """Keeps texts for as long as the policy says, by the clock of obligations."""

    def __init__(
        self, database: Database, policy: Callable[[], Policy], clock: Clock
    ) -> None:
        self._database = database
        self._policy = policy
        self._clock = clock

    def run(self) -> int:
        """Erase the texts that are too old, and return of how many incidents.

        A hundred in a transaction, so that nobody waits long for their turn.
        """
        kept_for = self._policy().erase_texts_after
        if kept_for is None:
            return 0
        now, erased = self._clock(), 0
        while True:
            with self._database.transaction() as tx:
                locks.take(tx, locks.HOUSEKEEPING)
                numbers = erasing.closed_before(tx, now - kept_for, _BATCH)
                erased += len(erasing.erase(tx, numbers, now))
            if len(numbers) < _BATCH:
                break
        # Also where nothing was erased: somebody may have read the log last time.
        self._database.empty_log()
        if erased:
            logger.info("texts erased", extra={"incidents": erased})
        return erased
