"""Tests of bot.slack.messages.one_incident."""

from bot.incidents.events import Event, EventKind
from bot.policy.severities import Severity
from bot.slack.messages import one_incident
from bot.slack.phrases import Voice
from tests.factories import (
    ANA,
    happen,
    incident,
    owed_at_opening,
    pacific,
    shipped_policy,
)
from tests.slack.reading import paragraphs
from tests.slack.recorded import Recorded, recorded

POLICY = shipped_policy()


def test_one_incident_is_its_card_and_what_happened() -> None:
    first = incident(Severity.SEV2, owner="U0ANA")
    now, owed = happen(
        first,
        owed_at_opening(first),
        EventKind.UPDATED,
        pacific(24, "10:00"),
        told="We look into it.",
    )
    history = [
        Event(EventKind.OPENED, first.opened_at, first.opened_at, "U0LEA"),
        Event(
            EventKind.UPDATED,
            pacific(24, "10:00"),
            pacific(24, "10:00"),
            "U0ANA",
            {"told": "We look into it.", "first": "yes"},
        ),
    ]

    message = one_incident.message(
        Recorded(now, owed), history, Voice(POLICY, pacific(24, "10:05"), ANA)
    )

    assert message.text == (
        "🔶 Sev2 INC-42 Acme: push of apps fails. Update due 14:00, in 3 h 55."
    )
    assert paragraphs(message)[-1].splitlines() == [
        "*What happened to INC-42*",
        "Tue 24 Nov 2026 09:00 PST: Opened by <@U0LEA>.",
        (
            "Tue 24 Nov 2026 10:00 PST: First response logged by <@U0ANA>: “We look "
            "into it.” Nothing was sent to Acme by the bot."
        ),
    ]


def test_a_long_history_is_cut_to_its_end() -> None:
    first = incident(Severity.SEV2, title="&" * 250, owner="U0ANA")
    update = Event(
        EventKind.UPDATED,
        first.opened_at,
        first.opened_at,
        "U0ANA",
        {"told": "&" * 2000, "next": "<" * 2000},
    )

    message = one_incident.message(
        recorded(first), [update] * 40, Voice(POLICY, pacific(24, "10:05"), ANA)
    )

    assert "25 earlier events" in "\n".join(paragraphs(message))
