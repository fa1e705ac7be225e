"""What an act makes: a new incident, an event of one, or a sentence why neither.

Each function takes who acts and when, and raises UserError for whoever comes too late.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.errors import UserError
from bot.incidents.incidents import Event, EventKind, Incident, Status, VoidReason
from bot.policy.policies import Policy, Severity
from bot.slack.blocks import mention, shown, when

_SKEW = timedelta(minutes=1)  # How far a phone's idea of "now" may lie ahead.
_PICKED = timedelta(minutes=1)  # What Slack's menus of instants know no finer than.
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Report:
    """An incident to be opened. `plan` and `customer` are the policy's; ids Slack's.

    `typed` is the whole command: the same one within half a minute, from the same
    person in the same place, is a slip. Empty for what is surely meant.
    """

    severity: Severity
    title: str
    channel: str
    customer: str | None = None
    plan: str | None = None
    owner: str | None = None
    reported_at: datetime | None = None
    link: str | None = None
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Update:
    """What the customer was told, and when. `waits` on the customer, who knows it."""

    told: str
    following: str = ""
    link: str = ""
    at: datetime | None = None
    waits: bool = False


class TooEarlyError(UserError):
    """The customer cannot have been told then: it lies before `since`."""

    def __init__(self, what: str, since: datetime) -> None:
        super().__init__(f"That is before {what}, {when(since)}.")
        self.what = what
        self.since = since


def begun(  # noqa: PLR0913  # All that an incident begins with.
    workspace: str,
    number: int,
    by: str,
    now: datetime,
    *,
    report: Report,
    policy: Policy,
) -> Incident:
    """Return a new incident, owned by whoever opens it if they say so."""
    incident = Incident(
        workspace=workspace,
        number=number,
        severity=report.severity,
        plan=report.plan or _plan_of(policy, report.customer),
        customer=report.customer,
        title=report.title,
        link=report.link,
        channel=report.channel,
        opened_by=by,
        opened_at=now,
        reported_at=report.reported_at or now,
    )
    if report.owner != by:
        return incident
    return replace(incident, owner=by, owned_since=now, last_sign_at=now)


def taken(incident: Incident, by: str, now: datetime, from_owner: str | None) -> Event:
    """Make the actor the owner, if it is still owned by whom the button showed."""
    must_be_open(incident)
    if incident.owner == by:
        raise UserError(f"{incident.name} is yours already.")
    if incident.owner != from_owner:
        raise UserError(_owned_meanwhile(incident))
    return Event(EventKind.TAKEN, now, now, by, _from_owner(incident))


def checked_in(incident: Incident, by: str, now: datetime) -> Event:
    """Note that the owner is still on it."""
    must_be_open(incident)
    if incident.owner != by:
        raise UserError(_owned_meanwhile(incident))
    return Event(EventKind.CHECKED_IN, now, now, by)


def updated(incident: Incident, by: str, now: datetime, update: Update) -> Event:
    """Note what the customer was told; the first time it is the response."""
    must_be_open(incident)
    at = _told_at(incident, update.at or now, now)
    given = {
        "told": update.told,
        "next": update.following,
        "link": update.link,
        "waiting": "yes" if update.waits else "",
        "first": "" if incident.responded_at else "yes",
    }
    details = {name: value for name, value in given.items() if value}
    return Event(EventKind.UPDATED, at, now, by, details)


def resumed(incident: Incident, by: str, now: datetime) -> Event:
    """Note that the customer answered."""
    must_be_open(incident)
    if incident.waiting_since is None:
        raise UserError(f"{incident.name} does not wait for the customer.")
    return Event(EventKind.RESUMED, now, now, by)


def changed(  # noqa: PLR0913  # A change is of either, with its reason.
    incident: Incident,
    by: str,
    now: datetime,
    *,
    severity: Severity | None,
    plan: str | None,
    reason: str,
) -> Event:
    """Change severity or plan, or both."""
    must_be_open(incident)
    details = {"reason": reason}
    if severity is not None and severity is not incident.severity:
        details |= {"severity": severity, "old_severity": incident.severity}
    if plan is not None and plan != incident.plan:
        details |= {"plan": plan, "old_plan": incident.plan}
    if len(details) == 1:
        raise UserError(f"{incident.name} has that severity and plan already.")
    return Event(EventKind.CHANGED, now, now, by, details)


def customer_set(
    incident: Incident, by: str, now: datetime, name: str, policy: Policy
) -> Event:
    """Say whose incident it is; the plan becomes that customer's."""
    must_be_open(incident)
    customer = policy.find_customer(name)
    if customer is None:
        written = shown(name, _LONGEST_NAME)
        raise UserError(f"No customer named “{written}” is in the policy.")
    if customer.name == incident.customer:
        owner = shown(customer.name, _LONGEST_NAME)
        raise UserError(f"{incident.name} is {owner}'s already.")
    details = {
        "customer": customer.name,
        "plan": customer.plan or policy.conduct.unknown_customer_plan,
        "old_customer": incident.customer or "",
        "old_plan": incident.plan,
    }
    return Event(EventKind.CUSTOMER_SET, now, now, by, details)


