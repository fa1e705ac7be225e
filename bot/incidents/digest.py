"""What needs a person: the leads' daily digest and each person's morning list. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.business_time.hours import BusinessHours
from bot.incidents import recipients
from bot.incidents.deadlines import Deadline, Outcome, lateness, owed_now
from bot.incidents.incidents import Incident, Status
from bot.policy.on_call import OnCall, Role
from bot.policy.policies import Policy, Severity

_NEVER = datetime.max.replace(tzinfo=UTC)
_NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class Case:
    """An incident with its deadlines; closed ones may be missing."""

    incident: Incident
    deadlines: tuple[Deadline, ...]

    @property
    def owed(self) -> Deadline | None:
        """The open deadline of the contract, a first response or an update, if any."""
        return owed_now(self.deadlines)

    @property
    def quiet_since(self) -> datetime | None:
        """When somebody last did something, if it is owned and no clock runs."""
        one = self.incident
        if one.owner is None or any(deadline.is_open for deadline in self.deadlines):
            return None
        return max(filter(None, (one.opened_at, one.updated_at, one.last_sign_at)))


@dataclass(frozen=True, slots=True)
class Need:
    """Why an incident needs a person. `late_by` is open time; `due_at` is ahead.

    `quiet_since` says that nothing is owed on it, so that nothing else reminds of it.
    """

    incident: Incident
    late_by: timedelta | None = None
    due_at: datetime | None = None
    is_unowned: bool = False
    waiting_for: timedelta | None = None
    quiet_since: datetime | None = None

    @property
    def is_pressing(self) -> bool:
        """Return whether a lead must act on it, not only know of it."""
        return self.late_by is not None or self.due_at is not None or self.is_unowned

    @property
    def is_quiet(self) -> bool:
        """Return whether nothing at all is to come, not even the customer's answer."""
        return self.quiet_since is not None and self.waiting_for is None


@dataclass(frozen=True, slots=True)
class Gap:
    """Somebody named on call who hears nothing: they left, or Slack's error `code`."""

    person: str
    roles: tuple[Role, ...]
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """What happened since the last digest, for the leads.

    `fell_due` counts the contract's deadlines whose `late_at` passed; we owe aims and
    check-ins to no customer. `late` holds by how much open time they were late, the
    shortest first.
    """

    at: datetime
    since: datetime
    needs: tuple[Need, ...]
    opened: tuple[Incident, ...]
    resolved: tuple[Incident, ...]
    fell_due: int
    kept: int
    late: tuple[timedelta, ...]
    open_count: int
    on_call: OnCall
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Owed:
    """A line of a morning list."""

    incident: Incident
    deadline: Deadline
    held_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What was held for a person, and what the customer is owed now, if anything."""

    incident: Incident
    owed: Deadline | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Morning:
    """What one person owes until their next day, in the order in which it is due.

    `held` are incidents beyond those that they were to hear of meanwhile.
    """

    person: str
    at: datetime
    owed: tuple[Owed, ...]
    overdue: int
    unowned: tuple[Incident, ...]
    quiet: tuple[Incident, ...] = ()
    held: tuple[Held, ...] = ()


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
    counted = [(of, one) for of, one in ended if one.outcome is not Outcome.VOID]
    late = [
        lateness(policy, one, of, now)
        for of, one in counted
        if one.outcome is not Outcome.KEPT
    ]
    open_cases = [case for case in cases if case.incident.is_open]
    needs = [_need(policy, case, now, until) for case in open_cases]
    return Digest(
        at=now,
        since=since,
        needs=tuple(sorted(filter(None, needs), key=_urgency)),
        opened=_between(cases, since, at or now, "opened_at"),
        resolved=_between(cases, since, at or now, "closed_at"),
        fell_due=len(counted),
        kept=len(counted) - len(late),
        late=tuple(sorted(late)),
        open_count=len(open_cases),
        on_call=recipients.on_call(policy, now),
    )


def morning(  # noqa: PLR0913  # The list depends on all of them.
    cases: Iterable[Case],
    person: str,
    *,
    now: datetime,
    until: datetime,
    held: Sequence[Held] = (),
    day: BusinessHours,
) -> Morning | None:
    """Return a person's morning list; `None` if there is nothing to say.

    `cases` are the open incidents that they own; on the primary's list also those that
    nobody owns. Quiet ones are on it if it is the first of a week; `day` are the
    person's working days. `held` is what was kept for them until now.
    """
    found = (case for case in cases if case.incident.is_open)
    theirs = sorted(found, key=lambda case: case.incident.number)
    due = [
        Owed(case.incident, case.owed)
        for case in theirs
        if case.owed and not case.owed.paused_at and case.owed.due_at < until
    ]
    begins_week = _begins_week(day, now)
    quiet = [one.incident for one in theirs if begins_week and one.quiet_since]
    unowned = [one.incident for one in theirs if one.incident.owner is None]
    if not (due or quiet or unowned or held):
        return None
    since = {one.incident.number: one.since for one in reversed(held)}
    listed = {one.incident.number for one in due}
    due = [replace(one, held_since=since.get(one.incident.number)) for one in due]
    return Morning(
        person=person,
        at=now,
        owed=tuple(sorted(due, key=_due_first)),
        overdue=sum(one.deadline.is_overdue(now) for one in due),
        unowned=tuple(unowned),
        quiet=tuple(quiet),
        held=tuple(
            one for one in _each_once(held) if one.incident.number not in listed
        ),
    )


def _each_once(held: Sequence[Held]) -> Iterable[Held]:
    """Return what was held longest of each incident."""
    return {one.incident.number: one for one in reversed(held)}.values()


def _due_first(owed: Owed) -> tuple[datetime, int]:
    return owed.deadline.due_at, owed.incident.number


def _begins_week(day: BusinessHours, now: datetime) -> bool:
    """Return whether no earlier day of this week was a business day."""
    today = day.business_day(now)
    earlier = (today - timedelta(days) for days in range(1, today.weekday() + 1))
    return not any(day.pieces_on(one) for one in earlier)


def _need(policy: Policy, case: Case, now: datetime, until: datetime) -> Need | None:
    incident, owed = case.incident, case.owed
    waiting_for = now - incident.waiting_since if incident.waiting_since else None
    late_by = due_at = None
    if owed is not None and owed.paused_at is None:
        if owed.is_overdue(now):
            late_by = lateness(policy, owed, incident, now)
        elif owed.due_at < until:
            due_at = owed.due_at
    need = Need(
        incident=incident,
        late_by=late_by,
        due_at=due_at,
        is_unowned=incident.owner is None,
        waiting_for=waiting_for,
        quiet_since=case.quiet_since,
    )
    is_known = need.is_pressing or waiting_for or need.quiet_since
    return need if is_known else None


def _urgency(
    need: Need,
) -> tuple[bool, bool, Severity, timedelta, datetime, timedelta, int]:
    """Sort what is late first and what only waits last; then the worst severity first.

    Within a severity: the longest late, the first due, the longest waiting.
    """
    return (
        not need.is_pressing,
        need.late_by is None,
        need.incident.severity,
        -(need.late_by or _NO_TIME),
        need.due_at or _NEVER,
        -(need.waiting_for or _NO_TIME),
        need.incident.number,
    )


def _between(
    cases: Sequence[Case], since: datetime, now: datetime, when: str
) -> tuple[Incident, ...]:
    instants = ((case.incident, getattr(case.incident, when)) for case in cases)
    return tuple(
        incident
        for incident, at in instants
        if at is not None and since <= at < now and incident.status is not Status.VOID
    )
