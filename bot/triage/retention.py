"""Erases what people typed about incidents that were closed long ago."""

import logging

from bot.store.maintenance import erasing
from bot.store.tables import locks
from bot.triage.context import Context

logger = logging.getLogger(__name__)

_BATCH = 100


class Retention:
    """Erases texts once they are older than the policy allows.

    Source: the policy's section "How long texts are kept". The clock of obligations
    says how old they are.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def run(self) -> int:
        """Erase the texts that are too old; return of how many incidents.

        A hundred per transaction, so that nobody waits long for the write lock.
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
        with self._context.database.transaction() as tx:
            tx.write("forget_declined", before=now - kept_for)
        # Even if nothing was erased: a reader may have kept the log from being emptied
        # last time, so that it still holds erased texts.
        self._context.database.empty_log()
        if erased:
            logger.info("texts erased", extra={"incidents": erased})
        return erased
