"""Reports on a message that Slack refused, or that it never confirmed."""

from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.slack import actions
from bot.slack.blocks import Message, button, channel_link, place, say, section
from bot.slack.blocks import actions as row
from bot.slack.messages.notice import notice
from bot.slack.phrases import headline
from bot.slack.reasons import reason


def dead(
    what: str, to: str, code: str, key: str | None = None, *, instead: str = ""
) -> Message:
    """Return the report on a message that cannot be delivered.

    `what` says what it was, `to` is the id of the person or channel, `instead` of the
    one that was told instead. If nobody was, the button sends it again by its `key`,
    which is `None` once somebody pressed it.
    """
    text = f"Not delivered: {what}, to {place(to)}. Why: {reason(code)}."
    if instead:
        text += f" {place(instead)} was told instead."
    else:
        text += " Nobody was told instead." if key else " It was sent again."
    return _with_send_again(text, key)


def unconfirmed(what: str, to: str, key: str | None) -> Message:
    """Return the report on a message that Slack may or may not have posted.

    The button sends it again by its `key`, which is `None` once somebody pressed it.
    """
    text = f"Slack did not say whether it posted {what}, to {place(to)}."
    if key is None:
        return notice(f"{text} It was sent again.")
    text += " It was not sent again. Look there; if it is missing, send it again."
    return _with_send_again(text, key)


def card_not_posted(
    incident: Incident,
    channel: str,
    policy: Policy,
    code: str,
    key: str | None = None,
) -> Message:
    """Return the report on a card that was not posted; its incident is recorded."""
    text = (
        f"{incident.name} is recorded, but its card could not be posted in "
        f"{channel_link(channel)}. Why: {reason(code)}. Reminders go out as usual; "
        f"`/incident {incident.number}` shows it. {headline(incident, policy)}"
    )
    return _with_send_again(text, key)


def channel(id: str, code: str, reports_to: str) -> Message:
    """Tell the leads of a channel that takes nothing, and what to do about it."""
    return notice(
        f"Nothing can be posted in {channel_link(id)}. Why: {reason(code)}. What is "
        f"meant for it is reported to {place(reports_to)} until somebody repairs it, "
        "or names another channel in policies.yaml."
    )


def _with_send_again(text: str, key: str | None) -> Message:
    if key is None:
        return notice(text)
    again = button("Send again", actions.SEND_AGAIN, key)
    return say(text, (section(text), row([again])))
