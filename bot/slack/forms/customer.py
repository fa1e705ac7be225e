"""The form that corrects the customer."""

from collections.abc import Sequence

from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.slack.blocks import View, context, section
from bot.slack.forms.inputs import Entered, FieldErrors, modal
from bot.slack.forms.policy_inputs import CUSTOMER, customer_field, read_customer
from bot.slack.forms.receipts import next_due
from bot.slack.payloads import Submission
from bot.slack.phrases import Voice, customer_of, headline

ID = "customer_form"


def view(incident: Incident, policy: Policy) -> View:
    """Return the form."""
    return modal(
        "Correct the customer",
        [
            section(headline(incident, policy)),
            customer_field(policy, incident.customer, is_unknown_offered=False),
            context(
                "The support plan becomes that customer's, and what is open is "
                "computed anew. Nothing is sent to anybody outside."
            ),
        ],
        callback_id=ID,
        submit="Correct",
        metadata={"incident": incident.number},
    )


def read(form: Submission, policy: Policy) -> tuple[int, str]:
    """Return the incident and its customer. Raises FieldErrors for an unknown name."""
    entered = Entered(form)
    customer = read_customer(entered, policy)
    entered.must_be_right()
    if customer is None:
        raise FieldErrors({CUSTOMER: "Say which customer it is."})
    return entered.number, customer


def receipt(incident: Incident, deadlines: Sequence[Deadline], voice: Voice) -> str:
    """Say whose incident it is now, and what is due next."""
    said = f"{incident.name} is {customer_of(incident)}'s now."
    return f"{said} {next_due(incident, deadlines, voice)}".strip()
