"""Which reminder of a deadline comes next, when, and for whom. Pure.

The reminders of a deadline are numbered steps; a kind has the same number for every
severity. The tick asks for the next step, sends it and stores its number. If the bot
was down for several steps, they become one reminder: the newest.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count, takewhile

from bot.business_time.hours import BusinessHours
from bot.incidents.deadlines import Deadline, Kind, hours_of, target_of
from bot.incidents.incidents import Incident
from bot.policy import targets
from bot.policy.on_call import Role
from bot.policy.policies import Policy, Severity


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


# A tick that comes this late for a reminder still sends it for its own instant.
_LATE_BY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Sent:
    """When a reminder was queued by our clock, and posted by Slack's, if it was."""

    queued_at: datetime
    posted_at: datetime | None


@dataclass(frozen=True, slots=True)
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


def armed(
    policy: Policy, incident: Incident, deadline: Deadline, now: datetime
) -> Deadline:
    """Return the deadline with its next reminder set.

    Steps that have passed by `now` are due at once; `fire` makes them one reminder.
    """
    if not deadline.is_open or deadline.paused_at is not None:
        is_quiet = deadline.next_nudge_at is None
        return deadline if is_quiet else replace(deadline, next_nudge_at=None)
    over = deadline.step
    step = step_of(policy, incident, deadline, over)
    # Somebody has just acted and seen the new due instant, so a reminder ahead of it
    # that would be sent at once says nothing new. A deadline that a change moved is
    # different: its owner may not know that it is due so soon.
    is_new = deadline.next_nudge_at is None and not deadline.changed
    if is_new and step and step.kind is StepKind.AHEAD and step.at <= now:
        over = step.over
        step = step_of(policy, incident, deadline, over)
    return _awaiting(deadline, over, step)


def rearmed(
    policy: Policy,
    incident: Incident,
    deadline: Deadline,
    now: datetime,
    sent: Collection[Sent],
) -> Deadline:
    """Return the deadline with the reminders to come that a clock ahead used up.

    Those are the steps after `now` that are over, from the first on that was not sent
    for its own instant. `sent` are the reminders of this deadline.
    """
    if not deadline.is_open:
        return deadline
    over, early = 0, policy.reminders.together
    step = step_of(policy, incident, deadline, over)
    while step and _is_over(step, deadline):
        if step.at > now and not any(_is_for(step, one, early) for one in sent):
            break
        over = step.over
        step = step_of(policy, incident, deadline, over)
    else:
        over, step = deadline.step, step_of(policy, incident, deadline, deadline.step)
    if deadline.paused_at is not None:
        return replace(deadline, step=over)
    return _awaiting(deadline, over, step)


def fire(  # noqa: PLR0913  # A deadline, and who hears it.
    policy: Policy,
    incident: Incident,
    deadline: Deadline,
    now: datetime,
    *,
    rings: Callable[[Step], bool],
    is_silent: Callable[[Step], bool] = lambda _: False,
) -> tuple[Step, Deadline]:
    """Return the reminder that is due at `now`, and the deadline after it.

    Steps that are overdue (the bot was down) become one reminder: the newest, for
    everybody whom one of them was for. So do pages of which the first `rings` for
    nobody: the escalation passes on to who can hear it. If the first page of a Sev1
    `is_silent` it brings what rings outside of Slack, or else the next step.
    """
    # `fired` counts each of those steps. It is part of the reminder's key, so a bot on
    # a restored backup gives the same key to the same step as the bot before it did,
    # and can find that message in Slack instead of posting it twice.
    fired = deadline.fired + 1
    steps = _steps_from(policy, incident, deadline, deadline.step)
    step = next(steps, None)
    # The snooze ends before the next step is due: an extra reminder, which is no step
    # and leaves `step` as it was. If the step is due as well, that one is enough.
    if deadline.snoozed_until is not None and (step is None or step.at > now):
        extra = Step(deadline.step - 1, StepKind.SNOOZED, now, to_owner=True)
        return extra, _awaiting(deadline, deadline.step, step, fired=fired)
    assert step is not None, "a reminder that is due is one of the steps"
    later = next(steps, None)
    everybody = {role for one in policy.escalation.steps for role in one.tell}
    is_first = (
        incident.severity is Severity.SEV1
        and step.kind is StepKind.PAGE
        and step.number == (deadline.kind is Kind.CHECK_IN)
    )
    while later is not None and (
        later.at <= now
        or (step.is_page and not everybody <= set(step.roles) and not rings(step))
    ):
        step = _joined(step, later)
        fired += 1
        later = next(steps, None)
    if is_first and not step.ring and is_silent(step):
        step = replace(step, ring=policy.escalation.rings)
        # Once, and no further: the others are told in their turn.
        is_heard = bool(step.ring)
        while later is not None and not is_heard and not everybody <= set(step.roles):
            is_heard = not set(later.roles) <= set(step.roles)
            step = _joined(step, later)
            fired += 1
            later = next(steps, None)
    return step, _awaiting(deadline, step.over, later, fired=fired)


