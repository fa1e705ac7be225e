"""Tests of bot.slack.messages.note and of bot.slack.history."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.incidents.events import Event, EventKind, Gone
from bot.incidents.incidents import Incident
from bot.policy.severities import Severity
from bot.slack.messages import note
from bot.slack.phrases import Voice
from tests.factories import (
    happen,
    incident,
    owed_at_opening,
    pacific,
    shipped_policy,
)
from tests.slack.reading import paragraphs

POLICY = shipped_policy()
NOW = pacific(24, "12:50")
OWNED = incident(Severity.SEV2, owner="U0ANA")
RESPONDED = replace(OWNED, responded_at=pacific(24, "10:00"))


def event(kind: EventKind, *, at: datetime = NOW, **details: str) -> Event:
    """Return what Ben did at 12:50; `from_` stands for Python's keyword."""
    named = {name.rstrip("_"): value for name, value in details.items()}
    return Event(kind, at, NOW, "U0BEN", named)


def said(what: Event, about: Incident = RESPONDED) -> str:
    return note.message(about, what, Voice(POLICY, NOW)).text


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (event(EventKind.TAKEN), "<@U0BEN> took it."),
        (
            event(EventKind.TAKEN, from_="U0ANA"),
            "<@U0BEN> took it from <@U0ANA>.",
        ),
        (
            event(
                EventKind.UPDATED, told="We look.", next="More at 16:00.", first="yes"
            ),
            (
                "First response logged by <@U0BEN>: “We look.” Next: “More at 16:00.” "
                "Nothing was sent to Acme by the bot."
            ),
        ),
        (
            event(EventKind.UPDATED, told="Logs?", waiting="yes", link="https://x.y/7"),
            (
                "Update logged by <@U0BEN>: “Logs?” <https://x.y/7|x.y/7>. We wait for "
                "Acme now, and they know it. Nothing was sent to Acme by the bot."
            ),
        ),
        (
            event(EventKind.UPDATED, at=pacific(24, "12:10"), told="We look."),
            (
                "Update logged by <@U0BEN> for 12:10 PST: “We look.” "
                "Nothing was sent to Acme by the bot."
            ),
        ),
        (
            event(EventKind.RESUMED),
            "<@U0BEN> notes that the customer answered. The update clock goes on.",
        ),
        (
            event(
                EventKind.CHANGED,
                severity="sev1",
                old_severity="sev2",
                reason="All down.",
            ),
            "<@U0BEN> changed the severity from 🔶 Sev2 to 🔺 Sev1: “All down.”",
        ),
        (
            event(EventKind.CHANGED, severity="sev1", plan="standard", reason="x"),
            (
                "<@U0BEN> changed the severity to 🔺 Sev1 and the plan to Standard "
                "Support: “x”."
            ),
        ),
        (
            event(
                EventKind.CUSTOMER_SET,
                customer="Globex",
                plan="standard",
                old_customer="Acme",
            ),
            "<@U0BEN> corrected the customer from Acme to Globex (Standard Support).",
        ),
        (
            event(EventKind.HAND_OFF_ACCEPTED, from_="U0ANA"),
            "<@U0BEN> accepted the hand-off from <@U0ANA>.",
        ),
        (
            event(EventKind.RESOLVED, note="Rolled back."),
            "Resolved by <@U0BEN>: “Rolled back.” Reminders stop.",
        ),
        (
            event(EventKind.REOPENED),
            "Reopened by <@U0BEN>. The customer is owed news again from now on.",
        ),
        (
            event(EventKind.RELEASED, who="U0CEM", why=Gone.LEFT.value, owned="yes"),
            "<@U0CEM> left; nobody owns it.",
        ),
        (
            event(EventKind.RELEASED, who="U0CEM", why=Gone.LEFT.value, to="U0LEA"),
            "<@U0CEM> left; the offer to <@U0LEA> is over.",
        ),
        (
            event(EventKind.SHIFT_CHANGED, to="U0LEA", rotation="r & d"),
            "<@U0LEA> came on call (r &amp; d) and has it.",
        ),
        (
            event(EventKind.REPORTED_AGAIN, as_="43", undone="yes"),
            "<@U0BEN>: INC-43 is not the same thing after all; it is open again.",
        ),
        (
            event(EventKind.VOIDED, reason="drill"),
            "Closed as void by <@U0BEN>: drill. It counts nowhere; reminders stop.",
        ),
    ],
)
def test_an_event_is_one_line_in_the_thread(what: Event, sentence: str) -> None:
    assert said(what) == f"INC-42 Acme (🔶 Sev2): {sentence}"


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_event_has_a_sentence(kind: EventKind) -> None:
    details = {
        "told": "x",
        "to": "U0LEA",
        "until": NOW.isoformat(),
        "customer": "Acme",
        "plan": "premium",
        "severity": "sev1",
        "who": "U0CEM",
        "why": "left",
        "rotation": "support",
        "as": "43",
    }

    assert said(Event(kind, NOW, NOW, "U0BEN", details)).startswith("INC-42 Acme ")


def test_taking_it_is_no_first_response() -> None:
    assert said(event(EventKind.TAKEN), OWNED).endswith(
        "<@U0BEN> took it. The first response is still owed."
    )


def test_typed_text_makes_no_mention() -> None:
    text = said(event(EventKind.UPDATED, told="<!channel> <@U0LEA>\n& more"))

    assert "“&lt;!channel&gt; &lt;@U0LEA&gt; &amp; more”" in text


def test_a_change_says_what_it_moved() -> None:
    changed, owed = happen(
        OWNED,
        owed_at_opening(OWNED),
        EventKind.CHANGED,
        NOW,
        severity="sev3",
        reason="One device only.",
    )
    what = event(EventKind.CHANGED, severity="sev3", reason="One device only.")

    message = note.message(changed, what, Voice(POLICY, NOW), moved=owed)

    assert message.text.endswith("First response is now due 17:00 PST.")
    assert paragraphs(message)[0].endswith("is now due Tue 24 Nov 2026 17:00 PST.")


def test_a_long_update_is_cut_to_what_slack_takes() -> None:
    update = event(EventKind.UPDATED, told="&" * 3000, next="<" * 3000)

    message = note.message(RESPONDED, update, Voice(POLICY, NOW))

    assert len(paragraphs(message)[0]) <= 3000
