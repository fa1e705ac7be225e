"""Who gets a message: for a step, for an unowned incident, or as a stand-in. Pure.

Only this module asks the policy who is on call, and always for a given instant.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import assert_never

from bot.incidents import nudges, steps
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.incidents.reach import Reach, Ring
from bot.incidents.steps import Step, StepKind
from bot.policy.on_call import OnCall, Role
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.values import value


class Because(StrEnum):
    """Why this person gets it. A stand-in replaces somebody who cannot be reached."""

    OWNER = "owner"
    PRIMARY = "primary"
    BACKUP = "backup"
    LEAD = "lead"
    FALLBACK = "fallback"
    STAND_IN = "stand-in"


@value
class Recipient:
    """A person (Slack's id) or the fallback channel, and why they get a message."""

    id: str
    because: Because

    @property
    def is_person(self) -> bool:
        """Return whether it is a person, not the fallback channel."""
        return self.because is not Because.FALLBACK


def on_call(policy: Policy, at: datetime, incident: Incident | None = None) -> OnCall:
    """Return who is on call at an instant, for an incident or in general."""
    if incident is None:
        return policy.on_call_at(at)
    return policy.on_call_at(at, incident.severity, incident.plan)


def on_call_between(
    policy: Policy, since: datetime, until: datetime
) -> Iterator[tuple[str, datetime, datetime]]:
    """Yield who is on call in some role for something, and for which stretch."""
    for severity in (None, *map(Severity, policy.on_call.severities)):
        for plan in (None, *policy.on_call.plans):
            at = since
            while at < until:
                on_call = policy.on_call_at(at, severity, plan)
                ends = (shift.until for _, shift in on_call.shifts())
                end = min((one for one in ends if one and one > at), default=until)
                for _, person in on_call.named():
                    yield person, at, min(end, until)
                at = end


def rotation_of(
    policy: Policy, incident: Incident, person: str, at: datetime
) -> str | None:
    """Return the rotation in which a person is on call for an incident, if any."""
    shifts = (shift for _, shift in on_call(policy, at, incident).shifts())
    return next((one.rotation for one in shifts if one.person == person), None)


def of_unowned(policy: Policy, incident: Incident, at: datetime) -> Recipient:
    """Return who is responsible for an unowned incident.

    That is the primary. With nobody on as such it is the next role in which somebody
    is, or else the fallback channel.
    """
    return _first(policy, on_call(policy, at, incident))


def all_of_unowned(policy: Policy, at: datetime) -> set[str]:
    """Return the people who are responsible for unowned incidents of some kind."""
    severities = None, *map(Severity, policy.on_call.severities)
    plans = None, *policy.on_call.plans
    found = {
        _first(policy, policy.on_call_at(at, severity, plan))
        for severity in severities
        for plan in plans
    }
    return {one.id for one in found if one.is_person}


def lead(policy: Policy, at: datetime) -> str | None:
    """Return the lead, or else the first on call; `None` if nobody is."""
    people = dict(on_call(policy, at).named())
    return people.get(Role.LEAD) or next(iter(people.values()), None)


def stand_ins(policy: Policy, missed: Iterable[str], at: datetime) -> list[str]:
    """Return the people on call who can be reached, the first to be asked first."""
    gone = frozenset(missed)
    return [who for _, who in on_call(policy, at).named() if who not in gone]


def of_step(
    policy: Policy, incident: Incident, step: Step, at: datetime
) -> tuple[Recipient, ...]:
    """Return whom a step reminds: nobody twice, and the owner as the owner."""
    told: dict[str, Recipient] = {}
    if step.to_owner:
        if incident.owner is not None:
            owner = Recipient(incident.owner, Because.OWNER)
        else:
            owner = of_unowned(policy, incident, at)
        told[owner.id] = owner
    if step.roles:
        for recipient in _of_roles(policy, incident, step.roles, at):
            told.setdefault(recipient.id, recipient)
    return tuple(told.values())


@value
class Fired:
    """A reminder that was fired: who hears now, who later, and the deadline after it.

    `held` are the recipients for whom it may not ring now, each with why, and until
    when it is held.
    """

    step: Step
    deadline: Deadline
    told: tuple[Recipient, ...]
    held: tuple[tuple[Recipient, Reach], ...]


def fire(
    policy: Policy, incident: Incident, deadline: Deadline, now: datetime, ring: Ring
) -> Fired:
    """Fire the reminder that is due at `now`, for those for whom it may ring.

    A page that rings for nobody passes to the next step at once, and so does one for
    people whom the step before it rang in another role. If no step of the escalation
    rings for anybody, the fallback channel gets it. If the first page of a Sev1 finds
    only phones that make no sound, what rings outside of Slack rings at once; where
    there is nothing, the next step for somebody else comes with it. If nobody can hear
    it, who comes on before the next page is paged at that instant.
    """
    before = _page_before(policy, incident, deadline)
    rung: set[str] = set()
    if before is not None:
        # Those who were on call when it rang: a swap or a hand-over may lie between.
        rang_at = min(before.at, now)
        rung = {one.id for one in of_step(policy, incident, before, rang_at)}

    def is_again(step: Step, one: Recipient) -> bool:
        if before is None or steps.is_repeat(policy, deadline, step):
            return False
        is_other_role = one.because not in (Because.OWNER, *before.roles)
        return one.is_person and is_other_role and one.id in rung

    @cache
    def whom(step: Step) -> list[Recipient]:
        found = of_step(policy, incident, step, now)
        return [one for one in found if not is_again(step, one)]

    def rings(step: Step) -> bool:
        return any(not one.is_person or ring(one.id, now).is_now for one in whom(step))

    def is_silent(step: Step) -> bool:
        return all(one.is_person and ring(one.id, now).is_silent for one in whom(step))

    step, after = nudges.fire(
        policy, incident, deadline, now, rings=rings, is_silent=is_silent
    )
    told, held = [], []
    for one in whom(step):
        reach = ring(one.id, now) if one.is_person else None
        if reach is None or reach.is_now:
            told.append(one)
        elif reach.until is not None:
            held.append((one, reach))
        elif step.kind is not StepKind.PAGE:
            # Slack will refuse it, and then somebody else gets it.
            told.append(one)
    if step.kind is StepKind.PAGE and not any(one.is_person for one in told):
        told = [Recipient(policy.channels.fallback, Because.FALLBACK)]
        people = on_call(policy, now, incident).named()
        if not any(ring(person, now).is_now for _, person in people):
            at = _comes_on(policy, incident, now, after.next_nudge_at, ring)
            after = nudges.with_extra_page(after, at) if at else after
    return Fired(step, after, tuple(told), tuple(held))


def _comes_on(
    policy: Policy,
    incident: Incident,
    now: datetime,
    until: datetime | None,
    ring: Ring,
) -> datetime | None:
    """Return when the next one comes on for whom a page may ring, before `until`."""
    at = now
    while until is not None:
        shifts = [shift for _, shift in on_call(policy, at, incident).shifts()]
        at = min((one.until for one in shifts if one.until), default=until)
        if at >= until:
            break
        people = on_call(policy, at, incident).named()
        if any(ring(person, at).is_now for _, person in people):
            return at
    return None


def next_told(
    policy: Policy,
    incident: Incident,
    deadlines: Iterable[Deadline],
    ring: Ring,
    *,
    but_not: Iterable[str] = (),
) -> tuple[Recipient, datetime] | None:
    """Return who is told next of these deadlines, and when; `None` if nobody is.

    The owner and `but_not` are skipped: both are told now.
    """
    known = {*but_not, incident.owner}
    found = [
        (recipient, at)
        for deadline in deadlines
        for at, fired in coming(policy, incident, deadline, ring)
        for recipient in fired.told
        if recipient.id not in known
    ]
    return min(found, key=lambda one: one[1], default=None)


def coming(
    policy: Policy, incident: Incident, deadline: Deadline, ring: Ring
) -> Iterator[tuple[datetime, Fired]]:
    """Yield what a deadline will fire if nobody acts, and when.

    An escalation goes on for ever: of its repeats only the first is yielded.
    """
    is_repeat = False
    while deadline.next_nudge_at is not None and not is_repeat:
        at = deadline.next_nudge_at
        fired = fire(policy, incident, deadline, at, ring)
        yield at, fired
        is_repeat = steps.is_repeat(policy, deadline, fired.step)
        deadline = fired.deadline


def _page_before(policy: Policy, incident: Incident, deadline: Deadline) -> Step | None:
    """Return the page that came before the next one of a deadline, if any."""
    if not deadline.kind.is_internal or deadline.step == 0:
        return None
    step = steps.step_of(policy, incident, deadline, deadline.step - 1)
    return step if step is not None and step.kind is StepKind.PAGE else None


def _first(policy: Policy, people: OnCall) -> Recipient:
    for role, who in people.named():
        return Recipient(who, Because(role))
    return Recipient(policy.channels.fallback, Because.FALLBACK)


def _of_roles(
    policy: Policy, incident: Incident, roles: Iterable[Role], at: datetime
) -> Iterator[Recipient]:
    people = on_call(policy, at, incident)
    for role in roles:
        who, because = _holder(policy, role, people)
        if who is not None:
            is_owner = who == incident.owner
            yield Recipient(who, Because.OWNER if is_owner else because)


def _holder(policy: Policy, role: Role, people: OnCall) -> tuple[str | None, Because]:
    match role:
        case Role.PRIMARY:
            return people.primary.person, Because.PRIMARY
        case Role.BACKUP:
            return people.backup.person, Because.BACKUP
        case Role.LEAD:
            return people.lead.person, Because.LEAD
        case Role.FALLBACK:
            return policy.channels.fallback, Because.FALLBACK
        case _:
            assert_never(role)
