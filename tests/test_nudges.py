"""Which reminder comes when, and to whom."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot import nudges, targets
from bot.deadlines import Kind
from bot.incidents import EventKind
from bot.nudges import Because, Recipient, Step, StepKind
from bot.policies import OnCall, Policy, Role, Severity
from bot.targets import Promise
from tests.factories import incident, pacific, shipped_policy
from tests.record import Record

SEV1, SEV2, SEV3, SEV4 = Severity
FIRST, UPDATE, CHECK_IN = Kind.FIRST_RESPONSE, Kind.UPDATE, Kind.CHECK_IN
CAT = "U0CAT"


def opened(
    severity: Severity = SEV2,
    at: datetime | None = None,
    *,
    owner: str | None = CAT,
    plan: str = "premium",
    reported_at: datetime | None = None,
    policy: Policy | None = None,
) -> Record:
    """Return an incident of Cat's, Tuesday 24 November 09:00 unless said."""
    fresh = incident(severity, plan=plan, opened_at=at, owner=owner)
    reported_at = reported_at or fresh.reported_at
    return Record(replace(fresh, reported_at=reported_at), policy)


def promising(*, follow_up: Promise | None = None, first: Promise | None = None) -> Policy:
    """Return the shipped policy with another promise to premium customers' Sev2."""
    policy, cell = shipped_policy(), (SEV2, "premium")
    if follow_up is not None:
        policy = replace(policy, follow_ups={**policy.follow_ups, cell: follow_up})
    if first is not None:
        firsts = {**policy.first_responses, cell: first}
        policy = replace(policy, first_responses=firsts)
    return policy


def with_on_call(**people: str | None) -> Policy:
    policy = shipped_policy()
    on_call = OnCall(**{"primary": "U0ANA", "backup": "U0BEN", "lead": "U0LEA", **people})
    return replace(policy, on_call=on_call)


def reminders(record: Record, until: datetime) -> list[str]:
    """Let time pass; return the reminders of promises, pages apart."""
    told = record.run(until)
    return [line for line in told if " rung " not in line and " check_in " not in line]


def change(record: Record, at: datetime, by: str = "U0LEA", **details: str) -> None:
    record.happens(EventKind.CHANGED, at, by, **details)


FAR = pacific(30, "17:00", month=12)


# When


def test_a_grave_promise_is_reminded_of_ahead_when_due_and_twice_after() -> None:
    record = opened(SEV2)

    assert reminders(record, FAR) == [
        "Tue 24 12:00 ahead cat",
        "Tue 24 13:00 due cat",
        "Tue 24 14:00 after cat",
        "Tue 24 15:00 after_again cat lea",
    ]
    assert record.owed(FIRST).next_nudge_at is None


def test_a_mild_promise_is_reminded_of_when_due_and_once_after() -> None:
    record = opened(SEV3, pacific(23, "10:00"))

    assert reminders(record, FAR) == [
        "Tue 24 10:00 due cat",
        "Tue 24 12:00 after cat",
    ]


def test_updates_are_reminded_of_like_first_responses() -> None:
    record = opened(SEV2)
    record.happens(EventKind.UPDATED, pacific(24, "10:00"), CAT)

    assert reminders(record, pacific(24, "14:30")) == [
        "Tue 24 13:00 ahead cat",
        "Tue 24 14:00 due cat",
    ]


def test_what_is_due_at_closing_is_reminded_of_while_somebody_is_at_work() -> None:
    record = opened(SEV2, pacific(20, "13:00"))

    assert reminders(record, FAR) == [
        "Fri 20 16:00 ahead cat",
        "Fri 20 16:45 due cat",
        "Mon 23 10:00 after cat",
        "Mon 23 11:00 after_again cat lea",
    ]


def test_a_reminder_after_that_falls_on_a_closing_comes_before_it_too() -> None:
    record = opened(SEV2, pacific(24, "12:00"))

    assert reminders(record, FAR)[2:] == [
        "Tue 24 16:45 after cat",
        "Wed 25 10:00 after_again cat lea",
    ]


def test_reminders_of_a_short_promise_are_a_quarter_of_an_hour_apart() -> None:
    policy = promising(first=targets.first_response("30 minutes"))
    record = opened(SEV2, pacific(20, "23:00"), policy=policy)

    assert reminders(record, FAR) == [
        "Fri 20 23:15 ahead cat",
        "Fri 20 23:30 due cat",
        "Fri 20 23:45 after cat",
        "Sat 21 00:00 after_again cat lea",
    ]


