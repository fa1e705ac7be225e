"""Which reminder of a promise comes when."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.incidents import nudges
from bot.incidents.deadlines import Kind
from bot.incidents.incidents import EventKind
from bot.incidents.nudges import NUMBERS, StepKind
from bot.policy import targets
from bot.policy.policies import Severity
from tests import record as records
from tests.factories import pacific
from tests.record import promising

SEV1, SEV2, SEV3, SEV4 = Severity
FIRST, UPDATE, CHECK_IN = Kind.FIRST_RESPONSE, Kind.UPDATE, Kind.CHECK_IN
CAT = "U0CAT"
FAR = pacific(30, "17:00", month=12)

opened = partial(records.opened, owner=CAT)


def test_a_grave_promise_is_reminded_of_ahead_when_due_and_twice_after() -> None:
    record = opened(SEV2)

    assert record.reminders(FAR) == [
        "Tue 24 12:00 ahead cat",
        "Tue 24 13:00 due cat",
        "Tue 24 14:00 after cat",
        "Tue 24 15:00 after_again cat lea",
    ]
    assert record.owed(FIRST).next_nudge_at is None


def test_a_mild_promise_is_reminded_of_when_due_and_once_after() -> None:
    record = opened(SEV3, pacific(23, "10:00"))

    assert record.reminders(FAR) == [
        "Tue 24 10:00 due cat",
        "Tue 24 12:00 after cat",
    ]


def test_updates_are_reminded_of_like_first_responses() -> None:
    record = opened(SEV2)
    record.happens(EventKind.UPDATED, pacific(24, "10:00"), CAT)

    assert record.reminders(pacific(24, "14:30")) == [
        "Tue 24 13:00 ahead cat",
        "Tue 24 14:00 due cat",
    ]


def test_what_is_due_at_closing_is_reminded_of_while_somebody_is_at_work() -> None:
    record = opened(SEV2, pacific(20, "13:00"))

    assert record.reminders(FAR) == [
        "Fri 20 16:00 ahead cat",
        "Fri 20 16:45 due cat",
        "Mon 23 10:00 after cat",
        "Mon 23 11:00 after_again cat lea",
    ]


def test_a_reminder_after_that_falls_on_a_closing_comes_before_it_too() -> None:
    record = opened(SEV2, pacific(24, "12:00"))

    assert record.reminders(FAR)[2:] == [
        "Tue 24 16:45 after cat",
        "Wed 25 10:00 after_again cat lea",
    ]


def test_a_reminder_ahead_never_comes_after_the_one_at_closing() -> None:
    policy = promising(first=targets.first_response("1 business hours"))
    timing = replace(policy.reminders, before_closing=timedelta(minutes=40))
    policy = replace(policy, reminders=timing)

    record = opened(SEV2, pacific(23, "16:00"), policy=policy)

    assert record.reminders(pacific(23, "17:00")) == ["Mon 23 16:20 due cat"]


def test_reminders_of_a_short_promise_are_a_quarter_of_an_hour_apart() -> None:
    policy = promising(first=targets.first_response("30 minutes"))
    record = opened(SEV2, pacific(20, "23:00"), policy=policy)

    assert record.reminders(FAR) == [
        "Fri 20 23:15 ahead cat",
        "Fri 20 23:30 due cat",
        "Fri 20 23:45 after cat",
        "Sat 21 00:00 after_again cat lea",
    ]


def test_a_promise_of_a_quarter_of_an_hour_has_no_room_for_a_reminder_ahead() -> None:
    policy = promising(first=targets.first_response("15 minutes"))
    record = opened(SEV2, pacific(20, "23:00"), policy=policy)

    assert record.reminders(pacific(20, "23:20")) == ["Fri 20 23:15 due cat"]


def test_reminders_of_a_long_promise_are_at_most_a_business_day_apart() -> None:
    policy = promising(follow_up=targets.follow_up("every two weeks"))
    record = opened(SEV2, policy=policy)
    record.happens(EventKind.UPDATED, pacific(24, "10:00"), CAT)

    assert record.reminders(FAR) == [
        "Mon 7 10:00 ahead cat",
        "Tue 8 10:00 due cat",
        "Wed 9 10:00 after cat",
        "Thu 10 10:00 after_again cat lea",
    ]


def test_time_spent_waiting_on_the_customer_does_not_stretch_reminders() -> None:
    record = opened(SEV2, pacific(23, "09:00"))
    record.happens(EventKind.UPDATED, pacific(23, "10:00"), CAT, waiting="yes")
    record.happens(EventKind.RESUMED, pacific(25, "10:00"), CAT)

    assert record.reminders(pacific(25, "15:30")) == [
        "Wed 25 13:00 ahead cat",
        "Wed 25 14:00 due cat",
        "Wed 25 15:00 after cat",
    ]


def test_nobody_is_reminded_while_we_wait_on_the_customer() -> None:
    record = opened(SEV2)

    record.happens(EventKind.UPDATED, pacific(24, "10:00"), CAT, waiting="yes")

    assert record.reminders(FAR) == []


def test_nobody_is_reminded_of_what_was_answered() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "12:30"))

    record.happens(EventKind.RESOLVED, pacific(24, "12:30"), CAT)

    assert record.reminders(FAR) == []


def test_who_logs_an_update_late_is_not_reminded_ahead_of_the_next() -> None:
    record = opened(SEV2)

    record.happens(
        EventKind.UPDATED,
        pacific(24, "15:30"),
        CAT,
        happened_at=pacific(24, "12:00"),
    )

    assert record.reminders(pacific(24, "16:30")) == ["Tue 24 16:00 due cat"]


def test_what_is_late_from_the_start_is_reminded_of_at_once_and_once() -> None:
    record = opened(SEV2, pacific(24, "14:30"), reported_at=pacific(24, "09:00"))

    assert record.reminders(FAR) == [
        "Tue 24 14:30 after cat",
        "Tue 24 15:00 after_again cat lea",
    ]


def test_a_change_that_lets_a_deadline_pass_reminds_of_it_at_once() -> None:
    record = opened(SEV3, pacific(24, "10:00"))

    record.change(pacific(24, "14:30"), severity=SEV2)

    assert record.owed(FIRST).changed
    assert record.reminders(pacific(24, "15:30")) == [
        "Tue 24 14:30 due cat",
        "Tue 24 15:00 after cat",
    ]


def test_a_change_that_brings_a_deadline_near_reminds_ahead_of_it_at_once() -> None:
    record = opened(SEV3, pacific(24, "10:00"))

    record.change(pacific(24, "13:30"), severity=SEV2)

    assert record.reminders(pacific(24, "14:30")) == [
        "Tue 24 13:30 ahead cat",
        "Tue 24 14:00 due cat",
    ]


def test_a_deadline_that_moved_on_is_reminded_of_anew() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "13:30"))

    record.change(pacific(24, "13:30"), plan="standard")

    assert record.reminders(pacific(25, "10:00")) == [
        "Tue 24 15:00 ahead cat",
        "Tue 24 16:45 due cat",
    ]


def test_a_change_that_moves_nothing_repeats_no_reminder() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "13:30"))

    record.change(pacific(24, "13:30"), severity=SEV1)

    assert record.reminders(FAR) == [
        "Tue 24 14:00 after cat",
        "Tue 24 15:00 after_again cat lea",
    ]


def test_a_change_that_moves_nothing_keeps_a_snooze() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "12:01"))
    record.snooze(FIRST, "15 minutes", pacific(24, "12:05"))

    record.change(pacific(24, "12:10"), severity=SEV1)

    assert record.owed(FIRST).next_nudge_at == pacific(24, "12:20")


def test_a_milder_severity_goes_on_with_the_reminders_that_it_has() -> None:
    record = opened(SEV2, pacific(23, "10:00"), plan="self_service")
    sent = record.reminders(pacific(24, "10:30"))

    record.change(pacific(24, "10:30"), severity=SEV3, plan="standard")

    assert sent == ["Mon 23 16:00 ahead cat", "Tue 24 10:00 due cat"]
    assert record.reminders(FAR) == ["Tue 24 12:00 after cat"]


def test_a_graver_severity_tells_the_lead_of_what_was_silent_already() -> None:
    record = opened(SEV3, pacific(23, "10:00"), plan="standard")
    record.run(pacific(24, "16:00"))

    record.change(pacific(24, "16:00"), severity=SEV2, plan="self_service")

    assert record.reminders(FAR) == ["Tue 24 16:00 after_again cat lea"]


def test_raising_a_sev1_out_of_its_pause_reminds_of_what_is_left() -> None:
    record = opened(SEV2)
    record.happens(EventKind.UPDATED, pacific(24, "10:00"), CAT, waiting="yes")

    record.change(pacific(25, "09:00"), CAT, severity=SEV1)

    assert record.reminders(pacific(25, "13:30")) == [
        "Wed 25 12:00 ahead cat",
        "Wed 25 13:00 due cat",
    ]


def test_the_record_knows_each_step_by_the_number_that_it_always_had() -> None:
    assert NUMBERS == {
        StepKind.AHEAD: 0,
        StepKind.DUE: 1,
        StepKind.AFTER: 2,
        StepKind.AFTER_AGAIN: 3,
    }


@pytest.mark.parametrize(
    ("over", "left"),
    [
        (0, ["ahead", "due", "snoozed", "after", "after_again"]),
        (1, ["due", "snoozed", "after", "after_again"]),
        (2, ["snoozed", "after", "after_again"]),
        (5, ["after", "after_again"]),
        (3, ["after_again"]),
        (4, []),
    ],
)
def test_a_step_put_in_between_comes_for_those_that_did_not_pass_it(
    over: int, left: list[str]
) -> None:
    numbers = {
        StepKind.AHEAD: 0,
        StepKind.DUE: 1,
        StepKind.SNOOZED: 4,
        StepKind.AFTER: 2,
        StepKind.AFTER_AGAIN: 3,
    }

    assert nudges.to_come(numbers, over) == left


@pytest.mark.parametrize(
    ("severity", "goes_on"),
    [(SEV2, [True, True, True, False, False]), (SEV3, [True, True, False])],
)
def test_reminders_end_after_none_but_the_last_steps(
    severity: Severity, goes_on: list[bool]
) -> None:
    record = opened(severity)

    record.run(FAR)

    steps = [before.step for before, _ in record.fired] + [record.owed(FIRST).step]
    assert [nudges.must_go_on(FIRST, step) for step in steps] == goes_on


def test_an_owner_is_asked_by_step_0_and_each_rung_counts_on() -> None:
    record = opened(SEV1)
    record.pages(record.now + timedelta(hours=8))

    numbers = {step.kind: step.number for _, step in reversed(record.fired)}
    steps = [step.number for _, step in record.fired if step.kind is StepKind.PAGE]
    assert numbers[StepKind.CHECK_IN] == 0
    assert steps == list(range(1, len(steps) + 1))
