"""The leads' daily digest: what needs a person, and what happened. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.incidents import recipients
from bot.incidents.deadlines import Deadline, Outcome, lateness
from bot.incidents.incidents import Incident, Status
from bot.incidents.work_list import Case, Line, work_list
from bot.policy.on_call import OnCall, Role
from bot.policy.policies import Policy


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
    """What happened since the last digest, for the leads; the next comes at `until`.

    `lines` are all open incidents. `fallen` holds no aims and check-ins, which we owe
    to no customer, and what was late comes first. What was opened and resolved since
    the last digest is in `came_and_went` alone.
    """

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


def digest(  # noqa: PLR0913  # The digest depends on all of them.
    policy: Policy,
    cases: Sequence[Case],
    ended: Sequence[tuple[Incident, Deadline]],
    *,
    since: datetime,
    now: datetime,
    until: datetime,
    at: datetime | None = None,
) -> Digest:
    """Return the digest of what happened since the last one.

    `cases` are the open incidents and those closed since; `ended` are the contract's
    deadlines that fell due since. `until` is when the next digest is due. If this one
    is rendered later than `at`, what was opened in between is left to the next.
    """
    fallen = [
        _fallen(policy, incident, deadline, now)
        for incident, deadline in ended
        if deadline.outcome is not Outcome.VOID
    ]
    opened = _between(cases, since, at or now, "opened_at")
    resolved = _between(cases, since, at or now, "closed_at")
    return Digest(
        at=now,
        since=since,
        until=until,
        lines=tuple(work_list(policy, cases, now=now, until=until)),
        opened=tuple(one for one in opened if one not in resolved),
        resolved=tuple(one for one in resolved if one not in opened),
        came_and_went=tuple(one for one in resolved if one in opened),
        fallen=tuple(sorted(fallen, key=lambda one: one.late_by is None)),
        on_call=recipients.on_call(policy, now),
    )


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
