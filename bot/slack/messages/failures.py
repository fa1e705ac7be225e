"""What the bot itself fails to do: make a backup, or remind."""

from bot.incidents.incidents import Incident
from bot.slack.blocks import Message, shown
from bot.slack.messages.notice import notice
from bot.slack.phrases import headline


def backup(reason: str) -> Message:
    """Say why the backup failed; with no reason, that it works again."""
    if not reason:
        return notice("The daily backup of the record works again.")
    return notice(
        f"The daily backup failed. {shown(reason, 300)} Incidents and reminders go on; "
        "it is tried again every hour, and you hear when it works."
    )


def reminders(incident: Incident) -> Message:
    """Say that the reminders of an incident fail."""
    return notice(
        f"The reminders of {incident.name} fail; it is a fault of the bot, see its "
        f"log. Nobody is reminded of it: keep an eye on it. {headline(incident)}"
    )
