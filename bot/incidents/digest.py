"""The daily digest: what needs a person, and what happened. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.incidents import recipients
from bot.incidents.days_ahead import Day, days_ahead
from bot.incidents.deadlines import Deadline, Outcome, lateness
from bot.incidents.incidents import Incident, Status
from bot.incidents.work_list import Case, Line, work_list
from bot.policy.digests import DailyDigest
from bot.policy.on_call import OnCall, Role
from bot.policy.policies import Policy

_DAYS_AHEAD = 5


@dataclass(frozen=True, slots=True)
class Gap:
    """Somebody named on call who hears nothing: they left, or Slack's error `code`."""

    person: str
    roles: tuple[Role, ...]
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Fallen:
    """A deadline of the contract whose `late_at` passed; `late_by` is open time.

    It is `None` if the deadline was kept.
    """

    incident: Incident
    deadline: Deadline
    late_by: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """What happened since the last digest; the next comes at `until`.

    `of` is the digest in the policy, which says for whom this is. `lines` are all that
    is open. `fallen` holds no aims and check-ins, which we owe to no customer, and what
    was late comes first. What was opened and resolved since the last digest is in
    `came_and_went` alone. `gaps`, and today with the days `ahead`, are in the leads'
    digest alone.
    """

    of: DailyDigest
    at: datetime
    since: datetime
    until: datetime
    lines: tuple[Line, ...]
    opened: tuple[Incident, ...]
    resolved: tuple[Incident, ...]
    came_and_went: tuple[Incident, ...]
    fallen: tuple[Fallen, ...]
    on_call: OnCall
    gaps: tuple[Gap, ...] = ()
    ahead: tuple[Day, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to tell."""
        happened = self.fallen or self.opened or self.resolved or self.came_and_went
        return not (self.lines or self.gaps or happened)


def digest(  # noqa: PLR0913  # The digest depends on all of them.
    policy: Policy,
    of: DailyDigest,
    cases: Sequence[Case],
    ended: Sequence[tuple[Incident, Deadline]],
    *,
    since: datetime,
    now: datetime,
    until: datetime,
    at: datetime | None = None,
) -> Digest:
    """Return a digest of what happened since the last one.

    `cases` are all that are open and those closed since; `ended` are the contract's
    deadlines that fell due since. `until` is when the next digest is due. If this one
    is rendered later than `at`, what was opened in between is left to the next.
    """
    is_in = _audience(policy, of)
    cases = [one for one in cases if is_in(one.incident)]
    fallen = [
        _fallen(policy, incident, deadline, now)
        for incident, deadline in ended
        if deadline.outcome is not Outcome.VOID and is_in(incident)
    ]
    opened = _between(cases, since, at or now, "opened_at")
    resolved = _between(cases, since, at or now, "closed_at")
    is_leads = of == policy.leads_digest
    ahead = days_ahead(policy, cases, now, _DAYS_AHEAD) if is_leads else ()
    return Digest(
        of=of,
        at=now,
        since=since,
        until=until,
        lines=tuple(work_list(policy, cases, now=now, until=until)),
        opened=tuple(one for one in opened if one not in resolved),
        resolved=tuple(one for one in resolved if one not in opened),
        came_and_went=tuple(one for one in resolved if one in opened),
        fallen=tuple(sorted(fallen, key=lambda one: one.late_by is None)),
        on_call=recipients.on_call(policy, now),
        ahead=tuple(ahead),
    )


def _audience(policy: Policy, of: DailyDigest) -> Callable[[Incident], bool]:
    """Return what says of an incident whether a digest tells of it."""
    names = {policy.one_name(one) for one in of.customers}

    def is_in(incident: Incident) -> bool:
        if of.is_for_all or incident.plan in of.plans:
            return True
        known = incident.customer
        return bool(names) and known is not None and policy.one_name(known) in names

    return is_in


def _fallen(
    policy: Policy, incident: Incident, deadline: Deadline, now: datetime
) -> Fallen:
    if deadline.outcome is Outcome.KEPT:
        return Fallen(incident, deadline)
    return Fallen(incident, deadline, lateness(policy, deadline, incident, now))


def _between(
    cases: Sequence[Case], since: datetime, now: datetime, when: str
) -> tuple[Incident, ...]:
    instants = ((case.incident, getattr(case.incident, when)) for case in cases)
    return tuple(
        incident
        for incident, at in instants
        if at is not None and since <= at < now and incident.status is not Status.VOID
    )
