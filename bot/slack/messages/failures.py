"""What the bot itself fails to do: make a backup, or remind."""

from collections.abc import Sequence

from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.slack.blocks import Message, shown
from bot.slack.messages.notice import notice
from bot.slack.phrases import MOST_NAMES_IN_A_LIST, headline, joined


def backup(reason: str) -> Message:
    """Say why the backup failed; with no reason, that it works again."""
    if not reason:
        return notice("The daily backup of the record works again.")
    return notice(
        f"The daily backup failed. {shown(reason, 300)} Incidents and reminders go on; "
        "it is tried again every hour, and you hear when it works."
    )


def reminders(incident: Incident, policy: Policy) -> Message:
    """Say that the reminders of an incident fail."""
    return notice(
        f"The reminders of {incident.name} fail; it is a fault of the bot, see its "
        "log. Nobody is reminded of it: keep an eye on it. "
        f"{headline(incident, policy)}"
    )


def without_outcome(incidents: Sequence[str]) -> Message:
    """Say of which incidents a reminder was due that left no trace."""
    names = joined([f"INC-{number}" for number in incidents[:MOST_NAMES_IN_A_LIST]])
    more = len(incidents) - MOST_NAMES_IN_A_LIST
    also = f" and of {more} more incidents" if more > 0 else ""
    return notice(
        f"A reminder of {names}{also} was due, and the record does not say what became "
        "of it; it is a fault of the bot. Look whether somebody is on it. `sevbot "
        f"reminders --incident {incidents[0]}` lists those that are known."
    )
