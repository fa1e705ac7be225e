"""Find where a valid policy contradicts itself, to warn a lead.

A worse severity or a better plan should be due earlier, but a calendar can reverse
that: 8 business hours from a Thursday afternoon span a short Friday and end on Monday,
while 1 business day ends on that Friday.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import assert_never

from bot.policy import odd_calendars, odd_rotations, odd_settings, odd_targets
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.policy.targets import Shape, Target
from bot.policy.wording import words

_Timed = tuple[Target, str]

_YEAR = timedelta(days=366)
_HOUR = timedelta(hours=1)


class Table(StrEnum):
    """The two tables of a policy, named by their keys in the file."""

    FIRST_RESPONSE = "first_response"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: the contract's target, and the one that we remind of."""

    table: Table
    severity: Severity
    plan: str
    contract: Target
    target: Target
    calendar: str


@dataclass(frozen=True, slots=True)
class Reversal:
    """The first start from which the better cell is due later than the worse one."""

    start: datetime
    better_due_at: datetime
    worse_due_at: datetime


def warnings(policy: Policy, now: datetime) -> tuple[str, ...]:
    """Return what is odd about a policy within the next year, in sentences."""
    return (
        *_silences(policy),
        *odd_targets.found(policy, now),
        *odd_calendars.found(policy, now),
        *odd_settings.found(policy),
        *odd_rotations.found(policy, now),
        *_nights(policy, now),
        *_reversals(policy, now),
    )


def _silences(policy: Policy) -> Iterator[str]:
    """Name the plans in which continuous work has no reminders about updates."""
    model = policy.conduct.continuous_news_as
    for (severity, plan), target in policy.follow_ups.items():
        is_silent = not policy.news(severity, plan).has_due
        if target.shape is Shape.CONTINUOUS and model is not None and is_silent:
            yield (
                f"follow_up.{severity}.{plan}: news is to come as for {model.label}, "
                f"which has no time of its own either; nobody is reminded of it"
            )


def _nights(policy: Policy, now: datetime) -> Iterator[str]:
    """Name what counts day and night from the opening although nobody is woken."""
    for (severity, plan), first in policy.first_responses.items():
        table, target = Table.FIRST_RESPONSE, first
        if not first.has_due:
            table, target = Table.FOLLOW_UP, policy.follow_up(severity, plan)
        hours = policy.calendars[policy.calendar_name(severity, plan, None)]
        is_woken = (severity, plan) in policy.escalation.wakes
        if not target.is_clock_time or is_woken or hours.next_opening(now) is None:
            continue
        remedy = f"{severity.label} never escalates, so write business time"
        if severity.number <= Severity.SEV2.number:
            remedy = f"add {plan} to escalation.wakes for {severity}"
        yield (
            f'{table}.{severity}.{plan}: "{words(target)}" counts day and night, but '
            f"nobody is woken for it; {remedy}"
        )


def _reversals(policy: Policy, now: datetime) -> Iterator[str]:
    search = _Search(policy, now.replace(minute=0, second=0, microsecond=0))
    for better, worse in dict.fromkeys(_neighbours(policy)):
        if _targets_less(better.contract, worse.contract):
            yield _says_less(policy, better, worse)
        elif found := search.first(better, worse):
            yield _says_later(policy, better, worse, found)


def _neighbours(policy: Policy) -> Iterator[tuple[Cell, Cell]]:
    """Yield pairs of cells of which the first should never be due later.

    A customer with a calendar of its own uses it for every incident, so each such
    calendar is tried on the whole table as well.
    """
    own = {one.calendar for one in policy.customers if one.calendar is not None}
    for calendar in (None, *sorted(own)):
        for table in Table:
            for better, worse in _adjacent(policy):
                yield (
                    _cell(policy, table, *better, calendar),
                    _cell(policy, table, *worse, calendar),
                )


def _adjacent(
    policy: Policy,
) -> Iterator[tuple[tuple[Severity, str], tuple[Severity, str]]]:
    plans = [plan.id for plan in policy.plans]
    for plan in plans:
        for worse, milder in pairwise(policy.severities):
            yield (worse, plan), (milder, plan)
    for severity in policy.severities:
        for better, cheaper in pairwise(plans):
            yield (severity, better), (severity, cheaper)


