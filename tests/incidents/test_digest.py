"""What the leads read each day."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.incidents.deadlines import Deadline, Kind, Outcome
from bot.incidents.digest import Digest, digest
from bot.incidents.events import EventKind
from bot.incidents.incidents import Incident
from bot.incidents.work_list import Case
from bot.policy.severities import Severity
from tests import record as records
from tests.factories import pacific, shipped_policy
from tests.record import Record

SEV1, SEV2, SEV3, SEV4 = Severity
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

YESTERDAY, TODAY, TOMORROW = (pacific(day, "09:15") for day in (23, 24, 25))


opened = partial(records.opened, number=1, owner="U0ANA")


def case(found: Record) -> Case:
    return Case(found.incident, found.deadlines)


def told(*found: Record, ended: tuple[tuple[Incident, Deadline], ...] = ()) -> Digest:
    """Return Tuesday's digest of these incidents."""
    return digest(
        shipped_policy(),
        shipped_policy().leads_digest,
        [case(one) for one in found],
        ended,
        since=YESTERDAY,
        now=TODAY,
        until=TOMORROW,
    )


def late_by(day: Digest) -> list[timedelta | None]:
    return [one.late_by for one in day.fallen]


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


def test_a_digest_of_nothing_holds_nothing() -> None:
    day = told()

    assert (day.lines, day.fallen) == ((), ())


def test_the_digest_says_who_is_on_call() -> None:
    people = {"primary": "U0ANA", "backup": "U0BEN", "lead": "U0LEA"}

    assert dict(told().on_call.named()) == people


def test_the_digest_lists_incidents_opened_and_resolved_since_the_last() -> None:
    before = opened(SEV3, pacific(23, "09:00"), number=1)
    since = opened(SEV3, pacific(23, "10:00"), number=2)
    resolved = opened(SEV3, pacific(20, "11:00"), number=3)
    resolved.happens(EventKind.RESOLVED, pacific(23, "12:00"))

    day = told(before, since, resolved)

    assert [one.number for one in day.opened] == [2]
    assert [one.number for one in day.resolved] == [3]
    assert day.came_and_went == ()


def test_what_was_opened_and_resolved_since_came_and_went() -> None:
    brief = opened(SEV3, pacific(23, "11:00"))
    brief.happens(EventKind.RESOLVED, pacific(23, "12:00"))

    day = told(brief)

    assert (day.opened, day.resolved) == ((), ())
    assert day.came_and_went == (brief.incident,)


def test_a_void_incident_is_not_in_the_digest() -> None:
    drill = opened(SEV3, pacific(23, "10:00"))
    drill.happens(EventKind.VOIDED, pacific(23, "12:00"))

    day = told(drill)

    assert (day.opened, day.resolved, day.came_and_went, day.lines) == ((), (), (), ())


def test_an_event_at_the_instant_of_a_digest_belongs_to_the_next() -> None:
    at_the_last = opened(SEV3, YESTERDAY, number=1)
    at_this = opened(SEV3, TODAY, number=2)

    assert [one.number for one in told(at_the_last, at_this).opened] == [1]


def test_a_late_digest_leaves_newer_incidents_to_the_next() -> None:
    meanwhile = opened(SEV3, pacific(24, "09:30"))

    day = digest(
        shipped_policy(),
        shipped_policy().leads_digest,
        [case(meanwhile)],
        [],
        since=YESTERDAY,
        at=TODAY,
        now=pacific(24, "10:00"),
        until=TOMORROW,
    )

    assert (day.opened, len(day.lines)) == ((), 1)


def test_late_deadlines_come_before_those_that_were_kept() -> None:
    kept = [fallen(Outcome.KEPT)] * 2
    late = [fallen(Outcome.LATE, 40 * MINUTE), fallen(Outcome.LATE, 3 * HOUR)]

    assert late_by(told(ended=(*kept, *late))) == [40 * MINUTE, 3 * HOUR, None, None]


def test_an_open_deadline_is_late_until_now() -> None:
    assert late_by(told(ended=(fallen(None),))) == [4 * HOUR + 15 * MINUTE]


def test_a_void_deadline_never_fell_due() -> None:
    day = told(ended=(fallen(Outcome.VOID, HOUR), fallen(Outcome.KEPT)))

    assert late_by(day) == [None]


def test_a_deadline_missed_before_it_moved_counts_as_missed() -> None:
    found = opened(SEV2, pacific(23, "09:00"))
    found.tick(pacific(23, "14:00"))
    found.change(pacific(23, "14:00"), severity=SEV4)

    day = told(ended=((found.incident, found.owed(Kind.FIRST_RESPONSE)),))

    assert late_by(day) == [4 * HOUR + 15 * MINUTE]
