"""The buttons that several messages share. Each message decides which ones apply."""

from collections.abc import Mapping
from datetime import datetime

from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.slack import actions
from bot.slack.blocks import (
    LONGEST_BUTTON,
    Element,
    button,
    confirmation,
    option,
    select,
)
from bot.slack.cutting import cut


def take(
    incident: Incident, action_id: str = actions.TAKE, listed: str | None = None
) -> Element:
    """Return Take it or, if somebody owns the incident, Take over."""
    text, question = "Take it", None
    owner = incident.owner or ("" if listed else None)
    if incident.owner is not None:
        text = "Take over"
        question = confirmation(
            f"Take over {incident.name}?",
            "It becomes yours. Its owner hears of it.",
            "Take over",
            "Leave it",
        )
    return button(
        text,
        action_id,
        actions.value(incident.number, owner, listed),
        label=f"{text}: {incident.name}",
        confirm=question,
    )


def answer(incident: Incident) -> Element:
    """Return First response sent or, after that, Log update."""
    if incident.responded_at is None:
        return about(incident, "First response sent", actions.FIRST_RESPONSE)
    return about(incident, "Log update", actions.LOG_UPDATE)


def steps(incident: Incident, owed: Deadline | None) -> list[Element]:
    """Return the next steps of somebody who owns it, the likely one first."""
    found = [answer(incident), resolve(incident)]
    if incident.waiting_since is not None:
        found.insert(0, resume(incident))
    elif owed is None or owed.is_resolution:
        found.reverse()
    return [likely(found[0]), *found[1:]]


def likely(element: Element) -> Element:
    """Return a button as the likely next step, the one that is coloured."""
    return {**element, "style": "primary"}


def resolve(incident: Incident) -> Element:
    """Return Resolve; its form asks how it ended."""
    return about(incident, "Resolve", actions.RESOLVE)


def resume(incident: Incident, listed: str | None = None) -> Element:
    """Return Customer answered, which ends the pause; `listed` as in Take it."""
    text, owner = "Customer answered", "" if listed else None
    return button(
        text,
        actions.RESUME,
        actions.value(incident.number, owner, listed),
        label=f"{text}: {incident.name}",
    )


def why(incident: Incident) -> Element:
    """Return Why these times?, answered in private."""
    return about(incident, "Why these times?", actions.WHY)


def still_on_it(incident: Incident) -> Element:
    """Return Still on it, the owner's check-in."""
    return about(incident, "Still on it", actions.STILL_ON_IT)


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


def same_thing(newer: Incident, older: Incident, policy: Policy) -> Element:
    """Return Same thing, which asks first where the one that goes on is less grave."""
    question = None
    if newer.severity.number < older.severity.number:
        goes_on, ends = (
            cut(policy.severity_name(one.severity), LONGEST_BUTTON)
            for one in (older, newer)
        )
        question = confirmation(
            f"Close {newer.name}?",
            f"{older.name} goes on as {goes_on}, and nobody is paged for the {ends}.",
            "Same thing",
            "Leave both",
        )
    return button(
        "Same thing",
        actions.SAME_THING,
        actions.value(newer.number, older.number),
        label=f"Same thing: close {newer.name}, go on with {older.name}",
        confirm=question,
    )


def snooze(deadline: Deadline, choices: Mapping[str, datetime]) -> Element:
    """Return the menu that snoozes a reminder, with the labels of `choices`."""
    options = [
        option(
            label[:1].upper() + label[1:],
            actions.value(deadline.incident, deadline.id, label),
        )
        for label in choices
    ]
    return select(actions.SNOOZE, "Snooze", options)


def about(
    incident: Incident,
    text: str,
    action_id: str,
    *,
    confirm: Element | None = None,
) -> Element:
    """Return a button about an incident; screen readers hear which."""
    return button(
        text,
        action_id,
        str(incident.number),
        label=f"{text}: {incident.name}",
        confirm=confirm,
    )
