"""What the record says to a policy: whether it fits, what it moves, that it counts."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.errors import PolicyError
from bot.incidents.consequences import PolicyChanged, consequences
from bot.incidents.retargeting import Move, moves
from bot.policy.policies import Policy
from bot.store.database import Transaction
from bot.store.tables import marks, records
from bot.store.tables.marks import Mark

_MOMENT = timedelta(milliseconds=1)  # The record's resolution.


def foreseen(tx: Transaction, policy: Policy, number: int, now: datetime) -> list[Move]:
    """Return what a policy would move of an incident if it counted now."""
    incident, owed = records.incident(tx, number), records.deadlines(tx, number)
    if incident is None or not incident.is_open:
        return []
    found = consequences(policy, incident, PolicyChanged(), owed, now)
    return list(moves(owed, found.deadlines))


def must_fit(tx: Transaction, policy: Policy, name: str) -> None:
    """Raise PolicyError if it dropped a plan or a severity of an open incident."""
    kept: dict[str, set[str]] = {
        "plan": {plan.id for plan in policy.plans},
        "severity": {*policy.severities},
    }
    keys = {"plan": "plans", "severity": "severities"}
    lost: dict[tuple[str, str], list[int]] = {}
    for row in tx.all("open_incidents"):
        for kind, known in kept.items():
            if row[kind] not in known:
                lost.setdefault((kind, row[kind]), []).append(row["number"])
    if lost:
        raise PolicyError(
            tuple(
                f"{name}, {keys[kind]}: {gone} is gone, but {_named(numbers)} under "
                f"it; put it back, or give them another {kind} first"
                for (kind, gone), numbers in lost.items()
            )
        )


def _named(numbers: Sequence[int]) -> str:
    named = ", ".join(f"INC-{number}" for number in numbers[:5])
    more = len(numbers) - 5
    if more > 0:
        named += f" and {more} more"
    return f"{named} {'is' if len(numbers) == 1 else 'are'} open"


def remember(tx: Transaction, policy: Policy, now: datetime) -> bool:
    """Store a policy, with its holidays as dates. Return whether its texts changed.

    It also sets a mark, from which the next start learns the workspace's id without
    asking Slack.
    """
    last = tx.one("last_policy")
    marks.note(tx, Mark.START, now)
    if last is not None and last["version"] == policy.version:
        return False
    # The last policy is the one with the greatest instant, which therefore must grow
    # even if the clock was set back.
    at = max(now, last["accepted_at"] + _MOMENT) if last else now
    calendars = {
        name: [
            {f"{day}": why for day, why in part.holidays.items()}
            for part in hours.parts
        ]
        for name, hours in policy.calendars.items()
    }
    text = json.dumps(policy.texts, ensure_ascii=False)
    tx.write(
        "save_policy",
        version=policy.version,
        text=text,
        holidays=json.dumps(calendars, ensure_ascii=False),
        accepted_at=at,
    )
    return last is not None and last["text"] != text
