"""What a span of days was like: what was kept, how fast, by whom. Pure values.

Nothing is judged here. A deadline's outcome was decided when it ended, by the policy of
its day, and time is counted in the calendar of that policy.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile

from bot.incidents.deadlines import Deadline, Kind, Outcome, hours_of, lateness
from bot.incidents.events import Event, EventKind, VoidReason
from bot.incidents.incidents import Incident, Status
from bot.policy.policies import Policy
from bot.policy.severities import Severity

_MOST_WORST = 3
_MOST_HOURS = 3

Cell = tuple[Severity, str]
PolicyOf = Callable[[str], Policy]


@dataclass(frozen=True, slots=True)
class Told:
    """A reminder or page that a person got. `at` is when it fell due."""

    person: str
    at: datetime
    is_page: bool


@dataclass(frozen=True, slots=True)
class Story:
    """An incident with all that happened to it; events are in order."""

    incident: Incident
    events: tuple[Event, ...]
    deadlines: tuple[Deadline, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of some deadlines were kept."""

    kept: int = 0
    of: int = 0

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(self.kept + other.kept, self.of + other.of)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long answers took, and at most could, in open time."""

    count: int
    median: timedelta
    p90: timedelta
    allowed: timedelta


@dataclass(frozen=True, slots=True)
class Miss:
    """The deadline of an incident that was missed by most, and the incident's story."""

    story: Story
    deadline: Deadline
    by: timedelta


@dataclass(frozen=True, slots=True)
class Correction:
    """A severity that somebody changed after the opening."""

    incident: Incident
    old: Severity
    new: Severity


@dataclass(frozen=True, slots=True)
class Review:
    """The span from `since` until `until`.

    Targets, aims and resolutions are those that fell due in it, by severity and plan as
    they were then. `held` is open time by owner, `None` for nobody. `hours` are the
    weekdays (0 is Monday) and hours of the team's zone in which most was opened, with
    how many. `told` is reminders and pages by person. `void` and `drills` are in
    nothing else.
    """

    since: datetime
    until: datetime
    opened: Mapping[Severity, int]
    resolved: int
    void: int
    drills: int
    targets: Mapping[Cell, Kept]
    aims: Kept
    resolutions: Kept
    first_responses: Mapping[Cell, Pace]
    updates: Mapping[Cell, Pace]
    held: Mapping[str | None, timedelta]
    hours: tuple[tuple[int, int, int], ...]
    told: Mapping[str, tuple[int, int]]
    corrections: tuple[Correction, ...]
    repeats: Mapping[str, tuple[Incident, ...]]
    worst: tuple[Miss, ...]

    @property
    def kept(self) -> Kept:
        """All targets of the contract together."""
        return sum(self.targets.values(), Kept())


def review(  # noqa: PLR0913  # The review depends on all of them.
    policy: Policy,
    policy_of: PolicyOf,
    stories: Iterable[Story],
    told: Iterable[Told],
    *,
    since: datetime,
    until: datetime,
    now: datetime,
) -> Review:
    """Return what a span was like; what of it lies after `now` has not happened.

    `stories` are the incidents that were open in it. `policy` is that of now, and
    `policy_of` finds the one of a version, or that of now if it is not kept.
    """
    until_now = min(until, now)
    every = [one for one in stories if one.incident.opened_at < until_now]
    voided = [one for one in every if one.incident.status is Status.VOID]
    real = [one for one in every if one.incident.status is not Status.VOID]
    opened = [one.incident for one in real if one.incident.opened_at >= since]
    fell = [
        (story, one)
        for story in real
        for one in story.deadlines
        if fell_due(one, since, until_now)
    ]
    contract = [one for one in fell if _is_target(one[1])]
    return Review(
        since=since,
        until=until,
        opened=Counter(one.severity for one in opened),
        resolved=sum(
            one.incident.closed_at is not None
            and since <= one.incident.closed_at < until_now
            for one in real
        ),
        void=len(voided) - _drills(voided),
        drills=_drills(voided),
        targets=_kept(contract),
        aims=_together(one for one in fell if one[1].is_aim),
        resolutions=_together(one for one in fell if one[1].is_resolution),
        first_responses=_paces(contract, Kind.FIRST_RESPONSE, policy_of),
        updates=_paces(contract, Kind.UPDATE, policy_of),
        held=_held(policy, real, since, until_now),
        hours=_busiest(policy, opened),
        told=_told(told, since, until_now),
        corrections=tuple(_corrections(real, since, until_now)),
        repeats=_repeats(opened),
        worst=_worst(contract, policy_of, now),
    )


