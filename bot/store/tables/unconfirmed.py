"""Unconfirmed messages: Slack may or may not show them, until somebody looks.

Instants follow the system clock, except when a message was posted.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from bot.store.database import Transaction, to_json
from bot.store.tables.outbox_messages import (
    OutboxMessage,
    Posted,
    Unconfirmed,
    Verify,
    message_of,
    posted_values,
)


def reconcile_posted(
    tx: Transaction, message: OutboxMessage, posted: Posted, verify: Verify
) -> None:
    """Note that a message was posted although its lease was lost.

    If another sender has it now, or sent it already, Slack may show it twice; then a
    look-up is scheduled.
    """
    values = posted_values(posted)
    if tx.one("reconcile_posted", id=message.id, **values, **asdict(verify)) is None:
        tx.write("suspect_message", id=message.id, **asdict(verify))


def mark(
    tx: Transaction,
    message: OutboxMessage,
    verify: Verify,
    *,
    because: Unconfirmed,
    error: str,
) -> None:
    """Mark a leased message as unconfirmed, and schedule its look-up."""
    tx.write(
        "mark_unconfirmed",
        id=message.id,
        token=message.lease_token,
        because=because,
        last_error=error,
        **asdict(verify),
    )


def next_look(
    tx: Transaction, *, system_now: datetime, burst_until: datetime
) -> OutboxMessage | None:
    """Return the most urgent message that is due for a look-up, unsent ones first."""
    row = tx.one("next_look", system_now=system_now, burst_until=burst_until)
    return message_of(row) if row else None


def claim_looks(  # noqa: PLR0913  # The instants of one claim.
    tx: Transaction,
    first: OutboxMessage,
    *,
    system_now: datetime,
    again_at: datetime,
    page_again_at: datetime,
    token: str,
) -> list[OutboxMessage]:
    """Claim what is looked up with one message, by urgency; none if it is claimed."""
    rows = tx.all(
        "claim_looks",
        conversation=first.conversation,
        thread_of=first.thread_of or "",
        system_now=system_now,
        again_at=again_at,
        page_again_at=page_again_at,
        token=token,
    )
    claimed = sorted(map(message_of, rows), key=lambda one: (one.priority, one.id))
    return claimed if any(one.id == first.id for one in claimed) else []


def look_later(tx: Transaction, message: OutboxMessage, verify: Verify) -> bool:
    """Look again later, or never; `False` if somebody else has claimed it meanwhile."""
    token = message.lease_token
    row = tx.one("look_later", id=message.id, token=token, **asdict(verify))
    return row is not None


def reconcile_found(
    tx: Transaction,
    message: OutboxMessage,
    posted: Posted,
    verify_at: datetime | None,
    *,
    refs: Mapping[str, str] | None = None,
) -> bool:
    """Note what was found, with other `refs` if given; `False` if others were first."""
    row = tx.one(
        "reconcile_found",
        id=message.id,
        token=message.lease_token,
        ts=posted.ts,
        sent_at=posted.sent_at,
        is_live=int(posted.is_live),
        refs=None if refs is None else to_json(dict(refs)),
        verify_at=verify_at,
    )
    return row is not None
