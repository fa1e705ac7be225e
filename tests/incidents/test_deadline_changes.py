"""What moves a deadline: waiting on the customer, another severity, plan, customer."""

from datetime import datetime, timedelta

import pytest

from bot.business_time import ledger
from bot.incidents import deadlines
from bot.incidents.deadlines import Deadline, Kind, Outcome
from bot.incidents.events import Event, EventKind
from bot.policy import targets, wording
from bot.policy.severities import Severity
from tests.factories import pacific, shipped_policy
from tests.record import Record, opened, updated, with_owl, with_targets

SEV1, SEV2, SEV3, SEV4 = Severity
FIRST, UPDATE = Kind.FIRST_RESPONSE, Kind.UPDATE


def late_by(record: Record, deadline: Deadline, now: datetime) -> timedelta:
    return deadlines.lateness(record.policy, deadline, record.incident, now)


def test_waiting_on_the_customer_pauses_the_next_update() -> None:
    record = updated(at=pacific(24, "12:00"), waiting=True)

    update = record.owed(UPDATE)

    assert update.paused_at == pacific(24, "12:00")
    assert not update.is_overdue(pacific(30, "12:00"))


def test_a_pause_leaves_the_remaining_time_unchanged() -> None:
    record = updated(at=pacific(24, "12:00"), waiting=True)

    record.happens(EventKind.RESUMED, pacific(25, "10:00"))

    update = record.owed(UPDATE)
    assert update.due_at == pacific(25, "14:00")
    assert update.pauses == ((pacific(24, "12:00"), pacific(25, "10:00")),)
    assert update.paused_at is None


def test_closed_hours_inside_a_pause_are_not_counted_twice() -> None:
    record = updated(at=pacific(20, "16:00"), waiting=True)

    record.happens(EventKind.RESUMED, pacific(23, "09:30"))

    assert record.owed(UPDATE).due_at == pacific(23, "13:30")


def test_a_pause_that_ends_at_night_leaves_an_instant_in_open_time() -> None:
    record = updated(at=pacific(20, "16:00"), waiting=True)

    record.happens(EventKind.RESUMED, pacific(23, "22:00"))

    assert record.owed(UPDATE).due_at == pacific(24, "13:00")


def test_a_sev1_is_worked_on_while_it_waits_on_the_customer() -> None:
    record = updated(SEV1, pacific(24, "12:00"), waiting=True)

    assert record.incident.waiting_since == pacific(24, "12:00")
    assert record.owed(UPDATE).paused_at is None


def test_a_customers_answer_to_a_sev1_moves_nothing() -> None:
    record = updated(SEV1, pacific(24, "09:00"), waiting=True)
    record.tick(pacific(24, "13:00"))
    update = record.owed(UPDATE)

    record.happens(EventKind.RESUMED, pacific(24, "13:30"), "U0BEN")

    assert record.owed(UPDATE) == update


def test_an_update_sent_while_waiting_is_always_in_time() -> None:
    record = updated(at=pacific(24, "12:00"), waiting=True)

    record.happens(EventKind.UPDATED, pacific(30, "12:00"))

    assert record.last(FIRST).outcome is Outcome.KEPT
    assert [one.outcome for one in record.deadlines if one.kind is UPDATE] == [
        Outcome.KEPT,
        None,
    ]


def test_a_pause_that_begins_after_closing_excuses_what_was_due_at_it() -> None:
    hours = shipped_policy().team_hours
    pause = (pacific(20, "18:00"), pacific(25, "10:00"))

    moved = deadlines.after_pause(hours, pacific(20, "17:00"), pause)

    assert moved == pacific(25, "10:00")


def test_a_pause_does_not_excuse_what_was_late_before() -> None:
    hours = shipped_policy().team_hours
    pause = (pacific(23, "09:30"), pacific(25, "10:00"))

    moved = deadlines.after_pause(hours, pacific(20, "17:00"), pause)

    assert moved == pacific(20, "17:00")


def test_the_ledger_of_a_paused_deadline_counts_the_whole_target() -> None:
    record = updated(at=pacific(24, "12:00"), waiting=True)
    record.happens(EventKind.RESUMED, pacific(25, "10:00"))

    lines = deadlines.why(record.policy, record.owed(UPDATE), record.incident)

    assert ledger.counted(lines) == timedelta(hours=4)
    assert [line.why for line in lines] == [
        "waiting on the customer",
        "night",
        "waiting on the customer",
        "open",
    ]


