"""Calendars that are allowed but count in a way that nobody would expect."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.business_time.hours import BusinessHours
from bot.business_time.schedules import WEEKDAYS, Schedule, Span
from bot.policy import tables, zones
from bot.policy.odd_settings import said
from bot.policy.policies import Policy
from bot.policy.targets import EveryDay, Unit

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_YEAR = 366 * _DAY


def found(policy: Policy, now: datetime) -> Iterator[str]:
    """Yield a sentence for each such calendar: its key, then the consequence."""
    yield from _odd_zones(policy)
    used, days = _used(policy), _of_business_days(policy)
    # Public holidays are known from the first turn of a rotation on.
    since = min((one.starts for one in policy.on_call.rotations), default=date.max)
    for name, hours in policy.calendars.items():
        key, home = f"calendars.{name}", hours.home
        if len(hours.parts) == 1:
            if odd := zones.oddity(home.zone.key):
                yield f"{key}.zone: {odd}"
            yield from (f"{key}.hours: {one}" for one in _odd_hours(home))
            yield from (
                f"{key}.holidays: {one}" for one in _odd_holidays(home, now, since)
            )
            yield from (f"{key}.holidays: {one}" for one in _odd_short_days(home))
        if name in days:
            yield from (f"{key}.hours: {one}" for one in _short_days(home))
        if name not in used:
            yield f"{key}: is used nowhere; choose it under `calendar` or for customers"
        elif gap := _long_gap(hours, now):
            closes, opens = (f"{at.astimezone(hours.zone):%a %d %b %Y}" for at in gap)
            yield (
                f"{key}: is closed from {closes} to {opens}; no business time passes, "
                "and nobody is reminded"
            )


def _odd_zones(policy: Policy) -> Iterator[str]:
    """Name customers in a zone that surprises, or that does not count."""
    for one in policy.customers:
        key = f"customers.{one.name}.zone"
        if one.zone is None:
            continue
        if odd := zones.oddity(one.zone.key):
            yield f"{key}: {odd}"
        names = {policy.calendar_name(*cell, one.name) for cell in policy.follow_ups}
        for name in sorted(names & policy.calendars.keys()):
            if len(policy.calendars[name].parts) > 1:
                yield f"{key}: does not count in {name}, whose teams keep their zones"


def _used(policy: Policy) -> set[str]:
    """Return the calendars that apply to somebody, or are part of one that does."""
    choice = policy.calendar_choice
    own = {one.calendar for one in policy.customers if one.calendar}
    named = {choice.team, *choice.plans.values(), *choice.severities.values(), *own}
    parts = [part for name in named for part in policy.calendars[name].parts]
    return {
        name
        for name, hours in policy.calendars.items()
        if name in named or any(hours.home is part for part in parts)
    }


def _of_business_days(policy: Policy) -> set[str]:
    """Return the calendars in which a target counts business days."""
    is_every_day = policy.interpretations.every_day is EveryDay.BUSINESS_DAYS
    units = (Unit.BUSINESS_DAY, Unit.DAY) if is_every_day else (Unit.BUSINESS_DAY,)
    cells = {
        cell
        for table in tables.EVERY
        for cell, target in tables.cells(policy, table).items()
        if target.unit in units
    }
    own = {one.calendar for one in policy.customers if one.calendar and cells}
    return own | {policy.calendar_name(*cell, None) for cell in cells}


def _odd_hours(home: Schedule) -> Iterator[str]:
    for day, spans in zip(WEEKDAYS, home.weekly, strict=True):
        for span in spans:
            if span.closes > _DAY and 16 * _HOUR < span.closes - span.opens < _DAY:
                length = said(span.closes - span.opens)
                yield (
                    f"{day} {_clock(span.opens)}-{_clock(span.closes - _DAY)} lasts "
                    f"{length}, into the next day; is the afternoon meant?"
                )
    closings = {span.closes % _DAY for spans in home.weekly for span in spans}
    if _DAY - _MINUTE in closings:
        yield "closes at 23:59, a minute before the end of the day; is 24:00 meant?"
    week = sum((_length(spans) for spans in home.weekly), timedelta(0))
    if week < 8 * _HOUR:
        yield f"only {said(week)} a week; few targets are due within days"


def _odd_holidays(home: Schedule, now: datetime, since: date) -> Iterator[str]:
    today = now.astimezone(home.zone).date()
    far = [
        day
        for day in home.holidays
        if abs(day - today) > 12 * _YEAR and (day > today or day.year < since.year)
    ]
    if far:
        yield f"{far[0]} is far away; is its year right?"
    if all(home.weekly):
        return
    coming = _between(home, today, today + _YEAR)
    before = _between(home, today - _YEAR, today)
    if not coming:
        yield "none within a year; public holidays count as business days"
    elif coming * 2 < before:
        yield f"{coming} within a year, after {before} in the last; are all written?"


def _odd_short_days(home: Schedule) -> Iterator[str]:
    """Name short days that are off, or long, on each of the dates they come on."""
    usual, effects = replace(home, short_days={}), dict[str, set[str]]()
    for day, short in home.short_days.items():
        # A night shift reaches into the date, or out of it.
        without, left = (list(one.pieces(day - _DAY, day)) for one in (usual, home))
        effect = "nothing" if without == left else "something"
        if home.weekly[day.weekday()] and not any(one.day == day for one in left):
            effect = "all"
        effects.setdefault(short.name, set()).add(effect)
    for name, found in effects.items():
        if found == {"nothing"}:
            yield f"{name} changes nothing; those hours are closed anyway"
        elif "all" in found:
            yield f"{name} leaves nothing open; write its name alone for a holiday"


def _between(home: Schedule, start: date, end: date) -> int:
    return sum(start <= day < end for day in home.holidays)


def _short_days(home: Schedule) -> Iterator[str]:
    longest = max(map(_length, home.weekly))
    for day, spans in zip(WEEKDAYS, home.weekly, strict=True):
        if spans and _length(spans) * 2 < longest:
            yield (
                f"{day} has {said(_length(spans))} of open time, the longest day "
                f"{said(longest)}; it counts as a whole business day all the same"
            )


def _long_gap(hours: BusinessHours, now: datetime) -> tuple[datetime, datetime] | None:
    """Return the first closed time of more than two weeks within a year."""
    closed_at, end = now, now + _YEAR
    for opens, closes in hours.open_spans(now, end):
        if opens - closed_at > 14 * _DAY:
            return closed_at, opens
        closed_at = closes
    # The last span may be open at the end of the year, which closes nothing.
    opens_at = hours.next_opening(closed_at) if closed_at < end else None
    is_long = opens_at is not None and opens_at - closed_at > 14 * _DAY
    return (closed_at, opens_at) if opens_at is not None and is_long else None


def _length(spans: tuple[Span, ...]) -> timedelta:
    return sum((span.closes - span.opens for span in spans), timedelta(0))


def _clock(wall: timedelta) -> str:
    hours, minutes = divmod(wall // _MINUTE, 60)
    return f"{hours:02}:{minutes:02}"
