"""Who is paged for an unowned Sev1 or Sev2, and for a silent owner."""

from datetime import datetime
from typing import Any

import pytest

from bot.incidents.deadlines import Kind, Outcome
from bot.incidents.events import Event, EventKind
from bot.policy.severities import Severity
from tests.factories import pacific
from tests.record import opened

SEV1, SEV2, SEV3, SEV4 = Severity
CHECK_IN = Kind.CHECK_IN


def test_a_sev1_at_night_escalates_from_the_minute_it_is_opened() -> None:
    record = opened(SEV1, pacific(24, "02:41"))

    assert record.pages(pacific(24, "03:20")) == [
        "Tue 24 02:41 page ana",
        "Tue 24 02:46 page ana",
        "Tue 24 02:51 page ben",
        "Tue 24 03:01 page lea #support",
        "Tue 24 03:16 page ana ben lea #support",
    ]


def test_a_sev1_that_nobody_takes_keeps_paging() -> None:
    record = opened(SEV1, pacific(24, "02:40"))
    record.run(pacific(24, "03:10"))

    days = record.pages(pacific(30, "03:10"))

    assert len(days) == 6 * 24 * 4
    assert days[0] == "Tue 24 03:15 page ana ben lea #support"
    assert days[-1] == "Mon 30 03:00 page ana ben lea #support"


def test_a_sev2_escalates_in_business_hours() -> None:
    record = opened(SEV2, pacific(20, "16:58"))

    assert record.pages(pacific(23, "09:20")) == [
        "Fri 20 16:58 page ana",
        "Mon 23 09:03 page ana",
        "Mon 23 09:08 page ben",
        "Mon 23 09:18 page lea #support",
    ]


def test_a_sev2_opened_at_night_pages_at_the_next_opening() -> None:
    record = opened(SEV2, pacific(24, "20:00"))

    assert record.pages(pacific(25, "09:04")) == ["Wed 25 09:00 page ana"]


@pytest.mark.parametrize("severity", [SEV3, SEV4])
def test_a_sev3_or_sev4_never_escalates(severity: Severity) -> None:
    record = opened(severity, pacific(24, "10:00"))

    assert record.pages(pacific(30, "10:00")) == []


def test_a_sev1_on_a_plan_without_night_pages_waits_for_the_opening() -> None:
    record = opened(SEV1, pacific(24, "20:00"), plan="self_service")

    assert record.pages(pacific(25, "09:06")) == [
        "Wed 25 09:00 page ana",
        "Wed 25 09:05 page ana",
    ]


def test_the_escalation_goes_on_while_somebody_only_answers_the_customer() -> None:
    record = opened(SEV1, pacific(24, "10:00"))
    record.run(pacific(24, "10:06"))

    record.happens(EventKind.UPDATED, pacific(24, "10:07"), "U0CAT")

    assert record.pages(pacific(24, "10:11")) == ["Tue 24 10:10 page ben"]


def test_the_escalation_of_a_sev2_ends_when_somebody_takes_it() -> None:
    record = opened(SEV2, pacific(24, "10:00"))
    record.run(pacific(24, "10:06"))

    record.happens(EventKind.TAKEN, pacific(24, "10:07"), "U0BEN")

    assert record.pages(pacific(24, "17:00")) == []


def test_a_silent_owner_is_asked_twice_before_the_escalation_starts() -> None:
    record = opened(SEV1, pacific(24, "02:41"))
    record.run(pacific(24, "02:42"))

    record.happens(EventKind.TAKEN, pacific(24, "02:43"), "U0CAT")

    assert record.pages(pacific(24, "04:50")) == [
        "Tue 24 03:43 check_in cat",
        "Tue 24 03:58 page cat ana",
        "Tue 24 04:03 page ana",
        "Tue 24 04:08 page ben",
        "Tue 24 04:18 page lea #support",
        "Tue 24 04:33 page cat ana ben lea #support",
        "Tue 24 04:48 page cat ana ben lea #support",
    ]


def test_an_owner_who_is_on_call_gets_one_page_for_two_reasons() -> None:
    record = opened(SEV1, pacific(24, "02:43"), owner="U0ANA")

    assert record.pages(pacific(24, "04:10")) == [
        "Tue 24 03:43 check_in ana",
        "Tue 24 03:58 page ana",
        "Tue 24 04:03 page ana",
        "Tue 24 04:08 page ben",
    ]


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        (EventKind.CHECKED_IN, {}),
        (EventKind.UPDATED, {}),
        (
            EventKind.SNOOZED,
            {
                "deadline": "INC-42/first_response/1",
                "until": pacific(24, "02:55").isoformat(),
            },
        ),
    ],
    ids=["checked in", "updated", "snoozed"],
)
def test_any_act_of_the_owner_moves_the_check_in_an_hour_on(
    kind: EventKind, details: dict[str, str]
) -> None:
    record = opened(SEV1, pacific(24, "02:00"), owner="U0ANA")

    at = pacific(24, "02:50")
    record.apply(Event(kind, at, at, "U0ANA", details))

    assert record.owed(CHECK_IN).due_at == pacific(24, "03:50")