def test_a_raised_severity_counts_from_the_deadlines_own_start() -> None:
    record = opened(SEV3, pacific(24, "10:00"))

    record.change(pacific(24, "11:00"), severity=SEV2)

    first = record.owed(FIRST)
    assert (first.started_at, first.due_at) == (
        pacific(24, "10:00"),
        pacific(24, "14:00"),
    )
    assert (first.target, first.changed, first.count) == ("4 business hours", True, 1)


def test_a_lowered_severity_leaves_more_time() -> None:
    record = opened(SEV2, pacific(24, "10:00"))

    record.change(pacific(24, "11:00"), severity=SEV4)

    first = record.owed(FIRST)
    assert (first.due_at, first.changed) == (pacific(27, "10:00"), True)


def test_another_plan_moves_the_update_too() -> None:
    record = updated(SEV2, pacific(24, "12:00"), plan="standard")

    record.change(pacific(24, "14:00"), plan="premium")

    assert record.owed(UPDATE).due_at == pacific(24, "16:00")


def test_a_change_that_moves_nothing_does_not_say_that_it_did() -> None:
    record = opened(SEV2)
    first = record.owed(FIRST)

    record.change(pacific(24, "11:00"), severity=SEV1)

    assert record.owed(FIRST) == first


def test_a_deadline_made_late_by_a_change_is_missed_then() -> None:
    record = opened(SEV3, pacific(24, "10:00"))

    record.change(pacific(24, "15:00"), severity=SEV2)

    first = record.owed(FIRST)
    assert (first.late_at, first.missed_at) == (
        pacific(24, "14:00"),
        pacific(24, "15:00"),
    )


def test_a_customers_calendar_counts_once_the_customer_is_known() -> None:
    record = opened(SEV2, pacific(24, "15:00"), policy=with_owl())

    record.happens(
        EventKind.CUSTOMER_SET, pacific(24, "16:00"), customer="Owl", plan="premium"
    )

    first = record.owed(FIRST)
    assert (first.due_at, first.calendar) == (pacific(24, "19:00"), "always")


def test_pauses_are_kept_when_a_target_changes() -> None:
    record = updated(SEV3, pacific(24, "10:00"), waiting=True)
    record.happens(EventKind.RESUMED, pacific(24, "12:00"))

    record.change(pacific(24, "13:00"), severity=SEV2)

    assert record.owed(UPDATE).due_at == pacific(24, "16:00")


def test_a_pause_survives_a_target_that_allows_it() -> None:
    record = updated(SEV3, pacific(24, "10:00"), waiting=True)

    record.change(pacific(25, "13:00"), severity=SEV2)

    update = record.owed(UPDATE)
    assert (update.paused_at, update.due_at) == (
        pacific(24, "10:00"),
        pacific(24, "14:00"),
    )
    assert update.missed_at is None


def test_raising_a_waiting_incident_to_sev1_ends_the_pause() -> None:
    record = updated(SEV3, pacific(24, "10:00"), waiting=True)

    record.change(pacific(24, "15:00"), severity=SEV1)

    update = record.owed(UPDATE)
    assert (update.paused_at, update.due_at) == (None, pacific(25, "11:00"))
    assert update.pauses == ((pacific(24, "10:00"), pacific(24, "15:00")),)


def test_lowering_a_waiting_sev1_begins_the_pause() -> None:
    record = updated(SEV1, pacific(24, "10:00"), waiting=True)

    record.change(pacific(24, "12:00"), severity=SEV2)
    record.happens(EventKind.RESUMED, pacific(25, "09:00"))

    assert record.owed(UPDATE).due_at == pacific(25, "11:00")


def test_a_late_deadline_is_not_paused() -> None:
    record = updated(SEV1, pacific(24, "09:00"), waiting=True)

    record.change(pacific(24, "14:00"), severity=SEV2)

    update = record.owed(UPDATE)
    assert (update.due_at, update.paused_at) == (pacific(24, "13:00"), None)


def test_a_missed_deadline_stays_missed_after_a_change() -> None:
    record = opened(SEV2)
    record.tick(pacific(24, "13:30"))

    record.change(pacific(24, "14:00"), severity=SEV4)
    record.happens(EventKind.UPDATED, pacific(25, "11:00"))

    first = record.last(FIRST)
    assert (first.due_at, first.late_at) == (pacific(25, "17:00"), pacific(27, "09:00"))
    assert (first.outcome, first.missed_at) == (Outcome.LATE, pacific(24, "13:00"))
    assert late_by(record, first, pacific(30, "09:00")) == timedelta(hours=6)


