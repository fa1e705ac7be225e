"""Named instants: when something was last done, or since when something is so."""

from datetime import datetime
from enum import StrEnum

from bot.store.database import Transaction


class Mark(StrEnum):
    """Every named instant of the record.

    By the clock of obligations: the tick, the day's lists, the taking up of a policy
    (`START`), the end of what an old record knows and when a bot went on from there.
    By the system clock: when a bot last began on a record that may be old, when it had
    read the numbers off the cards, when a backup was put back, when one was made, and
    since when none can be.
    """

    TICK = "tick"
    MORNING = "morning"
    DIGEST = "digest"
    START = "start"
    KNOWN_UNTIL = "known_until"
    RESUMED = "resumed"
    BEGUN = "begun"
    NUMBERS_READ = "numbers_read"
    RESTORED = "restored"
    BACKUP = "backup"
    BACKUP_FAILS = "backup_fails"


def at(tx: Transaction, mark: Mark) -> datetime | None:
    """Return a named instant; `None` if it was never noted."""
    row = tx.one("mark", name=mark)
    return row["at"] if row else None


def noted(tx: Transaction) -> dict[Mark, datetime]:
    """Return every named instant that was noted."""
    return {Mark(row["name"]): row["at"] for row in tx.all("marks")}


def note(tx: Transaction, mark: Mark, instant: datetime) -> None:
    """Note a named instant, in place of an earlier one."""
    tx.write("set_mark", name=mark, at=instant)
