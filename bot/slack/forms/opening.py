"""The form that opens an incident."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.incidents.acts import Report
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.slack import actions
from bot.slack.actions import Triaged
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
    TITLE,
    customer_field,
    plan_field,
    read_customer,
    read_plan,
    read_severity,
    severity_fields,
)
from bot.slack.payloads import Submission

ID = "open_form"


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """An incident described in a form. `channel` is where the command was typed.

    `triaged` is the text for which severities were suggested, if it is opened from one.
    """

    severity: Severity
    channel: str
    request: OpenRequest
    triaged: Triaged | None = None

    def report(self, now: datetime) -> Report:
        """Return what is opened when the form is sent; a message has its own time."""
        report, triaged = self.request.report(self.severity, self.channel), self.triaged
        if triaged is None:
            return report
        return replace(
            report,
            reported_at=triaged.reported_at(now) or report.reported_at,
            link=triaged.link or report.link,
            about=triaged.about,
            suggested=triaged.candidates,
        )


def view(
    policy: Policy, entry: OpenEntry, *, foreseen: str, suggested: str = ""
) -> View:
    """Return the form, with what is known chosen.

    `foreseen` is what it leads to, `suggested` what its title reads like.
    """
    hint, triaged = "Empty: the customer's plan.", entry.triaged
    title = text_input(LONGEST_TITLE, initial=entry.request.title)
    blocks = [
        section(f"*If you open it now:* {foreseen}"),
        *severity_fields(policy, entry.severity),
        *([section(suggested)] if suggested else []),
        customer_field(policy, entry.request.customer, is_unknown_offered=True),
        field(TITLE, "What is wrong?", title, is_told=True),
        plan_field(policy, None, hint=hint, optional=True),
    ]
    metadata = {"channel": entry.channel}
    if triaged is not None:
        metadata["triaged"] = actions.triaged_value(triaged)
    if triaged is None or triaged.link is None:
        when = when_field("When did the customer report it?", is_told=True)
        blocks += [when, link_field()]
    blocks.append(context("This tells your team. Nothing is sent to the customer."))
    return modal(
        "Open an incident", blocks, callback_id=ID, submit="Open", metadata=metadata
    )


def so_far(form: Submission, policy: Policy, now: datetime) -> OpenEntry:
    """Return what is chosen in a form that is still open, right or not."""
    return _entry(Entered(form), policy, now)


def read(form: Submission, policy: Policy, now: datetime) -> OpenEntry:
    """Read what was entered. Raises FieldErrors for all that must be corrected."""
    entered = Entered(form)
    title = entered.required(TITLE, "Say what is wrong.")
    if len(" ".join(title.split())) > LONGEST_TITLE:
        entered.correct(TITLE, f"{LONGEST_TITLE} characters are the most.")
    entry = _entry(entered, policy, now)
    entered.must_be_right()
    return entry


def _entry(entered: Entered, policy: Policy, now: datetime) -> OpenEntry:
    request = OpenRequest(
        customer=read_customer(entered, policy),
        plan=read_plan(entered, policy),
        title=entered.line(TITLE),
        reported_at=entered.instant(now),
        link=entered.link() or None,
    )
    severity = read_severity(entered, policy) or Severity.SEV1
    channel, carried = str(entered.metadata["channel"]), entered.metadata.get("triaged")
    triaged = actions.read_triaged(carried) if carried else None
    return OpenEntry(severity, channel, request, triaged)
