"""How on-call time and pages fall on people: at work, by evening, by night. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from bot.business_time.hours import BusinessHours
from bot.business_time.timeline import merged

_DAY = timedelta(days=1)
_NIGHT_BEGINS, _NIGHT_ENDS = 22, 6


class When(StrEnum):
    """What kind of time it is where a person lives.

    A weekend is a day without working hours, a holiday one of the team's. On other days
    the night is from 22 to 6; the evening is what else is not working time.
    """

    WORKING = "working"
    EVENING = "evening"
    NIGHT = "night"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(slots=True)
class Load:
    """What fell on a person: for how long they were on call, and how many pages."""

    hours: dict[When, timedelta] = field(default_factory=dict)
    pages: Counter[When] = field(default_factory=Counter)


def when(day: BusinessHours, at: datetime) -> When:
    """Return what kind of time an instant is for a person with these working days."""
    local = at.astimezone(day.zone)
    if day.is_open(at):
        return When.WORKING
    if local.date() in day.home.holidays:
        return When.HOLIDAY
    if not day.home.weekly[local.weekday()]:
        return When.WEEKEND
    is_night = not _NIGHT_ENDS <= local.hour < _NIGHT_BEGINS
    return When.NIGHT if is_night else When.EVENING


def split(
    day: BusinessHours, since: datetime, until: datetime
) -> Iterator[tuple[When, timedelta]]:
    """Yield the pieces of a stretch of time, each of one kind."""
    edges = {since, until}
    edges.update(edge for span in day.open_spans(since, until) for edge in span)
    date = since.astimezone(day.zone).date()
    while (midnight := day.home.instant(date, timedelta(0))) < until:
        walls = (timedelta(hours=one) for one in (_NIGHT_ENDS, _NIGHT_BEGINS))
        edges |= {midnight, *(day.home.instant(date, wall) for wall in walls)}
        date += _DAY
    within = sorted(edge for edge in edges if since <= edge <= until)
    for begin, end in pairwise(within):
        yield when(day, begin), end - begin


def loads(
    days: Mapping[str, BusinessHours],
    on_call: Iterable[tuple[str, datetime, datetime]],
    pages: Iterable[tuple[str, datetime]],
) -> dict[str, Load]:
    """Return what fell on each person.

    `days` are everybody's working days. Who is on call in two roles at once is on call
    once.
    """
    found: dict[str, Load] = {}
    spans: dict[str, list[tuple[datetime, datetime]]] = {}
    for person, since, until in on_call:
        spans.setdefault(person, []).append((since, until))
    for person, theirs in spans.items():
        load = found.setdefault(person, Load())
        for since, until in merged(sorted(theirs)):
            for kind, length in split(days[person], since, until):
                load.hours[kind] = load.hours.get(kind, timedelta(0)) + length
    for person, at in pages:
        load = found.setdefault(person, Load())
        load.pages[when(days[person], at)] += 1
    return found
