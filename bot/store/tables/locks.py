"""Named locks that one replica at a time holds, to the end of its transaction.

On SQLite there is one transaction at a time anyway.
"""

from bot.store.database import Transaction

TICK = "tick"
OUTBOX = "outbox"
POLICY = "policy"
HOUSEKEEPING = "housekeeping"


def take(tx: Transaction, name: str) -> None:
    """Wait until nobody else holds a lock, then hold it."""
    if tx.one("take_lock", name=name) is None:
        tx.one("add_lock", name=name)


def take_if_free(tx: Transaction, name: str) -> bool:
    """Hold a lock, unless another replica does; return whether it is ours."""
    if tx.one("take_free_lock", name=name) is not None:
        return True
    if tx.one("lock", name=name) is not None:
        return False
    tx.one("add_lock", name=name)
    return True
