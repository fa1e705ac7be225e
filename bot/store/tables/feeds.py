"""The table of feeds: what was last read of the calendars from elsewhere."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.policy.rotations import Stretch
from bot.store.database import Transaction

READ_EVERY = timedelta(minutes=5)


def claim(tx: Transaction, name: str, source: str, system_now: datetime) -> bool:
    """Claim a feed for reading it; `False` if it was claimed lately for this source."""
    before = system_now - READ_EVERY
    row = tx.one("claim_feed", name=name, source=source, now=system_now, before=before)
    return row is not None


def save(  # noqa: PLR0913  # What one reading leaves.
    tx: Transaction,
    name: str,
    source: str,
    stretches: tuple[Stretch, ...],
    now: datetime,
    *,
    told: Iterable[str] = (),
) -> bool:
    """Store what was read of a feed; `False` if another source of it counts by now.

    `told` are hashes of the unknown names in it, of which the leads then have heard.
    """
    written = [(since.isoformat(), to.isoformat(), who) for since, to, who in stretches]
    row = tx.one(
        "save_feed",
        name=name,
        source=source,
        stretches=json.dumps(written),
        read_at=now,
        told=json.dumps(sorted(told)),
    )
    return row is not None


def told(tx: Transaction, name: str) -> frozenset[str]:
    """Return hashes of the unknown names in a feed of which the leads have heard."""
    found = {row["name"]: row["told"] for row in tx.all("feeds_read")}
    return frozenset(json.loads(found.get(name) or "[]"))


def read_at(tx: Transaction) -> Mapping[str, tuple[datetime, datetime]]:
    """Return when each feed was last read, and when it was last tried."""
    return {
        row["name"]: (row["read_at"], row["tried_at"]) for row in tx.all("feeds_read")
    }


def stretches(tx: Transaction) -> dict[str, tuple[Stretch, ...]]:
    """Return what was last read of each feed."""
    return {
        row["name"]: tuple(
            (datetime.fromisoformat(since), datetime.fromisoformat(to), who)
            for since, to, who in json.loads(row["stretches"])
        )
        for row in tx.all("feeds_read")
    }
