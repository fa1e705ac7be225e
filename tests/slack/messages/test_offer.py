"""Tests of bot.slack.messages.offer."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.incidents.deadlines import Deadline, owed_now
from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident
from bot.policy.severities import Severity
from bot.slack.blocks import Message
from bot.slack.messages import offer
from bot.slack.phrases import Voice
from bot.slack.readers import Person
from tests.factories import (
    ANA,
    BEN,
    LEA,
    happen,
    incident,
    owed_at_opening,
    pacific,
    shipped_policy,
)
from tests.slack.reading import buttons, elements, paragraphs

NOW = pacific(24, "12:50")
OWNED = incident(Severity.SEV2, owner="U0ANA")


def asked(
    now_is: Incident, owed: Sequence[Deadline] | None = None, last_word: str = ""
) -> Message:
    """Return Ana's request to Ben, as it stands."""
    return offer.message(
        now_is,
        "U0ANA",
        Voice(shipped_policy(), NOW, BEN),
        owed=owed_now(owed or owed_at_opening(OWNED)),
        last_word=last_word,
        url="https://x.slack.com/archives/C1/p1",
    )


def answered(now_is: Incident, event: Event, reader: Person) -> str:
    """Return what somebody is told of how Ana's offer ended."""
    owed, policy = owed_now(owed_at_opening(OWNED)), shipped_policy()
    said = offer.answered(now_is, event, Voice(policy, NOW, reader), owed=owed)
    return said.text


def by_ben(kind: EventKind) -> Event:
    return Event(kind, NOW, NOW, "U0BEN")


def test_an_offer_can_be_accepted_or_declined() -> None:
    message = asked(replace(OWNED, offered_to="U0BEN"))

    assert message.text == (
        "<@U0ANA> asks you to take INC-42 Acme (🔶 Sev2): push of apps fails. "
        "First response due 22:00, in 10 min. Acme reported it 18:00 and has not heard "
        "yet. <@U0ANA> keeps it until you accept."
    )
    assert paragraphs(message)[1].startswith(
        "push of apps fails (<https://x.slack.com/archives/C1/p1|open the card>)\n"
        "*<@U0ANA> asks you to take it.* First response due "
    )
    assert buttons(message) == ["Accept", "Decline"]


def test_an_offer_says_what_the_customer_heard_last() -> None:
    told, owed = happen(
        replace(OWNED, offered_to="U0BEN"),
        owed_at_opening(OWNED),
        EventKind.UPDATED,
        pacific(24, "12:02"),
        told="The build installs",
    )

    message = asked(told, owed, last_word="The build installs")

    assert "Acme last heard 21:02: “The build installs”." in message.text


def test_an_accepted_offer_shows_the_next_step() -> None:
    message = asked(replace(OWNED, owner="U0BEN"))

    assert message.text == (
        "INC-42 Acme (🔶 Sev2) is yours. First response due 22:00, in 10 min."
    )
    assert buttons(message) == ["First response sent", "Resolve", "Hand off"]
    assert elements(message)[0]["style"] == "primary"


@pytest.mark.parametrize(
    ("now_is", "sentence"),
    [
        (OWNED, "the offer is over. It is <@U0ANA>'s."),
        (replace(OWNED, owner=None), "the offer is over. Nobody owns it."),
    ],
    ids=["declined", "withdrawn"],
)
def test_an_offer_that_has_ended_has_no_buttons(
    now_is: Incident, sentence: str
) -> None:
    message = asked(now_is)

    assert message.text == f"INC-42 Acme (🔶 Sev2): {sentence}"
    assert buttons(message) == []


@pytest.mark.parametrize(
    ("kind", "now_is", "sentence"),
    [
        (
            EventKind.HAND_OFF_ACCEPTED,
            replace(OWNED, owner="U0BEN"),
            "<@U0BEN> accepted INC-42 Acme (🔶 Sev2). It is <@U0BEN>'s now.",
        ),
        (
            EventKind.HAND_OFF_DECLINED,
            OWNED,
            "<@U0BEN> declined INC-42 Acme (🔶 Sev2). It stays yours. First response "
            "due 13:00, in 10 min.",
        ),
        (
            EventKind.TAKEN,
            replace(OWNED, owner="U0BEN"),
            "<@U0BEN> took INC-42 Acme (🔶 Sev2); your offer of it is over.",
        ),
    ],
)
def test_the_giver_learns_the_outcome_of_an_offer(
    kind: EventKind, now_is: Incident, sentence: str
) -> None:
    assert answered(now_is, by_ben(kind), ANA) == sentence


def test_a_declined_offer_of_an_unowned_incident_says_it_stays_unowned() -> None:
    unowned = replace(OWNED, owner=None)

    answer = answered(unowned, by_ben(EventKind.HAND_OFF_DECLINED), LEA)

    assert answer == "<@U0BEN> declined INC-42 Acme (🔶 Sev2). Nobody owns it."
