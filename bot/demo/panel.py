"""What the demo's panel shows: what lies ahead, and what became of each message."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, assert_never

from bot.demo.forecast import Ahead, Coming, forecast, soonest_first
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.incidents.steps import StepKind
from bot.policy.policies import Policy
from bot.slack.blocks import local, span
from bot.store.database import Row, Transaction
from bot.store.tables import items, records
from bot.store.tables.outbox_messages import MessageKind, State
from bot.triage import daily_lists
from bot.triage.accounts import Rings

_MOST = 60
_LATE = timedelta(minutes=1)
_DAYS_OF_LISTS = 3
# Kinds of messages whose own names would say too little.
_NAMES = {
    MessageKind.NOTE: "Note in the thread",
    MessageKind.MORNING: "Morning list",
    MessageKind.OFFER: "Offer to hand over",
}

# Why a message had nothing to say any more when its turn came.
_OVER = {
    MessageKind.REMINDER: "it was answered before it went out",
    MessageKind.OFFER: "the offer was over before it went out",
    MessageKind.OFFER_ANSWERED: "the person has left",
    MessageKind.LEAVERS: "all of it was taken before it went out",
    MessageKind.MORNING: "nothing on it was left, or the next list was due",
    MessageKind.DIGEST: "there was nothing to tell, or the policy no longer has it",
}


def cases(tx: Transaction, now: datetime) -> list[tuple[Incident, Deadline]]:
    """Return the deadlines of the open incidents."""
    return [
        (incident, deadline)
        for incident in records.incidents_since(tx, now)
        if incident.is_open
        for deadline in records.deadlines(tx, incident.number)
    ]


def ahead(tx: Transaction, policy: Policy, now: datetime) -> list[Ahead]:
    """Return what lies ahead, soonest first."""
    rings = Rings(tx, policy)
    found = [*forecast(policy, cases(tx, now), now, rings.of), *_lists(policy, now)]
    return soonest_first(found)[:_MOST]


def shown(one: Ahead) -> dict[str, Any]:
    return {**asdict(one), "at": one.at.isoformat() if one.at else None}


def next_message_at(tx: Transaction, policy: Policy, now: datetime) -> datetime | None:
    """Return when the next reminder is due; without one, the next thing ahead."""
    coming = [one for one in ahead(tx, policy, now) if one.at and one.at > now]
    reminders = [one for one in coming if one.kind in (Coming.REMINDER, Coming.PAGE)]
    return next((one.at for one in reminders or coming), None)


def sent(tx: Transaction, policy: Policy, now: datetime) -> list[dict[str, Any]]:
    """Return what is held for people's days, and what became of the newest messages."""
    rings = Rings(tx, policy)
    held = [_held(row, rings, now) for row in tx.all("held_items")]
    return [*held, *(_sent(tx, row) for row in tx.all("newest_messages", most=_MOST))]


def _lists(policy: Policy, now: datetime) -> Iterator[Ahead]:
    """Yield the lists of the next business days."""
    day = now.astimezone(policy.team_hours.zone).date()
    found = 0
    for _ in range(_DAYS_OF_LISTS * 7):
        begins = policy.day_in(policy.team_hours.zone).pieces_on(day)
        if begins and begins[0].opens > now:
            why = "To each person who owes something, when their own day begins"
            yield Ahead(begins[0].opens, Coming.LIST, "", "Morning lists", why)
        for digest in policy.digests:
            at = daily_lists.digest_at(policy, digest, day)
            if at and at > now:
                why, to = "On each business day", (digest.channel,)
                yield Ahead(at, Coming.LIST, "", "Digest", why, to)
        found += bool(policy.team_hours.pieces_on(day))
        if found >= _DAYS_OF_LISTS:
            return
        day += timedelta(days=1)


def _held(row: Row, rings: Rings, now: datetime) -> dict[str, Any]:
    zone = rings.policy.team_hours.zone
    until = local(row["held_until"], zone, now, named=True)
    why = rings.by_day(row["person"], row["held_at"]).why
    is_page = row["step"] in (StepKind.PAGE, StepKind.CHECK_IN)
    return {
        "at": row["held_at"].isoformat(),
        "what": f"{'Page' if is_page else 'Reminder'}, INC-{row['incident']}",
        "to": [row["person"]],
        "state": "held",
        "why": f"Held until {until}: {why}. It comes in their morning list.",
    }


def _sent(tx: Transaction, row: Row) -> dict[str, Any]:
    at = row["sent_at"] or row["queued_at"]
    number = row["incident"]
    kind = row["kind"].replace("_", " ").capitalize()
    name = _NAMES.get(row["kind"], kind)
    state = "merged" if row["state"] == "sent" and row["merged"] > 1 else row["state"]
    if row["deleted_at"] is not None:
        state = "deleted"
    return {
        "at": at.isoformat(),
        "what": f"{name}, INC-{number}" if number else name,
        "to": [row["person"] or row["conversation"]],
        "state": state,
        "why": " ".join(_why(tx, row)),
    }


def _why(tx: Transaction, row: Row) -> Iterator[str]:
    if row["merged"] > 1:
        yield f"{row['merged']} reminders that fell due together, in one message."
    if "down_from" in json.loads(row["refs"]):
        yield "They fell due while the bot was down."
    state = State(row["state"])
    match state:
        case State.SENT:
            yield from _sent_late(row)
            if row["deleted_at"] is not None:
                yield "Deleted since: a newer message stands in its place."
        case State.SUPERSEDED:
            yield f"Not sent: {_superseded(tx, row)}."
        case State.DEAD:
            yield f"Given up: Slack said {row['last_error']}."
        case State.MERGED if row["folded_into"]:
            yield "Not sent: they had their messages of the day, so a list has it."
        case State.MERGED:
            yield "Not sent: another message was found in Slack that says it."
        case State.QUEUED | State.SENDING | State.UNCONFIRMED:
            yield from _waits(row)
        case _:
            assert_never(state)


def _superseded(tx: Transaction, row: Row) -> str:
    if row["kind"] == MessageKind.REMINDER and items.replaced(tx, row["key"]):
        return "a newer message tells of it"
    return _OVER.get(row["kind"], "it had nothing to say any more")


def _sent_late(row: Row) -> Iterator[str]:
    held = row["sent_at"] - row["queued_at"]
    if held > _LATE:
        tries = _tries(row["attempts"])
        yield f"Held back for {span(held)} until Slack took it, {tries}."


def _waits(row: Row) -> Iterator[str]:
    if row["conversation"] is None:
        yield "Held back: the conversation could not be opened yet."
    elif row["attempts"]:
        tries, error = _tries(row["attempts"]), row["last_error"]
        yield f"Held back after {tries}: {error or 'under way'}."
    else:
        yield "Waits for its turn."


def _tries(number: int) -> str:
    return "1 try" if number == 1 else f"{number} tries"
