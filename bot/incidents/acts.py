"""What a person's act produces: a new incident, an event, or a refusal. Pure.

Each function takes who acts and when, and raises Refusal if the act is not allowed.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.incidents.events import Event, EventKind, Gone, VoidReason
from bot.incidents.incidents import Incident
from bot.incidents.refusals import (
    AlreadyClosed,
    CustomersAlready,
    NobodyOwns,
    NothingChanged,
    NotOffered,
    NotWaiting,
    NotYet,
    OfferedToSelf,
    OwnedMeanwhile,
    OwnsAlready,
    Refusal,
    Since,
    StillOpen,
    TooEarly,
    UnknownCustomer,
    YoursAlready,
)
from bot.policy.policies import Policy
from bot.policy.severities import Severity

# How far people's clocks and ours may differ. Slack's pickers also have no seconds.
CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Report:
    """An incident to open. `plan` and `customer` are the policy's; ids are Slack's.

    `typed` is the whole command. If the same person types it again in the same place
    within half a minute, that is a slip. It is empty where a repeat is intended.
    `about` is what was triaged, from which one incident is opened, and `suggested`
    are the severities that were suggested for it.
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
    about: str = ""
    suggested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """What we told the customer, and when.

    `waits` says that we wait for the customer's answer, and that they know it. Where a
    message was the update, it is at `link`, and `author` wrote it.
    """

    told: str = ""
    following: str = ""
    link: str = ""
    at: datetime | None = None
    waits: bool = False
    author: str = ""


