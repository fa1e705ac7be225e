"""What the leads read each day, and each person in the morning."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.incidents.deadlines import Deadline, Kind, Outcome
from bot.incidents.digest import Case, Digest, Morning, digest, morning
from bot.incidents.incidents import EventKind, Incident
from bot.policy.policies import Severity
from bot.policy.targets import NOTHING
from tests import record as records
from tests.factories import pacific, shipped_policy
from tests.record import Record

SEV1, SEV2, SEV3, SEV4 = Severity
DAY = shipped_policy().team_hours
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

YESTERDAY, TODAY, TOMORROW = (pacific(day, "09:15") for day in (23, 24, 25))


opened = partial(records.opened, number=1, owner="U0ANA")
answered = partial(records.updated, number=1, owner="U0ANA")


def case(found: Record) -> Case:
    return Case(found.incident, found.deadlines)


def told(*found: Record, ended: tuple[tuple[Incident, Deadline], ...] = ()) -> Digest:
    """Return Tuesday's digest of these incidents."""
    return digest(
        shipped_policy(),
        [case(one) for one in found],
        ended,
        since=YESTERDAY,
        now=TODAY,
        until=TOMORROW,
    )


def lists(*found: Record) -> dict[str, Morning]:
    """Return Tuesday's morning lists by person; Ana is the primary."""
    theirs: dict[str, list[Case]] = {}
    for one in found:
        theirs.setdefault(one.incident.owner or "U0ANA", []).append(case(one))
    now, until = pacific(24, "09:00"), pacific(25, "09:00")
    made = {
        who: morning(cases, who, now=now, until=until, day=DAY)
        for who, cases in theirs.items()
    }
    return {who: one for who, one in made.items() if one is not None}


def fallen(
    outcome: Outcome | None, late_by: timedelta = timedelta(0)
) -> tuple[Incident, Deadline]:
    """Return a deadline that was due Monday 13:00, answered that much later."""
    found = opened(SEV2, pacific(23, "09:00"))
    first = found.owed(Kind.FIRST_RESPONSE)
    if outcome is None:
        return found.incident, first
    closed_at = first.due_at + late_by
    return found.incident, replace(first, outcome=outcome, closed_at=closed_at)


def test_nothing_open_needs_nobody() -> None:
    day = told()

    assert (day.needs, day.open_count, day.fell_due) == ((), 0, 0)


def test_a_late_incident_says_by_how_much_open_time() -> None:
    late = answered(SEV2, pacific(23, "11:00"))

    (need,) = told(late).needs

    assert need.late_by == 2 * HOUR + 15 * MINUTE
    assert need.due_at is None
    assert need.is_pressing


def test_a_deadline_at_closing_is_not_late_before_the_opening() -> None:
    late = answered(SEV2, pacific(23, "13:00"))

    (need,) = digest(
        shipped_policy(),
        [case(late)],
        [],
        since=YESTERDAY,
        now=pacific(24, "08:00"),
        until=TOMORROW,
    ).needs

    assert (need.late_by, need.due_at) == (None, pacific(23, "17:00"))


def test_a_deadline_before_the_next_digest_needs_its_owner_today() -> None:
    due = answered(SEV3, pacific(23, "15:00"))

    (need,) = told(due).needs

    assert (need.late_by, need.due_at) == (None, pacific(24, "15:00"))
    assert not need.is_unowned


def test_an_owned_incident_due_later_needs_nobody() -> None:
    assert told(answered(SEV4, pacific(23, "15:00"))).needs == ()


def test_an_unowned_incident_needs_somebody() -> None:
    unowned = answered(SEV4, pacific(23, "15:00"), owner=None)

    (need,) = told(unowned).needs

    assert need.is_unowned
    assert need.is_pressing


def test_a_waiting_incident_is_in_the_digest_but_not_pressing() -> None:
    waiting = answered(SEV3, pacific(20, "09:15"), waiting=True)

    (need,) = told(waiting).needs

    assert (need.late_by, need.due_at) == (None, None)
    assert need.waiting_for == timedelta(days=4)
    assert not need.is_pressing