def targets_of(
    stories: Iterable[Story], since: datetime, until: datetime
) -> Mapping[Cell, Kept]:
    """Return how many of the contract's targets that fell due in a span were kept."""
    return _kept(
        (story, one)
        for story in stories
        if story.incident.status is not Status.VOID
        for one in story.deadlines
        if fell_due(one, since, until) and _is_target(one)
    )


def resolutions_of(stories: Iterable[Story], since: datetime, until: datetime) -> Kept:
    """Return how many of the resolutions that fell due in a span came in time."""
    return _together(
        (story, one)
        for story in stories
        if story.incident.status is not Status.VOID
        for one in story.deadlines
        if one.is_resolution and fell_due(one, since, until)
    )


def as_of(story: Story, at: datetime) -> Incident:
    """Return an incident with the severity and the plan that it had at an instant."""
    later = takewhile(lambda one: one.recorded_at > at, reversed(story.events))
    return before(story.incident, later)


def before(incident: Incident, events: Iterable[Event]) -> Incident:
    """Return an incident as it was before some events, the last of them first."""
    for event in events:
        details = event.details
        if "old_severity" in details:
            incident = replace(incident, severity=Severity(details["old_severity"]))
        if "old_plan" in details:
            incident = replace(incident, plan=details["old_plan"])
        if "old_reported_at" in details:
            reported_at = datetime.fromisoformat(details["old_reported_at"])
            incident = replace(incident, reported_at=reported_at)
        if "old_customer" in details:
            incident = replace(incident, customer=details["old_customer"] or None)
    return incident


def fell_due(deadline: Deadline, since: datetime, until: datetime) -> bool:
    """Return whether a deadline is owed to a customer, and fell due in a span."""
    if deadline.kind.is_internal or deadline.outcome is Outcome.VOID:
        return False
    is_waiting = deadline.is_open and deadline.paused_at is not None
    return not is_waiting and since <= (deadline.missed_at or deadline.late_at) < until


def _drills(voided: Iterable[Story]) -> int:
    """Return how many were drills, by the last reason that was given."""
    ends = (
        [one for one in story.events if one.kind is EventKind.VOIDED]
        for story in voided
    )
    return sum(one[-1].details.get("reason") == VoidReason.DRILL for one in ends if one)


def _cell(story: Story, deadline: Deadline) -> Cell:
    then = as_of(story, deadline.closed_at or deadline.late_at)
    return then.severity, then.plan


def _is_target(deadline: Deadline) -> bool:
    """Return whether it is of the contract's first responses and updates."""
    return not (deadline.is_aim or deadline.is_resolution)


def _together(fell: Iterable[tuple[Story, Deadline]]) -> Kept:
    return sum(_kept(fell).values(), Kept())


def _kept(fell: Iterable[tuple[Story, Deadline]]) -> Mapping[Cell, Kept]:
    found: defaultdict[Cell, Kept] = defaultdict(Kept)
    for story, one in fell:
        found[_cell(story, one)] += Kept(one.outcome is Outcome.KEPT, 1)
    return dict(sorted(found.items()))


def _paces(
    fell: Iterable[tuple[Story, Deadline]], kind: Kind, policy_of: PolicyOf
) -> Mapping[Cell, Pace]:
    took: defaultdict[Cell, list[timedelta]] = defaultdict(list)
    allowed: dict[Cell, timedelta] = {}
    for story, one in fell:
        if one.kind is not kind or one.closed_at is None:
            continue
        cell = _cell(story, one)
        hours = hours_of(policy_of(one.policy), one, story.incident)
        paused = sum(
            (hours.elapsed(start, end) for start, end in one.pauses), timedelta(0)
        )
        length = hours.elapsed(one.started_at, one.closed_at) - paused
        took[cell].append(max(length, timedelta(0)))
        # The longest of the cell: a pause or a change may have moved some.
        most = hours.elapsed(one.started_at, one.due_at) - paused
        allowed[cell] = max(allowed.get(cell, timedelta(0)), most)
    return {
        cell: Pace(len(spans), _within(spans, 5), _within(spans, 9), allowed[cell])
        for cell, spans in sorted(took.items())
    }


