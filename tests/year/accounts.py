"""What a year came to: targets, messages, and whom they reached when."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.incidents.deadlines import Deadline, Outcome, owed_now
from bot.incidents.simulation import Simulation
from bot.incidents.steps import StepKind
from bot.policy.on_call import Role
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from tests.year.teams import ACCOUNTS
from tests.year.worlds import Told, day_of

_SOON = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it was when it came; `severity` is the worst of its incidents."""

    told: Told
    severity: Severity
    is_outside: bool
    is_needed: bool
    is_theirs: bool


@dataclass(frozen=True, slots=True)
class Account:
    """The figures of a year.

    `median` and `p99` are messages a person and day. `outside` counts those outside of
    the reader's day, and `unneeded` those of them that could have waited. `silent` are
    Sev1 of which nobody heard within five minutes, `untold` missed targets of which
    nobody heard in time.
    """

    kept: int
    targets: int
    reminders: int
    median: int
    p99: int
    outside: dict[Severity, int]
    unneeded: int
    to_others: int
    silent: int
    untold: int


def heard(core: Simulation, told: Told) -> Heard:
    """Return what a message is to its reader now."""
    day = day_of(core.policy, told.person)
    begins = day.roll_forward(told.at)
    about = [(core.incident(number), kind) for number, kind in told.about]
    owed = [owed_now(core.owed(one.number, told.at)) for one, _ in about]
    wakes = core.policy.escalation.wakes
    return Heard(
        told,
        severity=min(one.severity for one, _ in about),
        is_outside=begins > told.at,
        is_needed=any((one.severity, one.plan) in wakes for one, _ in about)
        or any(one is not None and told.at <= one.due_at < begins for one in owed),
        is_theirs=any(
            _is_theirs(core, told, one.number, is_page=kind is StepKind.PAGE)
            for one, kind in about
        ),
    )


def account(
    core: Simulation, year: Sequence[Heard], begins: datetime, ends: datetime
) -> Account:
    """Return what a year came to."""
    about: dict[int, list[datetime]] = {}
    for one in year:
        for number, _ in one.told.about:
            about.setdefault(number, []).append(one.told.at)
    targets = [
        one
        for incident in core.incidents()
        for one in core.owed(incident.number, ends)
        if not one.kind.is_internal and not one.is_aim and _has_ended(one)
    ]
    missed = [one for one in targets if one.outcome is not Outcome.KEPT]
    days = _days(core.policy, year, begins, ends)
    outside = [one for one in year if one.is_outside]
    return Account(
        kept=len(targets) - len(missed),
        targets=len(targets),
        reminders=sum(not one.told.is_list for one in year),
        median=days[len(days) // 2],
        p99=days[len(days) * 99 // 100],
        outside=dict(sorted(Counter(one.severity for one in outside).items())),
        unneeded=sum(not one.is_needed for one in outside),
        to_others=sum(not one.is_theirs for one in year),
        silent=sum(
            (one.severity, one.plan) in core.policy.escalation.wakes
            and one.severity is Severity.SEV1
            and not any(at - one.opened_at <= _SOON for at in about.get(one.number, ()))
            for one in core.incidents()
        ),
        untold=sum(
            not any(
                one.started_at <= at <= one.late_at
                for at in about.get(one.incident, ())
            )
            for one in missed
        ),
    )


def _is_theirs(core: Simulation, told: Told, number: int, *, is_page: bool) -> bool:
    """Return whether a person owns an incident, leads, or is on call for it."""
    incident = core.incident(number)
    named = dict(core.policy.on_call_at(told.at).named())
    if told.person in (incident.owner, named.get(Role.LEAD)):
        return True
    return (is_page or incident.owner is None) and told.person in named.values()


def _has_ended(deadline: Deadline) -> bool:
    if deadline.is_open:
        return deadline.missed_at is not None
    return deadline.outcome is not Outcome.VOID


def _days(
    policy: Policy, year: Sequence[Heard], begins: datetime, ends: datetime
) -> list[int]:
    """Return how many messages each person got on each day, the fewest first."""
    counts: Counter[tuple[str, date]] = Counter()
    for person in ACCOUNTS:
        day, at = day_of(policy, person), begins
        while (at := day.opening_after_day_of(at)) < ends:
            counts[person, at.astimezone(day.zone).date()] = 0
    for one in year:
        zone = ACCOUNTS[one.told.person].zone
        counts[one.told.person, one.told.at.astimezone(zone).date()] += 1
    return sorted(counts.values())
