"""Rotations the slow way: a walk through every minute, watching the wall clock.

It shares no code with `bot`, only the words of the manual. Instants are whole minutes
since 1970 in UTC.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from tests.oracle import DAY, Week, minute, moment, offset, open_minutes

_EPOCH = date(1970, 1, 1).toordinal()
_HOURS = {"hour": 1, "day": 24, "week": 7 * 24}

# Somebody's time on call: the person, the rotation, from when to when.
Stretch = tuple[str | None, str | None, datetime, datetime]


@dataclass(frozen=True)
class Slow:
    """A rotation as it stands in the file, in minutes of the day."""

    name: str
    zone: ZoneInfo
    members: Sequence[str | None]
    every: int
    unit: str
    starts: date
    hand_over: int
    weekday: int | None
    open_days: Sequence[int]
    holidays: Mapping[date, str]
    hours: Sequence[Sequence[tuple[int, int]]] | None

    def walk(self, first: datetime, last: datetime) -> list[tuple[str, int] | None]:
        """Return for each minute who is on and in which turn; `None` is nobody."""
        span = range(minute(first), minute(last))
        is_open: Container[int] = span
        if self.hours is not None:
            ends = (first - timedelta(2)).date(), (last + timedelta(2)).date()
            is_open = open_minutes(Week(self.zone, self.hours, {}), *ends)
        return [
            self._in_turn(turn) if at in is_open else None
            for at, turn in zip(span, self._turns(span), strict=True)
        ]

    def _in_turn(self, turn: int) -> tuple[str, int] | None:
        person = self.members[turn % len(self.members)] if turn >= 0 else None
        return (person, turn) if person is not None else None

    def _turns(self, span: range) -> Iterator[int]:
        """Yield the number of the turn in each minute, counted from far before."""
        turns, skipped = self._hand_overs(span), dict[int, int]()
        turn, seen, begin = -1, 0, span[0] - 40 * DAY
        ahead = offset(self.zone, begin)
        for at in range(begin, span[-1] + 1):
            if at % 15 == 0 and (now := offset(self.zone, at)) != ahead:
                # What the clock jumps over comes as if it had not jumped.
                skipped |= {wall - ahead: wall for wall in range(at + ahead, at + now)}
                ahead = now
            if at in skipped:
                turn = max(turn, turns.get(skipped[at], -1))
            # What it shows a second time does not count again.
            if (wall := at + ahead) > seen:
                seen = wall
                if wall in turns:
                    turn = max(turn, turns[wall])
            if at >= span[0]:
                yield turn

    def _hand_overs(self, span: range) -> dict[int, int]:
        """Return the minutes on the wall at which turns begin, with their numbers."""
        found, counted = dict[int, int](), 0
        day = self.starts.toordinal()
        end = span[-1] // DAY + _EPOCH + 3
        if self.unit == "business day":
            for ordinal in range(day, end):
                one = date.fromordinal(ordinal)
                if one.weekday() in self.open_days and one not in self.holidays:
                    if counted % self.every == 0:
                        wall = (ordinal - _EPOCH) * DAY + self.hand_over
                        found[wall] = counted // self.every
                    counted += 1
            return found
        while self.weekday not in (None, date.fromordinal(day).weekday()):
            day += 1
        wall = (day - _EPOCH) * DAY + self.hand_over
        while wall < (end - _EPOCH) * DAY:
            found[wall] = len(found)
            wall += self.every * _HOURS[self.unit] * 60
        return found


def stretches(
    holders: Sequence[str | Slow], first: datetime, last: datetime
) -> list[Stretch]:
    """Return who is on call of a list, in order; the outer two may be longer."""
    walks = [
        one.walk(first, last) if isinstance(one, Slow) else None for one in holders
    ]

    def answer(index: int) -> tuple[str | None, str | None, int]:
        for one, walk in zip(holders, walks, strict=True):
            if isinstance(one, str) or walk is None:
                return str(one), None, 0
            if (found := walk[index]) is not None:
                return found[0], one.name, found[1]
        return None, None, 0

    count, found, at = minute(last) - minute(first), list[Stretch](), 0
    for (person, name, _), same in groupby(map(answer, range(count))):
        length = sum(1 for _ in same)
        begins, ends = (moment(minute(first) + one) for one in (at, at + length))
        found.append((person, name, begins.astimezone(UTC), ends.astimezone(UTC)))
        at += length
    return found
