"""How the escalation and the check-ins follow a change, an ending and a reopening."""

import pytest

from bot.incidents.deadlines import Kind, Outcome
from bot.incidents.events import EventKind
from bot.policy.severities import Severity
from tests.factories import pacific
from tests.record import opened, with_owl

SEV1, SEV2, SEV3, SEV4 = Severity
CHECK_IN = Kind.CHECK_IN


def test_a_sev2_raised_to_sev1_at_night_pages_at_once() -> None:
    record = opened(SEV2, pacific(24, "20:00"))

    record.change(pacific(24, "23:00"), severity=SEV1)

    assert record.pages(pacific(24, "23:11")) == [
        "Tue 24 23:00 page ana",
        "Tue 24 23:05 page ana",
        "Tue 24 23:10 page ben",
    ]


def test_raising_a_sev2_to_sev1_pages_the_primary_again() -> None:
    record = opened(SEV2, pacific(24, "10:00"))
    record.run(pacific(24, "10:12"))

    record.change(pacific(24, "10:12"), severity=SEV1)

    assert record.pages(pacific(24, "10:13")) == ["Tue 24 10:12 page ana"]


def test_raising_to_sev1_checks_in_with_a_silent_owner_at_once() -> None:
    record = opened(SEV2, pacific(24, "15:00"), owner="U0CAT")
    record.run(pacific(25, "02:00"))

    record.change(pacific(25, "02:00"), severity=SEV1)

    assert record.pages(pacific(25, "02:21")) == [
        "Wed 25 02:00 check_in cat",
        "Wed 25 02:15 page cat ana",
        "Wed 25 02:20 page ana",
    ]


def test_raising_to_sev1_checks_in_at_once_also_with_an_active_owner() -> None:
    record = opened(SEV3, pacific(24, "15:00"), owner="U0CAT")

    record.change(pacific(24, "15:20"), severity=SEV1)

    assert record.pages(pacific(24, "15:46")) == [
        "Tue 24 15:20 check_in cat",
        "Tue 24 15:35 page cat ana",
        "Tue 24 15:40 page ana",
        "Tue 24 15:45 page ben",
    ]


def test_the_answer_to_a_check_in_at_once_starts_the_usual_hour() -> None:
    record = opened(SEV2, pacific(24, "15:00"), owner="U0CAT")
    record.change(pacific(24, "15:20"), severity=SEV1)

    record.happens(EventKind.CHECKED_IN, pacific(24, "15:25"), "U0CAT")

    assert record.pages(pacific(24, "16:26")) == ["Tue 24 16:25 check_in cat"]


def test_a_change_of_plan_does_not_delay_a_check_in_at_once() -> None:
    record = opened(SEV2, pacific(24, "15:00"), owner="U0CAT")
    record.change(pacific(24, "15:20"), severity=SEV1)
    record.run(pacific(24, "15:21"))

    record.change(pacific(24, "15:22"), plan="standard")

    assert record.pages(pacific(24, "15:36")) == ["Tue 24 15:35 page cat ana"]


def test_an_owner_who_raises_it_has_an_hour() -> None:
    record = opened(SEV2, pacific(24, "15:00"), owner="U0CAT")

    record.change(pacific(25, "02:00"), "U0CAT", severity=SEV1)

    assert record.owed(CHECK_IN).due_at == pacific(25, "03:00")


def test_a_sev3_raised_to_sev2_at_night_waits_for_the_opening() -> None:
    record = opened(SEV3, pacific(24, "15:00"))

    record.change(pacific(24, "23:00"), severity=SEV2)

    assert record.pages(pacific(25, "09:01")) == ["Wed 25 09:00 page ana"]


def test_lowering_a_sev1_by_day_pages_nobody_twice() -> None:
    record = opened(SEV1, pacific(24, "10:00"))
    record.run(pacific(24, "10:07"))

    record.change(pacific(24, "10:07"), severity=SEV2)

    assert record.pages(pacific(24, "10:21")) == [
        "Tue 24 10:10 page ben",
        "Tue 24 10:20 page lea #support",
    ]


def test_a_sev1_lowered_at_night_restarts_escalation_at_the_opening() -> None:
    record = opened(SEV1, pacific(24, "02:00"))
    record.run(pacific(24, "02:07"))

    record.change(pacific(24, "02:07"), severity=SEV2)

    assert record.pages(pacific(24, "09:06")) == [
        "Tue 24 09:00 page ana",
        "Tue 24 09:05 page ana",
    ]


@pytest.mark.parametrize(
    ("owner", "severity"),
    [(None, SEV3), ("U0CAT", SEV2)],
    ids=["nobody's, to sev3", "somebody's, to sev2"],
)
def test_a_lowered_severity_ends_escalation_and_check_ins_it_does_not_need(
    owner: str | None, severity: Severity
) -> None:
    record = opened(SEV1, pacific(24, "10:00"), owner=owner)

    record.change(pacific(24, "10:30"), severity=severity)

    assert (
        max(record.deadlines, key=lambda one: one.kind.is_internal).outcome
        is Outcome.VOID
    )
    assert record.pages(pacific(24, "17:00")) == []


def test_changing_to_a_plan_that_pages_at_night_pages_at_once() -> None:
    record = opened(SEV1, pacific(24, "20:00"), plan="self_service")

    record.change(pacific(24, "21:00"), plan="premium")

    assert record.pages(pacific(24, "21:06")) == [
        "Tue 24 21:00 page ana",
        "Tue 24 21:05 page ana",
    ]


