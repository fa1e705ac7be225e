"""Leases on messages of the outbox: who sends one, and how that ended.

Instants follow the system clock, except when a message was posted.
"""

from dataclasses import asdict
from datetime import datetime
from enum import StrEnum

from bot.store.database import Transaction
from bot.store.tables.outbox_messages import (
    OutboxMessage,
    Posted,
    Priority,
    State,
    Verify,
    message_of,
    posted_values,
)


class Finish(StrEnum):
    """How storing the outcome of an attempt went.

    `LOST`: the lease was lost, so nothing was stored. `STALE`: the incident changed
    while the message was being sent.
    """

    DONE = "done"
    LOST = "lost"
    STALE = "stale"


def claim(  # noqa: PLR0913  # The instants of one claim.
    tx: Transaction,
    *,
    system_now: datetime,
    lease_until: datetime,
    page_lease_until: datetime,
    burst_until: datetime,
    token: str,
    down_to: Priority = Priority.DIGEST,
) -> OutboxMessage | None:
    """Lease the most urgent message that may go now; `None` if there is none.

    A budget may be overdrawn up to `burst_until`. Anything less urgent than `down_to`
    is left.
    """
    row = tx.one(
        "claim_message",
        system_now=system_now,
        lease_until=lease_until,
        page_lease_until=page_lease_until,
        burst_until=burst_until,
        token=token,
        down_to=int(down_to),
    )
    return message_of(row) if row else None


def finish(  # noqa: PLR0913  # All that a sending can end with.
    tx: Transaction,
    message: OutboxMessage,
    state: State,
    *,
    posted: Posted | None = None,
    error: str | None = None,
    verify: Verify | None = None,
) -> Finish:
    """Store the outcome of an attempt, and return whether the lease was still held."""
    row = tx.one(
        "finish_message",
        id=message.id,
        token=message.lease_token,
        state=state,
        last_error=error,
        **posted_values(posted or Posted()),
        **asdict(verify or Verify()),
    )
    if row is None:
        return Finish.LOST
    return Finish.STALE if row["is_stale"] else Finish.DONE


def retry(  # noqa: PLR0913  # Columns of one row.
    tx: Transaction,
    message: OutboxMessage,
    *,
    not_before: datetime,
    error: str,
    unconfirmed_at: datetime | None = None,
    refused_since: datetime | None = None,
) -> bool:
    """Queue a leased message again for later; `False` if the lease was lost."""
    row = tx.one(
        "retry_message",
        id=message.id,
        token=message.lease_token,
        not_before=not_before,
        unconfirmed_at=unconfirmed_at,
        last_error=error,
        refused_since=refused_since,
    )
    return row is not None


def note_edited(
    tx: Transaction, key: str, *, ts: str | None, rendered: str, is_live: bool
) -> None:
    """Note what the message at `ts` shows after an edit."""
    tx.write("note_edited", key=key, ts=ts, rendered=rendered, is_live=int(is_live))


def note_deleted(tx: Transaction, key: str, *, ts: str | None, at: datetime) -> None:
    """Note that the message at `ts` is not in Slack any more."""
    tx.write("note_deleted", key=key, ts=ts, deleted_at=at)


def may_send(tx: Transaction, system_now: datetime) -> bool:
    """Return whether any message can be sent, edited or looked up now."""
    return tx.one("may_send", system_now=system_now) is not None
