"""The form that offers an incident to somebody else."""

from bot.incidents.incidents import OFFER_STANDS, Incident
from bot.policy.policies import Policy
from bot.slack.blocks import View, context, section, span
from bot.slack.forms.inputs import Entered, FieldErrors, field, modal, person_input
from bot.slack.payloads import Submission
from bot.slack.phrases import Voice, headline, is_asked, keeps_it

ID = "hand_off_form"

TO = "to"


def view(incident: Incident, policy: Policy) -> View:
    """Return the form."""
    return modal(
        "Hand off",
        [
            section(headline(incident, policy)),
            field(TO, "To whom?", person_input()),
            context(
                f"{keeps_it(incident)} until they accept. Without an answer in "
                f"{span(OFFER_STANDS)} the offer is over, and you are told. Who has "
                "quiet hours is asked as these end."
            ),
        ],
        callback_id=ID,
        submit="Ask them",
        metadata={"incident": incident.number},
    )


def read(form: Submission) -> tuple[int, str]:
    """Return the incident and who is asked. Raises FieldErrors if nobody was chosen."""
    entered = Entered(form)
    to = entered.person(TO)
    if to is None:
        raise FieldErrors({TO: "Choose a person."})
    return entered.number, to


def receipt(incident: Incident, to: str, voice: Voice) -> str:
    """Say who is asked, and when, and who owns the incident until they accept."""
    keeps = "It stays with nobody"
    if incident.owner is not None:
        keeps = keeps_it(incident)
    return f"{is_asked(incident, to, voice)} {keeps} until they accept."