def _cell(
    policy: Policy, table: Table, severity: Severity, plan: str, calendar: str | None
) -> Cell:
    is_first = table is Table.FIRST_RESPONSE
    contract = policy.first_response if is_first else policy.follow_up
    reminded = policy.first_response if is_first else policy.news
    return Cell(
        table=table,
        severity=severity,
        plan=plan,
        contract=contract(severity, plan),
        target=reminded(severity, plan),
        calendar=calendar or policy.calendar_name(severity, plan, None),
    )


def _targets_less(better: Target, worse: Target) -> bool:
    """Return whether the better cell ranks lower: no time, a time, continuous."""
    return _rank(better.shape) < _rank(worse.shape)


def _rank(shape: Shape) -> int:
    match shape:
        case Shape.NONE:
            return 0
        case Shape.WITHIN | Shape.END_OF | Shape.EVERY | Shape.TIMES_PER:
            return 1
        case Shape.CONTINUOUS:
            return 2
        case _:
            assert_never(shape)


class _Search:
    """Looks for reversals from each hour and each edge of a year's open time."""

    def __init__(self, policy: Policy, start: datetime) -> None:
        self._policy = policy
        self._from = start
        # Many cells have the same target in the same calendar, so cache the results.
        self.starts = cache(self._starts)
        self.dues = cache(self._dues)
        self.reversal = cache(self._reversal)

    def first(self, better: Cell, worse: Cell) -> Reversal | None:
        """Return the first reversal; `None` if there is none in the year."""
        if not better.target.has_due or not worse.target.has_due:
            return None
        if better.calendar == worse.calendar and _never_later(
            better.target, worse.target
        ):
            return None
        calendars = tuple(sorted({better.calendar, worse.calendar}))
        return self.reversal(
            (better.target, better.calendar),
            (worse.target, worse.calendar),
            calendars,
        )

    def _reversal(
        self, better: _Timed, worse: _Timed, calendars: tuple[str, ...]
    ) -> Reversal | None:
        columns = (
            self.starts(calendars),
            self.dues(better, calendars),
            self.dues(worse, calendars),
        )
        for start, better_due_at, worse_due_at in zip(*columns, strict=True):
            if better_due_at > worse_due_at:
                return Reversal(start, better_due_at, worse_due_at)
        return None

    def _dues(self, timed: _Timed, calendars: tuple[str, ...]) -> list[datetime]:
        target, calendar = timed
        hours = self._policy.calendars[calendar]
        due_at = self._policy.due_at
        return [due_at(target, hours, start) for start in self.starts(calendars)]

    def _starts(self, calendars: tuple[str, ...]) -> list[datetime]:
        found = set[datetime]()
        for calendar in calendars:
            hours = self._policy.calendars[calendar]
            for span in hours.open_spans(self._from, self._from + _YEAR):
                found.update(_hourly(*span))
        return sorted(found)


def _never_later(better: Target, worse: Target) -> bool:
    """Return whether the words alone show that one cannot be due later."""
    if (better.shape, better.unit) != (worse.shape, worse.unit):
        return False
    if better.shape is Shape.TIMES_PER:
        return better.count >= worse.count
    return better.count <= worse.count


def _hourly(opens: datetime, closes: datetime) -> Iterator[datetime]:
    at = opens
    while at < closes:
        yield at
        at += _HOUR
    yield closes


def _says_less(policy: Policy, better: Cell, worse: Cell) -> str:
    where, name, other = _names(policy, better, worse)
    return (
        f"{better.table}: for {where}, {name} is promised less than {other}: "
        f'"{words(better.contract)}" beside "{words(worse.contract)}"'
    )


def _says_later(policy: Policy, better: Cell, worse: Cell, found: Reversal) -> str:
    where, name, other = _names(policy, better, worse)
    calendars = " and ".join(dict.fromkeys((better.calendar, worse.calendar)))
    zone = policy.calendars[better.calendar].zone
    start, due, other_due = (
        f"{at.astimezone(zone):%a %d %b %Y %H:%M}"
        for at in (found.start, found.better_due_at, found.worse_due_at)
    )
    return (
        f"{better.table}: for {where}, {name} can be due later than {other}: from "
        f'{start} "{words(better.target)}" end on {due}, but '
        f'"{words(worse.target)}" on {other_due} (calendar {calendars}, {zone.key})'
    )


def _names(policy: Policy, better: Cell, worse: Cell) -> tuple[str, str, str]:
    """Return what two cells share, and for each the one thing that differs."""
    plan, other = policy.plan(better.plan).name, policy.plan(worse.plan).name
    if better.plan == worse.plan:
        return plan, better.severity.label, worse.severity.label
    return better.severity.label, plan, other