def test_an_act_of_somebody_else_does_not_answer_the_check_in() -> None:
    record = opened(SEV1, pacific(24, "02:00"), owner="U0ANA")

    record.happens(EventKind.UPDATED, pacific(24, "02:50"), "U0BEN")

    assert record.owed(CHECK_IN).due_at == pacific(24, "03:00")


def test_the_owners_answer_stops_the_escalation() -> None:
    record = opened(SEV1, pacific(24, "02:00"), owner="U0CAT")
    record.run(pacific(24, "03:21"))

    record.happens(EventKind.CHECKED_IN, pacific(24, "03:22"), "U0CAT")

    assert record.pages(pacific(24, "04:30")) == ["Tue 24 04:22 check_in cat"]


@pytest.mark.parametrize(
    ("answered_at", "outcome"),
    [(pacific(24, "03:00"), Outcome.KEPT), (pacific(24, "03:01"), Outcome.LATE)],
    ids=["when asked", "a minute later"],
)
def test_a_check_in_was_kept_if_the_owner_acted_within_the_hour(
    answered_at: datetime, outcome: Outcome
) -> None:
    record = opened(SEV1, pacific(24, "02:00"), owner="U0CAT")

    record.happens(EventKind.CHECKED_IN, answered_at, "U0CAT")

    first = next(one for one in record.deadlines if one.kind is CHECK_IN)
    assert first.outcome is outcome


def test_check_ins_go_to_the_owner_who_took_over() -> None:
    record = opened(SEV1, pacific(24, "02:00"), owner="U0CAT")
    record.run(pacific(24, "03:21"))

    record.happens(EventKind.TAKEN, pacific(24, "03:22"), "U0BEN")

    assert record.pages(pacific(24, "04:30")) == ["Tue 24 04:22 check_in ben"]


def test_an_offer_does_not_change_the_owner() -> None:
    record = opened(SEV1, pacific(24, "02:00"), owner="U0CAT")

    record.happens(
        EventKind.HAND_OFF_OFFERED, pacific(24, "02:30"), "U0CAT", to="U0BEN"
    )

    assert record.pages(pacific(24, "03:40")) == ["Tue 24 03:30 check_in cat"]


def test_without_night_pages_check_ins_run_in_business_hours() -> None:
    record = opened(SEV1, pacific(20, "16:30"), plan="self_service", owner="U0CAT")

    assert record.pages(pacific(23, "09:50")) == [
        "Mon 23 09:30 check_in cat",
        "Mon 23 09:45 page cat ana",
    ]


def test_an_owned_sev2_has_no_check_ins() -> None:
    record = opened(SEV2, pacific(24, "10:00"), owner="U0CAT")

    assert record.pages(pacific(30, "10:00")) == []


def test_an_escalation_is_our_own_aim() -> None:
    assert opened(SEV1, pacific(24, "02:00")).owed(Kind.ESCALATION).is_aim


def test_a_sev1_whose_owner_left_escalates_from_that_minute_on() -> None:
    record = opened(SEV1, pacific(24, "02:41"), owner="U0CAT")

    record.happens(
        EventKind.RELEASED, pacific(24, "03:00"), by="", who="U0CAT", owned="yes"
    )

    assert record.last(CHECK_IN).outcome is Outcome.VOID
    assert record.pages(pacific(24, "03:15")) == [
        "Tue 24 03:00 page ana",
        "Tue 24 03:05 page ana",
        "Tue 24 03:10 page ben",
    ]


def test_a_sev3_whose_owner_left_pages_nobody() -> None:
    record = opened(SEV3, pacific(24, "10:00"), owner="U0CAT")

    record.happens(
        EventKind.RELEASED, pacific(24, "11:00"), by="", who="U0CAT", owned="yes"
    )

    assert record.pages(pacific(26, "03:15")) == []


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        (EventKind.RELEASED, {"who": "U0CAT", "to": "U0CAT"}),
        (EventKind.HAND_OFF_EXPIRED, {"to": "U0CAT"}),
    ],
    ids=["who was asked is gone", "nobody answered"],
)
def test_the_end_of_an_offer_is_no_sign_of_the_owner(
    kind: EventKind, details: dict[str, Any]
) -> None:
    record = opened(SEV1, pacific(24, "10:00"), owner="U0ANA")
    before = record.owed(CHECK_IN)

    record.happens(kind, pacific(24, "10:30"), by="", **details)

    assert record.owed(CHECK_IN) == before
