"""The resolution: from the report until it is resolved, not while we wait."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.incidents.consequences import PolicyChanged, consequences
from bot.incidents.deadlines import Deadline, Kind, Outcome, first_owed, owed_now
from bot.incidents.events import Event, EventKind
from bot.incidents.review import Kept, Story, resolutions_of
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.policy.wording import first_response
from tests.factories import pacific, shipped_policy
from tests.record import Record, opened

SEV1, SEV2, SEV3, _ = Severity
RESOLUTION = Kind.RESOLUTION
WORDS = {SEV1: "4 business hours", SEV2: "8 business hours"}


def promising() -> Policy:
    """Return the shipped policy with a resolution for premium's Sev1 and Sev2."""
    cells = {(one, "premium"): first_response(said) for one, said in WORDS.items()}
    return replace(shipped_policy(), resolutions=cells)


def fresh(severity: Severity = SEV2, owner: str | None = None) -> Record:
    """Return a record of Tuesday 24 November 09:00, due at closing or at 13:00."""
    return opened(severity, policy=promising(), owner=owner)


def told(record: Record, at: datetime, waiting: str = "") -> Deadline:
    record.happens(EventKind.UPDATED, at, waiting=waiting)
    return record.last(RESOLUTION)


def test_it_runs_from_the_report_beside_the_first_response() -> None:
    record = opened(SEV2, reported_at=pacific(23, "16:00"), policy=promising())

    resolution = record.owed(RESOLUTION)
    assert record.kinds_owed() == [Kind.FIRST_RESPONSE, RESOLUTION]
    assert resolution.due_at == pacific(24, "16:00")
    assert not resolution.is_aim


def test_a_policy_without_one_owes_none() -> None:
    assert opened(SEV2).kinds_owed() == [Kind.FIRST_RESPONSE]
    assert fresh(SEV3).kinds_owed() == [Kind.FIRST_RESPONSE]


def test_an_update_leaves_it_open() -> None:
    record = fresh()
    before = record.owed(RESOLUTION)

    assert told(record, pacific(24, "10:00")) == before


def test_it_gets_the_reminders_of_a_target() -> None:
    record = fresh(owner="U0ANA")
    told(record, pacific(24, "09:00"))
    record.run(pacific(25, "18:00"))

    sent = [
        (step.kind, step.at) for one, step in record.fired if one.kind is RESOLUTION
    ]

    assert sent == [
        ("ahead", pacific(24, "15:00")),
        ("due", pacific(24, "16:45")),
        ("after", pacific(25, "11:00")),
        ("after_again", pacific(25, "13:00")),
    ]


def test_it_stands_still_while_we_wait_for_the_customer() -> None:
    record = fresh()
    paused = told(record, pacific(24, "13:00"), waiting="yes")
    told(record, pacific(24, "15:00"), waiting="yes")

    record.happens(EventKind.RESUMED, pacific(25, "10:00"))

    resolution = record.owed(RESOLUTION)
    assert paused.paused_at == pacific(24, "13:00")
    assert paused.next_nudge_at is None
    assert resolution.pauses == ((pacific(24, "13:00"), pacific(25, "10:00")),)
    assert resolution.due_at == pacific(25, "14:00")


def test_an_update_that_does_not_wait_ends_the_pause() -> None:
    record = fresh()
    told(record, pacific(24, "13:00"), waiting="yes")

    resolution = told(record, pacific(24, "15:00"))

    assert resolution.paused_at is None
    assert resolution.due_at == pacific(25, "11:00")


def test_a_sev1_is_resolved_in_its_time_whoever_waits() -> None:
    record = fresh(SEV1)

    assert told(record, pacific(24, "10:00"), waiting="yes").paused_at is None


@pytest.mark.parametrize("waited", ["", "yes"])
@pytest.mark.parametrize("waits", ["", "yes"])
def test_an_update_that_is_taken_back_was_none(waited: str, waits: str) -> None:
    record = fresh()
    before = told(record, pacific(24, "12:00"), waiting=waited)
    earlier, at = pacific(24, "12:00").isoformat(), pacific(24, "14:00")
    told(record, at, waiting=waits)

    details = {"update": "7", "at": at.isoformat(), "before": earlier}
    details |= {"waited": earlier} if waited else {}
    now = at + timedelta(seconds=30)
    record.apply(Event(EventKind.UPDATE_TAKEN_BACK, now, now, "U0ANA", details))

    assert record.last(RESOLUTION) == before


