"""An incident's state, and how each event changes it. Pure values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, assert_never

from bot.policy.names import folded
from bot.policy.policies import Severity


class Status(StrEnum):
    """Whether an incident is open. `VOID` was opened by mistake or as a drill."""

    OPEN = "open"
    RESOLVED = "resolved"
    VOID = "void"


class EventKind(StrEnum):
    """What can happen to an incident."""

    OPENED = "opened"
    TAKEN = "taken"
    CHECKED_IN = "checked_in"
    UPDATED = "updated"
    UPDATE_TAKEN_BACK = "update_taken_back"
    RESUMED = "resumed"
    CHANGED = "changed"
    CUSTOMER_SET = "customer_set"
    REPORTED_AGAIN = "reported_again"
    HAND_OFF_OFFERED = "hand_off_offered"
    HAND_OFF_ACCEPTED = "hand_off_accepted"
    HAND_OFF_DECLINED = "hand_off_declined"
    HAND_OFF_EXPIRED = "hand_off_expired"
    RELEASED = "released"
    SHIFT_CHANGED = "shift_changed"
    KEPT = "kept"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    VOIDED = "voided"
    ERASED = "erased"


class VoidReason(StrEnum):
    """Why an incident is left out of every statistic."""

    MISTAKE = "opened by mistake"
    DRILL = "drill"
    SAME = "the same thing as another"


class Gone(StrEnum):
    """Why a person can own nothing any more, in words."""

    LEFT = "left"
    OUTSIDER = "is no full member any more"


# How long a hand-off waits for its answer.
OFFER_STANDS = timedelta(minutes=15)
_NO_OFFER: Mapping[str, Any] = {"offered_to": None, "offered_until": None}

# What replaces what people typed, once it is erased.
ERASED_TEXT = "(text erased)"
ERASED_CUSTOMER = "(customer erased)"


class Erased(StrEnum):
    """What happens to a detail of an event when texts are erased.

    What people typed is removed, or replaced by `ERASED_TEXT` or `ERASED_CUSTOMER`.
    """

    STAYS = "stays"
    GOES = "goes"
    TEXT = ERASED_TEXT
    CUSTOMER = ERASED_CUSTOMER


# The details that each kind of event may have; no others are stored.
DETAILS: Mapping[EventKind, Mapping[str, Erased]] = {
    EventKind.OPENED: {},
    EventKind.TAKEN: {"from": Erased.STAYS, "rotation": Erased.STAYS},
    EventKind.CHECKED_IN: {},
    EventKind.UPDATED: {
        "told": Erased.TEXT,
        "next": Erased.TEXT,
        "link": Erased.GOES,
        "waiting": Erased.STAYS,
        "first": Erased.STAYS,
        "author": Erased.STAYS,
        "before": Erased.STAYS,
        "waited": Erased.STAYS,
    },
    EventKind.UPDATE_TAKEN_BACK: {
        "update": Erased.STAYS,
        "at": Erased.STAYS,
        "first": Erased.STAYS,
        "before": Erased.STAYS,
        "waited": Erased.STAYS,
    },
    EventKind.RESUMED: {},
    EventKind.CHANGED: {
        "reason": Erased.TEXT,
        "severity": Erased.STAYS,
        "old_severity": Erased.STAYS,
        "plan": Erased.STAYS,
        "old_plan": Erased.STAYS,
    },
    EventKind.CUSTOMER_SET: {
        "customer": Erased.CUSTOMER,
        "old_customer": Erased.CUSTOMER,
        "plan": Erased.STAYS,
        "old_plan": Erased.STAYS,
    },
    EventKind.REPORTED_AGAIN: {
        "as": Erased.STAYS,
        "undone": Erased.STAYS,
        "reported_at": Erased.STAYS,
        "old_reported_at": Erased.STAYS,
    },
    EventKind.HAND_OFF_OFFERED: {"to": Erased.STAYS},
    EventKind.HAND_OFF_ACCEPTED: {"from": Erased.STAYS},
    EventKind.HAND_OFF_DECLINED: {},
    EventKind.HAND_OFF_EXPIRED: {"to": Erased.STAYS},
    EventKind.RELEASED: {
        "who": Erased.STAYS,
        "why": Erased.STAYS,
        "owned": Erased.STAYS,
        "to": Erased.STAYS,
    },
    EventKind.SHIFT_CHANGED: {
        "from": Erased.STAYS,
        "to": Erased.STAYS,
        "rotation": Erased.STAYS,
    },
    EventKind.KEPT: {},
    EventKind.SNOOZED: {"deadline": Erased.STAYS, "until": Erased.STAYS},
    EventKind.RESOLVED: {"note": Erased.TEXT},
    EventKind.REOPENED: {},
    EventKind.VOIDED: {"reason": Erased.STAYS, "same_as": Erased.STAYS},
    EventKind.ERASED: {},
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `at` is when it did, `recorded_at` when we recorded it.

    `by` is the Slack id of a person; it is empty for an erasure, a release, a change of
    shift and an offer that went back, which nobody in Slack did. `details` holds plain
    strings, as `DETAILS` names them: people by their ids, instants in ISO 8601, "yes"
    or nothing for `waiting`, `first`, `owned` and `undone`, a VoidReason as the
    `reason` of a void, a Gone as the `why` of a release. A release ended the offer to
    `to`, if it says so. An update that was a message has its `author`, and since when
    the customer had last been told (`before`) and was waited for (`waited`), so that it
    can be taken back; what takes it back names it by its id (`update`) and its instant
    (`at`). `same_as` and `as` are the numbers of incidents: REPORTED_AGAIN says that
    another incident was the same thing, or that it is not after all, which is `undone`.
    """

    kind: EventKind
    at: datetime
    recorded_at: datetime
    by: str
    details: Mapping[str, str] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class Incident:
    """The current state. People and channels are Slack's ids, instants are UTC.

    `customer` is `None` until somebody says which; until then `plan` is the policy's
    choice for an unknown customer. `channel` is where the command was typed.
    `reported_at` may be before `opened_at`: the first response counts from the
    customer's report. `updated_at` is the last update, or the reopening after it; the
    next update counts from there. `last_sign_at` is when the owner last did anything.
    An offer ends at `offered_until`; one from before that was recorded has none.
    Held for a `rotation`, it goes to who comes on in it.
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


def erased_event(event: Event) -> Event:
    """Return an event without what people typed and without undeclared details."""
    known, details = DETAILS[event.kind], {}
    for name, value in event.details.items():
        instead = known.get(name, Erased.GOES)
        if instead is Erased.STAYS or not value:
            details[name] = value
        elif instead is not Erased.GOES:
            details[name] = instead.value
    return replace(event, details=details)


def unnamed(event: Event, customer: str) -> Event:
    """Return an event with the name of one customer erased."""
    known = DETAILS[event.kind]
    details = {
        name: ERASED_CUSTOMER
        if known.get(name) is Erased.CUSTOMER and folded(value) == folded(customer)
        else value
        for name, value in event.details.items()
    }
    return replace(event, details=details)


def unknown_details(event: Event) -> set[str]:
    """Return the details that are not declared in `DETAILS`."""
    return event.details.keys() - DETAILS[event.kind].keys()


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
            until = event.recorded_at + OFFER_STANDS
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


def updates(events: Sequence[Event]) -> list[Event]:
    """Return the updates that stand: those that nobody took back."""
    over = {
        one.details["update"]
        for one in events
        if one.kind is EventKind.UPDATE_TAKEN_BACK
    }
    return [
        one
        for one in events
        if one.kind is EventKind.UPDATED and str(one.id) not in over
    ]


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
    return replace(
        incident,
        status=Status.OPEN,
        closed_at=None,
        closed_by=None,
        updated_at=at if incident.responded_at else None,
    )
