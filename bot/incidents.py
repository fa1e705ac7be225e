"""What is known of an incident, and how each event changes it. Pure values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from bot.policies import Severity


class Status(StrEnum):
    """Where an incident stands. `VOID` was opened by mistake or as a drill."""

    OPEN = "open"
    RESOLVED = "resolved"
    VOID = "void"


class EventKind(StrEnum):
    """What can happen to an incident."""

    OPENED = "opened"
    TAKEN = "taken"
    CHECKED_IN = "checked_in"
    UPDATED = "updated"
    RESUMED = "resumed"
    CHANGED = "changed"
    CUSTOMER_SET = "customer_set"
    HAND_OFF_OFFERED = "hand_off_offered"
    HAND_OFF_ACCEPTED = "hand_off_accepted"
    HAND_OFF_DECLINED = "hand_off_declined"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    VOIDED = "voided"
    ERASED = "erased"


class VoidReason(StrEnum):
    """Why an incident counts nowhere."""

    MISTAKE = "opened by mistake"
    DRILL = "drill"


# What stands in the place of what people typed, once it is erased.
ERASED_TEXT = "(text erased)"
ERASED_CUSTOMER = "(customer erased)"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `at` is when it did, `recorded_at` when we were told.

    `by` is Slack's id of a person; it is empty where texts were erased. `details` holds
    plain strings: for an update `told`, `next`, `link` and `waiting` ("yes"); for a
    change `severity`, `plan`, `reason`; for a customer `customer`, `plan`; for
    hand-offs `to`; for a resolution `note`; for a void `reason`; for a snooze
    `deadline` and `until`.
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

    `customer` is `None` while nobody said which; then `plan` is the policy's choice for
    the unknown. `channel` is where the command was typed. `reported_at` may lie before
    `opened_at`: the customer's clock starts when the customer reported. `updated_at` is
    when the update clock began: at the last update, or at a reopening since. The
    owner's last act is `last_sign_at`.
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
    status: Status = Status.OPEN
    responded_at: datetime | None = None
    updated_at: datetime | None = None
    waiting_since: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    last_sign_at: datetime | None = None

    @property
    def name(self) -> str:
        """The way people write it: INC-42."""
        return f"INC-{self.number}"

    @property
    def is_open(self) -> bool:
        """Tell whether anything is still owed on it."""
        return self.status is Status.OPEN


def apply(incident: Incident, event: Event) -> Incident:
    """Return the incident after an event; the event's own rules are checked before."""
    changed = _applied(incident, event)
    if event.by == changed.owner:
        return replace(changed, last_sign_at=event.recorded_at)
    return changed


def erased(incident: Incident) -> Incident:
    """Return an incident without what people typed; all that is counted stays."""
    customer = incident.customer and ERASED_CUSTOMER
    return replace(incident, title=ERASED_TEXT, link=None, customer=customer)


def erased_event(event: Event) -> Event:
    """Return an event without what people typed in it."""
    texts = dict.fromkeys(_typed(event.kind), ERASED_TEXT)
    names = dict.fromkeys(("customer", "old_customer"), ERASED_CUSTOMER)
    instead = {**texts, **names}
    details = {
        name: instead.get(name, value) if value else value
        for name, value in event.details.items()
        if name != "link"
    }
    return replace(event, details=details)


def _typed(kind: EventKind) -> tuple[str, ...]:
    """Return the names of the details that hold what people typed, but for links."""
    match kind:
        case EventKind.UPDATED:
            return ("told", "next")
        case EventKind.CHANGED:
            return ("reason",)
        case EventKind.RESOLVED:
            return ("note",)
        case (
            EventKind.OPENED
            | EventKind.TAKEN
            | EventKind.CHECKED_IN
            | EventKind.RESUMED
            | EventKind.CUSTOMER_SET
            | EventKind.HAND_OFF_OFFERED
            | EventKind.HAND_OFF_ACCEPTED
            | EventKind.HAND_OFF_DECLINED
            | EventKind.SNOOZED
            | EventKind.REOPENED
            | EventKind.VOIDED
            | EventKind.ERASED
        ):
            return ()
        case _:
            assert_never(kind)


def _applied(incident: Incident, event: Event) -> Incident:
    details = event.details
    match event.kind:
        case EventKind.TAKEN | EventKind.HAND_OFF_ACCEPTED:
            return _owned(incident, event.by, event.recorded_at)
        case EventKind.HAND_OFF_OFFERED:
            return replace(incident, offered_to=details["to"])
        case EventKind.HAND_OFF_DECLINED:
            return replace(incident, offered_to=None)
        case EventKind.UPDATED:
            return replace(
                incident,
                responded_at=incident.responded_at or event.at,
                updated_at=event.at,
                waiting_since=event.at if details.get("waiting") == "yes" else None,
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
        case EventKind.RESOLVED:
            return _closed(incident, Status.RESOLVED, event)
        case EventKind.VOIDED:
            return _closed(incident, Status.VOID, event)
        case EventKind.REOPENED:
            return _reopened(incident, event.at)
        case (
            EventKind.OPENED
            | EventKind.CHECKED_IN
            | EventKind.SNOOZED
            | EventKind.ERASED
        ):
            return incident
        case _:
            assert_never(event.kind)


def _owned(incident: Incident, owner: str, since: datetime) -> Incident:
    return replace(incident, owner=owner, owned_since=since, offered_to=None)


def void_reason(events: Sequence[Event]) -> str | None:
    """Return why an incident that is void counts nowhere, from what happened to it."""
    voided = (one for one in reversed(events) if one.kind is EventKind.VOIDED)
    return next((one.details.get("reason") for one in voided), None)


def _closed(incident: Incident, status: Status, event: Event) -> Incident:
    """End an incident. Resolving says that the customer was told; voiding does not."""
    responded_at = incident.responded_at
    if status is Status.RESOLVED:
        responded_at = responded_at or event.at
    return replace(
        incident,
        status=status,
        closed_at=event.at,
        closed_by=event.by,
        offered_to=None,
        waiting_since=None,
        responded_at=responded_at,
    )


def _reopened(incident: Incident, at: datetime) -> Incident:
    """Open an incident again; one that was never answered owes no update yet."""
    return replace(
        incident,
        status=Status.OPEN,
        closed_at=None,
        closed_by=None,
        updated_at=at if incident.responded_at else None,
    )
