"""Named locks, each held by one replica until its transaction ends.

They are locks on rows, which end with a transaction however it ends. On SQLite there is
only one writing transaction at a time anyway.
"""

from bot.store.database import Transaction

TICK = "tick"
OUTBOX = "outbox"
POLICY = "policy"
HOUSEKEEPING = "housekeeping"


def take(tx: Transaction, name: str) -> None:
    """Wait for a lock and hold it.

    A replica that freezes while it holds the outbox holds up every page of the others.
    """
    if name == OUTBOX:
        tx.be_brief()
    # The row has to exist before it can be locked; the first user of a lock adds it.
    if tx.one("take_lock", name=name) is None:
        tx.one("add_lock", name=name)


def take_if_free(tx: Transaction, name: str) -> bool:
    """Hold a lock unless another replica does; return whether it is ours."""
    if tx.one("take_free_lock", name=name) is not None:
        return True
    # SKIP LOCKED does not tell a locked row from a missing one.
    if tx.one("lock", name=name) is not None:
        return False
    tx.one("add_lock", name=name)
    return True