def test_raising_to_sev1_keeps_a_missed_update_contractual() -> None:
    record = updated(SEV2)
    record.tick(pacific(24, "13:30"))

    record.change(pacific(24, "14:00"), severity=SEV1)

    assert not record.owed(UPDATE).is_aim


def test_raising_an_update_that_is_not_late_makes_it_an_aim() -> None:
    record = updated(SEV2)

    record.change(pacific(24, "12:00"), severity=SEV1)

    assert record.owed(UPDATE).is_aim


def test_a_deadline_that_the_new_target_lacks_is_void() -> None:
    policy = with_targets(SEV4, first=targets.NOTHING)
    record = opened(SEV2, policy=policy)

    record.change(pacific(24, "10:00"), severity=SEV4)

    assert record.last(FIRST).outcome is Outcome.VOID


def test_a_target_without_a_response_keeps_the_missed_one() -> None:
    policy = with_targets(SEV4, first=targets.NOTHING)
    record = opened(SEV2, policy=policy)

    record.change(pacific(24, "14:00"), severity=SEV4)

    assert record.last(FIRST).outcome is Outcome.LATE


@pytest.mark.parametrize("follow_up", ["weekly", "none"])
def test_a_first_response_that_a_change_adds_counts_from_the_report(
    follow_up: str,
) -> None:
    policy = with_targets(
        SEV4, first=targets.NOTHING, follow_up=wording.follow_up(follow_up)
    )
    record = opened(SEV4, policy=policy)

    record.change(pacific(24, "10:00"), severity=SEV2)

    first = record.owed(FIRST)
    assert record.kinds_owed() == [FIRST]
    assert (first.due_at, first.changed) == (pacific(24, "13:00"), True)


def test_an_update_that_a_change_adds_before_any_counts_from_the_report() -> None:
    policy = with_targets(SEV4, first=targets.NOTHING)
    record = opened(SEV2, policy=policy)

    record.change(pacific(24, "10:00"), severity=SEV4)

    update = record.owed(UPDATE)
    assert (update.due_at, update.changed) == (pacific(1, "09:00", month=12), True)


def test_a_missed_first_response_that_was_dropped_is_not_asked_again() -> None:
    policy = with_targets(SEV4, first=targets.NOTHING)
    record = opened(SEV2, policy=policy)
    record.change(pacific(24, "14:00"), severity=SEV4)

    record.change(pacific(24, "15:00"), severity=SEV2)

    assert record.kinds_owed() == [UPDATE]


def test_an_incident_reopened_before_any_answer_owes_the_update_anew() -> None:
    policy = with_targets(SEV4, first=targets.NOTHING)
    record = opened(SEV4, policy=policy)
    record.happens(EventKind.VOIDED, pacific(24, "10:00"))

    record.happens(EventKind.REOPENED, pacific(25, "10:00"))

    assert record.owed(UPDATE).started_at == pacific(24, "09:00")


def test_updates_that_a_change_adds_count_from_the_last_update() -> None:
    policy = with_targets(SEV4, follow_up=targets.NOTHING)
    record = updated(SEV4, pacific(24, "10:00"), policy=policy)

    record.change(pacific(24, "11:00"), severity=SEV2)

    assert record.owed(UPDATE).due_at == pacific(24, "14:00")


def test_a_change_leaves_kept_deadlines_alone() -> None:
    record = updated(SEV3, pacific(24, "16:00"))
    first = record.last(FIRST)

    record.change(pacific(25, "10:00"), severity=SEV2)

    assert record.last(FIRST) == first


def test_a_miss_that_an_earlier_report_made_is_undone_with_it() -> None:
    record = opened(SEV2, pacific(24, "10:00"))
    before, seen = record.owed(FIRST), list[Deadline]()
    early, own = pacific(23, "09:00").isoformat(), pacific(24, "10:00").isoformat()
    again = {"reported_at": early, "old_reported_at": own}
    undone = {"reported_at": own, "old_reported_at": early, "undone": "yes"}

    for at, details in ((pacific(24, "11:00"), again), (pacific(24, "12:00"), undone)):
        kind = EventKind.REPORTED_AGAIN
        record.apply(Event(kind, at, at, "U0DEE", {"as": "43", **details}))
        seen.append(record.owed(FIRST))
    joined, after = seen

    assert (joined.due_at, joined.missed_at) == (
        pacific(23, "13:00"),
        pacific(24, "11:00"),
    )
    assert (after.started_at, after.due_at, after.missed_at) == (
        before.started_at,
        before.due_at,
        None,
    )
