"""How a changed policy moves the open deadlines. Pure values.

A change of policy never rewrites what was kept or missed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.incidents import check_ins, contract
from bot.incidents.deadlines import Deadline, Kind
from bot.incidents.incidents import Event, EventKind, Incident
from bot.policy.policies import Policy


@dataclass(frozen=True, slots=True)
class Move:
    """A deadline whose due instant a new policy moved.

    `old` is `None` if it was not owed before, `new` if it no longer is.
    """

    incident: int
    kind: Kind
    old: datetime | None
    new: datetime | None


def retargeted(
    policy: Policy, incident: Incident, owed: Sequence[Deadline], now: datetime
) -> tuple[Deadline, ...]:
    """Return every deadline of an open incident that a policy changes or adds.

    `owed` are all it ever had. Open ones are recomputed from their own start.
    """
    # A change of severity goes the same way, so both move a deadline by one rule. This
    # event is not recorded: nobody acted, and `by` must not look like the owner's sign.
    change = Event(EventKind.CHANGED, now, now, by="")
    changed: list[Deadline] = []
    # An open deadline that was missed stays under the policy that it was missed under.
    if not _is_missed(owed, is_internal=False):
        changed += contract.after(policy, incident, change, owed)
    if not _is_missed(owed, is_internal=True):
        changed += check_ins.after(policy, incident, change, owed)
    known = {one.id: one for one in owed}
    return tuple(one for one in changed if one != known.get(one.id))


def moves(owed: Sequence[Deadline], changed: Sequence[Deadline]) -> Iterator[Move]:
    """Yield the deadlines whose due instant moved."""
    before = {one.id: one.due_at for one in owed}
    for deadline in changed:
        old = before.get(deadline.id)
        new = deadline.due_at if deadline.is_open else None
        if old != new:
            yield Move(deadline.incident, deadline.kind, old, new)


def _is_missed(owed: Sequence[Deadline], *, is_internal: bool) -> bool:
    return any(
        one.is_open
        and one.missed_at is not None
        and one.kind.is_internal is is_internal
        for one in owed
    )
