"""Erases what people typed about incidents that were closed long ago."""

import logging

from bot.store.maintenance import erasing
from bot.store.tables import locks
from bot.triage.context import Context

logger = logging.getLogger(__name__)

_BATCH = 100


class Retention:
    """Keeps texts for as long as the policy says, by the clock of obligations."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def run(self) -> int:
        """Erase the texts that are too old, and return of how many incidents.

        A hundred in a transaction, so that nobody waits long for their turn.
        """
        kept_for = self._context.policy().erase_texts_after
        if kept_for is None:
            return 0
        now, erased = self._context.clock(), 0
        while True:
            with self._context.database.transaction() as tx:
                locks.take(tx, locks.HOUSEKEEPING)
                numbers = erasing.closed_before(tx, now - kept_for, _BATCH)
                erased += len(erasing.erase(tx, numbers, now))
            if len(numbers) < _BATCH:
                break
        # Also where nothing was erased: somebody may have read the log last time.
        self._context.database.empty_log()
        if erased:
            logger.info("texts erased", extra={"incidents": erased})
        return erased
