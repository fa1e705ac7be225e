"""Snoozed reminders, and reminders missed in an outage."""

from dataclasses import replace
from functools import partial

import pytest

from bot.incidents import nudges
from bot.incidents.deadlines import Kind
from bot.incidents.events import EventKind
from bot.incidents.steps import StepKind
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


def test_a_snooze_adds_one_reminder_and_keeps_the_cadence() -> None:
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


def test_a_reminder_before_the_end_of_a_snooze_replaces_it() -> None:
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
def test_no_snooze_is_offered_past_the_due_instant(
    now: str, choices: list[str]
) -> None:
    record = opened(SEV2, pacific(24, "15:00"))
    first = record.owed(FIRST)
    at = pacific(24 if now == "15:30" else 25, now)

    offered = nudges.snooze_choices(record.policy, record.incident, first, at)

    assert first.due_at == pacific(25, "11:00")
    assert list(offered) == choices


def test_the_next_opening_is_strictly_later_than_now() -> None:
    policy = with_targets(first=wording.first_response("2 business days"))
    record = opened(SEV2, pacific(23, "15:00"), policy=policy)
    first, at = record.owed(FIRST), pacific(24, "09:00")

    offered = nudges.snooze_choices(record.policy, record.incident, first, at)

    assert offered["next opening"] == pacific(25, "09:00")


def test_an_answered_or_paused_deadline_cannot_be_snoozed() -> None:
    record = opened(SEV2)
    record.happens(EventKind.UPDATED, pacific(24, "09:00"), CAT, waiting="yes")
    now, policy = pacific(24, "09:05"), record.policy

    answered, paused = record.last(FIRST), record.owed(UPDATE)

    assert nudges.snooze_choices(policy, record.incident, answered, now) == {}
    assert nudges.snooze_choices(policy, record.incident, paused, now) == {}


def test_a_check_in_cannot_be_snoozed() -> None:
    record = opened(SEV1)
    check_in, now = record.owed(CHECK_IN), pacific(24, "09:05")

    assert nudges.snooze_choices(record.policy, record.incident, check_in, now) == {}


def test_after_an_outage_only_the_newest_step_goes_out() -> None:
    record = opened(SEV2)

    assert record.tick(pacific(24, "13:30")) == ["Tue 24 13:30 due cat"]
    assert record.tick(pacific(24, "13:30")) == []


def test_after_an_outage_missed_steps_still_reach_their_people() -> None:
    record = opened(SEV1, pacific(24, "02:41"), owner=None)

    told = record.tick(pacific(24, "02:53"))

    assert told == ["Tue 24 02:53 page ana ben"]


def test_after_an_outage_everybody_in_the_escalation_is_paged_once() -> None:
    record = opened(SEV1, pacific(24, "02:41"), owner=None)

    assert record.tick(pacific(24, "09:40"))[:1] == [
        "Tue 24 09:40 page ana ben lea #support"
    ]
    assert record.owed(Kind.ESCALATION).next_nudge_at == pacific(24, "09:46")


def test_after_an_outage_the_owner_still_gets_a_missed_repeat() -> None:
    record = opened(SEV1, pacific(24, "02:41"))

    assert record.tick(pacific(24, "04:02")) == ["Tue 24 04:02 page cat ana"]


def test_a_snooze_missed_in_an_outage_does_not_double_the_reminder() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "12:01"))
    record.snooze(FIRST, "15 minutes", pacific(24, "12:05"))

    assert record.tick(pacific(24, "13:05")) == ["Tue 24 13:05 due cat"]


def test_a_due_reminder_keeps_its_kind_under_a_later_policy() -> None:
    record = opened(SEV2)
    later = replace(record.policy.reminders, ahead=0.1)
    policy = replace(record.policy, reminders=later)

    step, fired = nudges.fire(
        policy,
        record.incident,
        record.owed(FIRST),
        pacific(24, "12:00"),
        rings=lambda _: True,
    )

    assert step.kind is StepKind.AHEAD
    assert fired.next_nudge_at == pacific(24, "13:00")


def test_each_sent_reminder_has_its_own_number() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "12:01"))
    record.snooze(FIRST, "15 minutes", pacific(24, "12:05"))

    record.run(pacific(24, "13:30"))

    assert record.owed(FIRST).fired == 3
