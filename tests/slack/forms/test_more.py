"""Tests of bot.slack.forms.more."""

from dataclasses import replace

from bot.incidents.events import EventKind
from bot.policy.severities import Severity
from bot.slack.forms import more
from tests.factories import happen, incident, owed_at_opening, pacific, shipped_policy
from tests.slack.reading import form_text

POLICY = shipped_policy()
NOW = pacific(24, "16:40")
INCIDENT = incident(Severity.SEV2, owner="U0ANA")


def test_more_offers_what_applies_to_an_open_incident() -> None:
    text = form_text(more.view(INCIDENT, POLICY))

    assert text.splitlines()[1:] == [
        "The severity or the support plan is wrong. [Change]",
        "The customer is wrong. [Correct the customer]",
        "Somebody else should have it. [Hand off]",
        "It was opened by mistake, or as a drill. [Mistake or drill]",
        "How the due times were counted. [Why these times?]",
    ]


def test_more_lets_a_waiting_incident_go_on() -> None:
    waiting = replace(INCIDENT, waiting_since=NOW)

    text = form_text(more.view(waiting, POLICY))

    assert "They answered. The update clock goes on. [Customer answered]" in text


def test_more_lets_a_closed_incident_be_reopened() -> None:
    resolved, _ = happen(
        INCIDENT, owed_at_opening(INCIDENT), EventKind.RESOLVED, NOW, note="x"
    )

    assert form_text(more.view(resolved, POLICY)).splitlines()[1:] == [
        "It is resolved, and should not be. [Reopen]",
        "How the due times were counted. [Why these times?]",
    ]
