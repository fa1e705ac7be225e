"""What was entered in forms, read into values.

Each reader raises FieldErrors with plain sentences to be shown under the inputs.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.incidents.incidents import VoidReason
from bot.policy.policies import Policy, Severity
from bot.slack.command_text import LONGEST_TITLE, OpenRequest, near_customers
from bot.slack.cutting import cut
from bot.slack.forms.inputs import Entered, FieldErrors
from bot.slack.payloads import Submission
from bot.slack.phrases import joined

SEVERITY = "severity"
CUSTOMER = "customer"
TITLE = "title"
PLAN = "plan"
TOLD = "told"
NEXT = "next"
WAITS = "waits"
NOTE = "note"
CONFIRMED = "confirmed"
REASON = "reason"
TO = "to"
VOID = "void"

UNKNOWN_CUSTOMER = "unknown"


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """An incident described in a form. `channel` is where the command was typed."""

    severity: Severity
    channel: str
    request: OpenRequest


@dataclass(frozen=True, slots=True)
class UpdateEntry:
    """What the customer was told, and when; `at` is `None` for now."""

    number: int
    told: str
    following: str
    link: str
    at: datetime | None
    waits: bool


@dataclass(frozen=True, slots=True)
class ResolveEntry:
    """How an incident ended; the customer was told `at`, `None` for now."""

    number: int
    note: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """A new severity or plan; `None` leaves what the form showed at first."""

    number: int
    severity: Severity | None
    plan: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class CustomerEntry:
    """Whose incident it is, by the policy's name."""

    number: int
    customer: str


@dataclass(frozen=True, slots=True)
class HandOffEntry:
    """To whom an incident is offered."""

    number: int
    to: str


@dataclass(frozen=True, slots=True)
class VoidEntry:
    """Why an incident counts nowhere."""

    number: int
    reason: VoidReason


def read_open(form: Submission, policy: Policy, now: datetime) -> OpenEntry:
    """Read the form that opens an incident."""
    entered = Entered(form)
    title = " ".join(entered.required(TITLE, "Say what is wrong.").split())
    if len(title) > LONGEST_TITLE:
        raise FieldErrors({TITLE: f"{LONGEST_TITLE} characters are the most."})
    request = OpenRequest(
        customer=_customer(entered, policy),
        plan=entered.chosen(PLAN),
        title=title,
        reported_at=entered.instant(now),
        link=entered.link() or None,
    )
    severity = Severity(entered.chosen(SEVERITY) or Severity.SEV1)
    return OpenEntry(severity, str(entered.metadata["channel"]), request)


def read_update(form: Submission, now: datetime) -> UpdateEntry:
    """Read an update."""
    entered = Entered(form)
    return UpdateEntry(
        number=entered.number,
        told=entered.required(TOLD, "Say what the customer was told."),
        following=entered.text(NEXT),
        link=entered.link(),
        at=entered.instant(now),
        waits=entered.is_ticked(WAITS),
    )


def read_resolve(form: Submission, now: datetime) -> ResolveEntry:
    """Read how an incident ended."""
    entered = Entered(form)
    note = " ".join(entered.required(NOTE, "Say in a line how it ended.").split())
    if not entered.is_ticked(CONFIRMED):
        raise FieldErrors({CONFIRMED: "Tell the customer first, then resolve it."})
    return ResolveEntry(entered.number, note, entered.instant(now))


def read_change(form: Submission) -> ChangeEntry:
    """Read a change; changing nothing is an error."""
    entered, shown_first = Entered(form), Entered(form).metadata
    severity, plan = entered.chosen(SEVERITY), entered.chosen(PLAN)
    reason = entered.required(REASON, "Say why; it stands in the thread.")
    if severity == shown_first["severity"]:
        severity = None
    if plan == shown_first["plan"]:
        plan = None
    if severity is None and plan is None:
        raise FieldErrors({SEVERITY: "Choose another severity or another plan."})
    return ChangeEntry(
        number=entered.number,
        severity=Severity(severity) if severity else None,
        plan=plan,
        reason=" ".join(reason.split()),
    )


def read_customer(form: Submission, policy: Policy) -> CustomerEntry:
    """Read whose incident it is; a name that is not known is an error."""
    entered = Entered(form)
    customer = _customer(entered, policy)
    if customer is None:
        raise FieldErrors({CUSTOMER: "Say which customer it is."})
    return CustomerEntry(entered.number, customer)


def read_hand_off(form: Submission) -> HandOffEntry:
    """Read to whom an incident is offered."""
    entered = Entered(form)
    to = entered.person(TO)
    if to is None:
        raise FieldErrors({TO: "Choose a person."})
    return HandOffEntry(entered.number, to)


def read_void(form: Submission) -> VoidEntry:
    """Read why an incident counts nowhere."""
    entered = Entered(form)
    chosen = entered.chosen(VOID)
    if chosen is None:
        raise FieldErrors({VOID: "Choose one."})
    return VoidEntry(entered.number, VoidReason[chosen.upper()])


def _customer(entered: Entered, policy: Policy) -> str | None:
    """Return the customer that was chosen or typed, `None` for one not known yet."""
    if (chosen := entered.chosen(CUSTOMER)) is not None:
        return None if chosen == UNKNOWN_CUSTOMER else chosen[1:]
    written = entered.line(CUSTOMER)
    if not written:
        return None
    if (customer := policy.find_customer(written)) is not None:
        return customer.name
    near = near_customers(written, policy.customers)
    meant = f" Did you mean {joined(near)}?" if near else ""
    raise FieldErrors({CUSTOMER: f"No customer is called “{cut(written, 80)}”.{meant}"})
