"""Who is told of a message that reads like an incident; a burst tells them once.

Of what nobody may hear now only the message's place in Slack is held.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.incidents import recipients
from bot.policy.severities import Severity
from bot.store.database import Transaction, to_json
from bot.triage.accounts import Rings
from bot.triage.context import Context
from bot.triage.results import Result

# Messages this close together, of one person or about one thing, are one suggestion.
_BURST = timedelta(minutes=15)


def whom(  # noqa: PLR0913  # What it is, and where it stands.
    context: Context,
    foreseen: Result,
    about: Sequence[str],
    channel: str,
    ts: str,
    *,
    was_held: bool,
) -> str | None:
    """Return the first on call who may be told now; `None` if nobody may.

    Until the first of their days begins, or somebody comes on, the message is held
    then; of a burst the first alone.

    `foreseen` is what opening the message would lead to, and `about` names whose
    message and which thing it is. Somebody is told once within a quarter of an hour,
    unless it is graver than before, and outside of their day only of what would ring.
    """
    policy, now = context.policy(), context.clock()
    incident = foreseen.incident
    on_call = recipients.on_call(policy, now, incident)
    people = list(on_call.named())
    with context.database.transaction() as tx:
        ring = Rings(tx, policy).of(incident, foreseen.deadlines)
        may = {one: ring(one, now) for _, one in people}
        who = next((one for one in may if may[one].is_now), None)
        if who is None:
            ends = [one.until for one in may.values()]
            ends = ends or [shift.until for _, shift in on_call.shifts()]
            begins = [one for one in ends if one is not None]
            waiting = [f"{one}/held" for one in about]
            if begins and (
                was_held or _is_first(context, tx, incident.severity, waiting)
            ):
                values = {"channel": channel, "ts": ts}
                tx.write("hold_suggestion", **values, due_at=min(begins))
            return None
        is_first = _is_first(context, tx, incident.severity, about)
    return who if is_first else None


def held(context: Context) -> list[tuple[str, str, datetime]]:
    """Return what somebody may hear of by now: its channel, its ts, and since when."""
    with context.database.reading() as tx:
        rows = tx.all("held_suggestions", now=context.clock())
    return [(row["channel"], row["ts"], row["due_at"]) for row in rows]


def take(context: Context, channel: str, ts: str) -> bool:
    """Take a message that was held; `False` if another replica has."""
    with context.database.transaction() as tx:
        return tx.one("take_held_suggestion", channel=channel, ts=ts) is not None


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