def test_an_update_that_does_not_pause_is_pressing_while_waiting() -> None:
    waiting = answered(SEV1, pacific(23, "16:00"), waiting=True)

    (need,) = told(waiting).needs

    assert need.due_at == pacific(24, "12:00")
    assert need.is_pressing


def test_the_digest_begins_with_what_is_late_and_ends_with_what_waits() -> None:
    waiting = answered(SEV2, pacific(20, "10:00"), number=1, waiting=True)
    mild_late = answered(SEV3, pacific(20, "10:00"), number=2)
    unowned = answered(SEV2, pacific(24, "09:10"), number=3, owner=None)
    due_later = answered(SEV2, pacific(24, "09:05"), number=4)
    due_first = answered(SEV2, pacific(23, "15:00"), number=5)
    late = answered(SEV2, pacific(23, "11:00"), number=6)
    latest = answered(SEV2, pacific(23, "10:00"), number=7)
    waiting_longer = answered(SEV2, pacific(19, "10:00"), number=8, waiting=True)
    grave_due = answered(SEV1, pacific(24, "09:12"), number=9)

    day = told(
        waiting,
        mild_late,
        unowned,
        due_later,
        due_first,
        late,
        latest,
        waiting_longer,
        grave_due,
    )

    assert [need.incident.number for need in day.needs] == [7, 6, 2, 9, 5, 4, 3, 8, 1]


def test_the_digest_says_who_is_on_call() -> None:
    people = {"primary": "U0ANA", "backup": "U0BEN", "lead": "U0LEA"}

    assert dict(told().on_call.named()) == people


def test_the_digest_lists_incidents_opened_and_resolved_since_the_last() -> None:
    before = opened(SEV3, pacific(23, "09:00"), number=1)
    since = opened(SEV3, pacific(23, "10:00"), number=2)
    resolved = opened(SEV3, pacific(23, "11:00"), number=3)
    resolved.happens(EventKind.RESOLVED, pacific(23, "12:00"))

    day = told(before, since, resolved)

    assert [one.number for one in day.opened] == [2, 3]
    assert [one.number for one in day.resolved] == [3]
    assert day.open_count == 2


def test_a_void_incident_is_not_in_the_digest() -> None:
    drill = opened(SEV3, pacific(23, "10:00"))
    drill.happens(EventKind.VOIDED, pacific(23, "12:00"))

    day = told(drill)

    assert (day.opened, day.resolved, day.needs) == ((), (), ())


def test_an_event_at_the_instant_of_a_digest_belongs_to_the_next() -> None:
    at_the_last = opened(SEV3, YESTERDAY, number=1)
    at_this = opened(SEV3, TODAY, number=2)

    assert [one.number for one in told(at_the_last, at_this).opened] == [1]


def test_a_late_digest_leaves_newer_incidents_to_the_next() -> None:
    meanwhile = opened(SEV3, pacific(24, "09:30"))

    day = digest(
        shipped_policy(),
        [case(meanwhile)],
        [],
        since=YESTERDAY,
        at=TODAY,
        now=pacific(24, "10:00"),
        until=TOMORROW,
    )

    assert (day.opened, day.open_count) == ((), 1)


def test_the_digests_counts_add_up() -> None:
    kept = [fallen(Outcome.KEPT)] * 29
    late = [fallen(Outcome.LATE, 3 * HOUR), fallen(Outcome.LATE, 40 * MINUTE)]

    day = told(ended=(*kept, *late))

    assert (day.fell_due, day.kept) == (31, 29)
    assert day.late == (40 * MINUTE, 3 * HOUR)


def test_an_open_deadline_is_late_until_now() -> None:
    day = told(ended=(fallen(None),))

    assert (day.fell_due, day.kept) == (1, 0)
    assert day.late == (4 * HOUR + 15 * MINUTE,)


def test_a_void_deadline_never_fell_due() -> None:
    day = told(ended=(fallen(Outcome.VOID, HOUR), fallen(Outcome.KEPT)))

    assert (day.fell_due, day.kept, day.late) == (1, 1, ())


