"""When the contract's first response and updates are due."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.business_time.ledger import counted
from bot.incidents import deadlines
from bot.incidents.deadlines import Deadline, Kind, Outcome
from bot.incidents.events import EventKind
from bot.policy import targets, wording
from bot.policy.policies import Reopening, UpdateClock
from bot.policy.severities import Severity
from tests.factories import incident, pacific, shipped_policy
from tests.record import Record, opened, updated, with_targets

SEV1, SEV2, SEV3, SEV4 = Severity
FIRST, UPDATE = Kind.FIRST_RESPONSE, Kind.UPDATE
SECOND = timedelta(seconds=1)


def late_by(record: Record, deadline: Deadline, now: datetime) -> timedelta:
    return deadlines.lateness(record.policy, deadline, record.incident, now)


def test_the_first_response_runs_from_when_the_customer_reported() -> None:
    record = opened(at=pacific(24, "11:00"), reported_at=pacific(24, "10:00"))

    first = record.owed(FIRST)

    assert first.started_at == pacific(24, "10:00")
    assert first.due_at == pacific(24, "14:00")


def test_a_deadline_keeps_the_words_calendar_and_policy_it_was_made_by() -> None:
    first = opened().owed(FIRST)

    assert (first.target, first.calendar) == ("4 business hours", "office")
    assert first.policy == shipped_policy().version
    assert first.id == "INC-42/first_response/1"


def test_without_a_first_response_the_update_counts_from_the_report() -> None:
    policy = with_targets(SEV4, first=targets.NOTHING)

    record = opened(SEV4, reported_at=pacific(23, "15:00"), policy=policy)

    assert record.kinds_owed() == [UPDATE]
    assert record.owed(UPDATE).due_at == pacific(30, "15:00")


def test_the_first_answer_settles_an_update_that_was_owed_before_it() -> None:
    policy = with_targets(SEV4, first=targets.NOTHING)
    record = opened(SEV4, policy=policy)

    record.happens(EventKind.UPDATED, pacific(24, "11:00"))

    assert record.deadlines[0].outcome is Outcome.KEPT
    assert record.owed(UPDATE).due_at == pacific(1, "11:00", month=12)


def test_a_plan_without_any_target_owes_nothing() -> None:
    policy = with_targets(SEV4, first=targets.NOTHING, follow_up=targets.NOTHING)

    assert opened(SEV4, policy=policy).deadlines == ()


def test_a_target_in_minutes_runs_at_night_and_is_late_when_due() -> None:
    policy = with_targets(first=wording.first_response("15 minutes"))

    first = opened(at=pacific(20, "23:00"), policy=policy).owed(FIRST)

    assert first.due_at == first.late_at == pacific(20, "23:15")


@pytest.mark.parametrize(
    "kind",
    [EventKind.TAKEN, EventKind.CHECKED_IN],
    ids=lambda kind: kind.value,
)
def test_only_an_update_answers_the_customer(kind: EventKind) -> None:
    record = opened()
    first = record.owed(FIRST)

    record.happens(kind, pacific(24, "10:00"))

    assert record.owed(FIRST) == first


def test_a_snooze_moves_the_reminder_and_nothing_else() -> None:
    record, until = opened(), pacific(24, "11:00")
    first = record.owed(FIRST)

    record.happens(
        EventKind.SNOOZED,
        pacific(24, "10:00"),
        deadline=first.id,
        until=until.isoformat(),
    )

    snoozed = replace(first, snoozed_until=until, next_nudge_at=until)
    assert record.owed(FIRST) == snoozed


def test_a_report_that_reaches_us_too_late_is_missed_at_once() -> None:
    record = opened(at=pacific(24, "14:00"), reported_at=pacific(24, "09:00"))

    first = record.owed(FIRST)

    assert first.late_at == pacific(24, "13:00")
    assert first.missed_at == pacific(24, "14:00")


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
def test_a_deadline_due_friday_at_closing_is_late_after_mondays_opening(
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


def test_a_kept_deadline_is_late_by_nothing() -> None:
    record = opened()

    record.happens(EventKind.UPDATED, pacific(24, "10:00"))

    first = record.last(FIRST)
    assert late_by(record, first, pacific(25, "12:00")) == timedelta(0)


def test_a_response_counts_from_when_the_customer_had_it() -> None:
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


def test_logging_a_very_late_update_misses_the_next_one_at_once() -> None:
    record = opened()

    record.happens(
        EventKind.UPDATED, pacific(25, "10:00"), happened_at=pacific(24, "12:00")
    )

    update = record.owed(UPDATE)
    assert update.late_at == pacific(24, "16:00")
    assert update.missed_at == pacific(25, "10:00")


def test_updates_on_continuous_work_are_our_own_aim() -> None:
    record = updated(SEV1, pacific(24, "12:00"))

    update = record.owed(UPDATE)

    assert update.is_aim
    assert not record.last(FIRST).is_aim
    assert update.due_at == pacific(24, "16:00")


def test_continuous_work_owes_no_update_without_an_aim() -> None:
    policy = shipped_policy()
    policy = replace(policy, conduct=replace(policy.conduct, continuous_news_as=None))

    record = updated(SEV1, policy=policy)

    assert UPDATE not in record.kinds_owed()


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


def test_an_incident_opened_by_mistake_counts_nowhere_even_if_late() -> None:
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


def test_reopening_an_unanswered_incident_still_owes_the_first_response() -> None:
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
    record.change(pacific(25, "11:00"), severity=SEV2)

    first = record.owed(FIRST)
    assert (first.count, first.due_at) == (2, pacific(25, "14:00"))


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
def test_only_a_sev1_on_a_plan_with_night_pages_escalates_at_night(
    severity: Severity, plan: str, wakes: bool
) -> None:
    policy, found = shipped_policy(), incident(severity, plan=plan)

    hours = deadlines.escalation_hours(policy, found, policy.team_hours)

    assert hours.is_open(pacific(24, "03:00")) is wakes


def in_rhythm() -> Record:
    """Return a record opened Tuesday 09:00, whose updates count from the last due."""
    policy = shipped_policy()
    conduct = replace(policy.conduct, update_clock=UpdateClock.LAST_DUE)
    return opened(policy=replace(policy, conduct=conduct))


@pytest.mark.parametrize(
    ("updates", "due_at"),
    [
        (["24 09:30"], pacific(24, "17:00")),
        (["24 09:30", "24 10:00"], pacific(24, "17:00")),
        (["24 09:30", "24 14:00"], pacific(25, "13:00")),
        (["24 09:30", "24 14:00", "25 14:00"], pacific(25, "17:00")),
        (["24 09:30", "24 14:00", "25 14:00", "27 16:00"], pacific(30, "12:00")),
    ],
    ids=["early", "one more", "in turn", "late", "after a long silence"],
)
def test_updates_from_the_last_due_keep_its_rhythm(
    updates: list[str], due_at: datetime
) -> None:
    record = in_rhythm()

    for update in updates:
        day, clock = update.split()
        record.happens(EventKind.UPDATED, pacific(int(day), clock))

    assert record.owed(UPDATE).due_at == due_at


def test_waiting_before_an_updates_turn_moves_all_of_it() -> None:
    record = in_rhythm()
    record.happens(EventKind.UPDATED, pacific(24, "09:30"), waiting="yes")

    record.happens(EventKind.RESUMED, pacific(24, "11:30"))

    update = record.owed(UPDATE)
    assert update.started_at == pacific(24, "15:00")
    assert update.due_at == pacific(25, "11:00")
    lines = deadlines.why(record.policy, update, record.incident)
    assert counted(lines) == timedelta(hours=4)
    assert update.late_at == update.due_at
