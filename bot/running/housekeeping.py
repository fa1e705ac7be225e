"""Delete what nobody needs any more: answers to redelivered requests, old messages."""

from datetime import timedelta

from bot.store.tables import locks
from bot.triage.context import Context

_KEEP_INBOX_FOR = timedelta(days=3)
_KEEP_EDITS_FOR = timedelta(days=7)


def run(context: Context) -> None:
    """Delete it, unless another replica is doing that."""
    inbox_before = context.system_clock() - _KEEP_INBOX_FOR
    with context.database.transaction() as tx:
        if locks.take_if_free(tx, locks.HOUSEKEEPING):
            tx.write("forget_inbox", before=inbox_before)
            tx.write("forget_messages", before=context.clock() - _KEEP_EDITS_FOR)
