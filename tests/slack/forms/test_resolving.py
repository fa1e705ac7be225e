"""Tests of bot.slack.forms.resolving."""

import pytest

from bot.policy.severities import Severity
from bot.slack.forms import resolving
from bot.slack.forms.inputs import FieldErrors
from bot.slack.forms.resolving import CONFIRMED
from bot.slack.phrases import Voice
from tests.factories import ANA, incident, pacific, shipped_policy
from tests.slack.reading import field, filled, form_text

NOW = pacific(24, "16:40")
INCIDENT = incident(Severity.SEV2, owner="U0ANA")
NOTHING_SENT = "Nothing is sent to the customer by this form."


def test_the_form_to_resolve_confirms_that_the_customer_was_told() -> None:
    form = resolving.view(INCIDENT, Voice(shipped_policy(), NOW, ANA))

    box = field(form, CONFIRMED)
    assert box["element"]["options"][0]["text"]["text"] == (
        "The customer was told that it is resolved"
    )
    assert form_text(form).endswith(NOTHING_SENT)
    assert resolving.read(filled(form, note="Rolled back.", confirmed=True), NOW) == (
        42,
        "Rolled back.",
        None,
    )


def test_resolving_without_telling_the_customer_is_refused() -> None:
    form = filled(
        resolving.view(INCIDENT, Voice(shipped_policy(), NOW, ANA)), note="Rolled back."
    )

    with pytest.raises(FieldErrors) as caught:
        resolving.read(form, NOW)

    assert caught.value.errors == {
        "confirmed": "Tell the customer first, then resolve it."
    }


def test_a_resolution_receipt_names_the_customer_who_got_nothing() -> None:
    unknown = incident(Severity.SEV2, customer=None)

    assert resolving.receipt(INCIDENT) == (
        "INC-42 is resolved. Every reminder of it has ended. Nothing was sent to Acme."
    )
    assert resolving.receipt(unknown).endswith("Nothing was sent to the customer.")
