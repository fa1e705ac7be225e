"""Tests of bot.slack.messages.incident_list."""

from bot.policy.policies import Severity
from bot.slack.messages import incident_list
from tests.factories import (
    ANA,
    pacific,
)
from tests.slack.cases import answered, case
from tests.slack.reading import paragraphs

MORNING_AT = pacific(25, "09:00")


def test_the_list_of_incidents_begins_with_the_readers_own() -> None:
    mine = answered(31, "Acme", "14:20")
    other = case(Severity.SEV4, 50, "Initech", None)

    message = incident_list.message([mine], [other], ANA, MORNING_AT)

    assert message.text == (
        "1 is yours, 1 due next. "
        "INC-31 Acme (Sev2): update due 10:20, <@U0ANA>'s. push of apps fails"
    )
    assert paragraphs(message)[1:] == [
        (
            "*Yours*\n• INC-31 Acme (Sev2): update due Wed 25 Nov 2026 10:20 PST, "
            "<@U0ANA>'s. push of apps fails"
        ),
        (
            "*Due next*\n• INC-50 Initech (Sev4): first response due "
            "Wed 25 Nov 2026 17:00 PST, nobody owns it. push of apps fails"
        ),
    ]


def test_a_list_says_since_when_something_is_late() -> None:
    late = case(Severity.SEV2, 31, "Acme", "U0ANA")

    message = incident_list.message([late], [], ANA, MORNING_AT)

    assert "first response late since Tue 13:00" in message.text


def test_a_list_without_incidents_says_so() -> None:
    message = incident_list.message([], [], ANA, MORNING_AT)

    assert message.text == "No incident is open."
