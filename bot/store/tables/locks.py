"""What one replica at a time does, to the end of its transaction.

On SQLite there is one transaction at a time anyway.
"""

from bot.store.database import Transaction

TICK = "tick"
OUTBOX = "outbox"
POLICY = "policy"
HOUSEKEEPING = "housekeeping"


def take(tx: Transaction, name: str) -> None:
    """Wait until nobody else has a turn, then have it."""
    if tx.one("take_turn", name=name) is None:
        tx.one("add_turn", name=name)


def take_if_free(tx: Transaction, name: str) -> bool:
    """Have a turn, unless another replica has it."""
    if tx.one("take_free_turn", name=name) is not None:
        return True
    if tx.one("turn", name=name) is not None:
        return False
    tx.one("add_turn", name=name)
    return True