def test_it_is_kept_or_late_when_the_incident_is_resolved() -> None:
    early, late = fresh(), fresh()

    early.happens(EventKind.RESOLVED, pacific(24, "16:59"))
    late.happens(EventKind.RESOLVED, pacific(25, "09:01"))

    assert early.last(RESOLUTION).outcome is Outcome.KEPT
    assert late.last(RESOLUTION).outcome is Outcome.LATE


def test_what_was_resolved_and_reopened_has_the_whole_time_again() -> None:
    record = fresh()
    record.happens(EventKind.RESOLVED, pacific(24, "12:00"))

    record.happens(EventKind.REOPENED, pacific(25, "12:00"))

    again = record.owed(RESOLUTION)
    assert (again.count, again.due_at) == (2, pacific(27, "12:00"))


def test_what_was_void_by_mistake_goes_on_from_its_report() -> None:
    record = fresh()
    told(record, pacific(24, "10:00"))
    record.happens(EventKind.VOIDED, pacific(24, "11:00"))

    record.happens(EventKind.REOPENED, pacific(24, "12:00"))

    assert record.last(RESOLUTION).due_at == pacific(24, "17:00")


def promised_everywhere(record: Record) -> None:
    """Give the record a policy with resolutions for every severity and plan."""
    cells = {
        (severity, plan.id): first_response("8 business hours")
        for severity in Severity
        for plan in record.policy.plans
    }
    record.policy = replace(record.policy, resolutions=cells)


@pytest.mark.parametrize(("is_drill", "counted"), [(False, 1), (True, 0)])
def test_a_drills_resolution_is_not_counted(is_drill: bool, counted: int) -> None:
    record = fresh()
    record.happens(EventKind.RESOLVED, pacific(25, "10:00"))
    if is_drill:
        record.happens(EventKind.REOPENED, pacific(25, "11:00"))
        record.happens(EventKind.VOIDED, pacific(25, "11:30"), reason="drill")
    story = Story(record.incident, (), tuple(record.deadlines))

    kept = resolutions_of([story], pacific(24, "09:00"), pacific(27, "09:00"))

    assert kept == Kept(0, counted)


def test_raising_what_was_reopened_counts_from_the_reopening() -> None:
    record = fresh(SEV3)
    record.happens(EventKind.RESOLVED, pacific(24, "11:00"))
    record.happens(EventKind.REOPENED, pacific(30, "09:00"))

    record.change(pacific(30, "09:05"), severity=SEV2)

    begun = record.owed(RESOLUTION)
    assert (begun.due_at, begun.missed_at) == (pacific(30, "17:00"), None)


def test_one_that_a_change_ended_counts_from_a_reopening_after_it() -> None:
    record = fresh()
    record.change(pacific(24, "10:30"), plan="standard")
    record.happens(EventKind.RESOLVED, pacific(24, "11:00"))
    promised_everywhere(record)

    record.happens(EventKind.REOPENED, pacific(30, "09:00"))

    again = record.owed(RESOLUTION)
    assert (again.due_at, again.missed_at) == (pacific(30, "17:00"), None)


def test_a_new_policy_counts_what_was_reopened_from_there() -> None:
    record = opened(SEV2)
    record.happens(EventKind.RESOLVED, pacific(24, "11:00"))
    record.happens(EventKind.REOPENED, pacific(30, "09:00"))
    now = pacific(30, "09:05")

    found = consequences(
        promising(), record.incident, PolicyChanged(), record.deadlines, now
    )

    (begun,) = (one for one in found.deadlines if one.kind is RESOLUTION)
    assert (begun.due_at, begun.missed_at) == (pacific(30, "17:00"), None)


def test_what_was_void_by_mistake_after_a_reopening_counts_from_there() -> None:
    record = fresh(SEV3)
    record.happens(EventKind.RESOLVED, pacific(24, "11:00"))
    record.happens(EventKind.REOPENED, pacific(30, "09:00"))
    record.happens(EventKind.VOIDED, pacific(30, "10:00"))
    record.happens(EventKind.REOPENED, pacific(30, "11:00"))

    record.change(pacific(30, "11:05"), severity=SEV2)

    assert record.owed(RESOLUTION).due_at == pacific(30, "17:00")


