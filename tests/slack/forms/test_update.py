"""Tests of bot.slack.forms.update."""

from datetime import timedelta

import pytest

from bot.incidents.acts import Update
from bot.incidents.events import EventKind
from bot.policy.severities import Severity
from bot.slack.blocks import View
from bot.slack.forms import update
from bot.slack.forms.inputs import FieldErrors
from bot.slack.phrases import Voice
from tests.factories import (
    ANA,
    happen,
    incident,
    owed_at_opening,
    pacific,
    shipped_policy,
)
from tests.slack.reading import filled, form_text, stamp

POLICY = shipped_policy()
NOW = pacific(24, "16:40")
TIMES = Voice(POLICY, pacific(24, "09:30"), ANA)
INCIDENT = incident(Severity.SEV2, owner="U0ANA")
NOTHING_SENT = "Nothing is sent to the customer by this form."


def view(of: Severity = Severity.SEV2) -> View:
    return update.view(incident(of), Voice(POLICY, NOW, ANA))


def test_the_first_update_is_the_first_response() -> None:
    form = view()

    assert form["title"]["text"] == "First response sent"
    assert form_text(form).splitlines()[0] == (
        "🔶 Sev2 INC-42 Acme: push of apps fails. "
        "Acme reported it 09:00 and has not heard yet."
    )
    assert form_text(form).endswith(NOTHING_SENT)


def test_a_further_update_says_when_the_customer_last_heard() -> None:
    responded, _ = happen(
        INCIDENT,
        owed_at_opening(INCIDENT),
        EventKind.UPDATED,
        pacific(24, "03:12"),
        told="x",
    )

    form = update.view(responded, Voice(POLICY, NOW, ANA))

    assert form["title"]["text"] == "Log update"
    assert "Acme last heard 03:12." in form_text(form)


def test_waiting_is_offered_only_where_it_stops_the_clock() -> None:
    assert "Waiting [checkboxes]" in form_text(view(Severity.SEV2))
    assert "Waiting" not in form_text(view(Severity.SEV1))


def test_an_update_is_read_with_every_entry() -> None:
    form = filled(
        view(),
        told="We look into it.\nMore later.",
        next="A fix at 18:00.",
        when=stamp(pacific(23, "18:05")),
        link="https://x.y/7",
        waits=True,
    )

    assert update.read(form, NOW) == (
        42,
        Update(
            told="We look into it.\nMore later.",
            following="A fix at 18:00.",
            link="https://x.y/7",
            at=pacific(23, "18:05"),
            waits=True,
        ),
    )


def test_an_update_without_an_instant_is_now() -> None:
    read = update.read(filled(view(), told="We look."), NOW)

    assert read == (42, Update("We look.", "", "", None, waits=False))


def test_a_phone_whose_clock_is_a_little_ahead_means_now() -> None:
    ahead = stamp(NOW + timedelta(seconds=40))

    _, entry = update.read(filled(view(), told="x", when=ahead), NOW)

    assert entry.at == NOW


def test_an_update_needs_what_the_customer_was_told() -> None:
    with pytest.raises(FieldErrors) as caught:
        update.read(filled(view(), told="  "), NOW)

    assert caught.value.errors == {"told": "Say what the customer was told."}


def test_an_update_receipt_says_nothing_was_sent_and_what_is_next() -> None:
    responded, owed = happen(
        INCIDENT,
        owed_at_opening(INCIDENT),
        EventKind.UPDATED,
        pacific(24, "09:30"),
        told="x",
    )

    said = update.receipt(responded, owed, Voice(POLICY, pacific(24, "09:30"), ANA))

    assert said == (
        "Logged for INC-42. Nothing was sent to Acme. Next update due 13:30, in 4 h."
    )


def test_while_waiting_on_the_customer_no_update_is_due() -> None:
    waiting, owed = happen(
        INCIDENT,
        owed_at_opening(INCIDENT),
        EventKind.UPDATED,
        pacific(24, "09:30"),
        told="Logs?",
        waiting="yes",
    )

    said = update.receipt(waiting, owed, TIMES)

    assert said == "Logged for INC-42. Nothing was sent to Acme."
