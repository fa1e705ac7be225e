"""The reminders of a deadline as numbered steps: what, when, and for whom. Pure.

A kind of step has the same number for every severity.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count

from bot.business_time.hours import BusinessHours
from bot.incidents.deadlines import Deadline, Kind, hours_of, target_of
from bot.incidents.incidents import Incident
from bot.policy import targets
from bot.policy.on_call import Role
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.values import value


class StepKind(StrEnum):
    """What a reminder says. `PAGE` is a step of the escalation."""

    AHEAD = "ahead"
    DUE = "due"
    AFTER = "after"
    AFTER_AGAIN = "after_again"
    SNOOZED = "snoozed"
    CHECK_IN = "check_in"
    PAGE = "page"


# The reminders of the contract's deadlines, in the order in which they are sent. The
# number is only a name, since it is stored in the record. A new kind goes to its place
# in this order, with a number that was never used. Never change or reuse a number.
NUMBERS = {
    StepKind.AHEAD: 0,
    StepKind.DUE: 1,
    StepKind.AFTER: 2,
    StepKind.AFTER_AGAIN: 3,
}
# The last step of what is mild, and that of everything else.
LAST = (StepKind.AFTER, StepKind.AFTER_AGAIN)


@value
class Step:
    """One reminder of a deadline. `roles` get it besides the owner.

    `ring` names what rings outside of Slack.
    """

    number: int
    kind: StepKind
    at: datetime
    to_owner: bool
    roles: tuple[Role, ...] = ()
    ring: tuple[str, ...] = ()

    @property
    def is_page(self) -> bool:
        """Return whether it is a step of an escalation or a check-in."""
        return self.kind in (StepKind.PAGE, StepKind.CHECK_IN)

    @property
    def over(self) -> int:
        """The value of a deadline's `step` once this one is over."""
        return self.number + 1


def step_of(
    policy: Policy, incident: Incident, deadline: Deadline, over: int
) -> Step | None:
    """Return the step after `over`, a deadline's `step`; `None` after the last one.

    An escalation has no last step: after the policy's steps it repeats to everybody.
    """
    return next(steps_from(policy, incident, deadline, over), None)


def is_repeat(policy: Policy, deadline: Deadline, step: Step) -> bool:
    """Return whether a page comes after the last step of the policy."""
    first = len(policy.escalation.steps) + (deadline.kind is Kind.CHECK_IN)
    return step.kind is StepKind.PAGE and step.number >= first


def to_come(numbers: Mapping[StepKind, int], over: int) -> list[StepKind]:
    """Return the kinds after the one that `over` names, in order."""
    kinds = list(numbers)
    passed = list(numbers.values()).index(over - 1) + 1 if over else 0
    return kinds[passed:]


def must_go_on(deadline_kind: Kind, over: int) -> bool:
    """Return whether another reminder must follow, whatever the severity."""
    if deadline_kind.is_internal:
        return True
    return not any(NUMBERS[kind] == over - 1 for kind in LAST)


def steps_from(
    policy: Policy, incident: Incident, deadline: Deadline, over: int
) -> Iterator[Step]:
    """Yield the steps after `over`; those of an escalation have no end."""
    hours = hours_of(policy, deadline, incident)
    if deadline.kind.is_internal:
        for number in count(over):
            yield _page(policy, incident, deadline, hours, number)
    left = to_come(NUMBERS, over)
    steps = _finite_steps(policy, incident, deadline, hours)
    yield from (step for step in steps if step.kind in left)


def _finite_steps(
    policy: Policy, incident: Incident, deadline: Deadline, hours: BusinessHours
) -> Iterator[Step]:
    """Yield the reminders of a first response or an update, in order.

    A quarter of its length before it is due, when it is due, and one and two quarters
    after it is late. A Sev3 or Sev4 with a business day or more is mild: it gets
    neither the first of these nor the last, since a morning list names it before it is
    due. It wakes nobody, even where its hours run by day and night.
    Source: the policy's section "Reminders".
    """
    quarter = _quarter(policy, deadline, hours)
    due_at = _while_open(policy, hours, deadline.due_at)

    def after(quarters: int) -> datetime:
        late = hours.add(deadline.late_at, quarter * quarters)
        return _while_open(policy, hours, late)

    is_mild = incident.severity.number > Severity.SEV2.number and targets.lasts_a_day(
        target_of(deadline), hours
    )
    if is_mild:
        yield _reminder(StepKind.DUE, _by_day(policy, hours, due_at))
        yield _reminder(StepKind.AFTER, _by_day(policy, hours, after(1)))
        return
    ahead = hours.subtract(deadline.due_at, quarter)
    yield _reminder(StepKind.AHEAD, min(ahead, due_at))
    yield _reminder(StepKind.DUE, due_at)
    yield _reminder(StepKind.AFTER, after(1))
    yield _reminder(StepKind.AFTER_AGAIN, after(2), roles=(Role.LEAD,))


def _reminder(kind: StepKind, at: datetime, roles: tuple[Role, ...] = ()) -> Step:
    return Step(NUMBERS[kind], kind, at, to_owner=True, roles=roles)


def _quarter(policy: Policy, deadline: Deadline, hours: BusinessHours) -> timedelta:
    """Return the span between the reminders of a deadline: a share of its open time.

    Pauses do not count. Source: `ahead` and `at_least` in the policy's section
    "Reminders", and at most one business day.
    """
    length = hours.elapsed(deadline.started_at, deadline.due_at)
    length -= sum((hours.elapsed(*pause) for pause in deadline.pauses), timedelta(0))
    timing = policy.reminders
    return min(max(length * timing.ahead, timing.at_least), hours.nominal_day())


def _while_open(policy: Policy, hours: BusinessHours, at: datetime) -> datetime:
    """Move an instant at which business time ends to a little before that closing."""
    if hours.is_open(at):
        return at
    return at - policy.reminders.before_closing


def _by_day(policy: Policy, hours: BusinessHours, at: datetime) -> datetime:
    """Move a mild reminder out of the night, where hours run by day and night."""
    return policy.held_in_a_persons_day(at) if hours.is_day_and_night(at) else at


def _page(
    policy: Policy,
    incident: Incident,
    deadline: Deadline,
    hours: BusinessHours,
    number: int,
) -> Step:
    """Return a step of an escalation, or of a check-in, by its number.

    A check-in asks the owner alone first (step 0), and again with the first page after
    `check_in_repeat`. After the policy's steps come repeats, numbered on without end.
    Source: the policy's section "Escalation".
    """
    escalation, is_check_in = policy.escalation, deadline.kind is Kind.CHECK_IN
    start, position = deadline.due_at, number
    if is_check_in:
        if number == 0:
            return Step(0, StepKind.CHECK_IN, deadline.due_at, to_owner=True)
        start = hours.add(deadline.due_at, escalation.check_in_repeat)
        position = number - 1
    to_owner = is_check_in and position == 0
    if position < len(escalation.steps):
        at = hours.add(start, escalation.steps[position].after)
        own = escalation.steps[position]
        ring = tuple(filter(None, (own.ring,)))
        return Step(number, StepKind.PAGE, at, to_owner, own.tell, ring)
    repeats = position - len(escalation.steps) + 1
    waited = escalation.repeated_after(incident.severity, repeats)
    at = hours.add(start, escalation.steps[-1].after + waited)
    everybody, rings = escalation.roles, escalation.rings
    return Step(number, StepKind.PAGE, at, is_check_in, everybody, rings)
