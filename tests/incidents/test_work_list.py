"""The work list: its order, its groups, what is late, and what a morning shows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.incidents.events import EventKind
from bot.incidents.work_list import (
    Case,
    Group,
    Line,
    Part,
    of_morning,
    part,
    work_list,
)
from bot.policy.severities import Severity
from bot.policy.targets import NOTHING
from tests import record as records
from tests.factories import pacific, shipped_policy
from tests.record import Record

SEV1, SEV2, SEV3, SEV4 = Severity
POLICY = shipped_policy()
DAY = POLICY.team_hours
HOUR = timedelta(hours=1)

NOW, UNTIL = pacific(24, "09:15"), pacific(25, "09:15")

opened = partial(records.opened, number=1, owner="U0ANA")
answered = partial(records.updated, number=1, owner="U0ANA")


def listed(
    *found: Record, now: datetime = NOW, held: dict[int, datetime] | None = None
) -> list[Line]:
    """Return Tuesday's work list of these incidents."""
    cases = [Case(one.incident, one.deadlines) for one in found]
    return work_list(POLICY, cases, now=now, until=UNTIL, held=held or {})


def morning(
    *found: Record, now: datetime = NOW, held: dict[int, datetime] | None = None
) -> list[Line]:
    return of_morning(listed(*found, now=now, held=held), DAY, now)


def numbers(lines: Sequence[Line]) -> list[int]:
    return [line.incident.number for line in lines]


def silent(severity: Severity = SEV4, owner: str | None = "U0ANA") -> Record:
    """Return an incident of a plan that promises nothing after the first response."""
    policy = records.with_targets(severity, follow_up=NOTHING)
    at = pacific(16, "10:00")
    return records.updated(severity, at, number=1, owner=owner, policy=policy)


def test_a_late_incident_says_since_when_and_by_how_much_open_time() -> None:
    (line,) = listed(answered(SEV2, pacific(23, "11:00")))

    assert (line.group, line.since) == (Group.LATE, pacific(23, "15:00"))
    assert line.late_by == 2 * HOUR + timedelta(minutes=15)
    assert not line.is_due


def test_a_deadline_at_closing_is_not_late_before_the_opening() -> None:
    (line,) = listed(answered(SEV2, pacific(23, "13:00")), now=pacific(24, "08:00"))

    assert (line.group, line.since) == (Group.DUE, pacific(23, "17:00"))


@pytest.mark.parametrize(
    ("found", "group"),
    [
        (answered(SEV3, pacific(23, "15:00")), Group.DUE),
        (answered(SEV4, pacific(23, "15:00")), Group.LATER),
        (answered(SEV4, pacific(23, "15:00"), owner=None), Group.UNOWNED),
        (answered(SEV2, pacific(23, "11:00"), owner=None), Group.LATE),
        (answered(SEV3, pacific(20, "09:15"), waiting=True), Group.WAITING),
        (answered(SEV1, pacific(23, "16:00"), waiting=True), Group.DUE),
        (silent(SEV1), Group.LATER),
        (silent(), Group.QUIET),
        (silent(owner=None), Group.UNOWNED),
    ],
    ids=[
        "due before the end",
        "due later",
        "nobody's and due later",
        "nobody's and late",
        "waiting on the customer",
        "waiting, and the clock runs",
        "nothing owed but check-ins",
        "nothing owed",
        "nobody's, and nothing owed",
    ],
)
def test_an_incident_is_listed_for_the_first_reason_that_applies(
    found: Record, group: Group
) -> None:
    (line,) = listed(found)

    assert line.group is group


def test_the_list_is_in_the_order_in_which_somebody_is_needed() -> None:
    found = [
        answered(SEV2, pacific(20, "10:00"), number=1, waiting=True),
        answered(SEV3, pacific(20, "10:00"), number=2),
        answered(SEV2, pacific(24, "09:10"), number=3, owner=None),
        answered(SEV2, pacific(24, "09:05"), number=4),
        answered(SEV3, pacific(23, "12:00"), number=5),
        answered(SEV2, pacific(23, "11:00"), number=6),
        answered(SEV2, pacific(23, "10:00"), number=7),
        answered(SEV2, pacific(19, "10:00"), number=8, waiting=True),
        answered(SEV4, pacific(23, "10:00"), number=9),
        answered(SEV1, pacific(24, "09:12"), number=10, owner=None),
    ]

    assert numbers(listed(*found)) == [7, 6, 2, 10, 3, 5, 4, 9, 8, 1]


@pytest.mark.parametrize("kind", [EventKind.RESOLVED, EventKind.VOIDED])
def test_a_closed_incident_is_on_no_list(kind: EventKind) -> None:
    ended = answered(SEV3, pacific(23, "15:00"), owner=None)
    ended.happens(kind, pacific(23, "16:00"))

    assert listed(ended) == []


def test_a_part_holds_what_was_asked_for() -> None:
    found = listed(
        answered(SEV2, pacific(23, "11:00"), number=1, owner="U0BEN"),
        answered(SEV4, pacific(23, "15:00"), number=2, owner=None),
        answered(SEV3, pacific(23, "15:00"), number=3),
        answered(SEV4, pacific(23, "15:00"), number=4),
    )

    assert {one: numbers(part(found, one, "U0ANA")) for one in Part} == {
        Part.MINE: [3, 4],
        Part.LATE: [1],
        Part.UNOWNED: [2],
        Part.DUE: [1, 3],
    }


def test_a_morning_shows_what_needs_somebody_before_the_next() -> None:
    due = answered(SEV3, pacific(23, "15:00"), number=1)
    overdue = answered(SEV2, pacific(23, "11:00"), number=2)
    next_week = answered(SEV4, pacific(23, "12:00"), number=3)
    waiting = answered(SEV3, pacific(23, "15:00"), number=4, waiting=True)
    unowned = answered(SEV4, pacific(23, "15:00"), number=5, owner=None)

    assert numbers(morning(due, overdue, next_week, waiting, unowned)) == [2, 5, 1]


def test_what_was_held_is_on_the_list_once_whatever_it_owes() -> None:
    since = pacific(23, "20:30")
    due = answered(SEV3, pacific(23, "15:00"), number=1)
    later = answered(SEV4, pacific(23, "15:00"), number=2)

    lines = morning(due, later, held={1: since, 2: since})

    assert [(one.incident.number, one.held_since) for one in lines] == [
        (1, since),
        (2, since),
    ]


@pytest.mark.parametrize(
    ("at", "count"),
    [
        (pacific(23, "09:00"), 1),
        (pacific(24, "09:00"), 0),
        (pacific(27, "09:00"), 0),
        (pacific(30, "11:00"), 1),
        (pacific(20, "09:00", month=1), 1),
    ],
    ids=["Monday", "Tuesday", "Friday", "late on Monday", "after a holiday"],
)
def test_what_is_quiet_is_on_its_owners_list_once_a_week(
    at: datetime, count: int
) -> None:
    assert len(morning(silent(), now=at)) == count
