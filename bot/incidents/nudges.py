"""Which reminder of a deadline comes next, when, and for whom. Pure.

The tick asks for the next step, sends it and stores its number. If the bot was down for
several steps, they become one reminder: the newest.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile

from bot.incidents.deadlines import Deadline, Kind, hours_of
from bot.incidents.incidents import Incident
from bot.incidents.steps import NUMBERS, Step, StepKind, step_of, steps_from, to_come
from bot.policy.policies import Policy
from bot.policy.severities import Severity

# A tick that comes this late for a reminder still sends it for its own instant.
_LATE_BY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Sent:
    """When a reminder was queued by our clock, and posted by Slack's, if it was."""

    queued_at: datetime
    posted_at: datetime | None


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
    steps = steps_from(policy, incident, deadline, deadline.step)
    step = next(steps, None)
    # The snooze ends before the next step is due: an extra reminder, which is no step
    # and leaves `step` as it was. If the step is due as well, that one is enough.
    if deadline.snoozed_until is not None and (step is None or step.at > now):
        extra = Step(deadline.step - 1, StepKind.SNOOZED, now, to_owner=True)
        if deadline.kind.is_internal and step is not None:
            # Somebody comes on after a page that rang for nobody.
            extra = replace(step, at=now, roles=policy.escalation.roles)
        return extra, _awaiting(deadline, deadline.step, step, fired=fired)
    assert step is not None, "a reminder that is due is one of the steps"
    later = next(steps, None)
    everybody = set(policy.escalation.roles)
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
    steps = steps_from(policy, incident, deadline, deadline.step)
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


def with_extra_page(deadline: Deadline, at: datetime) -> Deadline:
    """Return an escalation with a page at `at`, besides its steps."""
    return replace(deadline, snoozed_until=at, next_nudge_at=at)


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
