"""The form that logs an update or, while there was none, the first response."""

from collections.abc import Sequence
from datetime import datetime

from bot.incidents.acts import Update
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.slack.blocks import Block, Element, View, context, section
from bot.slack.forms.inputs import (
    Entered,
    checkbox,
    field,
    link_field,
    modal,
    text_input,
    when_field,
)
from bot.slack.forms.receipts import next_due, nothing_sent
from bot.slack.payloads import Submission
from bot.slack.phrases import NOTHING_SENT, Voice, headline, last_heard

ID = "update_form"

TOLD = "told"
NEXT = "next"
WAITS = "waits"

_LONGEST_NEWS = 2000


def view(incident: Incident, voice: Voice) -> View:
    """Return the form."""
    is_first = incident.responded_at is None
    heard = last_heard(incident, voice)
    blocks: list[Block] = [
        section(f"{headline(incident, voice.policy)} {heard}"),
        field(TOLD, "What was the customer told?", _news()),
        field(NEXT, "What is next?", _news(), hint="Empty: not noted.", optional=True),
        when_field("When were they told?"),
        link_field(),
    ]
    if incident.severity in voice.policy.conduct.waiting_pauses:
        box = checkbox("We wait for the customer now, and they know it")
        hint = "Ticked: no update is due until you press Customer answered."
        blocks.append(field(WAITS, "Waiting", box, hint=hint, optional=True))
    return modal(
        "First response sent" if is_first else "Log update",
        [*blocks, context(NOTHING_SENT)],
        callback_id=ID,
        submit="Log it",
        metadata={"incident": incident.number},
    )


def read(form: Submission, now: datetime) -> tuple[int, Update]:
    """Return the incident and what was entered.

    Raises FieldErrors for all that must be corrected.
    """
    entered = Entered(form)
    entry = Update(
        told=entered.required(TOLD, "Say what the customer was told."),
        following=entered.text(NEXT),
        link=entered.link(),
        at=entered.instant(now),
        waits=entered.is_ticked(WAITS),
    )
    entered.must_be_right()
    return entered.number, entry


def receipt(incident: Incident, deadlines: Sequence[Deadline], voice: Voice) -> str:
    """Say that it is logged, and when the next update is due."""
    said = f"Logged for {incident.name}. {nothing_sent(incident)}"
    return f"{said} {next_due(incident, deadlines, voice)}".strip()


def _news() -> Element:
    return text_input(_LONGEST_NEWS, multiline=True)
