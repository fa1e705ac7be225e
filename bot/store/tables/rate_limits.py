"""When a method, a conversation or the whole workspace may be used again.

They are in the database so that every sender of every process obeys them. Their
instants follow the system clock.
Source: https://docs.slack.dev/apis/web-api/rate-limits
"""

from datetime import datetime, timedelta

from bot.store.database import Transaction

WORKSPACE = "workspace"
OPENING = "conversations.open"
POSTING = "chat.postMessage"
EDITING = "chat.update"
DELETING = "chat.delete"
READING = "conversations.history"
READING_THREADS = "conversations.replies"
USER_GROUPS = "usergroups.users"

_A_LOOK = timedelta(milliseconds=500)


def limit(tx: Transaction, name: str, until: datetime) -> None:
    """Limit a method or the whole workspace until an instant; the later one wins."""
    tx.write("set_rate_limit", name=name, limited_until=until)


def limit_conversation(
    tx: Transaction, conversation: str, system_now: datetime, every: timedelta
) -> None:
    """Hold back a conversation that was written to just now.

    Who looked a moment late does not lose that moment: the pace is kept on average.
    """
    row = tx.one("rate_limit", name=f"conversation:{conversation}")
    since = row["limited_until"] if row else system_now
    if not system_now - _A_LOOK <= since <= system_now:
        since = system_now
    limit(tx, f"conversation:{conversation}", since + every)


def limited_until(tx: Transaction, name: str, system_now: datetime) -> datetime | None:
    """Return until when something is rate limited; `None` if it is not."""
    row = tx.one("rate_limit", name=name)
    return row["limited_until"] if row and row["limited_until"] > system_now else None


def is_ahead(tx: Transaction, of: datetime) -> bool:
    """Return whether a budget fills up again only after an instant."""
    row = tx.one("furthest_budget")
    return bool(row and row["limited_until"] and row["limited_until"] > of)


def use_budget(
    tx: Transaction, name: str, system_now: datetime, every: timedelta
) -> None:
    """Take one call from the budget of a method, which regains one per `every`.

    Source: the generic cell rate algorithm (GCRA), ITU-T I.371. All it stores is the
    theoretical arrival time: when the budget is full again. Each call moves that ahead
    by `every`; a call may go while it is at most a burst ahead of now, which the claim
    checks as `limited_until > :burst_until`. No counter has to be reset.
    """
    row = tx.one("rate_limit", name=f"budget:{name}")
    # An idle budget is full, not more than full: unused calls do not add up.
    whole_at = max(row["limited_until"], system_now) if row else system_now
    limit(tx, f"budget:{name}", whole_at + every)