def test_changing_to_a_plan_that_pages_at_night_catches_up() -> None:
    record = opened(SEV1, pacific(20, "16:58"), plan="self_service")
    record.run(pacific(20, "17:10"))

    record.change(pacific(20, "17:10"), plan="premium")

    assert record.tick(pacific(20, "17:10")) == ["Fri 20 17:10 page ana ben"]


def test_changing_to_a_plan_without_night_pages_waits_for_the_opening() -> None:
    record = opened(SEV1, pacific(24, "02:00"))
    record.run(pacific(24, "02:07"))

    record.change(pacific(24, "02:07"), plan="self_service")

    assert record.pages(pacific(24, "09:01")) == ["Tue 24 09:00 page ana"]


def test_changing_between_plans_with_night_pages_moves_no_step() -> None:
    record = opened(SEV1, pacific(24, "02:00"))
    record.run(pacific(24, "02:07"))
    before = record.owed(Kind.ESCALATION)

    record.change(pacific(24, "02:07"), plan="standard")

    assert record.owed(Kind.ESCALATION) == before


def test_changing_to_a_plan_that_pages_at_night_checks_in_at_once() -> None:
    record = opened(SEV1, pacific(20, "16:30"), plan="self_service", owner="U0CAT")

    record.change(pacific(21, "02:00"), plan="premium")

    assert record.pages(pacific(21, "02:16")) == [
        "Sat 21 02:00 check_in cat",
        "Sat 21 02:15 page cat ana",
    ]


def test_a_plan_that_pages_at_night_asks_an_active_owner_at_once() -> None:
    record = opened(SEV1, pacific(20, "16:55"), plan="self_service", owner="U0CAT")

    record.change(pacific(20, "17:05"), plan="premium")

    assert record.pages(pacific(20, "17:21")) == [
        "Fri 20 17:05 check_in cat",
        "Fri 20 17:20 page cat ana",
    ]


def test_an_owner_who_changes_the_plan_has_an_hour() -> None:
    record = opened(SEV1, pacific(20, "16:55"), plan="self_service", owner="U0CAT")

    record.change(pacific(20, "17:05"), "U0CAT", plan="premium")

    assert record.pages(pacific(20, "18:06")) == ["Fri 20 18:05 check_in cat"]


def test_a_second_change_of_plan_does_not_delay_an_unanswered_check_in() -> None:
    record = opened(SEV1, pacific(20, "16:30"), plan="self_service", owner="U0CAT")
    record.change(pacific(21, "02:00"), plan="premium")
    record.run(pacific(21, "02:10"))

    record.change(pacific(21, "02:10"), plan="standard")

    assert record.pages(pacific(21, "02:16")) == ["Sat 21 02:15 page cat ana"]


def test_the_escalation_of_a_sev2_follows_the_customers_own_calendar() -> None:
    record = opened(SEV2, pacific(20, "16:58"), policy=with_owl())
    record.run(pacific(20, "17:02"))

    record.happens(
        EventKind.CUSTOMER_SET,
        pacific(20, "17:02"),
        "U0LEA",
        customer="Owl",
        plan="premium",
    )

    assert record.pages(pacific(20, "17:09")) == [
        "Fri 20 17:03 page ana",
        "Fri 20 17:08 page ben",
    ]


@pytest.mark.parametrize("kind", [EventKind.RESOLVED, EventKind.VOIDED])
def test_nobody_is_asked_about_an_incident_that_is_over(kind: EventKind) -> None:
    record = opened(SEV1, pacific(24, "02:00"), owner="U0CAT")

    record.happens(kind, pacific(24, "02:30"))

    assert record.last(CHECK_IN).outcome is Outcome.VOID
    assert record.next_nudge_at() is None


def test_a_reopened_sev1_that_nobody_owns_escalates_again() -> None:
    record = opened(SEV1, pacific(24, "02:00"))
    record.happens(EventKind.RESOLVED, pacific(24, "02:01"), "U0BEN")

    record.happens(EventKind.REOPENED, pacific(24, "04:00"), "U0BEN")

    assert record.pages(pacific(24, "04:06")) == [
        "Tue 24 04:00 page ana",
        "Tue 24 04:05 page ana",
    ]


def test_reopening_a_sev1_hours_later_checks_in_with_its_owner() -> None:
    record = opened(SEV1, pacific(24, "15:00"), owner="U0CAT")
    record.happens(EventKind.RESOLVED, pacific(24, "15:30"), "U0CAT")

    record.happens(EventKind.REOPENED, pacific(25, "02:00"), "U0BEN")

    assert record.pages(pacific(25, "02:01")) == ["Wed 25 02:00 check_in cat"]


def test_reopening_a_sev1_within_the_hour_checks_in_at_once() -> None:
    record = opened(SEV1, pacific(24, "15:00"), owner="U0CAT")
    record.happens(EventKind.RESOLVED, pacific(24, "15:30"), "U0CAT")

    record.happens(EventKind.REOPENED, pacific(24, "15:40"), "U0BEN")

    assert record.pages(pacific(24, "15:41")) == ["Tue 24 15:40 check_in cat"]


def test_an_owner_who_reopens_a_sev1_has_an_hour() -> None:
    record = opened(SEV1, pacific(24, "15:00"), owner="U0CAT")
    record.happens(EventKind.RESOLVED, pacific(24, "15:30"), "U0CAT")

    record.happens(EventKind.REOPENED, pacific(25, "02:00"), "U0CAT")

    assert record.owed(CHECK_IN).due_at == pacific(25, "03:00")
