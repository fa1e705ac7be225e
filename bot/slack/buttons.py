"""The buttons that several messages share. Each message decides which ones apply."""

from collections.abc import Mapping
from datetime import datetime

from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.slack import actions
from bot.slack.blocks import Element, button, confirmation, option, select


def take(incident: Incident, action_id: str = actions.TAKE) -> Element:
    """Return Take it or, if somebody owns the incident, Take over."""
    text = "Take it" if incident.owner is None else "Take over"
    return button(
        text,
        action_id,
        actions.taking_value(incident.number, incident.owner),
        style="primary" if incident.owner is None else None,
        label=f"{text}: {incident.name}",
    )


def answer(incident: Incident) -> Element:
    """Return First response sent or, after that, Log update."""
    if incident.responded_at is None:
        return about(incident, "First response sent", actions.FIRST_RESPONSE)
    return about(incident, "Log update", actions.LOG_UPDATE)


def resume(incident: Incident) -> Element:
    """Return Customer answered, which ends the pause."""
    return about(incident, "Customer answered", actions.RESUME)


def why(incident: Incident) -> Element:
    """Return Why these times?, answered in private."""
    return about(incident, "Why these times?", actions.WHY)


def still_on_it(incident: Incident) -> Element:
    """Return Still on it, the owner's check-in."""
    return about(incident, "Still on it", actions.STILL_ON_IT, style="primary")


def hand_off(incident: Incident) -> Element:
    """Return Hand off; its form asks to whom."""
    return about(incident, "Hand off", actions.HAND_OFF)


def reopen(incident: Incident) -> Element:
    """Return Reopen, which asks first."""
    question = confirmation(
        f"Reopen {incident.name}?",
        "The customer is owed news again from now on.",
        "Reopen",
        "Leave it closed",
    )
    return about(incident, "Reopen", actions.REOPEN, confirm=question)


def snooze(deadline: Deadline, choices: Mapping[str, datetime]) -> Element:
    """Return the menu that snoozes a reminder, with the labels of `choices`."""
    options = [
        option(label[:1].upper() + label[1:], actions.snooze_value(deadline, label))
        for label in choices
    ]
    return select(actions.SNOOZE, "Snooze", options)


def about(
    incident: Incident,
    text: str,
    action_id: str,
    *,
    style: str | None = None,
    confirm: Element | None = None,
) -> Element:
    """Return a button about an incident; screen readers hear which."""
    return button(
        text,
        action_id,
        str(incident.number),
        style=style,
        label=f"{text}: {incident.name}",
        confirm=confirm,
    )
