"""Reminders that are put off, and those that were slept through."""

from dataclasses import replace
from functools import partial

import pytest

from bot.incidents import nudges
from bot.incidents.deadlines import Kind
from bot.incidents.incidents import EventKind
from bot.incidents.nudges import StepKind
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


def test_a_snooze_is_one_reminder_more_and_the_cadence_stays() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "12:01"))

    record.snooze(FIRST, "15 minutes", pacific(24, "12:05"))

    assert record.reminders(pacific(24, "14:30")) == [
        "Tue 24 12:20 snoozed cat",
        "Tue 24 13:00 due cat",
        "Tue 24 14:00 after cat",
    ]


def test_a_snooze_until_the_due_instant_is_the_due_reminder() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "12:01"))

    record.snooze(FIRST, "1 hour", pacific(24, "12:00"))

    assert record.reminders(pacific(24, "13:30")) == ["Tue 24 13:00 due cat"]


def test_a_reminder_that_comes_before_the_snooze_ends_takes_its_place() -> None:
    record = opened(SEV2, pacific(24, "13:00"))
    record.run(pacific(24, "16:01"))

    record.snooze(FIRST, "15 minutes", pacific(24, "16:35"))

    assert record.reminders(pacific(24, "17:30")) == ["Tue 24 16:45 due cat"]


def test_a_snooze_ends_at_the_due_instant_at_the_latest() -> None:
    record = opened(SEV2)
    policy, first = record.policy, record.owed(FIRST)

    later = nudges.snoozed(policy, record.incident, first, pacific(24, "15:00"))

    assert later.snoozed_until == pacific(24, "13:00")


@pytest.mark.parametrize(
    ("now", "choices"),
    [
        ("15:30", ["15 minutes", "1 hour", "next opening"]),
        ("09:00", ["15 minutes", "1 hour"]),
        ("09:01", ["15 minutes", "1 hour"]),
        ("10:00", ["15 minutes", "1 hour"]),
        ("10:10", ["15 minutes"]),
        ("10:50", []),
        ("12:00", []),
    ],
)
def test_no_snooze_is_offered_that_would_pass_the_due_instant(
    now: str, choices: list[str]
) -> None:
    record = opened(SEV2, pacific(24, "15:00"))
    first = record.owed(FIRST)
    at = pacific(24 if now == "15:30" else 25, now)

    offered = nudges.snooze_choices(record.policy, record.incident, first, at)

    assert first.due_at == pacific(25, "11:00")
    assert list(offered) == choices


def test_the_next_opening_is_strictly_later_than_now() -> None:
    policy = promising(first=targets.first_response("2 business days"))
    record = opened(SEV2, pacific(23, "15:00"), policy=policy)
    first, at = record.owed(FIRST), pacific(24, "09:00")

    offered = nudges.snooze_choices(record.policy, record.incident, first, at)

    assert offered["next opening"] == pacific(25, "09:00")


def test_what_is_answered_or_paused_cannot_be_put_off() -> None:
    record = opened(SEV2)
    record.happens(EventKind.UPDATED, pacific(24, "09:00"), CAT, waiting="yes")
    now, policy = pacific(24, "09:05"), record.policy

    answered, paused = record.last(FIRST), record.owed(UPDATE)

    assert nudges.snooze_choices(policy, record.incident, answered, now) == {}
    assert nudges.snooze_choices(policy, record.incident, paused, now) == {}


def test_a_check_in_cannot_be_put_off() -> None:
    record = opened(SEV1)
    check_in, now = record.owed(CHECK_IN), pacific(24, "09:05")

    assert nudges.snooze_choices(record.policy, record.incident, check_in, now) == {}


def test_steps_that_were_slept_through_become_the_newest_one() -> None:
    record = opened(SEV2)

    assert record.tick(pacific(24, "13:30")) == ["Tue 24 13:30 due cat"]
    assert record.tick(pacific(24, "13:30")) == []


def test_a_step_that_was_slept_through_still_reaches_its_own_people() -> None:
    record = opened(SEV1, pacific(24, "02:41"), owner=None)

    told = record.tick(pacific(24, "02:53"))

    assert told == ["Tue 24 02:53 page ana ben"]


def test_after_an_outage_everybody_in_the_escalation_is_told_once() -> None:
    record = opened(SEV1, pacific(24, "02:41"), owner=None)

    assert record.tick(pacific(24, "09:40"))[:1] == [
        "Tue 24 09:40 page ana ben lea #support"
    ]
    assert record.owed(Kind.ESCALATION).next_nudge_at == pacific(24, "09:46")


def test_an_owner_whose_repeat_was_slept_through_is_still_asked() -> None:
    record = opened(SEV1, pacific(24, "02:41"))

    assert record.tick(pacific(24, "04:02")) == ["Tue 24 04:02 page cat ana"]


def test_a_snooze_that_was_slept_through_does_not_double_the_reminder() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "12:01"))
    record.snooze(FIRST, "15 minutes", pacific(24, "12:05"))

    assert record.tick(pacific(24, "13:05")) == ["Tue 24 13:05 due cat"]


def test_a_reminder_that_a_new_policy_would_send_later_goes_out_as_what_it_is() -> None:
    record = opened(SEV2)
    later = replace(record.policy.reminders, ahead=0.1)
    policy = replace(record.policy, reminders=later)

    step, fired = nudges.fire(
        policy, record.incident, record.owed(FIRST), pacific(24, "12:00")
    )

    assert step.kind is StepKind.AHEAD
    assert fired.next_nudge_at == pacific(24, "13:00")


def test_each_reminder_that_went_out_has_a_number_of_its_own() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "12:01"))
    record.snooze(FIRST, "15 minutes", pacific(24, "12:05"))

    record.run(pacific(24, "13:30"))

    assert record.owed(FIRST).fired == 3