def test_a_promise_of_a_quarter_of_an_hour_has_no_room_for_a_reminder_ahead() -> None:
    policy = promising(first=targets.first_response("15 minutes"))
    record = opened(SEV2, pacific(20, "23:00"), policy=policy)

    assert reminders(record, pacific(20, "23:20")) == ["Fri 20 23:15 due cat"]


def test_reminders_of_a_long_promise_are_at_most_a_business_day_apart() -> None:
    policy = promising(follow_up=targets.follow_up("every two weeks"))
    record = opened(SEV2, policy=policy)
    record.happens(EventKind.UPDATED, pacific(24, "10:00"), CAT)

    assert reminders(record, FAR) == [
        "Mon 7 10:00 ahead cat",
        "Tue 8 10:00 due cat",
        "Wed 9 10:00 after cat",
        "Thu 10 10:00 after_again cat lea",
    ]


def test_the_time_spent_waiting_on_the_customer_does_not_stretch_the_reminders() -> None:
    record = opened(SEV2, pacific(23, "09:00"))
    record.happens(EventKind.UPDATED, pacific(23, "10:00"), CAT, waiting="yes")
    record.happens(EventKind.RESUMED, pacific(25, "10:00"), CAT)

    assert reminders(record, pacific(25, "15:30")) == [
        "Wed 25 13:00 ahead cat",
        "Wed 25 14:00 due cat",
        "Wed 25 15:00 after cat",
    ]


def test_nobody_is_reminded_while_we_wait_on_the_customer() -> None:
    record = opened(SEV2)

    record.happens(EventKind.UPDATED, pacific(24, "10:00"), CAT, waiting="yes")

    assert reminders(record, FAR) == []


def test_nobody_is_reminded_of_what_was_answered() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "12:30"))

    record.happens(EventKind.RESOLVED, pacific(24, "12:30"), CAT)

    assert reminders(record, FAR) == []


# A late start


def test_who_logs_an_update_late_is_not_reminded_ahead_of_the_next() -> None:
    record = opened(SEV2)

    record.happens(
        EventKind.UPDATED,
        pacific(24, "15:30"),
        CAT,
        happened_at=pacific(24, "12:00"),
    )

    assert reminders(record, pacific(24, "16:30")) == ["Tue 24 16:00 due cat"]


def test_what_is_late_from_the_start_is_reminded_of_at_once_and_once() -> None:
    record = opened(SEV2, pacific(24, "14:30"), reported_at=pacific(24, "09:00"))

    assert reminders(record, FAR) == [
        "Tue 24 14:30 after cat",
        "Tue 24 15:00 after_again cat lea",
    ]


# Changes


def test_a_change_that_lets_a_deadline_pass_reminds_of_it_at_once() -> None:
    record = opened(SEV3, pacific(24, "10:00"))

    change(record, pacific(24, "14:30"), severity="sev2")

    assert record.owed(FIRST).changed
    assert reminders(record, pacific(24, "15:30")) == [
        "Tue 24 14:30 due cat",
        "Tue 24 15:00 after cat",
    ]


def test_a_change_that_brings_a_deadline_near_reminds_ahead_of_it_at_once() -> None:
    record = opened(SEV3, pacific(24, "10:00"))

    change(record, pacific(24, "13:30"), severity="sev2")

    assert reminders(record, pacific(24, "14:30")) == [
        "Tue 24 13:30 ahead cat",
        "Tue 24 14:00 due cat",
    ]


def test_a_deadline_that_moved_on_is_reminded_of_anew() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "13:30"))

    change(record, pacific(24, "13:30"), plan="standard")

    assert reminders(record, pacific(25, "10:00")) == [
        "Tue 24 15:00 ahead cat",
        "Tue 24 16:45 due cat",
    ]


def test_a_change_that_moves_nothing_repeats_no_reminder() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "13:30"))

    change(record, pacific(24, "13:30"), severity="sev1")

    assert reminders(record, FAR) == [
        "Tue 24 14:00 after cat",
        "Tue 24 15:00 after_again cat lea",
    ]


def test_a_change_that_moves_nothing_keeps_a_snooze() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "12:01"))
    record.snooze(FIRST, "15 minutes", pacific(24, "12:05"))

    change(record, pacific(24, "12:10"), severity="sev1")

    assert record.owed(FIRST).next_nudge_at == pacific(24, "12:20")


