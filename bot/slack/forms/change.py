"""The form that changes the severity or the support plan."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy, Severity
from bot.slack.blocks import View, context, section
from bot.slack.forms.inputs import (
    LONGEST_LINE,
    Entered,
    FieldErrors,
    field,
    modal,
    text_input,
)
from bot.slack.forms.policy_inputs import (
    SEVERITY,
    plan_field,
    read_plan,
    severity_field,
)
from bot.slack.forms.receipts import next_due
from bot.slack.payloads import Submission
from bot.slack.phrases import Times, headline

ID = "change_form"

REASON = "reason"


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """A new severity or plan; `None` leaves what the form showed at first."""

    number: int
    severity: Severity | None
    plan: str | None
    reason: str


def view(incident: Incident, policy: Policy) -> View:
    """Return the form."""
    return modal(
        "Severity or plan",
        [
            section(headline(incident)),
            severity_field(policy, incident.severity),
            plan_field(policy, incident.plan),
            field(REASON, "Why?", text_input(LONGEST_LINE)),
            context(
                "What is open is computed anew from its own start; what was kept or "
                "missed stays so. Nothing is sent to the customer."
            ),
        ],
        callback_id=ID,
        submit="Change",
        metadata={
            "incident": incident.number,
            "severity": incident.severity,
            "plan": incident.plan,
        },
    )


def read(form: Submission, policy: Policy) -> ChangeEntry:
    """Read what was entered. Raises FieldErrors where nothing can be changed."""
    entered, shown_first = Entered(form), Entered(form).metadata
    severity = entered.chosen(SEVERITY)
    plan = read_plan(entered, policy, unless=shown_first["plan"])
    reason = entered.required(REASON, "Say why; it stands in the thread.")
    if severity == shown_first["severity"]:
        severity = None
    if severity is None and plan is None:
        raise FieldErrors({SEVERITY: "Choose another severity or another plan."})
    return ChangeEntry(
        number=entered.number,
        severity=Severity(severity) if severity else None,
        plan=plan,
        reason=" ".join(reason.split()),
    )


def receipt(
    incident: Incident, deadlines: Sequence[Deadline], policy: Policy, times: Times
) -> str:
    """Say that it is changed, and what is due next under the new target."""
    said = f"{incident.name} is changed."
    return f"{said} {next_due(incident, deadlines, policy, times)}".strip()
