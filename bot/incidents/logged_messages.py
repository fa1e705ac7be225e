"""A message that was the customer's update: logging it, and taking that back. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.incidents.acts import Update, earliest, must_be_open, updated
from bot.incidents.events import Event, EventKind, updates
from bot.incidents.incidents import Incident
from bot.incidents.refusals import (
    LoggedAlready,
    NothingChanged,
    Refusal,
    TooEarly,
    UpdateStays,
)

# For so long the update that an emoji logged can be taken back.
TAKEN_BACK_WITHIN = timedelta(minutes=1)

# After these an update cannot be taken back: they count on it.
_BUILT_ON = (
    EventKind.UPDATED,
    EventKind.UPDATE_TAKEN_BACK,
    EventKind.RESUMED,
    EventKind.CHANGED,
    EventKind.CUSTOMER_SET,
    EventKind.REOPENED,
    EventKind.REPORTED_AGAIN,
)


def message_logged(
    incident: Incident, by: str, now: datetime, update: Update, history: Sequence[Event]
) -> Event:
    """Note that a message was the update. Slack knows when it was written.

    `history` are all events of the incident.
    """
    must_be_open(incident)
    for known in logged(history, update.link):
        raise Refusal(LoggedAlready(incident.name, known.by, known.recorded_at))
    told_at = update.at or now
    for since, since_at in earliest(incident).items():
        if since_at is not None and told_at < since_at:
            raise Refusal(TooEarly(since, since_at))
    event = updated(incident, by, now, update)
    earlier = {"before": incident.updated_at, "waited": incident.waiting_since}
    stamps = {name: at.isoformat() for name, at in earlier.items() if at}
    return replace(event, details={**event.details, **stamps})


def update_taken_back(
    incident: Incident, by: str, now: datetime, link: str, history: Sequence[Event]
) -> Event:
    """Take back the update that was the message at `link`, within a minute.

    `now` is when its author took the emoji off.
    """
    must_be_open(incident)
    known = next((one for one in logged(history, link) if one.by == by), None)
    if known is None:
        raise Refusal(NothingChanged(incident.name))
    if now - known.recorded_at > TAKEN_BACK_WITHIN:
        raise Refusal(UpdateStays(incident.name, is_late=True))
    if any(one.id > known.id and one.kind in _BUILT_ON for one in history):
        raise Refusal(UpdateStays(incident.name, is_late=False))
    kept = ("first", "before", "waited")
    details = {name: known.details[name] for name in kept if name in known.details}
    details |= {"update": str(known.id), "at": known.at.isoformat()}
    return Event(EventKind.UPDATE_TAKEN_BACK, now, now, by, details)


def logged(history: Sequence[Event], link: str) -> list[Event]:
    """Return the updates that stand and are the message at a link."""
    # What comes after the question mark only says in which thread Slack shows it.
    place = link.partition("?")[0]
    return [one for one in updates(history) if place in one.details.get("link", "")]
