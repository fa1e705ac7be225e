"""The history of an incident, in one sentence per event."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import assert_never

from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.policy.targets import NOTHING
from bot.slack.blocks import link, mention, shown
from bot.slack.marks import marked
from bot.slack.phrases import (
    LONGEST_NAME,
    Voice,
    ended,
    gone,
    linked,
    opened_up,
    plan_name,
    quoted,
    the_customer,
    unanswered,
    void_reason,
)

_LONGEST_TEXT = 1000
_LONGEST_REASON = 400
_SOON = timedelta(minutes=2)


_PLAIN = {
    EventKind.OPENED: "Opened by {by}.",
    EventKind.CHECKED_IN: "{by} is still on it.",
    EventKind.RESUMED: (
        "{by} notes that the customer answered. The update clock goes on."
    ),
    EventKind.UPDATE_TAKEN_BACK: (
        "{by} took the update back: it counts no more, and what was owed before is "
        "owed again."
    ),
    EventKind.HAND_OFF_DECLINED: "{by} declined the hand-off.",
    EventKind.KEPT: "{by} keeps it after their shift.",
    EventKind.REOPENED: (
        "Reopened by {by}. The customer is owed news again from now on."
    ),
    EventKind.ERASED: (
        "The texts up to here were erased from the record. What stands in Slack stays."
    ),
}


def sentence(  # noqa: C901, PLR0912  # A branch a kind.
    incident: Incident, event: Event, voice: Voice
) -> str:
    """Return what happened, and who did it. `incident` is its current state."""
    by, details, policy = mention(event.by), event.details, voice.policy
    match event.kind:
        case EventKind.TAKEN:
            return f"{by} took it{_from(details)}.{_still_owed(incident, policy)}"
        case EventKind.UPDATED:
            return _update(incident, event, voice)
        case EventKind.CHANGED:
            return _change(event, policy)
        case EventKind.CUSTOMER_SET:
            return _customer(event, policy)
        case EventKind.HAND_OFF_OFFERED:
            return f"{by} offered it to {mention(details['to'])}."
        case EventKind.HAND_OFF_ACCEPTED:
            return f"{by} accepted the hand-off{_from(details)}."
        case EventKind.SHIFT_CHANGED:
            rotation = shown(details["rotation"], LONGEST_NAME)
            came = f"{mention(details['to'])} came on call ({rotation})"
            return f"{came} and has it{_from(details)}.{_still_owed(incident, policy)}"
        case EventKind.HAND_OFF_EXPIRED:
            return f"{unanswered(event)}; the offer is over."
        case EventKind.RELEASED if "owned" in details:
            return f"{gone(event)}; nobody owns it.{_still_owed(incident, policy)}"
        case EventKind.RELEASED:
            return f"{gone(event)}; the offer to {mention(details['to'])} is over."
        case EventKind.SNOOZED:
            until = datetime.fromisoformat(details["until"])
            return f"{by} {voice.at(until, 'put a reminder off until')}."
        case EventKind.RESOLVED:
            note = details.get("note")
            said = f": {quoted(note, _LONGEST_TEXT)}" if note else ""
            resolved = ended(f"Resolved by {by}{_earlier(event, voice)}{said}")
            return f"{resolved} Reminders stop."
        case EventKind.REPORTED_AGAIN:
            return _reported_again(incident, event, voice)
        case EventKind.VOIDED:
            why = void_reason(event)
            return f"Closed as void by {by}: {why}. It counts nowhere; reminders stop."
        case (
            EventKind.OPENED
            | EventKind.CHECKED_IN
            | EventKind.UPDATE_TAKEN_BACK
            | EventKind.RESUMED
            | EventKind.HAND_OFF_DECLINED
            | EventKind.KEPT
            | EventKind.REOPENED
            | EventKind.ERASED
        ):
            return _PLAIN[event.kind].format(by=by)
        case _:
            assert_never(event.kind)


def _reported_again(incident: Incident, event: Event, voice: Voice) -> str:
    by, other = mention(event.by), f"INC-{event.details['as']}"
    if "undone" in event.details:
        said = f"{by}: {other} is not the same thing after all; it is open again."
    else:
        said = f"{by}: {other} was the same thing; it is closed, this one goes on."
    if "reported_at" not in event.details:
        return said
    at = voice.at(datetime.fromisoformat(event.details["reported_at"]), "reported it")
    return f"{said} {opened_up(the_customer(incident))} {at}."


def _from(details: Mapping[str, str]) -> str:
    return f" from {mention(details['from'])}" if details.get("from") else ""


def _still_owed(incident: Incident, policy: Policy) -> str:
    target = policy.first_responses.get((incident.severity, incident.plan))
    is_owed = incident.is_open and incident.responded_at is None and target != NOTHING
    return " The first response is still owed." if is_owed else ""


def _earlier(event: Event, voice: Voice) -> str:
    """Return when it happened, if that was earlier than it was logged."""
    if event.recorded_at - event.at < _SOON:
        return ""
    return f" {voice.at(event.at, 'for')}"


def _update(incident: Incident, event: Event, voice: Voice) -> str:
    details = event.details
    what = "First response" if details.get("first") else "Update"
    by, url = f"{mention(event.by)}{_earlier(event, voice)}", details.get("link")
    if author := details.get("author"):
        message = link(url, "a message") if url else "a message"
        whose = "their own" if author == event.by else mention(author)
        told = f"{message} of {whose}"
    else:
        told = quoted(details.get("told", ""), _LONGEST_TEXT)
    sentences = [ended(f"{what} logged by {by}: {told}")]
    if following := details.get("next"):
        sentences.append(ended(f"Next: {quoted(following, _LONGEST_TEXT)}"))
    if url and not author:
        sentences.append(f"{linked(url)}.")
    customer = the_customer(incident)
    if details.get("waiting"):
        sentences.append(f"We wait for {customer} now, and they know it.")
    sentences.append(f"Nothing was sent to {customer} by the bot.")
    return " ".join(sentences)


def _change(event: Event, policy: Policy) -> str:
    details, changes = event.details, []
    if new := details.get("severity"):
        old = details.get("old_severity")
        was = f" from {shown(marked(Severity(old), policy), 60)}" if old else ""
        becomes = shown(marked(Severity(new), policy), 60)
        changes.append(f"the severity{was} to {becomes}")
    if new := details.get("plan"):
        old = details.get("old_plan")
        was = f" from {plan_name(policy, old)}" if old else ""
        changes.append(f"the plan{was} to {plan_name(policy, new)}")
    what = " and ".join(changes)
    why = quoted(details.get("reason", ""), _LONGEST_REASON)
    return ended(f"{mention(event.by)} changed {what}: {why}")


def _customer(event: Event, policy: Policy) -> str:
    details = event.details
    old = details.get("old_customer")
    was = f" from {shown(old, LONGEST_NAME)}" if old else ""
    new = shown(details["customer"], LONGEST_NAME)
    plan = plan_name(policy, details["plan"])
    return f"{mention(event.by)} corrected the customer{was} to {new} ({plan})."