def test_a_milder_severity_goes_on_with_the_reminders_that_it_has() -> None:
    record = opened(SEV2, pacific(23, "10:00"), plan="self_service")
    sent = reminders(record, pacific(24, "10:30"))

    change(record, pacific(24, "10:30"), severity="sev3", plan="standard")

    assert sent == ["Mon 23 16:00 ahead cat", "Tue 24 10:00 due cat"]
    assert reminders(record, FAR) == ["Tue 24 12:00 after cat"]


def test_a_graver_severity_tells_the_lead_of_what_was_silent_already() -> None:
    record = opened(SEV3, pacific(23, "10:00"), plan="standard")
    record.run(pacific(24, "16:00"))

    change(record, pacific(24, "16:00"), severity="sev2", plan="self_service")

    assert reminders(record, FAR) == ["Tue 24 16:00 after_again cat lea"]


def test_raising_a_sev1_out_of_its_pause_reminds_of_what_is_left() -> None:
    record = opened(SEV2)
    record.happens(EventKind.UPDATED, pacific(24, "10:00"), CAT, waiting="yes")

    change(record, pacific(25, "09:00"), CAT, severity="sev1")

    assert reminders(record, pacific(25, "13:30")) == [
        "Wed 25 12:00 ahead cat",
        "Wed 25 13:00 due cat",
    ]


# Snooze


def test_a_snooze_is_one_reminder_more_and_the_cadence_stays() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "12:01"))

    record.snooze(FIRST, "15 minutes", pacific(24, "12:05"))

    assert reminders(record, pacific(24, "14:30")) == [
        "Tue 24 12:20 snoozed cat",
        "Tue 24 13:00 due cat",
        "Tue 24 14:00 after cat",
    ]


def test_a_snooze_until_the_due_instant_is_the_due_reminder() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "12:01"))

    record.snooze(FIRST, "1 hour", pacific(24, "12:00"))

    assert reminders(record, pacific(24, "13:30")) == ["Tue 24 13:00 due cat"]


def test_a_reminder_that_comes_before_the_snooze_ends_takes_its_place() -> None:
    record = opened(SEV2, pacific(24, "13:00"))
    record.run(pacific(24, "16:01"))

    record.snooze(FIRST, "15 minutes", pacific(24, "16:35"))

    assert reminders(record, pacific(24, "17:30")) == ["Tue 24 16:45 due cat"]


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


# Catching up


def test_steps_that_were_slept_through_become_the_newest_one() -> None:
    record = opened(SEV2)

    assert record.tick(pacific(24, "13:30")) == ["Tue 24 13:30 due cat"]
    assert record.tick(pacific(24, "13:30")) == []


def test_a_step_that_was_slept_through_still_reaches_its_own_people() -> None:
    record = opened(SEV1, pacific(24, "02:41"), owner=None)

    told = record.tick(pacific(24, "02:53"))

    assert told == ["Tue 24 02:53 rung ana ben"]


def test_after_an_outage_everybody_on_the_ladder_is_told_once() -> None:
    record = opened(SEV1, pacific(24, "02:41"), owner=None)

    assert record.tick(pacific(24, "09:40"))[:1] == [
        "Tue 24 09:40 rung ana ben lea #support"
    ]
    assert record.owed(CHECK_IN).next_nudge_at == pacific(24, "09:46")


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


# To whom


def test_while_nobody_owns_it_the_primary_on_call_is_reminded() -> None:
    record = opened(SEV3, pacific(23, "10:00"), owner=None)

    assert reminders(record, pacific(24, "10:30")) == ["Tue 24 10:00 due ana"]


def test_a_new_owner_gets_the_reminders_that_are_still_to_come() -> None:
    record = opened(SEV2)
    record.run(pacific(24, "12:30"))

    record.happens(EventKind.TAKEN, pacific(24, "12:30"), "U0BEN")

    assert reminders(record, pacific(24, "13:30")) == ["Tue 24 13:00 due ben"]


def test_a_lead_who_owns_it_is_told_once_as_its_owner() -> None:
    step = Step(
        3, StepKind.AFTER_AGAIN, pacific(24, "15:00"), to_owner=True, roles=(Role.LEAD,)
    )
    policy = shipped_policy()

    told = nudges.recipients(policy, incident(owner="U0LEA"), step, policy.on_call)

    assert told == (Recipient("U0LEA", Because.OWNER),)


