"""Who is told of a Sev1 or Sev2 that nobody owns, and of an owner who falls silent."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.business_time import BusinessHours
from bot.deadlines import Kind, Outcome
from bot.incidents import EventKind
from bot.policies import Customer, Policy, Severity
from bot.schedules import always
from tests.factories import PACIFIC, incident, pacific, shipped_policy
from tests.record import Record

SEV1, SEV2, SEV3, SEV4 = Severity
CHECK_IN = Kind.CHECK_IN


def opened(
    severity: Severity,
    at: datetime,
    *,
    plan: str = "premium",
    owner: str | None = None,
    policy: Policy | None = None,
) -> Record:
    fresh = incident(severity, plan=plan, opened_at=at, owner=owner)
    return Record(fresh, policy)


def pages(record: Record, until: datetime) -> list[str]:
    """Let time pass; return what the ladder and the check-in told meanwhile."""
    told = record.run(until)
    return [line for line in told if " rung " in line or " check_in " in line]


def change(record: Record, at: datetime, by: str = "U0LEA", **details: str) -> None:
    record.happens(EventKind.CHANGED, at, by, **details)


# Nobody owns it


def test_a_sev1_at_night_climbs_the_ladder_from_the_minute_it_is_opened() -> None:
    record = opened(SEV1, pacific(24, "02:41"))

    assert pages(record, pacific(24, "03:20")) == [
        "Tue 24 02:41 rung ana",
        "Tue 24 02:46 rung ana",
        "Tue 24 02:51 rung ben",
        "Tue 24 03:01 rung lea #support",
        "Tue 24 03:16 rung ana ben lea #support",
    ]


def test_a_sev1_that_nobody_takes_is_told_of_for_ever() -> None:
    record = opened(SEV1, pacific(24, "02:40"))
    record.run(pacific(24, "03:10"))

    days = pages(record, pacific(30, "03:10"))

    assert len(days) == 6 * 24 * 4
    assert days[0] == "Tue 24 03:15 rung ana ben lea #support"
    assert days[-1] == "Mon 30 03:00 rung ana ben lea #support"


def test_a_sev2_climbs_the_ladder_in_business_hours() -> None:
    record = opened(SEV2, pacific(20, "16:58"))

    assert pages(record, pacific(23, "09:20")) == [
        "Fri 20 16:58 rung ana",
        "Mon 23 09:03 rung ana",
        "Mon 23 09:08 rung ben",
        "Mon 23 09:18 rung lea #support",
    ]


def test_a_sev2_opened_at_night_is_told_of_at_the_next_opening() -> None:
    record = opened(SEV2, pacific(24, "20:00"))

    assert pages(record, pacific(25, "09:04")) == ["Wed 25 09:00 rung ana"]


@pytest.mark.parametrize("severity", [SEV3, SEV4])
def test_a_mild_incident_never_climbs_the_ladder(severity: Severity) -> None:
    record = opened(severity, pacific(24, "10:00"))

    assert pages(record, pacific(30, "10:00")) == []


def test_a_sev1_of_a_plan_that_wakes_nobody_waits_for_the_opening() -> None:
    record = opened(SEV1, pacific(24, "20:00"), plan="self_service")

    assert pages(record, pacific(25, "09:06")) == [
        "Wed 25 09:00 rung ana",
        "Wed 25 09:05 rung ana",
    ]


def test_the_ladder_goes_on_while_somebody_only_answers_the_customer() -> None:
    record = opened(SEV1, pacific(24, "10:00"))
    record.run(pacific(24, "10:06"))

    record.happens(EventKind.UPDATED, pacific(24, "10:07"), "U0CAT")

    assert pages(record, pacific(24, "10:11")) == ["Tue 24 10:10 rung ben"]


def test_the_ladder_of_a_sev2_ends_when_somebody_takes_it() -> None:
    record = opened(SEV2, pacific(24, "10:00"))
    record.run(pacific(24, "10:06"))

    record.happens(EventKind.TAKEN, pacific(24, "10:07"), "U0BEN")

    assert pages(record, pacific(24, "17:00")) == []


# Somebody owns it


def test_a_silent_owner_is_asked_asked_again_and_then_the_ladder_starts() -> None:
    record = opened(SEV1, pacific(24, "02:41"))
    record.run(pacific(24, "02:42"))

    record.happens(EventKind.TAKEN, pacific(24, "02:43"), "U0CAT")

    assert pages(record, pacific(24, "04:50")) == [
        "Tue 24 03:43 check_in cat",
        "Tue 24 03:58 rung cat ana",
        "Tue 24 04:03 rung ana",
        "Tue 24 04:08 rung ben",
        "Tue 24 04:18 rung lea #support",
        "Tue 24 04:33 rung cat ana ben lea #support",
        "Tue 24 04:48 rung cat ana ben lea #support",
    ]


def test_an_owner_who_is_on_call_is_told_once_where_two_reasons_meet() -> None:
    record = opened(SEV1, pacific(24, "02:43"), owner="U0ANA")

    assert pages(record, pacific(24, "04:10")) == [
        "Tue 24 03:43 check_in ana",
        "Tue 24 03:58 rung ana",
        "Tue 24 04:03 rung ana",
        "Tue 24 04:08 rung ben",
    ]


@pytest.mark.parametrize(
    "kind",
    [EventKind.CHECKED_IN, EventKind.UPDATED, EventKind.SNOOZED],
    ids=lambda kind: kind.value,
)
def test_any_act_of_the_owner_puts_the_next_check_in_an_hour_off(
    kind: EventKind,
) -> None:
    record = opened(SEV1, pacific(24, "02:00"), owner="U0ANA")

    record.happens(kind, pacific(24, "02:50"))

    assert record.owed(CHECK_IN).due_at == pacific(24, "03:50")


def test_an_act_of_somebody_else_does_not_vouch_for_the_owner() -> None:
    record = opened(SEV1, pacific(24, "02:00"), owner="U0ANA")

    record.happens(EventKind.UPDATED, pacific(24, "02:50"), "U0BEN")

    assert record.owed(CHECK_IN).due_at == pacific(24, "03:00")


def test_the_owners_answer_stops_the_ladder() -> None:
    record = opened(SEV1, pacific(24, "02:00"), owner="U0CAT")
    record.run(pacific(24, "03:21"))

    record.happens(EventKind.CHECKED_IN, pacific(24, "03:22"), "U0CAT")

    assert record.last(CHECK_IN).started_at == pacific(24, "03:22")
    assert pages(record, pacific(24, "04:30")) == ["Tue 24 04:22 check_in cat"]


def test_who_takes_a_sev1_over_is_asked_from_then_on() -> None:
    record = opened(SEV1, pacific(24, "02:00"), owner="U0CAT")
    record.run(pacific(24, "03:21"))

    record.happens(EventKind.TAKEN, pacific(24, "03:22"), "U0BEN")

    assert pages(record, pacific(24, "04:30")) == ["Tue 24 04:22 check_in ben"]


def test_who_is_offered_a_sev1_is_not_its_owner_yet() -> None:
    record = opened(SEV1, pacific(24, "02:00"), owner="U0CAT")

    record.happens(EventKind.HAND_OFF_OFFERED, pacific(24, "02:30"), "U0CAT", to="U0BEN")

    assert pages(record, pacific(24, "03:40")) == ["Tue 24 03:30 check_in cat"]


def test_the_check_ins_of_a_plan_that_wakes_nobody_run_in_business_time() -> None:
    record = opened(SEV1, pacific(20, "16:30"), plan="self_service", owner="U0CAT")

    assert pages(record, pacific(23, "09:50")) == [
        "Mon 23 09:30 check_in cat",
        "Mon 23 09:45 rung cat ana",
    ]


def test_an_owned_sev2_has_no_check_ins() -> None:
    record = opened(SEV2, pacific(24, "10:00"), owner="U0CAT")

    assert pages(record, pacific(30, "10:00")) == []


def test_a_check_in_is_nobodys_promise_to_a_customer() -> None:
    assert opened(SEV1, pacific(24, "02:00")).owed(CHECK_IN).is_aim


# Severity, plan or customer changed


def test_a_sev2_raised_at_night_is_told_of_at_once() -> None:
    record = opened(SEV2, pacific(24, "20:00"))

    change(record, pacific(24, "23:00"), severity="sev1")

    assert pages(record, pacific(24, "23:11")) == [
        "Tue 24 23:00 rung ana",
        "Tue 24 23:05 rung ana",
        "Tue 24 23:10 rung ben",
    ]


def test_raising_a_sev2_tells_those_anew_whom_the_ladder_told_before() -> None:
    record = opened(SEV2, pacific(24, "10:00"))
    record.run(pacific(24, "10:12"))

    change(record, pacific(24, "10:12"), severity="sev1")

    assert pages(record, pacific(24, "10:13")) == ["Tue 24 10:12 rung ana"]


def test_the_sleeping_owner_of_a_sev2_that_is_raised_is_asked_at_once() -> None:
    record = opened(SEV2, pacific(24, "15:00"), owner="U0CAT")
    record.run(pacific(25, "02:00"))

    change(record, pacific(25, "02:00"), severity="sev1")

    assert pages(record, pacific(25, "02:21")) == [
        "Wed 25 02:00 check_in cat",
        "Wed 25 02:15 rung cat ana",
        "Wed 25 02:20 rung ana",
    ]


def test_an_owner_who_acted_just_now_has_the_hour_out_when_it_is_raised() -> None:
    record = opened(SEV2, pacific(24, "15:00"), owner="U0CAT")

    change(record, pacific(24, "15:20"), severity="sev1")

    assert record.owed(CHECK_IN).due_at == pacific(24, "16:00")


def test_an_owner_who_raises_it_has_an_hour() -> None:
    record = opened(SEV2, pacific(24, "15:00"), owner="U0CAT")

    change(record, pacific(25, "02:00"), "U0CAT", severity="sev1")

    assert record.owed(CHECK_IN).due_at == pacific(25, "03:00")


def test_a_sev3_raised_to_sev2_at_night_waits_for_the_opening() -> None:
    record = opened(SEV3, pacific(24, "15:00"))

    change(record, pacific(24, "23:00"), severity="sev2")

    assert pages(record, pacific(25, "09:01")) == ["Wed 25 09:00 rung ana"]


def test_a_lowered_sev1_tells_nobody_again_by_day() -> None:
    record = opened(SEV1, pacific(24, "10:00"))
    record.run(pacific(24, "10:07"))

    change(record, pacific(24, "10:07"), severity="sev2")

    assert pages(record, pacific(24, "10:21")) == [
        "Tue 24 10:10 rung ben",
        "Tue 24 10:20 rung lea #support",
    ]


def test_a_sev1_lowered_at_night_begins_anew_at_the_opening() -> None:
    record = opened(SEV1, pacific(24, "02:00"))
    record.run(pacific(24, "02:07"))

    change(record, pacific(24, "02:07"), severity="sev2")

    assert pages(record, pacific(24, "09:06")) == [
        "Tue 24 09:00 rung ana",
        "Tue 24 09:05 rung ana",
    ]


@pytest.mark.parametrize(
    ("owner", "severity"),
    [(None, "sev3"), ("U0CAT", "sev2")],
    ids=["nobody's, to sev3", "somebody's, to sev2"],
)
def test_a_lowered_severity_ends_what_it_does_not_ask_for(
    owner: str | None, severity: str
) -> None:
    record = opened(SEV1, pacific(24, "10:00"), owner=owner)

    change(record, pacific(24, "10:30"), severity=severity)

    assert record.last(CHECK_IN).outcome is Outcome.VOID
    assert pages(record, pacific(24, "17:00")) == []


def test_a_plan_that_wakes_people_wakes_them_as_soon_as_it_is_known() -> None:
    record = opened(SEV1, pacific(24, "20:00"), plan="self_service")

    change(record, pacific(24, "21:00"), plan="premium")

    assert pages(record, pacific(24, "21:06")) == [
        "Tue 24 21:00 rung ana",
        "Tue 24 21:05 rung ana",
    ]


def test_a_plan_that_wakes_people_makes_up_for_the_steps_that_closing_held_back() -> (
    None
):
    record = opened(SEV1, pacific(20, "16:58"), plan="self_service")
    record.run(pacific(20, "17:10"))

    change(record, pacific(20, "17:10"), plan="premium")

    assert record.tick(pacific(20, "17:10")) == ["Fri 20 17:10 rung ana ben"]


def test_a_plan_that_wakes_nobody_lets_them_sleep_until_the_opening() -> None:
    record = opened(SEV1, pacific(24, "02:00"))
    record.run(pacific(24, "02:07"))

    change(record, pacific(24, "02:07"), plan="self_service")

    assert pages(record, pacific(24, "09:01")) == ["Tue 24 09:00 rung ana"]


def test_a_change_between_plans_that_both_wake_people_moves_no_step() -> None:
    record = opened(SEV1, pacific(24, "02:00"))
    record.run(pacific(24, "02:07"))
    before = record.owed(CHECK_IN)

    change(record, pacific(24, "02:07"), plan="standard")

    assert record.owed(CHECK_IN) == before


def test_a_check_in_that_a_plan_held_back_for_the_opening_is_asked_at_once() -> None:
    record = opened(SEV1, pacific(20, "16:30"), plan="self_service", owner="U0CAT")

    change(record, pacific(21, "02:00"), plan="premium")

    assert pages(record, pacific(21, "02:16")) == [
        "Sat 21 02:00 check_in cat",
        "Sat 21 02:15 rung cat ana",
    ]


def test_a_second_change_of_the_plan_does_not_put_an_unanswered_check_in_off() -> None:
    record = opened(SEV1, pacific(20, "16:30"), plan="self_service", owner="U0CAT")
    change(record, pacific(21, "02:00"), plan="premium")
    record.run(pacific(21, "02:10"))

    change(record, pacific(21, "02:10"), plan="standard")

    assert pages(record, pacific(21, "02:16")) == ["Sat 21 02:15 rung cat ana"]


def test_the_ladder_of_a_sev2_follows_the_customers_own_calendar() -> None:
    policy = shipped_policy()
    calendars = {**policy.calendars, "always": BusinessHours(always(PACIFIC))}
    owl = Customer("Owl", plan="premium", calendar="always")
    policy = replace(policy, calendars=calendars, customers=(owl,))
    record = opened(SEV2, pacific(20, "16:58"), policy=policy)
    record.run(pacific(20, "17:02"))

    record.happens(
        EventKind.CUSTOMER_SET,
        pacific(20, "17:02"),
        "U0LEA",
        customer="Owl",
        plan="premium",
    )

    assert pages(record, pacific(20, "17:09")) == [
        "Fri 20 17:03 rung ana",
        "Fri 20 17:08 rung ben",
    ]


# The end, and a new beginning


@pytest.mark.parametrize("kind", [EventKind.RESOLVED, EventKind.VOIDED])
def test_nobody_is_asked_about_an_incident_that_is_over(kind: EventKind) -> None:
    record = opened(SEV1, pacific(24, "02:00"), owner="U0CAT")

    record.happens(kind, pacific(24, "02:30"))

    assert record.last(CHECK_IN).outcome is Outcome.VOID
    assert record.next_nudge_at() is None


def test_a_reopened_sev1_that_nobody_owns_climbs_the_ladder_again() -> None:
    record = opened(SEV1, pacific(24, "02:00"))
    record.happens(EventKind.RESOLVED, pacific(24, "02:01"), "U0BEN")

    record.happens(EventKind.REOPENED, pacific(24, "04:00"), "U0BEN")

    assert pages(record, pacific(24, "04:06")) == [
        "Tue 24 04:00 rung ana",
        "Tue 24 04:05 rung ana",
    ]


def test_the_owner_of_a_sev1_reopened_hours_later_is_asked_at_once() -> None:
    record = opened(SEV1, pacific(24, "15:00"), owner="U0CAT")
    record.happens(EventKind.RESOLVED, pacific(24, "15:30"), "U0CAT")

    record.happens(EventKind.REOPENED, pacific(25, "02:00"), "U0BEN")

    assert pages(record, pacific(25, "02:01")) == ["Wed 25 02:00 check_in cat"]


def test_who_reopens_their_own_sev1_has_an_hour() -> None:
    record = opened(SEV1, pacific(24, "15:00"), owner="U0CAT")
    record.happens(EventKind.RESOLVED, pacific(24, "15:30"), "U0CAT")

    record.happens(EventKind.REOPENED, pacific(25, "02:00"), "U0CAT")

    assert record.owed(CHECK_IN).due_at == pacific(25, "03:00")
