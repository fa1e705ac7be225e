"""The form that voids an incident: a mistake or a drill."""

from bot.incidents.events import VoidReason
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.slack.blocks import View, context, option, section
from bot.slack.forms.inputs import Entered, FieldErrors, field, modal, radio
from bot.slack.payloads import Submission
from bot.slack.phrases import headline, opened_up

ID = "void_form"

REASON = "void"
# That it is the same thing as another needs to say as which.
_CHOICES = (VoidReason.MISTAKE, VoidReason.DRILL)


def view(incident: Incident, policy: Policy) -> View:
    """Return the form."""
    reasons = [option(opened_up(one.value), one.name.lower()) for one in _CHOICES]
    return modal(
        "Mistake or drill",
        [
            section(headline(incident, policy)),
            field(REASON, "What was it?", radio(reasons)),
            context(
                "It is closed and left out of all figures, and nobody is reminded of "
                "it. It can be reopened."
            ),
        ],
        callback_id=ID,
        submit="Close it",
        metadata={"incident": incident.number},
    )


def read(form: Submission) -> tuple[int, VoidReason]:
    """Return the incident and why. Raises FieldErrors where nothing was chosen."""
    entered = Entered(form)
    chosen = entered.chosen(REASON)
    if chosen is None:
        raise FieldErrors({REASON: "Choose one."})
    return entered.number, VoidReason[chosen.upper()]


def receipt(incident: Incident, reason: VoidReason) -> str:
    """Say that it is closed, and why."""
    return f"{incident.name} is closed ({reason}). It counts nowhere."
