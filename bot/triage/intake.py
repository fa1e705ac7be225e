"""Who is told of a message that reads like an incident; a burst tells them once."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from bot.incidents import recipients
from bot.policy.severities import Severity
from bot.store.database import Transaction, to_json
from bot.triage.accounts import Rings
from bot.triage.context import Context
from bot.triage.results import Result

# Messages this close together, of one person or about one thing, are one suggestion.
_BURST = timedelta(minutes=15)


def whom(context: Context, foreseen: Result, about: Sequence[str]) -> str | None:
    """Return the first on call who may be told now; `None` if nobody may.

    `foreseen` is what opening the message would lead to, and `about` names whose
    message and which thing it is. Somebody is told once within a quarter of an hour,
    unless it is graver than before, and outside of their day only of what would ring.
    """
    policy, now = context.policy(), context.clock()
    incident = foreseen.incident
    people = recipients.on_call(policy, now, incident).named()
    with context.database.transaction() as tx:
        ring = Rings(tx, policy).of(incident, foreseen.deadlines)
        who = next((one for _, one in people if ring(one, now).is_now), None)
        if who is None:
            return None
        is_first = _is_first(context, tx, incident.severity, about)
    return who if is_first else None


def _is_first(
    context: Context, tx: Transaction, severity: Severity, about: Sequence[str]
) -> bool:
    """Return whether none so grave was suggested just now, and note this one.

    The keys are hashes: nothing of a message is kept.
    """
    # By the system clock, as a slip is.
    now = context.system_clock()
    own = {_key(one, severity) for one in about}
    milder = [one for one in Severity if one >= severity]
    keys = sorted(_key(one, grade) for one in about for grade in milder)
    rows = ({"key": key} for key in keys)
    found = tx.ask_many("claim_inbox", rows, received_at=now)()
    if any(
        row["key"] in own and row["answer"] and abs(now - row["received_at"]) <= _BURST
        for row in found
    ):
        return False
    noted = ({"key": key} for key in keys)
    tx.write_many("save_inbox", noted, received_at=now, answer=to_json({}))
    return True


def _key(about: str, severity: Severity) -> str:
    digest = hashlib.sha256(about.encode(errors="backslashreplace")).hexdigest()
    return f"intake:{digest[:16]}:{severity}"
