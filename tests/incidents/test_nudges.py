"""Which reminder of a deadline comes when."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.incidents import nudges, steps
from bot.incidents.deadlines import Kind
from bot.incidents.events import EventKind
from bot.incidents.nudges import Sent
from bot.incidents.steps import NUMBERS, StepKind
from bot.policy import wording
from bot.policy.severities import Severity
from tests import record as records
from tests.factories import pacific
from tests.record import with_targets

SEV1, SEV2, SEV3, SEV4 = Severity
FIRST, UPDATE, CHECK_IN = Kind.FIRST_RESPONSE, Kind.UPDATE, Kind.CHECK_IN
CAT = "U0CAT"
FAR = pacific(30, "17:00", month=12)

opened = partial(records.opened, owner=CAT)


def test_a_sev2_deadline_is_reminded_before_at_and_twice_after() -> None:
    record = opened(SEV2)

    assert record.reminders(FAR) == [
        "Tue 24 12:00 ahead cat",
        "Tue 24 13:00 due cat",
        "Tue 24 14:00 after cat",
        "Tue 24 15:00 after_again cat lea",
    ]
    assert record.owed(FIRST).next_nudge_at is None


def test_a_sev3_deadline_is_reminded_at_and_once_after() -> None:
    record = opened(SEV3, pacific(23, "10:00"))

    assert record.reminders(FAR) == [
        "Tue 24 10:00 due cat",
        "Tue 24 12:00 after cat",
    ]


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("4 hours", ["ahead", "due", "after", "after_again"]),
        ("7 business hours", ["ahead", "due", "after", "after_again"]),
        ("8 business hours", ["due", "after"]),
        ("23 hours", ["ahead", "due", "after", "after_again"]),
        ("24 hours", ["due", "after"]),
        ("1 business day", ["due", "after"]),
    ],
)
def test_a_sev3_is_mild_only_with_a_business_day_or_more(
    words: str, kinds: list[str]
) -> None:
    policy = with_targets(SEV3, first=wording.first_response(words))

    record = opened(SEV3, policy=policy)

    assert [line.split()[3] for line in record.reminders(FAR)] == kinds


@pytest.mark.parametrize(
    ("opened_at", "heard"),
    [
        (pacific(24, "03:00"), ["Wed 25 09:15 after cat"]),
        (pacific(24, "11:00"), ["Wed 25 11:00 due cat", "Wed 25 17:00 after cat"]),
        (pacific(24, "23:00"), ["Wed 25 18:15 due cat", "Thu 26 09:15 after cat"]),
    ],
    ids=["early in the morning", "by day", "late in the evening"],
)
def test_what_is_mild_wakes_nobody_where_hours_never_end(
    opened_at: datetime, heard: list[str]
) -> None:
    policy = with_targets(SEV3, first=wording.first_response("24 hours"))
    record = opened(SEV3, opened_at, policy=policy)

    assert record.run(FAR) == heard


def test_a_grave_reminder_comes_at_night_where_hours_never_end() -> None:
    policy = with_targets(SEV2, first=wording.first_response("24 hours"))
    record = opened(SEV2, pacific(24, "03:00"), policy=policy)

    assert "Wed 25 03:00 due cat" in record.reminders(FAR)


def test_updates_have_the_same_reminders_as_first_responses() -> None:
    record = opened(SEV2)
    record.happens(EventKind.UPDATED, pacific(24, "10:00"), CAT)

    assert record.reminders(pacific(24, "14:30")) == [
        "Tue 24 13:00 ahead cat",
        "Tue 24 14:00 due cat",
    ]


def test_a_deadline_at_closing_is_reminded_before_closing() -> None:
    record = opened(SEV2, pacific(20, "13:00"))

    assert record.reminders(FAR) == [
        "Fri 20 16:00 ahead cat",
        "Fri 20 16:45 due cat",
        "Mon 23 10:00 after cat",
        "Mon 23 11:00 after_again cat lea",
    ]


def test_a_reminder_after_the_deadline_also_comes_before_closing() -> None:
    record = opened(SEV2, pacific(24, "12:00"))

    assert record.reminders(FAR)[2:] == [
        "Tue 24 16:45 after cat",
        "Wed 25 10:00 after_again cat lea",
    ]


def test_a_reminder_ahead_never_comes_after_the_one_at_closing() -> None:
    policy = with_targets(first=wording.first_response("1 business hours"))
    timing = replace(policy.reminders, before_closing=timedelta(minutes=40))
    policy = replace(policy, reminders=timing)

    record = opened(SEV2, pacific(23, "16:00"), policy=policy)

    assert record.reminders(pacific(23, "17:00")) == ["Mon 23 16:20 due cat"]


def test_reminders_of_a_short_target_are_15_minutes_apart() -> None:
    policy = with_targets(first=wording.first_response("30 minutes"))
    record = opened(SEV2, pacific(20, "23:00"), policy=policy)

    assert record.reminders(FAR) == [
        "Fri 20 23:15 ahead cat",
        "Fri 20 23:30 due cat",
        "Fri 20 23:45 after cat",
        "Sat 21 00:00 after_again cat lea",
    ]


def test_a_target_of_15_minutes_has_no_reminder_ahead() -> None:
    policy = with_targets(first=wording.first_response("15 minutes"))
    record = opened(SEV2, pacific(20, "23:00"), policy=policy)

    assert record.reminders(pacific(20, "23:20")) == ["Fri 20 23:15 due cat"]


def test_reminders_of_a_long_target_are_a_business_day_apart() -> None:
    policy = with_targets(follow_up=wording.follow_up("every two weeks"))
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


def test_an_update_logged_late_has_no_reminder_ahead_of_the_next() -> None:
    record = opened(SEV2)

    record.happens(
        EventKind.UPDATED,
        pacific(24, "15:30"),
        CAT,
        happened_at=pacific(24, "12:00"),
    )

    assert record.reminders(pacific(24, "16:30")) == ["Tue 24 16:00 due cat"]


def test_a_deadline_late_from_the_start_is_reminded_at_once() -> None:
    record = opened(SEV2, pacific(24, "14:30"), reported_at=pacific(24, "09:00"))

    assert record.reminders(FAR) == [
        "Tue 24 14:30 after cat",
        "Tue 24 15:00 after_again cat lea",
    ]


def test_a_change_that_makes_a_deadline_late_reminds_at_once() -> None:
    record = opened(SEV3, pacific(24, "10:00"))

    record.change(pacific(24, "14:30"), severity=SEV2)

    assert record.owed(FIRST).changed
    assert record.reminders(pacific(24, "15:30")) == [
        "Tue 24 14:30 due cat",
        "Tue 24 15:00 after cat",
    ]


def test_a_change_that_brings_a_deadline_near_reminds_at_once() -> None:
    record = opened(SEV3, pacific(24, "10:00"))

    record.change(pacific(24, "13:30"), severity=SEV2)

    assert record.reminders(pacific(24, "14:30")) == [
        "Tue 24 13:30 ahead cat",
        "Tue 24 14:00 due cat",
    ]


def test_a_deadline_moved_into_the_future_has_all_its_reminders_again() -> None:
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


def test_a_lowered_severity_continues_with_its_own_reminders() -> None:
    record = opened(SEV2, pacific(23, "10:00"), plan="self_service")
    sent = record.reminders(pacific(24, "10:30"))

    record.change(pacific(24, "10:30"), severity=SEV3, plan="standard")

    assert sent == ["Mon 23 16:00 ahead cat", "Tue 24 10:00 due cat"]
    assert record.reminders(FAR) == ["Tue 24 12:00 after cat"]


def test_a_raised_severity_reminds_the_lead_of_an_overdue_deadline() -> None:
    record = opened(SEV3, pacific(23, "10:00"), plan="standard")
    record.run(pacific(24, "16:00"))

    record.change(pacific(24, "16:00"), severity=SEV2, plan="self_service")

    assert record.reminders(FAR) == ["Tue 24 16:00 after_again cat lea"]


def test_raising_to_sev1_resumes_reminders_for_the_time_left() -> None:
    record = opened(SEV2)
    record.happens(EventKind.UPDATED, pacific(24, "10:00"), CAT, waiting="yes")

    record.change(pacific(25, "09:00"), CAT, severity=SEV1)

    assert record.reminders(pacific(25, "13:30")) == [
        "Wed 25 12:00 ahead cat",
        "Wed 25 13:00 due cat",
    ]


def test_each_steps_stored_number_stays_the_same() -> None:
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
def test_an_inserted_step_fires_only_where_it_was_not_passed(
    over: int, left: list[str]
) -> None:
    numbers = {
        StepKind.AHEAD: 0,
        StepKind.DUE: 1,
        StepKind.SNOOZED: 4,
        StepKind.AFTER: 2,
        StepKind.AFTER_AGAIN: 3,
    }

    assert steps.to_come(numbers, over) == left


@pytest.mark.parametrize(
    ("severity", "goes_on"),
    [(SEV2, [True, True, True, False, False]), (SEV3, [True, True, False])],
)
def test_reminders_end_after_none_but_the_last_steps(
    severity: Severity, goes_on: list[bool]
) -> None:
    record = opened(severity)

    record.run(FAR)

    over = [before.step for before, _ in record.fired] + [record.owed(FIRST).step]
    assert [steps.must_go_on(FIRST, step) for step in over] == goes_on


def test_a_check_in_is_step_0_and_pages_count_from_1() -> None:
    record = opened(SEV1)
    record.pages(record.now + timedelta(hours=8))

    numbers = {step.kind: step.number for _, step in reversed(record.fired)}
    steps = [step.number for _, step in record.fired if step.kind is StepKind.PAGE]
    assert numbers[StepKind.CHECK_IN] == 0
    assert steps == list(range(1, len(steps) + 1))


def test_the_repeats_of_a_sev2_come_after_longer_and_longer_waits() -> None:
    record = records.opened(SEV2, pacific(24, "09:00"))

    paged = [line.split()[2] for line in record.pages(pacific(24, "17:00"))]

    steps = ["09:00", "09:05", "09:10", "09:20"]
    repeats = ["09:35", "10:05", "11:05", "12:05", "13:05", "14:05", "15:05", "16:05"]
    assert paged == steps + repeats


def test_the_repeats_of_a_sev1_stay_as_frequent_as_they_were() -> None:
    record = records.opened(SEV1, pacific(24, "09:00"))

    paged = [line.split()[2] for line in record.pages(pacific(24, "10:06"))]

    assert paged == ["09:00", "09:05", "09:10", "09:20", "09:35", "09:50", "10:05"]


def test_a_clock_ahead_uses_no_reminder_up() -> None:
    record = opened(SEV2)
    queued_at = pacific(24, "12:00")
    _, used_up = nudges.fire(
        record.policy,
        record.incident,
        record.owed(FIRST),
        pacific(24, "12:00"),
        rings=lambda _: True,
    )

    really_at = pacific(24, "09:30")
    sent = [Sent(queued_at, posted_at=really_at)]
    armed = nudges.rearmed(record.policy, record.incident, used_up, really_at, sent)

    assert (armed.step, armed.next_nudge_at) == (0, queued_at)
    assert armed.fired == 1


def test_a_clock_behind_repeats_no_reminder() -> None:
    record = opened(SEV2)
    at = pacific(24, "12:00")
    _, fired = nudges.fire(
        record.policy, record.incident, record.owed(FIRST), at, rings=lambda _: True
    )

    now, sent = pacific(24, "09:30"), [Sent(at, posted_at=at)]
    armed = nudges.rearmed(record.policy, record.incident, fired, now, sent)

    assert armed == fired


def test_a_reminder_used_up_before_a_pause_comes_after_it() -> None:
    record = opened(SEV2)
    _, used_up = nudges.fire(
        record.policy,
        record.incident,
        record.owed(FIRST),
        pacific(26, "12:00"),
        rings=lambda _: True,
    )
    now = pacific(24, "09:30")
    paused = replace(used_up, paused_at=now, next_nudge_at=None)

    armed = nudges.rearmed(record.policy, record.incident, paused, now, [])

    assert (armed.step, armed.next_nudge_at) == (0, None)
