"""What can happen to an incident, and what of it is erased. Pure values."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum

from bot.policy.names import folded
from bot.values import value


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
    EventKind.HAND_OFF_OFFERED: {"to": Erased.STAYS, "from": Erased.STAYS},
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


@value
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


def erased_event(event: Event) -> Event:
    """Return an event without what people typed and without undeclared details."""
    known, details = DETAILS[event.kind], {}
    for name, written in event.details.items():
        instead = known.get(name, Erased.GOES)
        if instead is Erased.STAYS or not written:
            details[name] = written
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
