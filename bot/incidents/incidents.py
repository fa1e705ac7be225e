"""An incident's state, and how each event changes it. Pure values."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, assert_never

from bot.incidents.events import ERASED_CUSTOMER, ERASED_TEXT, Event, EventKind
from bot.policy.severities import Severity
from bot.values import value


class Status(StrEnum):
    """Whether an incident is open. `VOID` was opened by mistake or as a drill."""

    OPEN = "open"
    RESOLVED = "resolved"
    VOID = "void"


# How long a hand-off waits for its answer.
OFFER_STANDS = timedelta(minutes=15)
_NO_OFFER: Mapping[str, Any] = {"offered_to": None, "offered_until": None}


@value
class Incident:
    """The current state. People and channels are Slack's ids, instants are UTC.

    `customer` is `None` until somebody says which; until then `plan` is the policy's
    choice for an unknown customer. `channel` is where the command was typed.
    `reported_at` may be before `opened_at`: the first response counts from the
    customer's report. `updated_at` is the last update, or the reopening after it; the
    next update counts from there. `last_sign_at` is when the owner last did anything.
    An offer ends at `offered_until`; one from before that was recorded has none.
    Held for a `rotation`, it goes to who comes on in it. `reopened_at` is when it was
    last reopened after it was resolved: no resolution counts from before.
    """

    workspace: str
    number: int
    severity: Severity
    plan: str
    customer: str | None
    title: str
    link: str | None
    channel: str
    opened_by: str
    opened_at: datetime
    reported_at: datetime
    owner: str | None = None
    owned_since: datetime | None = None
    offered_to: str | None = None
    offered_until: datetime | None = None
    status: Status = Status.OPEN
    responded_at: datetime | None = None
    updated_at: datetime | None = None
    waiting_since: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    last_sign_at: datetime | None = None
    rotation: str | None = None
    reopened_at: datetime | None = None

    @property
    def offered_from(self) -> datetime | None:
        """When the person is asked: after their quiet hours, if it was made in them."""
        return self.offered_until and self.offered_until - OFFER_STANDS

    @property
    def name(self) -> str:
        """The way people write it: INC-42."""
        return f"INC-{self.number}"

    @property
    def is_open(self) -> bool:
        """Return whether it is open; nothing is owed on a closed incident."""
        return self.status is Status.OPEN


def apply(incident: Incident, event: Event) -> Incident:
    """Return the incident after an event; `acts` has checked that it may happen."""
    changed = _applied(incident, event)
    if event.by == changed.owner:
        return replace(changed, last_sign_at=event.recorded_at)
    return changed


def erased(incident: Incident) -> Incident:
    """Return an incident without what people typed; what statistics count stays."""
    customer = incident.customer and ERASED_CUSTOMER
    return replace(incident, title=ERASED_TEXT, link=None, customer=customer)


def _applied(  # noqa: C901, PLR0912  # A branch a kind.
    incident: Incident, event: Event
) -> Incident:
    details = event.details
    match event.kind:
        case EventKind.TAKEN | EventKind.HAND_OFF_ACCEPTED:
            owned = _owned(incident, event.by, event.recorded_at)
            return replace(owned, rotation=details.get("rotation"))
        case EventKind.SHIFT_CHANGED:
            owned = _owned(incident, details["to"], event.recorded_at)
            owned = replace(owned, last_sign_at=None)
            if incident.offered_to == details["to"]:
                return owned
            to, until = incident.offered_to, incident.offered_until
            return replace(owned, offered_to=to, offered_until=until)
        case EventKind.KEPT:
            return replace(incident, rotation=None)
        case EventKind.HAND_OFF_OFFERED:
            until = _instant(details.get("from")) or event.recorded_at
            until += OFFER_STANDS
            return replace(incident, offered_to=details["to"], offered_until=until)
        case EventKind.HAND_OFF_DECLINED | EventKind.HAND_OFF_EXPIRED:
            return replace(incident, **_NO_OFFER)
        case EventKind.RELEASED:
            return _released(incident, event)
        case EventKind.UPDATED:
            return replace(
                incident,
                responded_at=incident.responded_at or event.at,
                updated_at=event.at,
                waiting_since=event.at if details.get("waiting") == "yes" else None,
            )
        case EventKind.UPDATE_TAKEN_BACK:
            return replace(
                incident,
                responded_at=None if details.get("first") else incident.responded_at,
                updated_at=_instant(details.get("before")),
                waiting_since=_instant(details.get("waited")),
            )
        case EventKind.RESUMED:
            return replace(incident, waiting_since=None)
        case EventKind.CHANGED:
            return replace(
                incident,
                severity=Severity(details.get("severity", incident.severity)),
                plan=details.get("plan", incident.plan),
            )
        case EventKind.CUSTOMER_SET:
            return replace(incident, customer=details["customer"], plan=details["plan"])
        case EventKind.REPORTED_AGAIN if "reported_at" in details:
            at = datetime.fromisoformat(details["reported_at"])
            return replace(incident, reported_at=at)
        case EventKind.RESOLVED:
            return _closed(incident, Status.RESOLVED, event)
        case EventKind.VOIDED:
            return _closed(incident, Status.VOID, event)
        case EventKind.REOPENED:
            return _reopened(incident, event.at)
        case (
            EventKind.OPENED
            | EventKind.CHECKED_IN
            | EventKind.REPORTED_AGAIN
            | EventKind.SNOOZED
            | EventKind.ERASED
        ):
            return incident
        case _:
            assert_never(event.kind)


def _instant(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _owned(incident: Incident, owner: str, since: datetime) -> Incident:
    return replace(incident, owner=owner, owned_since=since, **_NO_OFFER)


def _released(incident: Incident, event: Event) -> Incident:
    """Return the incident without an owner who is gone, or an offer that is over."""
    if "to" in event.details:
        incident = replace(incident, **_NO_OFFER)
    if "owned" not in event.details:
        return incident
    return replace(
        incident, owner=None, owned_since=None, last_sign_at=None, rotation=None
    )


def explained(incident: Incident, events: Sequence[Event]) -> Event | None:
    """Return the event that closed it, or by which it lost its owner."""
    if incident.status is Status.VOID:
        ends = (one for one in events if one.kind is EventKind.VOIDED)
    elif incident.status is Status.RESOLVED:
        ends = (one for one in events if one.kind is EventKind.RESOLVED)
    elif incident.is_open and incident.owner is None:
        ends = (one for one in events if "owned" in one.details)
    else:
        return None
    return max(ends, key=lambda one: one.id, default=None)


def _closed(incident: Incident, status: Status, event: Event) -> Incident:
    """Close an incident. Resolving means the customer was told; voiding does not."""
    responded_at = incident.responded_at
    if status is Status.RESOLVED:
        responded_at = responded_at or event.at
    return replace(
        incident,
        status=status,
        closed_at=event.at,
        closed_by=event.by,
        **_NO_OFFER,
        waiting_since=None,
        responded_at=responded_at,
    )


def _reopened(incident: Incident, at: datetime) -> Incident:
    """Open an incident again; without a first response it owes no update yet."""
    was_resolved = incident.status is Status.RESOLVED
    return replace(
        incident,
        status=Status.OPEN,
        closed_at=None,
        closed_by=None,
        updated_at=at if incident.responded_at else None,
        reopened_at=at if was_resolved else incident.reopened_at,
    )
