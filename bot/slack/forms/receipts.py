"""What a form shows after it was submitted."""

from collections.abc import Sequence

from bot.incidents.deadlines import Deadline, owed_now
from bot.incidents.incidents import Incident
from bot.slack.blocks import Message, View, section
from bot.slack.forms.inputs import modal
from bot.slack.phrases import Voice, due_phrase, owed_as, the_customer

ID = "receipt_view"


def view(answer: Message) -> View:
    """Return the receipt; texts are mark-up."""
    blocks = answer.blocks or [section(answer.text)]
    return modal("sevbot", blocks, callback_id=ID, close="Close")


def nothing_sent(incident: Incident) -> str:
    """Say that the customer got nothing from the bot."""
    return f"Nothing was sent to {the_customer(incident)}."


def next_due(incident: Incident, deadlines: Sequence[Deadline], voice: Voice) -> str:
    """Say what is owed next and when; empty if nothing is."""
    owed = owed_now(deadlines)
    if owed is None or owed.paused_at is not None:
        return ""
    return f"Next {owed_as(owed)} {due_phrase(incident, owed, voice)}."
