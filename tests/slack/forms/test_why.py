"""Tests of bot.slack.forms.why."""

import pytest

from bot.incidents.events import EventKind
from bot.policy.severities import Severity
from bot.slack.blocks import Message, View
from bot.slack.forms import why
from bot.slack.phrases import Voice
from tests.factories import (
    ANA,
    BEN,
    happen,
    incident,
    owed_at_opening,
    pacific,
    shipped_policy,
)
from tests.slack import reading
from tests.slack.reading import form_text

POLICY = shipped_policy()


def paragraphs(form: View) -> list[str]:
    return reading.paragraphs(Message("x", tuple(form["blocks"])))


def test_why_these_times_is_a_form_without_a_submit_button() -> None:
    first = incident(Severity.SEV2, owner="U0ANA")

    form = why.view(
        first, owed_at_opening(first), Voice(POLICY, pacific(24, "16:40"), ANA)
    )

    assert "submit" not in form
    assert "= 4 h, due Tue 24 Nov 13:00" in form_text(form)


def test_the_ledger_counts_open_time_and_names_what_it_skipped() -> None:
    opened_late = incident(
        Severity.SEV4, plan="self_service", opened_at=pacific(24, "15:00")
    )

    form = why.view(
        opened_late,
        owed_at_opening(opened_late),
        Voice(POLICY, pacific(24, "15:05"), BEN),
    )

    assert paragraphs(form) == [
        "⬜ Sev4 INC-42 Acme: push of apps fails.",
        (
            "*First response: the policy says “3 business days” "
            "(calendar office, America/Los_Angeles)*"
        ),
        (
            "Tue 24 Nov 15:00 to 17:00: 2 h counted\n"
            "Tue 24 Nov 17:00 to Wed 09:00: night\n"
            "Wed 25 Nov 09:00 to 17:00: 8 h counted\n"
            "Wed 25 Nov 17:00 to Fri 09:00: holiday: Thanksgiving Day\n"
            "Fri 27 Nov 09:00 to 17:00: 8 h counted\n"
            "Fri 27 Nov 17:00 to Mon 09:00: weekend\n"
            "Mon 30 Nov 09:00 to 15:00: 6 h counted\n"
            "= 24 h, due Mon 30 Nov 15:00"
        ),
        "In your zone it is due Tue 1 Dec 00:00.",
    ]


def test_the_ledger_lists_settled_deadlines() -> None:
    first = incident(Severity.SEV2, owner="U0ANA")
    now, owed = happen(
        first,
        owed_at_opening(first),
        EventKind.UPDATED,
        pacific(24, "13:40"),
        told="x",
    )

    form = why.view(now, owed, Voice(POLICY, pacific(24, "14:00"), ANA))

    assert paragraphs(form)[-1] == (
        "*Settled*\n"
        "First response due Tue 24 Nov 13:00: answered Tue 24 Nov 13:40, 40 min late"
    )


def test_a_pause_is_shown_in_the_ledger() -> None:
    first = incident(Severity.SEV2, owner="U0ANA")
    owed = owed_at_opening(first)
    steps = [
        (EventKind.UPDATED, "10:00", {"told": "Logs?", "waiting": "yes"}),
        (EventKind.RESUMED, "12:00", {}),
    ]
    for kind, at, details in steps:
        first, owed = happen(first, owed, kind, pacific(24, at), **details)

    form = why.view(first, owed, Voice(POLICY, pacific(24, "12:05"), ANA))

    assert paragraphs(form)[2] == (
        "Tue 24 Nov 10:00 to 12:00: waiting on the customer\n"
        "Tue 24 Nov 12:00 to 16:00: 4 h counted\n"
        "= 4 h, due Tue 24 Nov 16:00"
    )


@pytest.mark.parametrize(
    ("owner", "sentence"),
    [
        (None, "Nobody owns it, so the escalation runs until somebody takes it."),
        ("U0ANA", "Due 10:00: 1 h after the owner's last sign of life."),
    ],
)
def test_the_escalation_and_the_check_in_are_explained(
    owner: str | None, sentence: str
) -> None:
    first = incident(Severity.SEV1, owner=owner)

    form = why.view(
        first, owed_at_opening(first), Voice(POLICY, pacific(24, "09:05"), ANA)
    )

    assert paragraphs(form)[-1] == sentence
