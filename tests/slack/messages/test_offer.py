"""Tests of bot.slack.messages.offer."""

from dataclasses import replace

import pytest

from bot.incidents.incidents import Event, EventKind, Incident
from bot.policy.policies import Severity
from bot.slack.messages import offer
from tests.factories import (
    ANA,
    BEN,
    LEA,
    incident,
    pacific,
)
from tests.slack.reading import buttons

NOW = pacific(24, "12:50")
OWNED = incident(Severity.SEV2, owner="U0ANA")


def by_ben(kind: EventKind) -> Event:
    return Event(kind, NOW, NOW, "U0BEN")


def test_an_offer_can_be_accepted_or_declined() -> None:
    message = offer.message(replace(OWNED, offered_to="U0BEN"), "U0ANA", BEN)

    assert message.text == (
        "<@U0ANA> asks you to take INC-42 Acme (Sev2): push of apps fails. "
        "<@U0ANA> keeps it until you accept."
    )
    assert buttons(message) == ["Accept", "Decline"]


@pytest.mark.parametrize(
    ("now_is", "sentence"),
    [
        (replace(OWNED, owner="U0BEN"), "you accepted it. It is yours."),
        (OWNED, "the offer is over. It is <@U0ANA>'s."),
        (replace(OWNED, owner=None), "the offer is over. Nobody owns it."),
    ],
    ids=["accepted", "declined", "withdrawn"],
)
def test_an_offer_that_has_ended_has_no_buttons(
    now_is: Incident, sentence: str
) -> None:
    message = offer.message(now_is, "U0ANA", BEN)

    assert message.text == f"INC-42 Acme (Sev2): {sentence}"
    assert buttons(message) == []


@pytest.mark.parametrize(
    ("kind", "now_is", "sentence"),
    [
        (
            EventKind.HAND_OFF_ACCEPTED,
            replace(OWNED, owner="U0BEN"),
            "<@U0BEN> accepted INC-42 Acme (Sev2). It is <@U0BEN>'s now.",
        ),
        (
            EventKind.HAND_OFF_DECLINED,
            OWNED,
            "<@U0BEN> declined INC-42 Acme (Sev2). It stays yours.",
        ),
        (
            EventKind.TAKEN,
            replace(OWNED, owner="U0BEN"),
            "<@U0BEN> took INC-42 Acme (Sev2); your offer of it is over.",
        ),
    ],
)
def test_the_giver_learns_the_outcome_of_an_offer(
    kind: EventKind, now_is: Incident, sentence: str
) -> None:
    assert offer.answered(now_is, by_ben(kind), ANA).text == sentence


def test_a_declined_offer_of_an_unowned_incident_says_it_stays_unowned() -> None:
    unowned = replace(OWNED, owner=None)

    answer = offer.answered(unowned, by_ben(EventKind.HAND_OFF_DECLINED), LEA)

    assert answer.text == "<@U0BEN> declined INC-42 Acme (Sev2). Nobody owns it."
