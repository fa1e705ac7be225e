"""How a changed policy moves the open deadlines. Pure values.

A change of policy never rewrites what was kept or missed, and no incident's plan.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.incidents import check_ins, contract
from bot.incidents.deadlines import Deadline, Kind, owed_to_customer
from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident
from bot.policy.policies import Customer, Policy


@dataclass(frozen=True, slots=True)
class Move:
    """A deadline whose due instant a new policy moved.

    `old` is `None` if it was not owed before, `new` if it no longer is.
    """

    incident: int
    kind: Kind
    old: datetime | None
    new: datetime | None


class KeptBecause(StrEnum):
    """What a new policy says about the customer of an incident that keeps its plan."""

    OTHER_PLAN = "another plan"
    NOT_LISTED = "not listed any more"
    LISTED_NOW = "listed now"


@dataclass(frozen=True, slots=True)
class Kept:
    """An open incident that goes on under its `plan`, which people may want to change.

    `other` is the plan that its customer has now; `None` if there is no such customer.
    """

    incident: int
    plan: str
    because: KeptBecause
    other: str | None


def kept(before: Policy, after: Policy, incident: Incident) -> Kept | None:
    """Return how an incident's plan differs from what a new policy has for it.

    A plan belongs to its incident: somebody may have set it by hand. So a policy moves
    the deadlines under a plan, but never gives an incident another one.
    """
    was, now = (_customer(policy, incident) for policy in (before, after))
    old, new = (_plan(policy, incident) for policy in (before, after))
    if incident.customer is None and was is None and now is not None:
        plan = now.plan or after.conduct.unknown_customer_plan
        return Kept(incident.number, incident.plan, KeptBecause.LISTED_NOW, plan)
    if incident.customer is not None and was is not None and now is None:
        return Kept(incident.number, incident.plan, KeptBecause.NOT_LISTED, None)
    if new not in (old, incident.plan):
        return Kept(incident.number, incident.plan, KeptBecause.OTHER_PLAN, new)
    return None


def _customer(policy: Policy, incident: Incident) -> Customer | None:
    """Return an incident's customer, or the one that its opening would find."""
    if incident.customer is not None:
        return policy.find_customer(incident.customer)
    name, colon, _ = incident.title.partition(":")
    named = policy.find_customer(name) if colon else None
    return named or policy.customer_of_channel(incident.channel)


def _plan(policy: Policy, incident: Incident) -> str:
    known = policy.find_customer(incident.customer) if incident.customer else None
    plan = known.plan if known else None
    return plan or policy.conduct.unknown_customer_plan


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
    # An open deadline of the contract that was missed stays under the policy that it
    # was missed under. An escalation goes on under the new one, which may wake people.
    missed = {one.is_resolution for one in owed_to_customer(owed) if one.missed_at}
    after = contract.after(policy, incident, change, owed)
    changed += (one for one in after if one.is_resolution not in missed)
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