def begun(  # noqa: PLR0913  # Everything an incident starts with.
    workspace: str,
    number: int,
    by: str,
    now: datetime,
    *,
    report: Report,
    policy: Policy,
) -> Incident:
    """Return a new incident, owned by the person who opens it if they say so."""
    incident = Incident(
        workspace=workspace,
        number=number,
        severity=report.severity,
        plan=report.plan or plan_of(policy, report.customer),
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


def taken(
    incident: Incident,
    by: str,
    now: datetime,
    from_owner: str | None,
    rotation: str | None = None,
) -> Event:
    """Make the actor the owner, unless the owner changed since the button was shown.

    On call in a rotation they hold it for that.
    """
    must_be_open(incident)
    if incident.owner == by:
        raise Refusal(YoursAlready(incident.name))
    if incident.owner != from_owner:
        raise _not_theirs(incident)
    held = {"rotation": rotation} if rotation else {}
    return Event(EventKind.TAKEN, now, now, by, {**_from_owner(incident), **held})


def kept(incident: Incident, by: str, now: datetime) -> Event:
    """Let the owner keep it after their shift."""
    must_be_open(incident)
    if incident.owner != by:
        raise _not_theirs(incident)
    return Event(EventKind.KEPT, now, now, by)


def shift_changed(incident: Incident, to: str, now: datetime) -> Event | None:
    """Pass it to who came on call in its rotation; `None` if that changes nothing."""
    if incident.rotation is None or incident.owner in (None, to):
        return None
    details = {"to": to, "rotation": incident.rotation, **_from_owner(incident)}
    return Event(EventKind.SHIFT_CHANGED, now, now, "", details)


def checked_in(incident: Incident, by: str, now: datetime) -> Event:
    """Note that the owner is still working on it."""
    must_be_open(incident)
    if incident.owner != by:
        raise _not_theirs(incident)
    return Event(EventKind.CHECKED_IN, now, now, by)


def updated(incident: Incident, by: str, now: datetime, update: Update) -> Event:
    """Note what we told the customer; the first update is the first response."""
    must_be_open(incident)
    at = _told_at(incident, update.at or now, now)
    given = {
        "told": update.told,
        "next": update.following,
        "link": update.link,
        "waiting": "yes" if update.waits else "",
        "first": "" if incident.responded_at else "yes",
        "author": update.author,
    }
    details = {name: value for name, value in given.items() if value}
    return Event(EventKind.UPDATED, at, now, by, details)


def resumed(incident: Incident, by: str, now: datetime) -> Event:
    """Note that the customer answered."""
    must_be_open(incident)
    if incident.waiting_since is None:
        raise Refusal(NotWaiting(incident.name))
    return Event(EventKind.RESUMED, now, now, by)


def changed(  # noqa: PLR0913  # Severity, plan or both, and a reason.
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
        raise Refusal(NothingChanged(incident.name))
    return Event(EventKind.CHANGED, now, now, by, details)


def customer_set(
    incident: Incident, by: str, now: datetime, name: str, policy: Policy
) -> Event:
    """Set the customer; the plan becomes that customer's."""
    must_be_open(incident)
    customer = policy.find_customer(name)
    if customer is None:
        raise Refusal(UnknownCustomer(name))
    if customer.name == incident.customer:
        raise Refusal(CustomersAlready(incident.name, customer.name))
    details = {
        "customer": customer.name,
        "plan": customer.plan or policy.conduct.unknown_customer_plan,
        "old_customer": incident.customer or "",
        "old_plan": incident.plan,
    }
    return Event(EventKind.CUSTOMER_SET, now, now, by, details)


def offered(incident: Incident, by: str, now: datetime, to: str) -> Event:
    """Offer the incident to somebody else; the owner keeps it until they accept."""
    must_be_open(incident)
    if to == incident.owner:
        raise Refusal(OwnsAlready(incident.name, to))
    if to == by:
        raise Refusal(OfferedToSelf(incident.name))
    return Event(EventKind.HAND_OFF_OFFERED, now, now, by, {"to": to})


def offer_answered(
    incident: Incident, by: str, now: datetime, *, accepts: bool
) -> Event:
    """Accept or decline an incident that was offered to the actor."""
    must_be_open(incident)
    if incident.offered_to != by:
        raise Refusal(NotOffered(incident.name))
    if not accepts:
        return Event(EventKind.HAND_OFF_DECLINED, now, now, by)
    return Event(EventKind.HAND_OFF_ACCEPTED, now, now, by, _from_owner(incident))


def offer_expired(incident: Incident, now: datetime) -> Event | None:
    """End an offer that was not answered in time; `None` if it still stands."""
    if incident.offered_until is None or now < incident.offered_until:
        return None
    details = {"to": str(incident.offered_to)}
    return Event(EventKind.HAND_OFF_EXPIRED, now, now, "", details)


def released(
    incident: Incident, who: str, why: Gone, now: datetime, offered_by: str | None
) -> Event | None:
    """Take the incident from somebody who is gone, and end the offer to or by them.

    `offered_by` made the open offer. Returns `None` if neither is theirs.
    """
    theirs: dict[str, str] = {}
    if incident.owner == who:
        theirs["owned"] = "yes"
    if incident.offered_to is not None and who in (incident.offered_to, offered_by):
        theirs["to"] = incident.offered_to
    if not theirs:
        return None
    details = {"who": who, "why": why.value, **theirs}
    return Event(EventKind.RELEASED, now, now, "", details)


def resolved(
    incident: Incident, by: str, now: datetime, note: str, at: datetime | None
) -> Event:
    """Resolve an incident; the customer heard of it `at` that instant, or now."""
    must_be_open(incident)
    told_at = _told_at(incident, at or now, now)
    return Event(EventKind.RESOLVED, told_at, now, by, {"note": note})


def reopened(incident: Incident, by: str, now: datetime) -> Event:
    """Open a closed incident again."""
    if incident.is_open:
        raise Refusal(StillOpen(incident.name))
    return Event(EventKind.REOPENED, now, now, by)


def voided(incident: Incident, by: str, now: datetime, reason: VoidReason) -> Event:
    """Void an incident, so that no statistic counts it."""
    must_be_open(incident)
    return Event(EventKind.VOIDED, now, now, by, {"reason": reason})


def must_be_open(incident: Incident) -> None:
    """Raise Refusal for an incident that is closed."""
    if incident.is_open or incident.closed_at is None or incident.closed_by is None:
        return
    raise Refusal(
        AlreadyClosed(
            incident.name, incident.status, incident.closed_by, incident.closed_at
        )
    )


def plan_of(policy: Policy, customer: str | None) -> str:
    """Return the plan that a customer's new incident gets."""
    known = policy.find_customer(customer) if customer else None
    if known is not None and known.plan is not None:
        return known.plan
    return policy.conduct.unknown_customer_plan


def _not_theirs(incident: Incident) -> Refusal:
    if incident.owner is None or incident.owned_since is None:
        return Refusal(NobodyOwns(incident.name))
    return Refusal(OwnedMeanwhile(incident.name, incident.owner, incident.owned_since))


def _from_owner(incident: Incident) -> dict[str, str]:
    return {"from": incident.owner} if incident.owner else {}


def _told_at(incident: Incident, at: datetime, now: datetime) -> datetime:
    """Return when the customer was told. Raises Refusal for an impossible instant.

    An instant that lies ahead, or before the report or the last update, by no more than
    clocks differ is corrected.
    """
    if at > now + CLOCKS_DIFFER:
        raise Refusal(NotYet())
    for since, since_at in earliest(incident).items():
        if since_at is not None and at < since_at:
            if since_at - at > CLOCKS_DIFFER:
                raise Refusal(TooEarly(since, since_at))
            at = since_at
    return min(at, now)


def earliest(incident: Incident) -> dict[Since, datetime | None]:
    """Return the instants before which the customer cannot have been told."""
    return {
        Since.REPORT: incident.reported_at,
        Since.LAST_UPDATE: incident.updated_at,
    }
