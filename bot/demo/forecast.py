"""What lies ahead if nobody acts: deadlines and the reminders they will cause. Pure.

It asks `nudges` for each step to come, as the tick will at the step's instant, and says
what goes out, to whom, and why.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import assert_never

from bot.incidents import recipients, steps
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.incidents.reach import Ring
from bot.incidents.recipients import Because, Fired
from bot.incidents.steps import Step, StepKind
from bot.policy.policies import Policy
from bot.slack.blocks import span
from bot.slack.phrases import NOBODY_KNOWN

_NEVER = datetime.max.replace(tzinfo=UTC)


class Coming(StrEnum):
    """What kind of thing lies ahead. `PAUSED` has no instant: nothing runs."""

    DUE = "due"
    LATE = "late"
    PAUSED = "paused"
    REMINDER = "reminder"
    PAGE = "page"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Ahead:
    """One thing that will happen, as the page words it.

    `at` is `None` for a paused deadline, and in the past for a late one. `about` names
    the incident, `to` the people and channels that get a message, by their ids.
    """

    at: datetime | None
    kind: Coming
    about: str
    what: str
    why: str
    to: tuple[str, ...] = ()


def forecast(
    policy: Policy,
    cases: Iterable[tuple[Incident, Deadline]],
    now: datetime,
    rings: Callable[[Incident], Ring],
) -> list[Ahead]:
    """Return what lies ahead of these deadlines, soonest first.

    An escalation goes on for ever: of its repeats only the next is shown.
    """
    return soonest_first(
        ahead
        for incident, deadline in cases
        if deadline.is_open
        for ahead in _of_deadline(policy, incident, deadline, now, rings(incident))
    )


def soonest_first(found: Iterable[Ahead]) -> list[Ahead]:
    """Sort what lies ahead; what has no instant comes last."""
    return sorted(found, key=lambda one: one.at or _NEVER)


def _of_deadline(
    policy: Policy, incident: Incident, deadline: Deadline, now: datetime, ring: Ring
) -> Iterator[Ahead]:
    customer = incident.customer or NOBODY_KNOWN
    about = f"{incident.name} {customer} ({incident.severity.label})"
    if deadline.paused_at is not None:
        what = f"The {deadline.kind.words} is paused: we wait for the customer"
        yield Ahead(None, Coming.PAUSED, about, what, "")
        return
    if not deadline.kind.is_internal:
        state = Coming.LATE if deadline.is_overdue(now) else Coming.DUE
        what = f"{deadline.kind.words.capitalize()} is {state}"
        yield Ahead(deadline.due_at, state, about, what, _why_due(deadline))
    for at, fired in recipients.coming(policy, incident, deadline, ring):
        step = fired.step
        yield Ahead(
            at=max(at, now),
            kind=Coming.PAGE if step.is_page else Coming.REMINDER,
            about=about,
            what=_what(incident, deadline, step),
            why=_why(policy, incident, deadline, fired),
            to=tuple(one.id for one in fired.told),
        )


def _why_due(deadline: Deadline) -> str:
    aim = "our own aim, outside the contract: " if deadline.is_aim else ""
    target = deadline.target.replace("_", " ")
    return f"{aim}{target}, counted in the calendar {deadline.calendar}"


def _what(incident: Incident, deadline: Deadline, step: Step) -> str:
    target = deadline.kind.words
    match step.kind:
        case StepKind.AHEAD:
            return f"Reminder: the {target} is due soon"
        case StepKind.DUE:
            return f"Reminder: the {target} is due now"
        case StepKind.AFTER:
            return f"Reminder: the {target} is late"
        case StepKind.AFTER_AGAIN:
            return f"Last reminder: the {target} is late, and the lead hears of it"
        case StepKind.SNOOZED:
            return f"Snoozed reminder: the {target} is owed"
        case StepKind.CHECK_IN:
            return "Question to the owner: are you still on it?"
        case StepKind.PAGE if incident.owner is None:
            return "Page: nobody owns it"
        case StepKind.PAGE:
            return "Page: its owner gives no sign of life"
        case _:
            assert_never(step.kind)


def _why(policy: Policy, incident: Incident, deadline: Deadline, fired: Fired) -> str:
    step = fired.step
    people = " and ".join(dict.fromkeys(_role(one.because) for one in fired.told))
    if not fired.told:
        why = " and ".join(dict.fromkeys(reach.why for _, reach in fired.held))
        return f"Held ({why}): it comes in the morning list when their day begins"
    if steps.is_repeat(policy, deadline, step):
        waits = [span(wait) for wait in policy.escalation.waits(incident.severity)]
        rhythm = " and then ".join([*waits[:-1], f"every {waits[-1]}"])
        return f"Everybody in the escalation, {rhythm} until somebody acts"
    if step.kind is StepKind.PAGE:
        return f"The next step of the escalation: {people}"
    if step.kind is StepKind.CHECK_IN:
        return "A Sev1's owner is asked for a sign of life at fixed intervals"
    if step.kind is StepKind.AHEAD:
        return f"{policy.reminders.ahead:.0%} of its business time ahead, to {people}"
    if incident.owner is None and not step.roles:
        return f"To {people}, since nobody owns it"
    return f"To {people}"


def _role(because: Because) -> str:
    match because:
        case Because.PRIMARY | Because.BACKUP:
            return f"the {because} on call"
        case Because.FALLBACK:
            return "the fallback channel"
        case Because.OWNER | Because.LEAD | Because.STAND_IN:
            return f"the {because}"
        case _:
            assert_never(because)
