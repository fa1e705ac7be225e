"""What the demo's panel tells: what lies ahead, and what became of each message."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, assert_never

from bot.demo.forecast import Ahead, Coming, forecast
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.slack.blocks import span
from bot.store.database import Row, Transaction
from bot.store.tables import records
from bot.store.tables.outbox_messages import MessageKind, State
from bot.triage import daily_lists

_MOST = 60
_LATE = timedelta(minutes=1)
_DAYS_OF_LISTS = 3
_REMINDERS = (Coming.REMINDER, Coming.PAGE)


def cases(tx: Transaction, now: datetime) -> list[tuple[Incident, Deadline]]:
    """Return the deadlines of the open incidents."""
    return [
        (incident, deadline)
        for incident in records.incidents_since(tx, now)
        if incident.is_open
        for deadline in records.deadlines(tx, incident.number)
    ]


def ahead(
    cases: list[tuple[Incident, Deadline]], policy: Policy, now: datetime
) -> list[dict[str, Any]]:
    """Return what lies ahead as the page shows it, soonest first."""
    told = [_ahead(one) for one in forecast(policy, cases, now)]
    told += _lists(policy, now)
    told.sort(key=lambda one: (one["at"] is None, one["at"] or ""))
    return told[:_MOST]


def next_message_at(
    cases: list[tuple[Incident, Deadline]], policy: Policy, now: datetime
) -> datetime | None:
    """Return when somebody is reminded next; where nobody is, the day's next list."""
    told = [one for one in ahead(cases, policy, now) if one["at"]]
    instants = [(one["kind"], datetime.fromisoformat(one["at"])) for one in told]
    reminders = [at for kind, at in instants if kind in _REMINDERS and at > now]
    return min(reminders or [at for _, at in instants if at > now], default=None)


def sent(tx: Transaction) -> list[dict[str, Any]]:
    """Return what became of the newest messages, newest first."""
    return [_sent(row) for row in tx.all("newest_messages", most=_MOST)]


def _ahead(one: Ahead) -> dict[str, Any]:
    incident = one.incident
    name = incident.customer or "no customer"
    return {
        "at": one.at.isoformat() if one.at else None,
        "kind": one.kind.value,
        "about": f"INC-{incident.number} {name} ({incident.severity.label})",
        "what": one.what,
        "why": one.why,
        "to": [recipient.id for recipient in one.recipients],
    }


def _lists(policy: Policy, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the lists of the coming days that the team works."""
    day = now.astimezone(policy.team_hours.zone).date()
    found = 0
    for _ in range(_DAYS_OF_LISTS * 7):
        digest_at = daily_lists.digest_at(policy, day)
        morning_at = daily_lists.morning_at(policy, day)
        if morning_at and morning_at > now:
            why = "To each person who owes something today, at the opening"
            yield _list(morning_at, "Morning lists", why, [])
        if digest_at and digest_at > now:
            why = "On each business day"
            yield _list(digest_at, "Digest", why, [policy.channels.digest])
        found += bool(digest_at)
        if found >= _DAYS_OF_LISTS:
            return
        day += timedelta(days=1)


def _list(at: datetime, what: str, why: str, to: list[str]) -> dict[str, Any]:
    told = {"at": at.isoformat(), "kind": "list", "about": "", "what": what}
    return {**told, "why": why, "to": to}


def _sent(row: Row) -> dict[str, Any]:
    at = row["sent_at"] or row["queued_at"]
    number = row["incident"]
    name = _name(MessageKind(row["kind"]))
    return {
        "at": at.isoformat(),
        "what": f"{name}, INC-{number}" if number else name,
        "to": [row["person"] or row["conversation"]],
        "state": "merged" if _is_merged(row) else row["state"],
        "why": " ".join(_why(row)),
    }


def _name(kind: MessageKind) -> str:
    match kind:
        case MessageKind.NOTE:
            return "Note in the thread"
        case MessageKind.MORNING:
            return "Morning list"
        case MessageKind.OFFER:
            return "Offer to hand over"
        case (
            MessageKind.CARD
            | MessageKind.REMINDER
            | MessageKind.DIGEST
            | MessageKind.EDIT
        ):
            return kind.capitalize()
        case (
            MessageKind.OFFER_ANSWERED
            | MessageKind.POLICY_ACCEPTED
            | MessageKind.POLICY_REFUSED
            | MessageKind.BACKUP
            | MessageKind.LOST_INCIDENTS
            | MessageKind.REMINDER_FAILS
            | MessageKind.CARD_NOT_POSTED
            | MessageKind.NOT_DELIVERED
            | MessageKind.OUTCOME_UNKNOWN
        ):
            return "Notice"
        case _:
            assert_never(kind)


def _is_merged(row: Row) -> bool:
    return bool(row["state"] == "sent" and row["merged"] > 1)


def _why(row: Row) -> Iterator[str]:
    if row["merged"] > 1:
        yield f"{row['merged']} reminders that fell due together, in one message."
    if "down_from" in json.loads(row["refs"]):
        yield "They fell due while the bot was down."
    state = State(row["state"])
    match state:
        case State.SENT:
            yield from _sent_late(row)
        case State.SUPERSEDED:
            yield "Not sent: it was answered before it went out."
        case State.DEAD:
            yield f"Given up: Slack said {row['last_error']}."
        case State.QUEUED | State.SENDING | State.UNCONFIRMED | State.MERGED:
            yield from _waits(row)
        case _:
            assert_never(state)


def _sent_late(row: Row) -> Iterator[str]:
    held = row["sent_at"] - row["queued_at"]
    if held > _LATE:
        yield f"Held back for {span(held)} until Slack took it,"
        yield f"{row['attempts']} tries." if row["attempts"] > 1 else "one try."


def _waits(row: Row) -> Iterator[str]:
    if row["conversation"] is None:
        yield "Held back: the conversation could not be opened yet."
    elif row["attempts"]:
        tries = "1 try" if row["attempts"] == 1 else f"{row['attempts']} tries"
        yield f"Held back after {tries}: {row['last_error'] or 'under way'}."
    else:
        yield "Waits for its turn."
