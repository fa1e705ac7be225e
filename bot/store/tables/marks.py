"""Named instants: when something was last done, or since when something holds."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from bot.clock import CLOCKS_DIFFER_BY
from bot.store.database import Transaction

_POLICY = "policy/"
_PLANNED = "planned/"
_DIGEST = "digest/"
_TAKEN_OVER = "user_group/"


class Mark(StrEnum):
    """Every named instant in the database.

    By the clock of obligations: the last tick, the day's lists (digests have marks of
    their own, `DIGEST` is of the leads' in older records), when the shifts ahead were
    looked at, when the policy was loaded (`START`), up to when an old database is
    complete (`KNOWN_UNTIL`), and when a bot resumed from there. By the system clock:
    when a bot last started on a database that may be old (`BEGUN`), when it had read
    the incident numbers off the cards, when a backup was restored, when one was made,
    since when backups fail, when the user group was looked at, since when it cannot
    follow the shift, and when the record was begun (`CREATED`).
    """

    TICK = "tick"
    MORNING = "morning"
    DIGEST = "digest"
    LOOKED_AHEAD = "looked_ahead"
    START = "start"
    KNOWN_UNTIL = "known_until"
    RESUMED = "resumed"
    BEGUN = "begun"
    NUMBERS_READ = "numbers_read"
    RESTORED = "restored"
    BACKUP = "backup"
    BACKUP_FAILS = "backup_fails"
    USER_GROUP = "user_group"
    USER_GROUP_FAILS = "user_group_fails"
    CREATED = "created"


# Not the tick's, by which the tick itself sees that the clock was set back.
_OF_OBLIGATIONS = (
    Mark.MORNING,
    Mark.LOOKED_AHEAD,
    Mark.START,
    Mark.KNOWN_UNTIL,
    Mark.RESUMED,
)


def at(tx: Transaction, mark: Mark) -> datetime | None:
    """Return a named instant; `None` if it was never noted."""
    row = tx.one("mark", name=mark)
    return row["at"] if row else None


def noted(tx: Transaction) -> dict[str, datetime]:
    """Return every named instant that was noted, except those of a newer version."""
    known = frozenset[str](Mark)
    return {
        row["name"]: row["at"]
        for row in tx.all("marks")
        if row["name"] in known or row["name"].startswith(_DIGEST)
    }


def of_digest(name: str) -> str:
    """Return the name of the instant at which a digest was last written."""
    return f"{_DIGEST}{name}"


def forget_digest(tx: Transaction, mark: str) -> None:
    """Forget when a digest was last written that the policy no longer has."""
    tx.all("drop_marks", pattern=mark)


def note_policy(tx: Transaction, version: str, instant: datetime) -> None:
    """Note that a bot goes by a version of the policy."""
    tx.write("set_mark", name=f"{_POLICY}{version}", at=instant)


def policies(tx: Transaction) -> dict[str, datetime]:
    """Return when a bot last noted that it goes by each version."""
    return {
        row["name"].removeprefix(_POLICY): row["at"]
        for row in tx.all("marks")
        if row["name"].startswith(_POLICY)
    }


def plan_policy(tx: Transaction, version: str, instant: datetime) -> None:
    """Note which policy is to come, and when."""
    tx.write("set_mark", name=f"{_PLANNED}{version}", at=instant)


def drop_planned(tx: Transaction) -> dict[str, datetime]:
    """Forget which policy is to come; return its instant by its version."""
    rows = tx.all("drop_marks", pattern=f"{_PLANNED}%")
    return {row["name"].removeprefix(_PLANNED): row["at"] for row in rows}


def digests(noted: Mapping[str, datetime]) -> dict[str, datetime]:
    """Return when each digest was last written, by the name of that instant."""
    return {
        mark: at
        for mark, at in noted.items()
        if mark == Mark.DIGEST or mark.startswith(_DIGEST)
    }


def note(tx: Transaction, mark: str, instant: datetime) -> None:
    """Note a named instant, in place of an earlier one."""
    tx.write("set_mark", name=mark, at=instant)


def claim(tx: Transaction, mark: Mark, instant: datetime, before: datetime) -> bool:
    """Note an instant unless that was done after `before`; return whether it was."""
    row = tx.one("claim_mark", name=mark, at=instant, before=before)
    return row is not None


def drop(tx: Transaction, mark: Mark) -> None:
    """Forget a named instant."""
    tx.all("drop_marks", pattern=mark)


def take_over(tx: Transaction, group: str, instant: datetime) -> None:
    """Note that a user group is the bot's, whoever is in it."""
    tx.write("set_mark", name=f"{_TAKEN_OVER}{group}", at=instant)


def let_go(tx: Transaction, *, but: str | None) -> None:
    """Forget which user groups are the bot's, but for one."""
    for row in tx.all("marks"):
        name = str(row["name"])
        if name.startswith(_TAKEN_OVER) and name != f"{_TAKEN_OVER}{but}":
            tx.all("drop_marks", pattern=name)


def is_taken_over(tx: Transaction, group: str) -> bool:
    """Return whether a user group is the bot's."""
    return tx.one("mark", name=f"{_TAKEN_OVER}{group}") is not None


def bring_back(
    tx: Transaction,
    known: Mapping[str, datetime],
    *,
    now: datetime,
    system_now: datetime,
) -> dict[str, datetime]:
    """Move marks that are ahead back to now, and return those; not that of the tick."""
    of_obligations = {*_OF_OBLIGATIONS, *digests(known)}
    nows = {mark: now if mark in of_obligations else system_now for mark in known}
    ahead = {
        mark: at
        for mark, at in nows.items()
        if mark != Mark.TICK and known[mark] > at + CLOCKS_DIFFER_BY
    }
    for mark, at in ahead.items():
        note(tx, mark, at)
    return ahead
