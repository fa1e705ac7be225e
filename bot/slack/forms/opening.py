"""The form that opens an incident."""

from dataclasses import dataclass
from datetime import datetime

from bot.policy.policies import Policy, Severity
from bot.slack.blocks import View, context, section
from bot.slack.command_text import LONGEST_TITLE, OpenRequest
from bot.slack.forms.inputs import (
    Entered,
    field,
    link_field,
    modal,
    text_input,
    when_field,
)
from bot.slack.forms.policy_inputs import (
    customer_field,
    plan_field,
    read_customer,
    read_plan,
    read_severity,
    severity_fields,
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
    policy: Policy,
    severity: Severity,
    channel: str,
    customer: str | None = None,
    *,
    foreseen: str,
) -> View:
    """Return the form, with the severity chosen. `foreseen` is what it leads to."""
    hint = "Empty: the customer's plan."
    return modal(
        "Open an incident",
        [
            section(f"*If you open it now:* {foreseen}"),
            *severity_fields(policy, severity),
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


def so_far(form: Submission, policy: Policy) -> OpenEntry:
    """Return what is chosen in a form that is still open; the title may be missing."""
    entered = Entered(form)
    request = OpenRequest(
        customer=read_customer(entered, policy),
        plan=read_plan(entered, policy),
        title="",
    )
    severity = read_severity(entered, policy) or Severity.SEV1
    return OpenEntry(severity, str(entered.metadata["channel"]), request)


def read(form: Submission, policy: Policy, now: datetime) -> OpenEntry:
    """Read what was entered. Raises FieldErrors for all that must be corrected."""
    entered = Entered(form)
    title = " ".join(entered.required(TITLE, "Say what is wrong.").split())
    if len(title) > LONGEST_TITLE:
        entered.correct(TITLE, f"{LONGEST_TITLE} characters are the most.")
    request = OpenRequest(
        customer=read_customer(entered, policy),
        plan=read_plan(entered, policy),
        title=title,
        reported_at=entered.instant(now),
        link=entered.link() or None,
    )
    severity = read_severity(entered, policy) or Severity.SEV1
    entered.must_be_right()
    return OpenEntry(severity, str(entered.metadata["channel"]), request)
