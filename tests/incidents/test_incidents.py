"""How each event changes an incident."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.incidents.events import Event, EventKind, VoidReason
from bot.incidents.incidents import Incident, Status, apply
from bot.policy.severities import Severity
from tests.factories import incident, pacific

OPENED_AT = pacific(24, "09:00")
NOON = pacific(24, "12:00")
ONE = pacific(24, "13:00")


def event(
    kind: EventKind,
    by: str = "U0ANA",
    *,
    at: datetime = NOON,
    recorded_at: datetime | None = None,
    **details: str,
) -> Event:
    return Event(kind, at, recorded_at or at, by, details)


def happened(before: Incident, *events: Event) -> Incident:
    for one in events:
        before = apply(before, one)
    return before


def test_an_incident_is_named_the_way_people_write_it() -> None:
    assert incident(number=42).name == "INC-42"


@pytest.mark.parametrize(
    ("status", "is_open"),
    [(Status.OPEN, True), (Status.RESOLVED, False), (Status.VOID, False)],
)
def test_only_an_open_incident_still_owes_something(
    status: Status, is_open: bool
) -> None:
    assert replace(incident(), status=status).is_open is is_open


def test_taking_an_incident_makes_its_taker_the_owner() -> None:
    taken = apply(incident(), event(EventKind.TAKEN, "U0BEN"))

    assert (taken.owner, taken.owned_since) == ("U0BEN", NOON)


def test_taking_an_incident_does_not_answer_the_customer() -> None:
    assert apply(incident(), event(EventKind.TAKEN)).responded_at is None


def test_taking_an_incident_over_ends_an_offer_of_it() -> None:
    offered = apply(
        incident(owner="U0ANA"), event(EventKind.HAND_OFF_OFFERED, to="U0BEN")
    )

    assert apply(offered, event(EventKind.TAKEN, "U0LEA")).offered_to is None


@pytest.mark.parametrize(
    "act",
    [
        event(EventKind.CHECKED_IN),
        event(EventKind.UPDATED),
        event(EventKind.SNOOZED),
        event(EventKind.HAND_OFF_OFFERED, to="U0BEN"),
        event(EventKind.CHANGED, severity="sev1"),
    ],
    ids=lambda act: act.kind.value,
)
def test_any_act_of_the_owner_is_a_sign_of_life(act: Event) -> None:
    assert apply(incident(owner="U0ANA"), act).last_sign_at == NOON


def test_an_act_of_somebody_else_is_no_sign_of_the_owners_life() -> None:
    updated = apply(incident(owner="U0ANA"), event(EventKind.UPDATED, "U0BEN"))

    assert updated.last_sign_at == OPENED_AT


def test_a_sign_of_life_counts_from_the_click() -> None:
    late_click = event(EventKind.UPDATED, at=NOON, recorded_at=ONE)

    updated = apply(incident(owner="U0ANA"), late_click)

    assert (updated.updated_at, updated.last_sign_at) == (NOON, ONE)


def test_the_first_update_is_the_response_and_later_ones_are_not() -> None:
    updated = happened(
        incident(), event(EventKind.UPDATED), event(EventKind.UPDATED, at=ONE)
    )

    assert (updated.responded_at, updated.updated_at) == (NOON, ONE)


def test_an_update_that_says_so_waits_on_the_customer() -> None:
    waiting = apply(incident(), event(EventKind.UPDATED, waiting="yes"))

    assert waiting.waiting_since == NOON


@pytest.mark.parametrize("kind", [EventKind.RESUMED, EventKind.UPDATED])
def test_an_answer_of_the_customer_or_news_to_them_ends_the_waiting(
    kind: EventKind,
) -> None:
    waiting = apply(incident(), event(EventKind.UPDATED, waiting="yes"))

    assert apply(waiting, event(kind, at=ONE)).waiting_since is None


def test_an_offered_incident_keeps_its_owner_until_accepted() -> None:
    offered = apply(
        incident(owner="U0ANA"), event(EventKind.HAND_OFF_OFFERED, to="U0BEN")
    )
    accepted = apply(offered, event(EventKind.HAND_OFF_ACCEPTED, "U0BEN", at=ONE))

    assert (offered.owner, offered.offered_to) == ("U0ANA", "U0BEN")
    assert (accepted.owner, accepted.offered_to) == ("U0BEN", None)
    assert accepted.owned_since == ONE


def test_declining_an_offer_changes_no_owner() -> None:
    declined = happened(
        incident(owner="U0ANA"),
        event(EventKind.HAND_OFF_OFFERED, to="U0BEN"),
        event(EventKind.HAND_OFF_DECLINED, "U0BEN"),
    )

    assert (declined.owner, declined.offered_to) == ("U0ANA", None)


def test_a_change_moves_what_it_names_and_leaves_the_rest() -> None:
    changed = apply(incident(), event(EventKind.CHANGED, severity="sev1"))

    assert (changed.severity, changed.plan) == (Severity.SEV1, "premium")


def test_correcting_the_customer_brings_their_plan() -> None:
    corrected = apply(
        incident(),
        event(EventKind.CUSTOMER_SET, customer="Globex", plan="standard"),
    )

    assert (corrected.customer, corrected.plan) == ("Globex", "standard")


def test_resolving_records_who_and_when_and_counts_as_a_response() -> None:
    resolved = apply(incident(), event(EventKind.RESOLVED, note="rolled back"))

    assert resolved.status is Status.RESOLVED
    assert (resolved.closed_by, resolved.closed_at) == ("U0ANA", NOON)
    assert resolved.responded_at == NOON


def test_resolving_does_not_move_the_response_that_was_sent() -> None:
    resolved = happened(
        incident(), event(EventKind.UPDATED), event(EventKind.RESOLVED, at=ONE)
    )

    assert resolved.responded_at == NOON


def test_a_void_incident_was_never_answered() -> None:
    void = apply(incident(), event(EventKind.VOIDED, reason=VoidReason.DRILL))

    assert (void.status, void.responded_at) == (Status.VOID, None)


def test_an_ended_incident_waits_for_nobody() -> None:
    resolved = happened(
        incident(owner="U0ANA"),
        event(EventKind.UPDATED, waiting="yes"),
        event(EventKind.HAND_OFF_OFFERED, to="U0BEN"),
        event(EventKind.RESOLVED),
    )

    assert (resolved.waiting_since, resolved.offered_to) == (None, None)


def test_a_reopened_incident_is_as_open_as_before_and_still_its_owners() -> None:
    reopened = happened(
        incident(owner="U0ANA"),
        event(EventKind.RESOLVED),
        event(EventKind.REOPENED, "U0LEA", at=ONE),
    )

    assert reopened.is_open
    assert (reopened.closed_at, reopened.closed_by) == (None, None)
    assert reopened.owner == "U0ANA"


def test_the_update_clock_of_a_reopened_incident_begins_at_the_reopening() -> None:
    reopened = happened(
        incident(), event(EventKind.RESOLVED), event(EventKind.REOPENED, at=ONE)
    )

    assert (reopened.responded_at, reopened.updated_at) == (NOON, ONE)


def test_a_reopened_incident_that_nobody_answered_has_no_update_clock_yet() -> None:
    reopened = happened(
        incident(), event(EventKind.VOIDED), event(EventKind.REOPENED, at=ONE)
    )

    assert (reopened.responded_at, reopened.updated_at) == (None, None)
