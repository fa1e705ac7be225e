"""The form that resolves an incident."""

from datetime import datetime

from bot.incidents.incidents import Incident
from bot.slack.blocks import View, context, section
from bot.slack.forms.inputs import (
    LONGEST_LINE,
    Entered,
    checkbox,
    field,
    modal,
    text_input,
    when_field,
)
from bot.slack.forms.receipts import nothing_sent
from bot.slack.payloads import Submission
from bot.slack.phrases import NOTHING_SENT, Voice, headline, last_heard

ID = "resolve_form"

NOTE = "note"
CONFIRMED = "confirmed"


def view(incident: Incident, voice: Voice) -> View:
    """Return the form."""
    heard = last_heard(incident, voice)
    box = checkbox("The customer was told that it is resolved")
    hint = "Resolving says so, and ends every promise and reminder."
    return modal(
        "Resolve",
        [
            section(f"{headline(incident, voice.policy)} {heard}"),
            field(NOTE, "How did it end?", text_input(LONGEST_LINE)),
            field(CONFIRMED, "Confirm", box, hint=hint),
            when_field("When were they told?"),
            context(NOTHING_SENT),
        ],
        callback_id=ID,
        submit="Resolve",
        metadata={"incident": incident.number},
    )


def read(form: Submission, now: datetime) -> tuple[int, str, datetime | None]:
    """Return the incident, how it ended, and when they were told; `None` for now.

    Raises FieldErrors for all that must be corrected.
    """
    entered = Entered(form)
    note = " ".join(entered.required(NOTE, "Say in a line how it ended.").split())
    if not entered.is_ticked(CONFIRMED):
        entered.correct(CONFIRMED, "Tell the customer first, then resolve it.")
    at = entered.instant(now)
    entered.must_be_right()
    return entered.number, note, at


def receipt(incident: Incident) -> str:
    """Say that it is resolved, and which deadlines that closed."""
    return (
        f"{incident.name} is resolved. Every reminder of it has ended. "
        f"{nothing_sent(incident)}"
    )
