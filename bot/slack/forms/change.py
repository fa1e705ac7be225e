"""The form that changes the severity or the support plan."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.incidents.deadlines import Deadline, Kind, hours_of, owed_now
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.slack.blocks import View, context, hours, place, section
from bot.slack.forms.inputs import (
    LONGEST_LINE,
    Entered,
    field,
    modal,
    text_input,
)
from bot.slack.forms.policy_inputs import (
    PLAN,
    SEVERITY,
    plan_field,
    read_plan,
    read_severity,
    severity_fields,
)
from bot.slack.forms.receipts import next_due
from bot.slack.messages import yours
from bot.slack.messages.answers import Recorded
from bot.slack.payloads import Submission
from bot.slack.phrases import Voice, headline, joined, newest, opened_up, owed_as

ID = "change_form"

REASON = "reason"


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """A new severity or plan; `None` leaves what the form showed at first."""

    number: int
    severity: Severity | None
    plan: str | None
    reason: str


def view(incident: Incident, policy: Policy, foreseen: str) -> View:
    """Return the form. `foreseen` is what the change that is chosen leads to."""
    return modal(
        "Severity or plan",
        [
            section(headline(incident, policy)),
            section(foreseen),
            *severity_fields(policy, incident.severity),
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


def so_far(form: Submission) -> tuple[int, Severity, str]:
    """Return the incident, and the severity and plan that are chosen just now."""
    entered, shown_first = Entered(form), Entered(form).metadata
    severity = entered.chosen(SEVERITY) or shown_first["severity"]
    plan = entered.chosen(PLAN) or shown_first["plan"]
    return entered.number, Severity(severity), plan


def foreseen(before: Recorded, after: Recorded, voice: Voice) -> str:
    """Return what a change leads to: what is due, and who is paged."""
    was, becomes = owed_now(before.deadlines), owed_now(after.deadlines)
    if before is after:
        return f"*As it is:* {yours.owes(before.incident, was, voice)}"
    said = []
    if was is not None and (becomes is None or was.due_at != becomes.due_at):
        due = voice.at(was.due_at, "was due")
        said.append(f"{opened_up(owed_as(was))} {due}.")
    said.append(yours.owes(after.incident, becomes, voice))
    resolution = newest(after.deadlines, Kind.RESOLUTION)
    if resolution is not None and resolution.is_open and resolution is not becomes:
        said.append(yours.owes(after.incident, resolution, voice))
    if becomes is not None and not becomes.is_overdue(voice.now):
        hours_ = hours_of(voice.policy, becomes, after.incident)
        used, whole = (
            hours(hours_.elapsed(becomes.started_at, at))
            for at in (max(voice.now, becomes.started_at), becomes.due_at)
        )
        said.append(f"{used} of {whole} used.")
    told = [place(one.id) for one in after.told]
    if told:
        said.append(f"{joined(told)} {'is' if len(told) == 1 else 'are'} paged now.")
    else:
        said.append("Nobody is paged now.")
    return f"*If you change it now:* {' '.join(said)}"


def read(form: Submission, policy: Policy) -> ChangeEntry:
    """Read what was entered. Raises FieldErrors where nothing can be changed."""
    entered, shown_first = Entered(form), Entered(form).metadata
    severity = read_severity(entered, policy)
    plan = read_plan(entered, policy, unless=shown_first["plan"])
    reason = entered.required(REASON, "Say why; it stands in the thread.")
    if severity == shown_first["severity"]:
        severity = None
    if severity is None and entered.chosen(PLAN) in (None, shown_first["plan"]):
        entered.correct(SEVERITY, "Choose another severity or another plan.")
    entered.must_be_right()
    return ChangeEntry(
        number=entered.number,
        severity=severity,
        plan=plan,
        reason=" ".join(reason.split()),
    )


def receipt(incident: Incident, deadlines: Sequence[Deadline], voice: Voice) -> str:
    """Say that it is changed, and what is due next under the new target."""
    said = f"{incident.name} is changed."
    return f"{said} {next_due(incident, deadlines, voice)}".strip()
