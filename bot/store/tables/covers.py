"""The table of covers: who was asked to be on call for whom, and who accepted."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta

from bot.policy.covers import Cover, CoverRequest
from bot.policy.policies import Policy
from bot.store.database import Transaction
from bot.store.tables import feeds

# Longer than any shift whose beginning a cover may have cut.
KEPT_FOR = timedelta(days=60)


def ask(tx: Transaction, requests: Iterable[CoverRequest]) -> None:
    """Store requests, except those that are stored already."""
    tx.write_many("ask_for_cover", map(asdict, requests))


def accept(tx: Transaction, request: str, by: str, now: datetime) -> bool:
    """Accept a request; return `False` if that is not possible any more."""
    return tx.one("accept_cover", request=request, by=by, now=now) is not None


def withdraw(tx: Transaction, request: str, by: str, now: datetime) -> bool:
    """Withdraw a request or a cover; return `False` if it is over."""
    return tx.one("withdraw_cover", request=request, by=by, now=now) is not None


def of_request(tx: Transaction, request: str) -> list[CoverRequest]:
    """Return all that a request is about, which may be nothing."""
    rows = tx.all("covers_of_request", request=request)
    return [CoverRequest(**row) for row in rows]


def ending_after(tx: Transaction, since: datetime) -> list[CoverRequest]:
    """Return all that end after an instant, in the order in which covers count."""
    return [CoverRequest(**row) for row in tx.all("covers_ending_after", since=since)]


def on(tx: Transaction, policy: Policy, at: datetime) -> Policy:
    """Return a policy with its feeds, and the covers that count from an instant on.

    What is read already of a feed stays.
    """
    unread = {one.name for one in policy.on_call.feeds if one.stretches is None}
    stored = feeds.stretches(tx) if unread else {}
    read = {name: found for name, found in stored.items() if name in unread}
    return policy.with_feeds(read).with_covers(accepted(tx, at - KEPT_FOR))


def accepted(tx: Transaction, since: datetime) -> tuple[Cover, ...]:
    """Return the covers that end after an instant, in the order in which they count."""
    found = (one.cover for one in ending_after(tx, since))
    return tuple(one for one in found if one is not None)