@pytest.mark.parametrize("resumes", [True, False], ids=["resumed", "waiting"])
def test_what_was_void_by_mistake_keeps_its_pauses(resumes: bool) -> None:
    record = fresh()
    told(record, pacific(24, "10:00"), waiting="yes")
    if resumes:
        record.happens(EventKind.RESUMED, pacific(25, "10:00"))
    record.happens(EventKind.VOIDED, pacific(25, "10:00"))

    record.happens(EventKind.REOPENED, pacific(25, "10:01"))

    again = record.owed(RESOLUTION)
    assert again.pauses == ((pacific(24, "10:00"), pacific(25, "10:00")),)
    assert (again.due_at, again.missed_at) == (pacific(25, "17:00"), None)


def test_what_is_owed_again_after_a_change_keeps_its_pauses() -> None:
    record = fresh()
    told(record, pacific(24, "10:00"), waiting="yes")
    record.happens(EventKind.RESUMED, pacific(25, "10:00"))
    record.change(pacific(25, "10:05"), severity=SEV3)

    record.change(pacific(25, "10:06"), severity=SEV2)

    again = record.owed(RESOLUTION)
    assert (again.due_at, again.missed_at) == (pacific(25, "17:00"), None)


def test_a_pause_goes_on_while_a_change_owes_nothing() -> None:
    record = fresh()
    told(record, pacific(24, "10:00"), waiting="yes")
    told(record, pacific(24, "11:00"), waiting="yes")
    record.change(pacific(24, "12:00"), severity=SEV3)
    record.change(pacific(25, "11:00"), severity=SEV2)

    record.happens(EventKind.RESUMED, pacific(25, "12:00"))

    again = record.owed(RESOLUTION)
    assert again.due_at == pacific(27, "11:00")
    assert again.missed_at is None


def test_a_change_of_severity_moves_it_from_its_own_start() -> None:
    record = fresh()
    told(record, pacific(24, "10:00"), waiting="yes")
    record.happens(EventKind.RESUMED, pacific(24, "11:00"))

    record.change(pacific(24, "11:30"), severity=SEV1)

    moved = record.owed(RESOLUTION)
    assert (moved.due_at, moved.changed) == (pacific(24, "14:00"), True)


def test_a_change_to_a_plan_without_one_ends_it_and_back_resumes_it() -> None:
    record = fresh()

    record.change(pacific(24, "11:00"), plan="standard")
    ended = record.last(RESOLUTION)
    record.change(pacific(24, "12:00"), plan="premium")

    assert ended.outcome is Outcome.VOID
    assert record.owed(RESOLUTION).due_at == pacific(24, "17:00")


def test_a_late_one_that_a_change_ended_is_not_late_twice() -> None:
    record = fresh()
    record.tick(pacific(25, "11:00"))

    record.change(pacific(25, "11:00"), plan="standard")
    record.change(pacific(25, "12:00"), plan="premium")

    assert record.owed(RESOLUTION).due_at == pacific(27, "11:00")


def test_an_earlier_report_moves_it_also_after_the_first_response() -> None:
    record = fresh()
    told(record, pacific(24, "10:00"))

    details = {
        "as": "43",
        "reported_at": pacific(23, "15:00").isoformat(),
        "old_reported_at": pacific(24, "09:00").isoformat(),
    }
    now = pacific(24, "11:00")
    record.apply(Event(EventKind.REPORTED_AGAIN, now, now, "U0ANA", details))

    assert record.owed(RESOLUTION).due_at == pacific(24, "15:00")


def test_a_new_policy_begins_one_and_moves_one_though_another_was_missed() -> None:
    record = opened(SEV2)
    record.tick(pacific(24, "14:00"))
    now = pacific(24, "14:30")

    found = consequences(
        promising(), record.incident, PolicyChanged(), record.deadlines, now
    )

    (begun,) = (one for one in found.deadlines if one.kind is RESOLUTION)
    assert begun.due_at == pacific(24, "17:00")
    assert all(one.kind is not Kind.FIRST_RESPONSE for one in found.deadlines)


def test_lists_name_what_is_late_and_buttons_the_answer_that_is_owed() -> None:
    record = fresh(SEV1)
    told(record, pacific(24, "12:30"))
    both = record.deadlines

    assert owed_now(both) == record.owed(Kind.UPDATE)
    assert first_owed(both, pacific(24, "14:00")) == record.owed(RESOLUTION)
    record.happens(EventKind.UPDATED, pacific(25, "09:00"))
    assert first_owed(record.deadlines, pacific(25, "10:00")) == record.owed(RESOLUTION)