def _within(spans: Sequence[timedelta], tenths: int) -> timedelta:
    """Return the least of some spans such that so many tenths are no longer."""
    return sorted(spans)[-(-tenths * len(spans) // 10) - 1]


def _held(
    policy: Policy, stories: Iterable[Story], since: datetime, until: datetime
) -> Mapping[str | None, timedelta]:
    """Return for how much open time each person owned an incident, or nobody did."""
    spans: defaultdict[str | None, timedelta] = defaultdict(timedelta)
    for story in stories:
        one = story.incident
        name = policy.calendar_name(one.severity, one.plan, one.customer)
        hours = policy.hours(name)
        for owner, begin, end in _owners(story, until):
            if begin < until and end > since:
                spans[owner] += hours.elapsed(max(begin, since), min(end, until))
    longest = sorted(spans, key=lambda who: (-spans[who], who or ""))
    return {who: spans[who] for who in longest if spans[who]}


def _owners(
    story: Story, until: datetime
) -> Iterator[tuple[str | None, datetime, datetime]]:
    """Yield who owned an incident, from when until when, while it was open."""
    owner: str | None = None
    since, is_open = story.incident.opened_at, True
    for event in story.events:
        before, was_open = owner, is_open
        if event.kind is EventKind.SHIFT_CHANGED:
            owner = event.details["to"]
        elif event.kind in (EventKind.TAKEN, EventKind.HAND_OFF_ACCEPTED):
            owner = event.by
        elif "owned" in event.details:
            owner = None
        elif event.kind in (EventKind.RESOLVED, EventKind.VOIDED):
            is_open = False
        elif event.kind is EventKind.REOPENED:
            is_open = True
        else:
            continue
        if was_open:
            yield before, since, event.recorded_at
        since = event.recorded_at
    if is_open:
        yield owner, since, until


def _busiest(
    policy: Policy, opened: Iterable[Incident]
) -> tuple[tuple[int, int, int], ...]:
    zone = policy.team_hours.zone
    local = (one.opened_at.astimezone(zone) for one in opened)
    counts = Counter((one.weekday(), one.hour) for one in local)
    most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_MOST_HOURS]
    return tuple((day, hour, number) for (day, hour), number in most)


def _told(
    told: Iterable[Told], since: datetime, until: datetime
) -> Mapping[str, tuple[int, int]]:
    within = [one for one in told if since <= one.at < until]
    every = Counter(one.person for one in within)
    pages = Counter(one.person for one in within if one.is_page)
    most = sorted(every, key=lambda person: (-every[person], person))
    return {who: (every[who] - pages[who], pages[who]) for who in most}


def _corrections(
    stories: Iterable[Story], since: datetime, until: datetime
) -> Iterator[Correction]:
    for story in stories:
        for event in story.events:
            old, new = event.details.get("old_severity"), event.details.get("severity")
            if old and new and old != new and since <= event.recorded_at < until:
                yield Correction(story.incident, Severity(old), Severity(new))


def _repeats(opened: Iterable[Incident]) -> Mapping[str, tuple[Incident, ...]]:
    by_customer: defaultdict[str, list[Incident]] = defaultdict(list)
    for one in opened:
        if one.customer is not None:
            by_customer[one.customer].append(one)
    several = {name: tuple(all_) for name, all_ in by_customer.items() if len(all_) > 1}
    return dict(sorted(several.items(), key=lambda one: (-len(one[1]), one[0])))


def _worst(
    fell: Iterable[tuple[Story, Deadline]], policy_of: PolicyOf, now: datetime
) -> tuple[Miss, ...]:
    """Return the incidents that were missed by most, each with its longest miss."""
    longest: dict[int, Miss] = {}
    for story, one in fell:
        if one.outcome is Outcome.KEPT:
            continue
        by = lateness(policy_of(one.policy), one, story.incident, now)
        known = longest.get(story.incident.number)
        if known is None or by > known.by:
            longest[story.incident.number] = Miss(story, one, by)
    ordered = sorted(
        longest.values(), key=lambda miss: (-miss.by, miss.story.incident.number)
    )
    return tuple(ordered[:_MOST_WORST])
