"""What falls due on the days ahead, who is on call, and where people are off. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.incidents import recipients
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.incidents.work_list import Case
from bot.policy.policies import Policy

Owed = tuple[Incident, Deadline]

_DAY, _MIDNIGHT = timedelta(days=1), timedelta(0)


@dataclass(frozen=True, slots=True)
class Day:
    """A date of the team's zone. What is owed comes soonest first, our aims apart.

    `off` are holidays and short days, each with the calendars that have it; of one that
    all have, no calendar is named. `on_call` are the primaries during the team's hours,
    one after the other; `None` is nobody.
    """

    date: date
    is_business_day: bool
    targets: tuple[Owed, ...]
    aims: tuple[Owed, ...]
    off: tuple[tuple[str, tuple[str, ...]], ...]
    on_call: tuple[str | None, ...]

    @property
    def says_anything(self) -> bool:
        """Return whether the day is worth a line."""
        return bool(self.is_business_day or self.targets or self.aims or self.off)


def days_ahead(
    policy: Policy, cases: Iterable[Case], now: datetime, business_days: int
) -> list[Day]:
    """Return today and the days after it, up to so many business days on.

    It tells of what is owed now; an update that is sent owes the next one. What is late
    already and what waits is left out. So are closed days on which nothing is due.
    """
    hours = policy.team_hours
    days = [now.astimezone(hours.zone).date()]
    while business_days:
        days.append(days[-1] + _DAY)
        business_days -= bool(hours.pieces_on(days[-1]))
    until = hours.home.instant(days[-1] + _DAY, _MIDNIGHT)
    by_day = _by_day(policy, cases, now, until)
    today, *others = (_day(policy, day, by_day) for day in days)
    return [today, *(one for one in others if one.says_anything)]


def _by_day(
    policy: Policy, cases: Iterable[Case], now: datetime, until: datetime
) -> Mapping[date, list[Owed]]:
    zone, found = policy.team_hours.zone, dict[date, list[Owed]]()
    owed = [
        (one.incident, deadline)
        for one in cases
        for deadline in one.deadlines
        if deadline.due_at < until
        and one.incident.is_open
        and deadline.is_open
        and not deadline.kind.is_internal
        and deadline.paused_at is None
        and not deadline.is_overdue(now)
    ]
    for incident, deadline in sorted(owed, key=lambda one: one[1].due_at):
        # Due at a closing, it is late at the next opening only.
        day = max(deadline.due_at, now).astimezone(zone).date()
        found.setdefault(day, []).append((incident, deadline))
    return found


def _day(policy: Policy, day: date, by_day: Mapping[date, list[Owed]]) -> Day:
    hours, owed = policy.team_hours, by_day.get(day, [])
    pieces = hours.pieces_on(day)
    since = hours.home.instant(day, _MIDNIGHT)
    until = hours.home.instant(day + _DAY, _MIDNIGHT)
    if pieces:
        since, until = pieces[0].opens, pieces[-1].closes
    return Day(
        date=day,
        is_business_day=bool(pieces),
        targets=tuple(one for one in owed if not one[1].is_aim),
        aims=tuple(one for one in owed if one[1].is_aim),
        off=tuple(_off(policy, day)),
        on_call=tuple(dict.fromkeys(_primaries(policy, since, until))),
    )


def _off(policy: Policy, day: date) -> Iterator[tuple[str, tuple[str, ...]]]:
    found = dict[str, list[str]]()
    single = {
        name: hours.home
        for name, hours in policy.calendars.items()
        if len(hours.parts) == 1
    }
    for name, schedule in single.items():
        if day in schedule.holidays:
            found.setdefault(schedule.holidays[day], []).append(name)
        elif short := schedule.short_days.get(day):
            found.setdefault(f"{short.name}, a short day", []).append(name)
    for holiday, names in found.items():
        yield holiday, () if len(names) == len(single) else tuple(names)


def _primaries(
    policy: Policy, since: datetime, until: datetime
) -> Iterator[str | None]:
    at: datetime | None = since
    while at is not None and at < until:
        shift = recipients.on_call(policy, at).primary
        yield shift.person
        at = shift.until