def offered(incident: Incident, by: str, now: datetime, to: str) -> Event:
    """Offer the incident to somebody else; whoever has it keeps it meanwhile."""
    must_be_open(incident)
    if to == incident.owner:
        raise UserError(f"{mention(to)} owns {incident.name} already.")
    if to == by:
        raise UserError(f"To own {incident.name} yourself press Take it or Take over.")
    return Event(EventKind.HAND_OFF_OFFERED, now, now, by, {"to": to})


def offer_answered(
    incident: Incident, by: str, now: datetime, *, accepts: bool
) -> Event:
    """Accept or decline an incident that was offered to the actor."""
    must_be_open(incident)
    if incident.offered_to != by:
        raise UserError(f"{incident.name} is not offered to you any more.")
    if not accepts:
        return Event(EventKind.HAND_OFF_DECLINED, now, now, by)
    return Event(EventKind.HAND_OFF_ACCEPTED, now, now, by, _from_owner(incident))


def resolved(
    incident: Incident, by: str, now: datetime, note: str, at: datetime | None
) -> Event:
    """End an incident of whose end the customer was told, `at` or now."""
    must_be_open(incident)
    told_at = _told_at(incident, at or now, now)
    return Event(EventKind.RESOLVED, told_at, now, by, {"note": note})


def reopened(incident: Incident, by: str, now: datetime) -> Event:
    """Open an ended incident again."""
    if incident.is_open:
        raise UserError(f"{incident.name} is open.")
    return Event(EventKind.REOPENED, now, now, by)


def voided(incident: Incident, by: str, now: datetime, reason: VoidReason) -> Event:
    """Take an incident out of every count."""
    must_be_open(incident)
    return Event(EventKind.VOIDED, now, now, by, {"reason": reason})


def must_have_plan(incident: Incident, policy: Policy) -> None:
    """Raise UserError for an incident whose plan the policy dropped meanwhile.

    Nobody could say what is owed on it.
    """
    if all(plan.id != incident.plan for plan in policy.plans):
        plan = shown(incident.plan, _LONGEST_NAME)
        raise UserError(
            f"The policy has no plan “{plan}” any more, so nobody can say what is owed "
            f"on {incident.name}. Put it back into policies.yaml, then press again."
        )


def must_be_open(incident: Incident) -> None:
    """Raise UserError for an incident that is closed."""
    if incident.is_open or incident.closed_at is None or incident.closed_by is None:
        return
    how = "resolved" if incident.status is Status.RESOLVED else "closed as void"
    by, at = mention(incident.closed_by), when(incident.closed_at)
    raise UserError(f"{incident.name} was already {how} by {by}, {at}.")


def _plan_of(policy: Policy, customer: str | None) -> str:
    known = policy.find_customer(customer) if customer else None
    if known is not None and known.plan is not None:
        return known.plan
    return policy.conduct.unknown_customer_plan


def _owned_meanwhile(incident: Incident) -> str:
    if incident.owner is None or incident.owned_since is None:
        return f"Nobody owns {incident.name}; take it first."
    by, at = mention(incident.owner), when(incident.owned_since)
    return f"{incident.name} was taken by {by}, {at}."


def _from_owner(incident: Incident) -> dict[str, str]:
    return {"from": incident.owner} if incident.owner else {}


def _told_at(incident: Incident, at: datetime, now: datetime) -> datetime:
    """Return when the customer was told; refuse what cannot be.

    An instant that was picked from a menu has no seconds: the same minute will do.
    """
    if at > now + _SKEW:
        raise UserError("That time lies ahead; log it once the customer was told.")
    earliest = {
        "the customer reported it": incident.reported_at,
        "the last update, or the reopening": incident.updated_at,
    }
    for what, since in earliest.items():
        if since is not None and at < since:
            if since - at >= _PICKED:
                raise TooEarlyError(what, since)
            at = since
    return min(at, now)
