"""The inbox: what was received, so that a redelivery or a slip changes nothing."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from bot.incidents.acts import Report
from bot.store.database import Row, Transaction, to_json
from bot.triage.context import Context

# The same text again within this time is a slip, such as a double tap on Enter.
_SLIP = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Act:
    """Who did something in Slack, and the key that a redelivery of it has, too."""

    by: str
    key: str


def claim(
    tx: Transaction, context: Context, *keys: str
) -> Callable[[], dict[str, Row]]:
    """Claim inbox keys. A key's `answer` is empty unless it was claimed before.

    Another transaction that claims one of them waits until this one has ended.
    """
    rows, now = ({"key": key} for key in keys), context.system_clock()
    found = tx.ask_many("claim_inbox", rows, received_at=now)
    return lambda: {row["key"]: row for row in found()}


def remember(
    tx: Transaction,
    context: Context,
    keys: Iterable[str],
    number: int,
    **more: object,
) -> None:
    """Store the answer under these inbox keys."""
    answer = to_json({"incident": number, **more})
    rows = ({"key": key} for key in keys)
    tx.write_many("save_inbox", rows, received_at=context.system_clock(), answer=answer)


def typed_just_now(context: Context, typed: Row) -> int | None:
    """Return the incident that the same text opened within half a minute."""
    # By the system clock, since a slip is a matter of a person's real seconds, even
    # when a trial's clock jumps. Absolute, since a bot whose clock was ahead may
    # have received it.
    since = abs(context.system_clock() - typed["received_at"])
    if not typed["answer"] or since > _SLIP:
        return None
    return int(json.loads(typed["answer"])["incident"])


def shared_key(act: Act, report: Report) -> list[str]:
    """Return the key that another act has, too, if it is about the same."""
    if report.about:
        return [f"about:{report.about}"]
    if not report.typed:
        return []
    typed = report.typed.encode(errors="backslashreplace")
    digest = hashlib.sha256(typed).hexdigest()[:16]
    return [f"typed:{act.by}:{report.channel}:{digest}"]
