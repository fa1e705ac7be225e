"""Which acts are refused, and for which reason."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.incidents import acts
from bot.incidents.acts import Update
from bot.incidents.consequences import consequences
from bot.incidents.events import Event, EventKind, Gone, VoidReason
from bot.incidents.incidents import Incident, Status, apply
from bot.incidents.refusals import (
    AlreadyClosed,
    CustomersAlready,
    NobodyOwns,
    NoSuchPlan,
    NothingChanged,
    NotOffered,
    NotWaiting,
    NotYet,
    OfferedToSelf,
    OwnedMeanwhile,
    OwnsAlready,
    Reason,
    Refusal,
    Since,
    StillOpen,
    TooEarly,
    UnknownCustomer,
    YoursAlready,
)
from bot.policy.policies import Customer
from tests.factories import incident, pacific, shipped_policy

NINE = pacific(24, "09:00")
TEN = pacific(24, "10:00")
ELEVEN = pacific(24, "11:00")
MINUTE = timedelta(minutes=1)

Make = Callable[[Incident], Event]

BENS = replace(incident(), owner="U0BEN", owned_since=TEN)
VOID = replace(incident(), status=Status.VOID, closed_at=TEN, closed_by="U0BEN")
UPDATED = replace(incident(), responded_at=TEN, updated_at=TEN)


def take(of: Incident, *, from_owner: str | None = None) -> Event:
    return acts.taken(of, "U0ANA", ELEVEN, from_owner)


def check_in(of: Incident) -> Event:
    return acts.checked_in(of, "U0ANA", ELEVEN)


def change(of: Incident) -> Event:
    return acts.changed(
        of, "U0ANA", ELEVEN, severity=of.severity, plan=of.plan, reason="same"
    )


def offer(to: str) -> Make:
    return lambda of: acts.offered(of, "U0ANA", ELEVEN, to)


def accept(of: Incident) -> Event:
    return acts.offer_answered(of, "U0ANA", ELEVEN, accepts=True)


def tell(at: timedelta) -> Make:
    """Return an update that the customer had at eleven plus `at`."""
    update = Update("on it", at=ELEVEN + at)
    return lambda of: acts.updated(of, "U0ANA", ELEVEN, update)


def set_customer(name: str) -> Make:
    policy = replace(shipped_policy(), customers=(Customer("Acme"),))
    return lambda of: acts.customer_set(of, "U0ANA", ELEVEN, name, policy)


@pytest.mark.parametrize(
    ("make", "of", "reason"),
    [
        (take, replace(BENS, owner="U0ANA"), YoursAlready("INC-42")),
        (take, BENS, OwnedMeanwhile("INC-42", "U0BEN", TEN)),
        (lambda of: take(of, from_owner="U0BEN"), incident(), NobodyOwns("INC-42")),
        (check_in, BENS, OwnedMeanwhile("INC-42", "U0BEN", TEN)),
        (check_in, incident(), NobodyOwns("INC-42")),
        (
            lambda of: acts.resumed(of, "U0ANA", ELEVEN),
            UPDATED,
            NotWaiting("INC-42"),
        ),
        (change, incident(), NothingChanged("INC-42")),
        (set_customer("Nadir"), incident(), UnknownCustomer("Nadir")),
        (set_customer("acme"), incident(), CustomersAlready("INC-42", "Acme")),
        (offer("U0BEN"), BENS, OwnsAlready("INC-42", "U0BEN")),
        (offer("U0ANA"), BENS, OfferedToSelf("INC-42")),
        (accept, replace(BENS, offered_to="U0CAT"), NotOffered("INC-42")),
        (
            lambda of: acts.reopened(of, "U0ANA", ELEVEN),
            incident(),
            StillOpen("INC-42"),
        ),
        (tell(6 * MINUTE), incident(), NotYet()),
        (tell(-126 * MINUTE), incident(), TooEarly(Since.REPORT, NINE)),
        (tell(-66 * MINUTE), UPDATED, TooEarly(Since.LAST_UPDATE, TEN)),
    ],
)
def test_impossible_acts_are_refused(make: Make, of: Incident, reason: Reason) -> None:
    with pytest.raises(Refusal) as refused:
        make(of)

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "make",
    [
        take,
        check_in,
        tell(-MINUTE),
        lambda of: acts.resumed(of, "U0ANA", ELEVEN),
        change,
        set_customer("Acme"),
        offer("U0BEN"),
        accept,
        lambda of: acts.resolved(of, "U0ANA", ELEVEN, "rolled back", None),
        lambda of: acts.voided(of, "U0ANA", ELEVEN, VoidReason.DRILL),
    ],
)
def test_acts_on_a_closed_incident_are_refused(make: Make) -> None:
    with pytest.raises(Refusal) as refused:
        make(VOID)

    assert refused.value.reason == AlreadyClosed("INC-42", Status.VOID, "U0BEN", TEN)


def test_a_closed_incident_is_reopened() -> None:
    event = acts.reopened(VOID, "U0ANA", ELEVEN)

    assert apply(VOID, event).is_open


@pytest.mark.parametrize(
    ("make", "of", "told_at"),
    [
        (tell(5 * MINUTE), incident(), ELEVEN),
        (tell(-125 * MINUTE), incident(), NINE),
        (tell(-60.5 * MINUTE), UPDATED, TEN),
    ],
    ids=["a phone that is fast", "a phone that is slow", "a menu without seconds"],
)
def test_an_instant_off_by_a_few_minutes_is_corrected(
    make: Make, of: Incident, told_at: object
) -> None:
    assert make(of).at == told_at


def test_nothing_follows_where_the_policy_has_dropped_the_plan() -> None:
    gone, event = incident(plan="gold"), Event(EventKind.TAKEN, TEN, TEN, "U0ANA")

    with pytest.raises(Refusal) as refused:
        consequences(shipped_policy(), gone, event, (), TEN)

    assert refused.value.reason == NoSuchPlan("INC-42", "gold")


def test_an_incident_whose_plan_is_gone_can_be_closed() -> None:
    event = Event(EventKind.VOIDED, TEN, TEN, "U0ANA", {"reason": "drill"})

    found = consequences(shipped_policy(), incident(plan="gold"), event, (), TEN)

    assert found.incident.status is Status.VOID


@pytest.mark.parametrize(
    "reason", [UnknownCustomer("Acme"), CustomersAlready("INC-42", "Acme")], ids=repr
)
def test_a_log_of_a_refusal_names_no_customer(reason: Reason) -> None:
    refusal = Refusal(reason)

    assert str(refusal) == type(reason).__name__
    assert "Acme" not in f"{refusal!r} {reason}"


@pytest.mark.parametrize(
    ("of", "theirs"),
    [
        (BENS, {"owned": "yes"}),
        (replace(BENS, offered_to="U0CEM"), {"owned": "yes"}),
        (replace(BENS, owner="U0DEE", offered_to="U0BEN"), {"to": "U0BEN"}),
    ],
    ids=["the owner", "the owner of what another offered", "who was asked"],
)
def test_somebody_who_is_gone_loses_what_is_theirs(
    of: Incident, theirs: dict[str, str]
) -> None:
    event = acts.released(of, "U0BEN", Gone.LEFT, ELEVEN, offered_by="U0LEA")

    assert event
    assert event.details == {"who": "U0BEN", "why": "left", **theirs}


def test_an_offer_ends_if_the_person_who_made_it_is_gone() -> None:
    of = replace(BENS, offered_to="U0CEM")

    event = acts.released(of, "U0LEA", Gone.OUTSIDER, ELEVEN, offered_by="U0LEA")

    assert event
    after = apply(of, event)
    assert (after.owner, after.offered_to) == ("U0BEN", None)


def test_somebody_who_is_gone_and_has_nothing_loses_nothing() -> None:
    of = replace(BENS, offered_to="U0CEM")

    assert acts.released(of, "U0DEE", Gone.LEFT, ELEVEN, offered_by="U0LEA") is None
