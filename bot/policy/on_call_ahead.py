"""What a lead should know of the days ahead: gaps, double bookings, lost covers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.policy.on_call import OnCallChoice
from bot.policy.rotations import Feed, Rotation


class Trouble(StrEnum):
    """Nobody is on, one person is on twice, or a cover is of no shift of theirs."""

    GAP = "gap"
    DOUBLE = "double"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is wrong with a rotation or levels from `since` on, and whom it concerns."""

    trouble: Trouble
    of: tuple[str, ...]
    since: datetime
    until: datetime | None
    people: tuple[str, ...] = ()


def ahead(choice: OnCallChoice, now: datetime, until: datetime) -> Iterator[Ahead]:
    """Yield what begins to be wrong in `(now, until)`, and covers that are wrong now.

    Outside of a rotation's hours nobody is meant to be on, which is no gap, nor in a
    night or weekend that a calendar from elsewhere leaves out.
    """
    for level, _, holders in choice.written():
        whole = tuple(map(_whole, holders))
        for shift in choice.shifts(level, whole, now, until):
            if shift.person is None and shift.since is not None and shift.since > now:
                yield Ahead(Trouble.GAP, (level,), shift.since, shift.until)
    yield from _doubles(choice, now, until)
    yield from _conflicts(choice, now)


def next_shifts(
    choice: OnCallChoice, now: datetime, until: datetime
) -> dict[tuple[str, str], tuple[datetime, datetime]]:
    """Return from when to when each person is on next, by person and rotation.

    A rotation's hours do not part a shift. Each event of a calendar is one.
    """
    found: dict[tuple[str, str], tuple[datetime, datetime]] = {}
    for of, (one,) in choice.apart():
        if isinstance(one, str):
            continue
        turns = one.without_hours() if isinstance(one, Rotation) else one
        for shift in choice.shifts(of, (turns,), now, until):
            begins, ends = shift.since, shift.until
            if shift.person and begins and ends and begins > now:
                found.setdefault((shift.person, of), (begins, ends))
    return found


def _whole(holder: str | Rotation | Feed) -> str | Rotation | Feed:
    if isinstance(holder, Rotation):
        return holder.without_hours()
    return holder.bridged() if isinstance(holder, Feed) else holder


def _doubles(choice: OnCallChoice, now: datetime, until: datetime) -> Iterator[Ahead]:
    """Yield when one person has two of the team's roles because a turn or cover came.

    Somebody who is named twice is meant to be.
    """
    at: datetime | None = now
    before: set[tuple[str, ...]] = set()
    while at is not None and at < until:
        shifts = dict(choice.at(at, None, None).shifts())
        ends = [one.until for one in shifts.values() if one.until is not None]
        here = set()
        for person in {one.person for one in shifts.values() if one.person}:
            roles = [role for role, one in shifts.items() if one.person == person]
            by_turns = any(shifts[role].since is not None for role in roles)
            if len(roles) > 1 and by_turns:
                here.add((person, *(f"on_call.{role}" for role in roles)))
        for person, *levels in sorted(here - before):
            if at > now:
                end = min(ends, default=None)
                yield Ahead(Trouble.DOUBLE, tuple(levels), at, end, (person,))
        at, before = min(ends, default=None), here


def _conflicts(choice: OnCallChoice, now: datetime) -> Iterator[Ahead]:
    """Yield covers of somebody who is not on call in that time any more."""
    for number, cover in enumerate(choice.covers):
        if cover.until <= now:
            continue
        others = replace(choice, covers=choice.covers[:number])
        theirs = others.time_of(cover.instead_of, cover.since, cover.until)
        if cover.of not in {of for of, *_ in theirs}:
            people = cover.person, cover.instead_of
            yield Ahead(Trouble.CONFLICT, (cover.of,), cover.since, cover.until, people)