def stood_for(
    policy: Policy, incident: Incident, deadline: Deadline, fired: Step
) -> tuple[Step, ...]:
    """Return the steps of a deadline that were due when it fired, the fired one last.

    `deadline` is as it was before.
    """
    if fired.kind is StepKind.SNOOZED:
        return (fired,)
    steps = _steps_from(policy, incident, deadline, deadline.step)
    return (*takewhile(lambda one: one.number != fired.number, steps), fired)


def snoozed(
    policy: Policy, incident: Incident, deadline: Deadline, until: datetime
) -> Deadline:
    """Return the deadline with an extra reminder at `until`, or when it is due.

    A snooze never moves the deadline or its steps: a step that comes before `until` is
    sent as usual, and ends the snooze.
    """
    until = min(until, deadline.due_at)
    step = step_of(policy, incident, deadline, deadline.step)
    deadline = replace(deadline, snoozed_until=until)
    return _awaiting(deadline, deadline.step, step)


def snooze_choices(
    policy: Policy, incident: Incident, deadline: Deadline, now: datetime
) -> dict[str, datetime]:
    """Return until when a reminder can be snoozed, by label.

    Each instant is later than now and not after the due instant. A deadline that is
    paused or answered, a check-in and an escalation cannot be snoozed.
    """
    is_owed = deadline.is_open and deadline.paused_at is None
    if not is_owed or deadline.kind.is_internal:
        return {}
    choices = {
        "15 minutes": now + timedelta(minutes=15),
        "1 hour": now + timedelta(hours=1),
    }
    opening = hours_of(policy, deadline, incident).next_opening(now)
    if opening is not None:
        choices["next opening"] = opening
    return {label: at for label, at in choices.items() if at <= deadline.due_at}


def step_of(
    policy: Policy, incident: Incident, deadline: Deadline, over: int
) -> Step | None:
    """Return the step after `over`, a deadline's `step`; `None` after the last one.

    An escalation has no last step: after the policy's steps it repeats to everybody.
    """
    return next(_steps_from(policy, incident, deadline, over), None)


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


def _steps_from(
    policy: Policy, incident: Incident, deadline: Deadline, over: int
) -> Iterator[Step]:
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
    everybody = tuple(
        dict.fromkeys(role for one in escalation.steps for role in one.tell)
    )
    return Step(number, StepKind.PAGE, at, is_check_in, everybody, escalation.rings)


def _is_over(step: Step, deadline: Deadline) -> bool:
    if deadline.kind.is_internal:
        return step.number < deadline.step
    return step.kind not in to_come(NUMBERS, deadline.step)


def _is_for(step: Step, sent: Sent, early: timedelta) -> bool:
    """Return whether a reminder was sent for the instant of this step.

    Our clock may have been wrong then, so Slack's has to agree.
    """
    earliest = step.at - early
    is_then = earliest <= sent.queued_at < step.at + _LATE_BY
    return is_then and sent.posted_at is not None and sent.posted_at >= earliest


def _joined(step: Step, later: Step) -> Step:
    roles = tuple(dict.fromkeys((*step.roles, *later.roles)))
    ring = tuple(dict.fromkeys((*step.ring, *later.ring)))
    to_owner = step.to_owner or later.to_owner
    return replace(later, roles=roles, to_owner=to_owner, ring=ring)


def _awaiting(
    deadline: Deadline, over: int, step: Step | None, *, fired: int | None = None
) -> Deadline:
    """Return the deadline with its next reminder: `step`, or an earlier snooze.

    `fired` is given if a reminder has just been sent, and ends a snooze.
    """
    snoozed_until = deadline.snoozed_until if fired is None else None
    instants = [at for at in (snoozed_until, step and step.at) if at]
    return replace(
        deadline,
        step=over,
        fired=deadline.fired if fired is None else fired,
        next_nudge_at=min(instants, default=None),
        snoozed_until=snoozed_until,
    )