def test_a_deadline_missed_before_it_moved_counts_as_missed() -> None:
    found = opened(SEV2, pacific(23, "09:00"))
    found.tick(pacific(23, "14:00"))
    found.change(pacific(23, "14:00"), severity=SEV4)

    day = told(ended=((found.incident, found.owed(Kind.FIRST_RESPONSE)),))

    assert day.late == (4 * HOUR + 15 * MINUTE,)


def silent(severity: Severity = SEV4, owner: str | None = "U0ANA") -> Record:
    """Return an incident of a plan that promises nothing after the first response."""
    policy = records.with_targets(severity, follow_up=NOTHING)
    at = pacific(16, "10:00")
    return records.updated(severity, at, number=1, owner=owner, policy=policy)


def test_an_owned_incident_without_a_clock_is_quiet() -> None:
    (need,) = told(silent()).needs

    assert (need.quiet_since, need.is_pressing) == (pacific(16, "10:00"), False)


@pytest.mark.parametrize(
    "found",
    [
        silent(owner=None),
        opened(SEV4),
        opened(SEV1, pacific(24, "09:00")),
        answered(SEV4, pacific(23, "10:00"), waiting=True),
    ],
    ids=["nobody's", "owed", "with check-ins", "waiting on the customer"],
)
def test_what_has_an_owner_or_a_clock_missing_is_not_quiet(found: Record) -> None:
    assert not any(need.is_quiet for need in told(found).needs)


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
    until = at + timedelta(days=1)

    made = morning([case(silent())], "U0CAT", now=at, until=until, day=DAY)

    assert (len(made.quiet) if made else 0) == count


def test_a_morning_list_shows_todays_deadlines_first_due_first() -> None:
    afternoon = answered(SEV3, pacific(23, "15:00"), number=1)
    noon = answered(SEV3, pacific(23, "12:00"), number=2)
    next_week = answered(SEV4, pacific(23, "12:00"), number=3)

    ana = lists(afternoon, noon, next_week)["U0ANA"]

    assert [one.incident.number for one in ana.owed] == [2, 1]
    assert ana.owed[0].deadline.due_at == pacific(24, "12:00")
    assert (ana.overdue, ana.unowned) == (0, ())


def test_each_person_reads_their_own_morning_list() -> None:
    anas = answered(SEV3, pacific(23, "15:00"), number=1)
    bens = answered(SEV3, pacific(23, "12:00"), number=2, owner="U0BEN")

    found = lists(anas, bens)

    assert {who: one.owed[0].incident.number for who, one in found.items()} == {
        "U0ANA": 1,
        "U0BEN": 2,
    }


def test_an_unowned_incident_is_on_the_primarys_list() -> None:
    unowned = answered(SEV3, pacific(23, "15:00"), owner=None)
    not_due = answered(SEV4, pacific(23, "15:00"), number=2, owner=None)

    ana = lists(unowned, not_due)["U0ANA"]

    assert [one.incident.number for one in ana.owed] == [1]
    assert [one.number for one in ana.unowned] == [1, 2]


def test_a_morning_list_begins_with_what_is_overdue() -> None:
    due = answered(SEV2, pacific(23, "15:00"), number=1)
    overdue = answered(SEV2, pacific(23, "11:00"), number=2)

    ana = lists(due, overdue)["U0ANA"]

    assert [one.incident.number for one in ana.owed] == [2, 1]
    assert ana.overdue == 1


def test_a_deadline_at_closing_is_not_overdue_at_the_opening() -> None:
    friday = answered(SEV2, pacific(23, "13:00"))

    ana = lists(friday)["U0ANA"]

    assert (len(ana.owed), ana.overdue) == (1, 0)


@pytest.mark.parametrize("kind", [EventKind.RESOLVED, EventKind.VOIDED])
def test_an_ended_incident_is_on_no_morning_list(kind: EventKind) -> None:
    ended = answered(SEV3, pacific(23, "15:00"), owner=None)
    ended.happens(kind, pacific(23, "16:00"))

    assert lists(ended) == {}


def test_a_waiting_incident_is_on_no_morning_list() -> None:
    assert lists(answered(SEV3, pacific(23, "15:00"), waiting=True)) == {}


def test_a_person_who_owes_nothing_gets_no_morning_list() -> None:
    assert lists(answered(SEV4, pacific(23, "15:00"))) == {}
