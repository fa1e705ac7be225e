"""What the contract owes by when, event by event: kept, late, paused, moved, void."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot import deadlines, ledger, targets
from bot.business_time import BusinessHours
from bot.deadlines import Deadline, Kind, Outcome
from bot.incidents import EventKind, Incident
from bot.policies import Customer, Policy, Reopening, Severity
from bot.schedules import always
from bot.targets import Promise
from tests.factories import PACIFIC, incident, pacific, shipped_policy
from tests.record import Record

SEV1, SEV2, SEV3, SEV4 = Severity
FIRST, UPDATE = Kind.FIRST_RESPONSE, Kind.UPDATE
SECOND = timedelta(seconds=1)


def opened(
    severity: Severity = SEV2,
    at: datetime | None = None,
    *,
    plan: str = "premium",
    reported_at: datetime | None = None,
    policy: Policy | None = None,
) -> Record:
    """Return an incident that nobody owns, Tuesday 24 November 09:00 unless said."""
    fresh = incident(severity, plan=plan, opened_at=at)
    reported_at = reported_at or fresh.reported_at
    return Record(replace(fresh, reported_at=reported_at), policy)


def updated(
    severity: Severity = SEV2,
    at: datetime | None = None,
    *,
    plan: str = "premium",
    policy: Policy | None = None,
    **details: str,
) -> Record:
    """Return an incident whose customer was answered as soon as it was opened."""
    record = opened(severity, at, plan=plan, policy=policy)
    record.happens(EventKind.UPDATED, record.incident.opened_at, **details)
    return record


def change(record: Record, at: datetime, by: str = "U0LEA", **details: str) -> None:
    record.happens(EventKind.CHANGED, at, by, **details)


def promising(
    *,
    first_response: Promise | None = None,
    follow_up: Promise | None = None,
    severity: Severity = SEV2,
) -> Policy:
    """Return the shipped policy with another promise to premium customers."""
    policy, cell = shipped_policy(), (severity, "premium")
    if first_response is not None:
        firsts = {**policy.first_responses, cell: first_response}
        policy = replace(policy, first_responses=firsts)
    if follow_up is not None:
        policy = replace(policy, follow_ups={**policy.follow_ups, cell: follow_up})
    return policy


def late_by(record: Record, deadline: Deadline, now: datetime) -> timedelta:
    return deadlines.lateness(record.policy, deadline, record.incident, now)


# The first response


def test_the_first_response_runs_from_when_the_customer_reported() -> None:
    record = opened(at=pacific(24, "11:00"), reported_at=pacific(24, "10:00"))

    first = record.owed(FIRST)

    assert first.started_at == pacific(24, "10:00")
    assert first.due_at == pacific(24, "14:00")


def test_a_deadline_keeps_the_words_the_calendar_and_the_policy_it_was_made_by() -> None:
    first = opened().owed(FIRST)

    assert (first.promise, first.calendar) == ("4 business hours", "office")
    assert first.policy == shipped_policy().version
    assert first.id == "INC-42/first_response/1"


def test_a_plan_without_a_first_response_owes_none() -> None:
    policy = promising(first_response=targets.NOTHING, severity=SEV4)

    assert opened(SEV4, policy=policy).deadlines == ()


def test_a_promise_in_minutes_runs_at_night_and_is_late_when_it_is_due() -> None:
    policy = promising(first_response=targets.first_response("15 minutes"))

    first = opened(at=pacific(20, "23:00"), policy=policy).owed(FIRST)

    assert first.due_at == first.late_at == pacific(20, "23:15")


@pytest.mark.parametrize(
    "kind",
    [EventKind.TAKEN, EventKind.CHECKED_IN, EventKind.SNOOZED],
    ids=lambda kind: kind.value,
)
def test_only_an_update_answers_the_customer(kind: EventKind) -> None:
    record = opened()
    first = record.owed(FIRST)

    record.happens(kind, pacific(24, "10:00"))

    assert record.owed(FIRST) == first


def test_a_report_that_reaches_us_too_late_is_missed_at_once() -> None:
    record = opened(at=pacific(24, "14:00"), reported_at=pacific(24, "09:00"))

    first = record.owed(FIRST)

    assert first.late_at == pacific(24, "13:00")
    assert first.missed_at == pacific(24, "14:00")


# Kept and late


@pytest.mark.parametrize(
    ("answered_at", "outcome"),
    [
        (pacific(20, "16:59"), Outcome.KEPT),
        (pacific(20, "20:00"), Outcome.KEPT),
        (pacific(22, "12:00"), Outcome.KEPT),
        (pacific(23, "09:00"), Outcome.KEPT),
        (pacific(23, "09:00") + SECOND, Outcome.LATE),
    ],
    ids=["in time", "friday night", "sunday", "at the opening", "a second after it"],
)
def test_what_is_due_friday_at_closing_is_late_only_after_mondays_opening(
    answered_at: datetime, outcome: Outcome
) -> None:
    record = opened(at=pacific(20, "13:00"))

    record.happens(EventKind.UPDATED, answered_at)

    first = record.last(FIRST)
    assert (first.due_at, first.late_at) == (pacific(20, "17:00"), pacific(23, "09:00"))
    assert (first.outcome, first.closed_at) == (outcome, answered_at)


def test_a_deadline_is_overdue_only_after_the_instant_of_lateness() -> None:
    first = opened(at=pacific(20, "13:00")).owed(FIRST)

    assert not first.is_overdue(pacific(20, "18:00"))
    assert not first.is_overdue(pacific(23, "09:00"))
    assert first.is_overdue(pacific(23, "09:00") + SECOND)


def test_lateness_is_open_time_alone() -> None:
    record = opened(at=pacific(20, "13:00"))

    record.happens(EventKind.UPDATED, pacific(23, "10:30"))

    first = record.last(FIRST)
    assert late_by(record, first, pacific(30, "12:00")) == timedelta(hours=1.5)


def test_what_is_answered_in_time_is_late_by_nothing() -> None:
    record = opened()

    record.happens(EventKind.UPDATED, pacific(24, "10:00"))

    first = record.last(FIRST)
    assert late_by(record, first, pacific(25, "12:00")) == timedelta(0)


def test_an_answer_is_judged_by_when_the_customer_had_it_not_by_the_click() -> None:
    record = opened()

    record.happens(
        EventKind.UPDATED, pacific(24, "13:40"), happened_at=pacific(24, "12:50")
    )

    assert record.last(FIRST).outcome is Outcome.KEPT


def test_a_miss_stays_noted_even_where_a_late_click_proves_it_kept() -> None:
    record = opened()
    record.tick(pacific(24, "13:30"))

    record.happens(
        EventKind.UPDATED, pacific(24, "13:40"), happened_at=pacific(24, "12:50")
    )

    first = record.last(FIRST)
    assert (first.outcome, first.missed_at) == (Outcome.KEPT, pacific(24, "13:00"))


# Updates


def test_no_update_is_owed_before_the_first_response() -> None:
    assert opened(SEV3).kinds_owed() == [FIRST]


@pytest.mark.parametrize(
    ("severity", "plan", "due_at"),
    [
        (SEV2, "premium", pacific(24, "16:00")),
        (SEV2, "standard", pacific(25, "12:00")),
        (SEV2, "self_service", pacific(27, "12:00")),
        (SEV3, "self_service", pacific(27, "16:00")),
        (SEV4, "premium", pacific(1, "12:00", month=12)),
        (SEV4, "self_service", pacific(8, "12:00", month=12)),
    ],
    ids=["twice a day", "daily", "every two days", "twice a week", "weekly", "2 weeks"],
)
def test_the_next_update_is_due_one_cadence_after_the_last(
    severity: Severity, plan: str, due_at: datetime
) -> None:
    record = updated(severity, pacific(24, "12:00"), plan=plan)

    assert record.kinds_owed() == [UPDATE]
    assert record.owed(UPDATE).due_at == due_at


def test_each_update_begins_the_next_one() -> None:
    record = updated(at=pacific(24, "09:00"))

    record.happens(EventKind.UPDATED, pacific(24, "11:00"))

    assert record.owed(UPDATE).id == "INC-42/update/2"
    assert record.owed(UPDATE).due_at == pacific(24, "15:00")


def test_an_update_counts_from_when_the_customer_saw_it() -> None:
    record = opened()

    record.happens(
        EventKind.UPDATED, pacific(24, "13:30"), happened_at=pacific(24, "10:00")
    )

    assert record.owed(UPDATE).due_at == pacific(24, "14:00")


def test_an_update_logged_so_late_that_the_next_is_late_too_is_missed_at_once() -> None:
    record = opened()

    record.happens(
        EventKind.UPDATED, pacific(25, "10:00"), happened_at=pacific(24, "12:00")
    )

    update = record.owed(UPDATE)
    assert update.late_at == pacific(24, "16:00")
    assert update.missed_at == pacific(25, "10:00")


def test_news_of_continuous_work_is_our_own_aim_not_the_contracts() -> None:
    record = updated(SEV1, pacific(24, "12:00"))

    update = record.owed(UPDATE)

    assert update.is_aim
    assert not record.last(FIRST).is_aim
    assert update.due_at == pacific(24, "16:00")


def test_continuous_work_owes_no_news_where_the_policy_sets_no_aim() -> None:
    policy = shipped_policy()
    policy = replace(policy, conduct=replace(policy.conduct, continuous_news_as=None))

    record = updated(SEV1, policy=policy)

    assert UPDATE not in record.kinds_owed()


# Waiting on the customer


def test_waiting_on_the_customer_pauses_the_next_update() -> None:
    record = updated(at=pacific(24, "12:00"), waiting="yes")

    update = record.owed(UPDATE)

    assert update.paused_at == pacific(24, "12:00")
    assert not update.is_overdue(pacific(30, "12:00"))


def test_after_waiting_all_that_was_left_is_left_again() -> None:
    record = updated(at=pacific(24, "12:00"), waiting="yes")

    record.happens(EventKind.RESUMED, pacific(25, "10:00"))

    update = record.owed(UPDATE)
    assert update.due_at == pacific(25, "14:00")
    assert update.pauses == ((pacific(24, "12:00"), pacific(25, "10:00")),)
    assert update.paused_at is None


def test_closed_hours_inside_a_pause_are_not_counted_twice() -> None:
    record = updated(at=pacific(20, "16:00"), waiting="yes")

    record.happens(EventKind.RESUMED, pacific(23, "09:30"))

    assert record.owed(UPDATE).due_at == pacific(23, "13:30")


def test_a_pause_that_ends_at_night_leaves_an_instant_in_open_time() -> None:
    record = updated(at=pacific(20, "16:00"), waiting="yes")

    record.happens(EventKind.RESUMED, pacific(23, "22:00"))

    assert record.owed(UPDATE).due_at == pacific(24, "13:00")


def test_a_sev1_is_worked_on_while_it_waits_on_the_customer() -> None:
    record = updated(SEV1, pacific(24, "12:00"), waiting="yes")

    assert record.incident.waiting_since == pacific(24, "12:00")
    assert record.owed(UPDATE).paused_at is None


def test_a_customers_answer_to_a_sev1_moves_nothing() -> None:
    record = updated(SEV1, pacific(24, "09:00"), waiting="yes")
    record.tick(pacific(24, "13:00"))
    update = record.owed(UPDATE)

    record.happens(EventKind.RESUMED, pacific(24, "13:30"), "U0BEN")

    assert record.owed(UPDATE) == update


def test_news_while_waiting_is_in_time_however_long_it_took() -> None:
    record = updated(at=pacific(24, "12:00"), waiting="yes")

    record.happens(EventKind.UPDATED, pacific(30, "12:00"))

    assert record.last(FIRST).outcome is Outcome.KEPT
    assert [one.outcome for one in record.deadlines if one.kind is UPDATE] == [
        Outcome.KEPT,
        None,
    ]


def test_a_pause_that_begins_between_due_and_late_leaves_nothing_but_no_lateness() -> (
    None
):
    hours = shipped_policy().team_hours
    pause = (pacific(20, "18:00"), pacific(25, "10:00"))

    assert deadlines.after_pause(hours, pacific(20, "17:00"), pause) == pause[1]


def test_a_pause_does_not_excuse_what_was_late_before() -> None:
    hours = shipped_policy().team_hours
    pause = (pacific(23, "09:30"), pacific(25, "10:00"))

    moved = deadlines.after_pause(hours, pacific(20, "17:00"), pause)

    assert moved == pacific(20, "17:00")


def test_the_ledger_of_a_paused_deadline_counts_what_was_promised() -> None:
    record = updated(at=pacific(24, "12:00"), waiting="yes")
    record.happens(EventKind.RESUMED, pacific(25, "10:00"))

    lines = deadlines.why(record.policy, record.owed(UPDATE), record.incident)

    assert ledger.counted(lines) == timedelta(hours=4)
    assert [line.why for line in lines] == [
        "waiting on the customer",
        "night",
        "waiting on the customer",
        "open",
    ]


# Severity, plan or customer changed


def test_a_raised_severity_counts_from_the_deadlines_own_start() -> None:
    record = opened(SEV3, pacific(24, "10:00"))

    change(record, pacific(24, "11:00"), severity="sev2")

    first = record.owed(FIRST)
    assert (first.started_at, first.due_at) == (
        pacific(24, "10:00"),
        pacific(24, "14:00"),
    )
    assert (first.promise, first.changed, first.count) == ("4 business hours", True, 1)


def test_a_lowered_severity_leaves_more_time() -> None:
    record = opened(SEV2, pacific(24, "10:00"))

    change(record, pacific(24, "11:00"), severity="sev4")

    first = record.owed(FIRST)
    assert (first.due_at, first.changed) == (pacific(27, "10:00"), True)


def test_another_plan_moves_the_update_too() -> None:
    record = updated(SEV2, pacific(24, "12:00"), plan="standard")

    change(record, pacific(24, "14:00"), plan="premium")

    assert record.owed(UPDATE).due_at == pacific(24, "16:00")


def test_a_change_that_moves_nothing_does_not_say_that_it_did() -> None:
    record = opened(SEV2)
    first = record.owed(FIRST)

    change(record, pacific(24, "11:00"), severity="sev1")

    assert record.owed(FIRST) == first


def test_a_change_that_lets_a_deadline_pass_is_when_it_is_missed() -> None:
    record = opened(SEV3, pacific(24, "10:00"))

    change(record, pacific(24, "15:00"), severity="sev2")

    first = record.owed(FIRST)
    assert (first.late_at, first.missed_at) == (
        pacific(24, "14:00"),
        pacific(24, "15:00"),
    )


def test_a_customers_own_calendar_counts_once_we_know_whose_it_is() -> None:
    policy = shipped_policy()
    calendars = {**policy.calendars, "always": BusinessHours(always(PACIFIC))}
    owl = Customer("Owl", plan="premium", calendar="always")
    policy = replace(policy, calendars=calendars, customers=(owl,))
    record = opened(SEV2, pacific(24, "15:00"), policy=policy)

    record.happens(
        EventKind.CUSTOMER_SET, pacific(24, "16:00"), customer="Owl", plan="premium"
    )

    first = record.owed(FIRST)
    assert (first.due_at, first.calendar) == (pacific(24, "19:00"), "always")


def test_pauses_are_kept_when_a_target_changes() -> None:
    record = updated(SEV3, pacific(24, "10:00"), waiting="yes")
    record.happens(EventKind.RESUMED, pacific(24, "12:00"))

    change(record, pacific(24, "13:00"), severity="sev2")

    assert record.owed(UPDATE).due_at == pacific(24, "16:00")


def test_what_waits_goes_on_waiting_under_a_target_that_may() -> None:
    record = updated(SEV3, pacific(24, "10:00"), waiting="yes")

    change(record, pacific(25, "13:00"), severity="sev2")

    update = record.owed(UPDATE)
    assert (update.paused_at, update.due_at) == (
        pacific(24, "10:00"),
        pacific(24, "14:00"),
    )
    assert update.missed_at is None


def test_raising_what_waits_to_sev1_ends_the_pause() -> None:
    record = updated(SEV3, pacific(24, "10:00"), waiting="yes")

    change(record, pacific(24, "15:00"), severity="sev1")

    update = record.owed(UPDATE)
    assert (update.paused_at, update.due_at) == (None, pacific(25, "11:00"))
    assert update.pauses == ((pacific(24, "10:00"), pacific(24, "15:00")),)


def test_lowering_a_sev1_that_waits_begins_the_pause() -> None:
    record = updated(SEV1, pacific(24, "10:00"), waiting="yes")

    change(record, pacific(24, "12:00"), severity="sev2")
    record.happens(EventKind.RESUMED, pacific(25, "09:00"))

    assert record.owed(UPDATE).due_at == pacific(25, "11:00")


def test_what_is_late_already_has_nothing_left_to_pause() -> None:
    record = updated(SEV1, pacific(24, "09:00"), waiting="yes")

    change(record, pacific(24, "14:00"), severity="sev2")

    update = record.owed(UPDATE)
    assert (update.due_at, update.paused_at) == (pacific(24, "13:00"), None)


def test_what_was_missed_stays_so_whatever_is_changed_later() -> None:
    record = opened(SEV2)
    record.tick(pacific(24, "13:30"))

    change(record, pacific(24, "14:00"), severity="sev4")
    record.happens(EventKind.UPDATED, pacific(25, "11:00"))

    first = record.last(FIRST)
    assert (first.due_at, first.late_at) == (pacific(25, "17:00"), pacific(27, "09:00"))
    assert (first.outcome, first.missed_at) == (Outcome.LATE, pacific(24, "13:00"))
    assert late_by(record, first, pacific(30, "09:00")) == timedelta(hours=6)


def test_raising_a_missed_update_to_sev1_does_not_turn_the_miss_into_an_aim() -> None:
    record = updated(SEV2)
    record.tick(pacific(24, "13:30"))

    change(record, pacific(24, "14:00"), severity="sev1")

    assert not record.owed(UPDATE).is_aim


def test_raising_an_update_that_is_not_late_makes_it_an_aim() -> None:
    record = updated(SEV2)

    change(record, pacific(24, "12:00"), severity="sev1")

    assert record.owed(UPDATE).is_aim


def test_what_the_new_target_does_not_know_is_void() -> None:
    policy = promising(first_response=targets.NOTHING, severity=SEV4)
    record = opened(SEV2, policy=policy)

    change(record, pacific(24, "10:00"), severity="sev4")

    assert record.last(FIRST).outcome is Outcome.VOID


def test_a_target_that_knows_no_response_does_not_undo_a_missed_one() -> None:
    policy = promising(first_response=targets.NOTHING, severity=SEV4)
    record = opened(SEV2, policy=policy)

    change(record, pacific(24, "14:00"), severity="sev4")

    assert record.last(FIRST).outcome is Outcome.LATE


def test_what_only_the_new_target_knows_counts_from_the_report() -> None:
    policy = promising(first_response=targets.NOTHING, severity=SEV4)
    record = opened(SEV4, policy=policy)

    change(record, pacific(24, "10:00"), severity="sev2")

    first = record.owed(FIRST)
    assert (first.due_at, first.changed) == (pacific(24, "13:00"), True)


def test_updates_that_only_the_new_target_knows_count_from_the_last_one() -> None:
    policy = promising(follow_up=targets.NOTHING, severity=SEV4)
    record = updated(SEV4, pacific(24, "10:00"), policy=policy)

    change(record, pacific(24, "11:00"), severity="sev2")

    assert record.owed(UPDATE).due_at == pacific(24, "14:00")


def test_a_change_leaves_alone_what_was_kept() -> None:
    record = updated(SEV3, pacific(24, "16:00"))
    first = record.last(FIRST)

    change(record, pacific(25, "10:00"), severity="sev2")

    assert record.last(FIRST) == first


# Resolved, void, reopened


@pytest.mark.parametrize(
    ("resolved_at", "outcome"),
    [(pacific(24, "12:00"), Outcome.KEPT), (pacific(24, "14:00"), Outcome.LATE)],
    ids=["in time", "late"],
)
def test_resolving_answers_what_is_open_by_its_instant(
    resolved_at: datetime, outcome: Outcome
) -> None:
    record = opened(SEV2)

    record.happens(EventKind.RESOLVED, resolved_at)

    assert record.kinds_owed() == []
    assert record.last(FIRST).outcome is outcome


def test_what_was_opened_by_mistake_counts_nowhere_even_where_it_was_late() -> None:
    record = opened(SEV2)
    record.tick(pacific(24, "14:00"))

    record.happens(EventKind.VOIDED, pacific(24, "14:00"))

    assert record.last(FIRST).outcome is Outcome.VOID


def test_a_reopening_owes_an_update_and_no_second_first_response() -> None:
    record = opened(SEV3)
    record.happens(EventKind.RESOLVED, pacific(24, "12:00"))

    record.happens(EventKind.REOPENED, pacific(25, "10:00"))

    assert record.kinds_owed() == [UPDATE]
    assert record.owed(UPDATE).due_at == pacific(27, "10:00")


def test_a_reopening_of_what_nobody_answered_still_owes_the_response() -> None:
    record = opened(SEV3, pacific(24, "10:00"))
    record.happens(EventKind.VOIDED, pacific(24, "11:00"))

    record.happens(EventKind.REOPENED, pacific(24, "12:00"))

    first = record.owed(FIRST)
    assert (first.count, first.due_at) == (2, pacific(25, "10:00"))


def test_a_policy_may_owe_a_first_response_again_after_a_reopening() -> None:
    policy = shipped_policy()
    conduct = replace(policy.conduct, reopened_owes=Reopening.FIRST_RESPONSE)
    record = opened(SEV3, policy=replace(policy, conduct=conduct))
    record.happens(EventKind.RESOLVED, pacific(24, "12:00"))

    record.happens(EventKind.REOPENED, pacific(25, "10:00"))
    change(record, pacific(25, "11:00"), severity="sev2")

    first = record.owed(FIRST)
    assert (first.count, first.due_at) == (2, pacific(25, "14:00"))


# The hours of a deadline


def test_a_deadline_whose_calendar_is_gone_counts_in_the_teams_hours() -> None:
    policy = shipped_policy()
    stray = replace(opened().owed(FIRST), calendar="gone")

    assert deadlines.hours_of(policy, stray, incident()) is policy.team_hours


@pytest.mark.parametrize(
    ("severity", "plan", "wakes"),
    [
        (SEV1, "premium", True),
        (SEV1, "standard", True),
        (SEV1, "self_service", False),
        (SEV2, "premium", False),
    ],
)
def test_only_a_sev1_of_a_plan_that_wakes_people_climbs_at_night(
    severity: Severity, plan: str, wakes: bool
) -> None:
    policy = shipped_policy()
    night_or_day: Incident = incident(severity, plan=plan)

    hours = deadlines.ladder_hours(policy, night_or_day, policy.team_hours)

    assert hours.is_open(pacific(24, "03:00")) is wakes
