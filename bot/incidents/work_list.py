"""The work list: what is open, why it is on the list, whose turn it is. Pure.

The digest, the morning lists and `/incident` each show a part of it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from bot.business_time.hours import BusinessHours
from bot.incidents.deadlines import Deadline, first_owed, lateness
from bot.incidents.incidents import Incident
from bot.policy import likeness
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.values import value

# Of pairs of titles, those above are about the same thing more often than not.
_LIKE = 0.6

HELD_NOTHING: Mapping[int, datetime] = {}


@value
class Case:
    """An incident with its deadlines; closed ones may be missing."""

    incident: Incident
    deadlines: tuple[Deadline, ...]


class Group(StrEnum):
    """Why an incident is on the list, in the list's order; the first that applies.

    `DUE` is before the list's end, `LATER` after it. `WAITING` waits for the customer,
    and on a `QUIET` one nothing is owed, so that nothing else reminds of it.
    """

    LATE = "late"
    UNOWNED = "unowned"
    DUE = "due"
    LATER = "later"
    WAITING = "waiting"
    QUIET = "quiet"


_RANKS = {group: number for number, group in enumerate(Group)}


class Part(StrEnum):
    """What people ask for: their own, and what needs somebody."""

    MINE = "mine"
    LATE = "late"
    UNOWNED = "unowned"
    DUE = "due"


@value
class Line:
    """An open incident on the list.

    `owed` is what the customer is owed, `since` when that became late, is due, or when
    the waiting or the quiet began. `late_by` is open time, `is_due` whether it is due
    before the list's end. `held_since` is when its reader was to hear of it first.
    """

    incident: Incident
    group: Group
    since: datetime
    owed: Deadline | None = None
    late_by: timedelta | None = None
    is_due: bool = False
    held_since: datetime | None = None

    @property
    def is_late(self) -> bool:
        """Return whether what is owed is late."""
        return self.group is Group.LATE

    @property
    def is_unowned(self) -> bool:
        """Return whether it is the turn of whoever takes it."""
        return self.incident.owner is None

    def is_taken_since(self, at: datetime | None) -> bool:
        """Return whether its owner got it at an instant or after."""
        owned_since = self.incident.owned_since
        return at is not None and owned_since is not None and owned_since >= at

    @property
    def is_pressing(self) -> bool:
        """Return whether somebody must act before the list's end."""
        return self.group in (Group.LATE, Group.UNOWNED, Group.DUE)


def work_list(
    policy: Policy,
    cases: Iterable[Case],
    *,
    now: datetime,
    until: datetime,
    held: Mapping[int, datetime] = HELD_NOTHING,
) -> list[Line]:
    """Return the open incidents in the order in which they need somebody.

    Late and unowned ones are in order of their severity, all others in order of time.
    `held` says since when an incident was held for the list's reader.
    """
    lines = [
        _line(policy, case, now, until, held.get(case.incident.number))
        for case in cases
        if case.incident.is_open
    ]
    return sorted(lines, key=_order)


def of_morning(
    lines: Iterable[Line],
    day: BusinessHours,
    now: datetime,
    sent_at: datetime | None = None,
) -> list[Line]:
    """Return what belongs on the morning list of the person whose work list it is.

    What is quiet is on the first one of a week; `day` are the person's working days.
    What was taken since the list was sent stays on it.
    """
    is_first = begins_week(day, sent_at or now)
    return [
        line
        for line in lines
        if line.is_pressing
        or line.held_since is not None
        or line.is_taken_since(sent_at)
        or (is_first and line.group is Group.QUIET)
    ]


def part(lines: Iterable[Line], wanted: Part, person: str) -> list[Line]:
    """Return the part of a work list that a person asks for."""
    match wanted:
        case Part.MINE:
            return [line for line in lines if line.incident.owner == person]
        case Part.LATE:
            return [line for line in lines if line.is_late]
        case Part.UNOWNED:
            return [line for line in lines if line.is_unowned]
        case Part.DUE:
            return [line for line in lines if line.is_late or line.is_due]
        case _:
            assert_never(wanted)


def like(title: str, others: Iterable[Incident]) -> Incident | None:
    """Return the incident whose title is most like this one, if any is like it."""
    found = ((likeness.texts(title, one.title), one.number, one) for one in others)
    *_, best = max((one for one in found if one[0] >= _LIKE), default=(None,))
    return best


def _line(
    policy: Policy,
    case: Case,
    now: datetime,
    until: datetime,
    held_since: datetime | None,
) -> Line:
    one, owed = case.incident, first_owed(case.deadlines, now)
    late_by, is_due = None, False
    if owed is not None and owed.is_overdue(now):
        late_by = lateness(policy, owed, one, now)
    elif owed is not None and owed.paused_at is None:
        is_due = owed.due_at < until
    if owed is not None:
        since = owed.due_at
    else:
        signs = one.opened_at, one.updated_at, one.last_sign_at
        since = max(filter(None, signs))
    if late_by is not None and owed is not None:
        group, since = Group.LATE, owed.late_at
    elif one.owner is None:
        group = Group.UNOWNED
    elif is_due:
        group = Group.DUE
    elif one.waiting_since is not None:
        group, since = Group.WAITING, one.waiting_since
    elif any(deadline.is_open for deadline in case.deadlines):
        group = Group.LATER
    else:
        group = Group.QUIET
    return Line(one, group, since, owed, late_by, is_due, held_since)


def _order(line: Line) -> tuple[int, Severity, datetime, int]:
    by_severity = line.group in (Group.LATE, Group.UNOWNED)
    severity = line.incident.severity if by_severity else Severity.SEV1
    return _RANKS[line.group], severity, line.since, line.incident.number


def begins_week(day: BusinessHours, now: datetime) -> bool:
    """Return whether no earlier day of this week was a business day."""
    today = day.business_day(now)
    earlier = (today - timedelta(days) for days in range(1, today.weekday() + 1))
    return not any(day.pieces_on(one) for one in earlier)