def test_an_owner_on_the_ladder_is_told_as_the_owner() -> None:
    step = Step(
        2, StepKind.RUNG, pacific(24, "15:00"), to_owner=False, roles=(Role.PRIMARY,)
    )
    policy = shipped_policy()

    told = nudges.recipients(policy, incident(owner="U0ANA"), step, policy.on_call)

    assert told == (Recipient("U0ANA", Because.OWNER),)


def test_who_is_both_primary_and_lead_is_told_once() -> None:
    policy = with_on_call(lead="U0ANA")
    step = Step(
        3, StepKind.AFTER_AGAIN, pacific(24, "15:00"), to_owner=True, roles=(Role.LEAD,)
    )

    told = nudges.recipients(policy, incident(), step, policy.on_call)

    assert told == (Recipient("U0ANA", Because.PRIMARY),)


def test_a_role_that_nobody_fills_is_passed_over() -> None:
    policy = with_on_call(lead=None)
    step = Step(
        3, StepKind.RUNG, pacific(24, "15:00"), False, (Role.LEAD, Role.FALLBACK)
    )

    (told,) = nudges.recipients(policy, incident(), step, policy.on_call)

    assert told == Recipient("C0SUPPORT", Because.FALLBACK)
    assert not told.is_person


# Who is next


def test_at_the_opening_the_backup_is_next() -> None:
    record = opened(SEV1, pacific(24, "02:41"), owner=None)
    policy, ladder = record.policy, record.owed(CHECK_IN)

    following = nudges.next_told(
        policy, record.incident, ladder, policy.on_call, but_not=["U0ANA"]
    )

    assert following == (Recipient("U0BEN", Because.BACKUP), pacific(24, "02:51"))


def test_before_anybody_is_told_the_primary_is_next() -> None:
    record = opened(SEV2, pacific(24, "20:00"), owner=None)
    policy, ladder = record.policy, record.owed(CHECK_IN)

    following = nudges.next_told(policy, record.incident, ladder, policy.on_call)

    assert following == (Recipient("U0ANA", Because.PRIMARY), pacific(25, "09:00"))


def test_a_silent_owner_hears_that_the_primary_is_next_with_the_repeat() -> None:
    record = opened(SEV1, pacific(24, "02:41"))
    record.run(pacific(24, "03:42"))
    policy, check_in = record.policy, record.owed(CHECK_IN)

    following = nudges.next_told(policy, record.incident, check_in, policy.on_call)

    assert following == (Recipient("U0ANA", Because.PRIMARY), pacific(24, "03:56"))


def test_an_owner_who_is_the_primary_hears_of_the_backup_not_of_themselves() -> None:
    record = opened(SEV1, pacific(24, "02:41"), owner="U0ANA")
    record.run(pacific(24, "03:42"))
    policy, check_in = record.policy, record.owed(CHECK_IN)

    following = nudges.next_told(policy, record.incident, check_in, policy.on_call)

    assert following == (Recipient("U0BEN", Because.BACKUP), pacific(24, "04:06"))


def test_those_who_are_told_now_are_not_next() -> None:
    record = opened(SEV1, pacific(24, "02:41"), owner=None)
    record.run(pacific(24, "02:47"))
    policy, ladder = record.policy, record.owed(CHECK_IN)
    told = (who for who in ("U0ANA", "U0BEN", "U0LEA"))

    following = nudges.next_told(
        policy, record.incident, ladder, policy.on_call, but_not=told
    )

    assert following == (
        Recipient("C0SUPPORT", Because.FALLBACK),
        pacific(24, "03:01"),
    )


def test_when_everybody_is_told_nobody_is_next() -> None:
    record = opened(SEV1, pacific(24, "02:41"), owner=None)
    record.run(pacific(24, "03:20"))
    policy, ladder = record.policy, record.owed(CHECK_IN)

    following = nudges.next_told(
        policy,
        record.incident,
        ladder,
        policy.on_call,
        but_not=["U0ANA", "U0BEN", "U0LEA", "C0SUPPORT"],
    )

    assert following is None


def test_the_repeat_of_a_check_in_comes_a_quarter_of_an_hour_after_it() -> None:
    record = opened(SEV1, pacific(24, "02:41"))
    check_in = record.owed(CHECK_IN)

    asked, again = (
        nudges.step_of(record.policy, record.incident, check_in, index)
        for index in (0, 1)
    )

    assert asked is not None
    assert again is not None
    assert again.at - asked.at == timedelta(minutes=15)
