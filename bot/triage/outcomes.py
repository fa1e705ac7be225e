"""Write what becomes of a reminder that was fired: one receipt for each place."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from bot.incidents.deadlines import Deadline
from bot.incidents.firing import Firing
from bot.incidents.reach import Why
from bot.incidents.receipts import Outcome, Reason
from bot.incidents.recipients import Because, Recipient
from bot.incidents.steps import Step
from bot.store.tables.outbox_messages import RING, THREAD
from bot.store.tables.receipts import Due


def rings(firing: Firing) -> Iterator[Recipient]:
    """Yield what rings outside of Slack, as recipients."""
    for name in firing.step.ring:
        yield Recipient(f"{RING}{name}", Because.FALLBACK)


def due(firing: Firing, now: datetime) -> Iterator[Due]:
    """Yield what was due when a reminder fired, and became of it at each place."""
    deadline, steps = firing.deadline, firing.steps
    first = deadline.fired - len(steps) + 1
    for number, (step, following) in enumerate(pairwise(steps)):
        is_late = following.at <= now
        reason = Reason.TOGETHER if is_late else Reason.PASSED_ON
        yield _due(deadline, first + number, step, "", Outcome.MERGED, reason)
    fired, last = deadline.fired, steps[-1]
    for recipient in (*firing.told, *rings(firing)):
        yield _due(deadline, fired, last, recipient.id)
    if firing.is_in_thread:
        yield _due(deadline, fired, last, THREAD)
    for recipient in firing.edited:
        merged = Outcome.MERGED, Reason.EDITED
        yield _due(deadline, fired, last, recipient.id, *merged)
    for recipient, reach in firing.held:
        reason = Reason.QUIET if reach.why is Why.QUIET else Reason.OUTSIDE
        later = Outcome.HELD, reason, reach.until
        yield _due(deadline, fired, last, recipient.id, *later)


def _due(  # noqa: PLR0913  # The columns of a receipt.
    deadline: Deadline,
    fired: int,
    step: Step,
    place: str,
    outcome: Outcome | None = None,
    reason: Reason | None = None,
    held_until: datetime | None = None,
) -> Due:
    return Due(
        incident=deadline.incident,
        kind=deadline.kind,
        count=deadline.count,
        fired=fired,
        step=step.kind,
        due_at=step.at,
        place=place,
        outcome=outcome,
        reason=reason,
        held_until=held_until,
    )
