"""The form that opens an incident."""

from dataclasses import dataclass
from datetime import datetime

from bot.policy.policies import Policy, Severity
from bot.slack.blocks import View, context, section, shown
from bot.slack.command_text import LONGEST_TITLE, OpenRequest
from bot.slack.forms.inputs import (
    Entered,
    FieldErrors,
    field,
    link_field,
    modal,
    text_input,
    when_field,
)
from bot.slack.forms.policy_inputs import (
    SEVERITY,
    customer_field,
    plan_field,
    read_customer,
    read_plan,
    severity_field,
)
from bot.slack.payloads import Submission

ID = "open_form"

TITLE = "title"


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """An incident described in a form. `channel` is where the command was typed."""

    severity: Severity
    channel: str
    request: OpenRequest


def view(
    policy: Policy, severity: Severity, channel: str, customer: str | None = None
) -> View:
    """Return the form, with the severity chosen."""
    means = [
        f"*{one.label}:* {shown(text.means, 600)}"
        for one, text in policy.severities.items()
    ]
    hint = "Leave it empty for the customer's own."
    return modal(
        "Open an incident",
        [
            severity_field(policy, severity),
            section("\n".join(means)),
            customer_field(policy, customer, is_unknown_offered=True),
            field(TITLE, "What is wrong?", text_input(LONGEST_TITLE)),
            plan_field(policy, None, hint=hint, optional=True),
            when_field("When did the customer report it?"),
            link_field(),
            context("This tells your team. Nothing is sent to the customer."),
        ],
        callback_id=ID,
        submit="Open",
        metadata={"channel": channel},
    )


def read(form: Submission, policy: Policy, now: datetime) -> OpenEntry:
    """Read what was entered. Raises FieldErrors."""
    entered = Entered(form)
    title = " ".join(entered.required(TITLE, "Say what is wrong.").split())
    if len(title) > LONGEST_TITLE:
        raise FieldErrors({TITLE: f"{LONGEST_TITLE} characters are the most."})
    request = OpenRequest(
        customer=read_customer(entered, policy),
        plan=read_plan(entered, policy),
        title=title,
        reported_at=entered.instant(now),
        link=entered.link() or None,
    )
    severity = Severity(entered.chosen(SEVERITY) or Severity.SEV1)
    return OpenEntry(severity, str(entered.metadata["channel"]), request)
