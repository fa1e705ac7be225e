"""Targets that are allowed but do not fit the reminders and the escalation."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise

from bot.policy import tables, targets, wording
from bot.policy.odd_settings import few, said
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.policy.targets import Shape, Target

_Cell = tuple[Severity, str]
_GRAVE = (Severity.SEV1, Severity.SEV2)


def found(policy: Policy, now: datetime) -> Iterator[str]:
    """Yield a sentence for each misfit: its key, then the consequence."""
    yield from _unowed(policy)
    yield from _idle_aims(policy)
    yield from _bare_hours(policy)
    lengths = _lengths(policy, "first_response", policy.first_responses, now)
    # Sev3 and Sev4 get no pages.
    owed = policy.first_responses.items()
    pages = {cell: target for cell, target in owed if cell[0] in _GRAVE}
    first = _lengths(policy, "first_response", pages, now)
    news = {cell: policy.news(*cell) for cell in policy.follow_ups}
    lengths |= _lengths(policy, "follow_up", news, now)
    lengths |= _lengths(policy, tables.RESOLUTION, policy.resolutions, now)
    at_least = policy.reminders.at_least
    if short := [key for key, length in lengths.items() if length <= at_least]:
        yield (
            f"reminders.at_least: {said(at_least)} is all the time there is; no "
            f"reminder comes before these are due: {few(short)}"
        )
    start, repeat = policy.escalation.steps[0].after, policy.escalation.repeat
    if late := [key for key, length in first.items() if length <= start]:
        yield (
            f"escalation.steps.1.after: the first page comes after {said(start)}, when "
            f"these are due: {few(late)}"
        )
    for number, (above, step) in enumerate(pairwise(policy.escalation.steps), start=2):
        gap = step.after - above.after
        late = [key for key, length in first.items() if length <= gap]
        if late:
            yield (
                f"escalation.steps.{number}.after: for {said(gap)} nobody else hears, "
                f"the whole time for {few(late)}"
            )
    if slow := [key for key, length in first.items() if length <= repeat]:
        yield (
            f"escalation.repeat: between two pages pass {said(repeat)}, the whole time "
            f"for {few(slow)}"
        )


def _unowed(policy: Policy) -> Iterator[str]:
    for severity, plan in policy.first_responses:
        first = policy.first_response(severity, plan)
        is_owed = first.has_due or policy.news(severity, plan).has_due
        if severity in _GRAVE and not is_owed:
            yield (
                f"first_response.{severity}.{plan}: is none, and no update is ever "
                "due; nobody is reminded of the customer"
            )
        follow_up = policy.follow_up(severity, plan)
        if follow_up.shape is Shape.CONTINUOUS and severity is not Severity.SEV1:
            yield (
                f"follow_up.{severity}.{plan}: check-ins watch over continuous work on "
                "a Sev1 alone; here it is only how often news is due"
            )


def _idle_aims(policy: Policy) -> Iterator[str]:
    """Name aims that change nothing."""
    for (severity, plan), aim in policy.aims.items():
        contract = policy.follow_up(severity, plan)
        if contract.has_due:
            yield (
                f"aims.{severity}.{plan}: does not count, since follow_up promises "
                f'"{wording.words(contract)}" there'
            )
        elif aim.shape is Shape.CONTINUOUS:
            yield f"aims.{severity}.{plan}: names no time to remind anybody of"


def _bare_hours(policy: Policy) -> Iterator[str]:
    """Name what counts at weekends although its calendar is closed then."""
    bare: dict[str, list[str]] = {}
    for table in tables.EVERY:
        for (severity, plan), target in tables.cells(policy, table).items():
            calendar = policy.calendar_name(severity, plan, None)
            weekly = (part.weekly[5:] for part in policy.calendars[calendar].parts)
            is_closed = not any(any(days) for days in weekly)
            is_bare = target.is_clock_time and "24x7" not in target.written
            if is_closed and is_bare:
                bare.setdefault(calendar, []).append(f"{table}.{severity}.{plan}")
    for calendar, keys in bare.items():
        yield (
            f"interpretations.hours: these count by day and night, also while "
            f'{calendar} is closed at weekends; write "(24x7)" behind them if that is '
            f'meant, or choose "business hours": {few(keys)}'
        )


def _lengths(
    policy: Policy, table: str, cells: Mapping[_Cell, Target], now: datetime
) -> dict[str, timedelta]:
    """Return the time that counts until each cell is due, by its key.

    Those that get no reminder ahead, Sev3 and Sev4 with a business day, are left out.
    """
    found = {}
    for (severity, plan), target in cells.items():
        if not target.has_due:
            continue
        hours = policy.calendars[policy.calendar_name(severity, plan, None)]
        clock = targets.clock(target, hours)
        if severity in _GRAVE or not targets.lasts_a_day(target, clock):
            start = clock.roll_forward(now)
            key = f'{table}.{severity}.{plan} "{wording.words(target)}"'
            found[key] = clock.elapsed(start, policy.due_at(target, hours, start))
    return found
