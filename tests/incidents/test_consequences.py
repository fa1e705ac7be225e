"""What follows from an event: the next incident, its deadlines, the news."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.incidents.consequences import (
    Announcement,
    Card,
    Consequences,
    Note,
    Offer,
    OfferAnswered,
    OwnerTold,
    PolicyChanged,
    consequences,
)
from bot.incidents.deadlines import Kind, Outcome
from bot.incidents.events import Event, EventKind, VoidReason
from bot.incidents.incidents import Incident
from bot.incidents.refusals import NoSuchPlan, Refusal
from bot.policy.wording import first_response
from tests.factories import incident, owed_at_opening, pacific, shipped_policy

NINE = pacific(24, "09:00")
TEN = pacific(24, "10:00")


def after(
    before: Incident,
    kind: EventKind,
    by: str = "U0ANA",
    *,
    offered_by: str | None = None,
    **details: str,
) -> Consequences:
    """Return what an event at ten does to an incident that was opened at nine."""
    event = Event(kind, TEN, TEN, by, details)
    owed = owed_at_opening(before)
    return consequences(
        shipped_policy(), before, event, owed, TEN, offered_by=offered_by
    )


def opening(opened: Incident, by: str = "U0LEA") -> Consequences:
    event = Event(EventKind.OPENED, NINE, NINE, by)
    return consequences(shipped_policy(), opened, event, (), NINE)


def armed(found: Consequences) -> dict[Kind, datetime | None]:
    """Return when each open deadline is reminded of next."""
    return {one.kind: one.next_nudge_at for one in found.deadlines if one.is_open}


def test_an_opening_shows_a_card_and_arms_what_is_owed() -> None:
    found = opening(incident())

    assert found.announcements == (Card(),)
    assert armed(found) == {
        Kind.FIRST_RESPONSE: pacific(24, "12:00"),
        Kind.ESCALATION: pacific(24, "09:00"),
    }


def test_nothing_is_opened_with_a_plan_that_the_policy_lacks() -> None:
    with pytest.raises(Refusal) as refused:
        opening(incident(plan="gold"))

    assert refused.value.reason == NoSuchPlan("INC-42", "gold")


def test_opening_an_incident_as_its_owner_is_a_sign_of_life() -> None:
    unsigned = replace(incident(owner="U0ANA"), last_sign_at=None)

    assert opening(unsigned, by="U0ANA").incident.last_sign_at == NINE


def test_an_update_ends_the_first_response_and_arms_the_next_update() -> None:
    found = after(incident(owner="U0ANA"), EventKind.UPDATED, told="on it")

    first, update = found.deadlines
    assert (first.outcome, first.next_nudge_at) == (Outcome.KEPT, None)
    assert (update.kind, update.started_at) == (Kind.UPDATE, TEN)
    assert update.next_nudge_at is not None
    assert found.incident.responded_at == TEN


def test_taking_an_unowned_sev2_ends_its_escalation() -> None:
    found = after(incident(), EventKind.TAKEN)

    assert found.incident.owner == "U0ANA"
    assert [(one.kind, one.is_open) for one in found.deadlines] == [
        (Kind.ESCALATION, False)
    ]


def test_reminders_follow_the_incident_as_the_event_leaves_it() -> None:
    found = after(incident(owner="U0ANA"), EventKind.CHANGED, severity="sev3")

    (first,) = found.deadlines
    assert first.next_nudge_at == pacific(24, "16:45")  # A Sev3 has none ahead.


def test_a_snooze_moves_only_the_reminder_it_names() -> None:
    until = pacific(24, "11:00")

    found = after(
        incident(),
        EventKind.SNOOZED,
        deadline="INC-42/first_response/1",
        until=until.isoformat(),
    )

    (first,) = found.deadlines
    assert (first.snoozed_until, first.next_nudge_at) == (until, until)
    assert first.due_at == pacific(24, "13:00")


@pytest.mark.parametrize(
    "details", [{"note": "rolled back"}, {"reason": VoidReason.DRILL}], ids=str
)
def test_nobody_is_reminded_of_a_closed_incident(details: dict[str, str]) -> None:
    kind = EventKind.RESOLVED if "note" in details else EventKind.VOIDED

    found = after(incident(), kind, **details)

    assert len(found.deadlines) == 2
    assert {one.next_nudge_at for one in found.deadlines} == {None}


@pytest.mark.parametrize(
    ("kind", "details", "announced"),
    [
        (EventKind.TAKEN, {}, (Note(),)),
        (EventKind.CHECKED_IN, {}, ()),
        (EventKind.UPDATED, {"told": "on it"}, (Note(),)),
        (EventKind.RESUMED, {}, (Note(),)),
        (EventKind.CHANGED, {"severity": "sev1"}, (Note(),)),
        (EventKind.CUSTOMER_SET, {"customer": "Acme", "plan": "premium"}, (Note(),)),
        (EventKind.HAND_OFF_OFFERED, {"to": "U0BEN"}, (Offer("U0BEN"),)),
        (
            EventKind.SNOOZED,
            {"deadline": "INC-42/first_response/1", "until": TEN.isoformat()},
            (),
        ),
        (EventKind.RESOLVED, {"note": "rolled back"}, (Note(),)),
        (EventKind.VOIDED, {"reason": "drill"}, (Note(),)),
    ],
    ids=lambda value: value.value if isinstance(value, EventKind) else "",
)
def test_an_event_is_announced(
    kind: EventKind, details: dict[str, str], announced: tuple[Announcement, ...]
) -> None:
    assert after(incident(), kind, **details).announcements == announced


@pytest.mark.parametrize(
    ("kind", "by", "announced"),
    [
        (
            EventKind.HAND_OFF_ACCEPTED,
            "U0BEN",
            (Note(), OfferAnswered("U0ANA"), OfferAnswered("U0LEA")),
        ),
        (
            EventKind.HAND_OFF_DECLINED,
            "U0BEN",
            (OfferAnswered("U0ANA"), OfferAnswered("U0LEA")),
        ),
        (
            EventKind.HAND_OFF_EXPIRED,
            "",
            (OfferAnswered("U0ANA"), OfferAnswered("U0LEA")),
        ),
        (
            EventKind.TAKEN,
            "U0CAT",
            (Note(), OfferAnswered("U0ANA"), OfferAnswered("U0LEA")),
        ),
        (EventKind.TAKEN, "U0LEA", (Note(), OfferAnswered("U0ANA"))),
        (EventKind.UPDATED, "U0BEN", (Note(), OwnerTold("U0ANA"))),
    ],
    ids=[
        "accepted",
        "declined",
        "unanswered",
        "taken instead",
        "taken by who asked",
        "updated",
    ],
)
def test_owner_and_asker_learn_the_outcome_of_an_offer(
    kind: EventKind, by: str, announced: tuple[Announcement, ...]
) -> None:
    offered = replace(incident(owner="U0ANA"), offered_to="U0BEN")

    found = after(offered, kind, by, offered_by="U0LEA")

    assert found.announcements == announced


def test_an_offer_of_an_unowned_incident_is_answered_to_its_opener() -> None:
    offered = replace(incident(), offered_to="U0BEN")

    found = after(offered, EventKind.HAND_OFF_DECLINED, "U0BEN", offered_by="U0CAT")

    assert found.announcements == (OfferAnswered("U0CAT"), OfferAnswered("U0LEA"))


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        (EventKind.TAKEN, {"from": "U0ANA"}),
        (EventKind.UPDATED, {"told": "on it"}),
        (EventKind.CHANGED, {"severity": "sev3"}),
        (EventKind.CUSTOMER_SET, {"customer": "Acme", "plan": "premium"}),
        (EventKind.RESOLVED, {"note": "rolled back"}),
        (EventKind.VOIDED, {"reason": "drill"}),
    ],
    ids=lambda value: value.value if isinstance(value, EventKind) else "",
)
def test_an_owner_hears_what_others_did_to_their_incident(
    kind: EventKind, details: dict[str, str]
) -> None:
    owned = incident(owner="U0ANA")

    assert after(owned, kind, "U0BEN", **details).announcements == (
        Note(),
        OwnerTold("U0ANA"),
    )
    assert after(owned, kind, "U0ANA", **details).announcements == (Note(),)


def test_an_owner_who_is_asked_about_a_sev1_is_told_nothing_besides() -> None:
    owned = incident(owner="U0ANA")

    raised = after(owned, EventKind.CHANGED, "U0BEN", severity="sev1")

    assert raised.announcements == (Note(),)


def test_another_policy_moves_open_deadlines_and_announces_nothing() -> None:
    opened = incident(owner="U0ANA")
    policy = shipped_policy()
    targets = {
        **policy.first_responses,
        (opened.severity, opened.plan): first_response("2 business hours"),
    }
    other = replace(policy, version="another", first_responses=targets)

    found = consequences(other, opened, PolicyChanged(), owed_at_opening(opened), TEN)

    assert (found.incident, found.announcements) == (opened, ())
    assert [one.due_at for one in found.deadlines] == [pacific(24, "11:00")]
    assert armed(found) == {Kind.FIRST_RESPONSE: pacific(24, "10:30")}


def test_the_same_policy_changes_nothing() -> None:
    opened = incident(owner="U0ANA")
    owed = owed_at_opening(opened)

    found = consequences(shipped_policy(), opened, PolicyChanged(), owed, TEN)

    assert found == Consequences(opened, ())


def test_an_owner_who_is_gone_is_noted_in_the_thread() -> None:
    owned = incident(owner="U0BEN")

    found = after(owned, EventKind.RELEASED, "", who="U0BEN", owned="yes")

    assert found.announcements == (Note(),)
    assert (found.incident.owner, found.incident.owned_since) == (None, None)


@pytest.mark.parametrize(
    ("who", "told"),
    [("U0CEM", ["U0BEN", "U0LEA"]), ("U0LEA", ["U0BEN", "U0CEM"])],
    ids=["who was asked", "who asked"],
)
def test_everybody_who_is_left_hears_that_an_offer_is_over(
    who: str, told: list[str]
) -> None:
    owned = replace(incident(owner="U0BEN"), offered_to="U0CEM")

    found = after(
        owned, EventKind.RELEASED, "", offered_by="U0LEA", who=who, to="U0CEM"
    )

    assert found.announcements == tuple(map(OfferAnswered, told))
    assert found.incident.owner == "U0BEN"
