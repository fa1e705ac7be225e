"""Tests of bot.slack.forms.hand_off."""

from datetime import UTC, datetime

import pytest

from bot.policy.severities import Severity
from bot.slack.forms import hand_off
from bot.slack.forms.inputs import FieldErrors
from bot.slack.phrases import Voice
from tests.factories import incident, shipped_policy
from tests.slack.reading import filled, form_text

INCIDENT = incident(Severity.SEV2, owner="U0ANA")


def test_a_hand_off_form_says_who_owns_the_incident_until_acceptance() -> None:
    form = hand_off.view(INCIDENT, shipped_policy())

    assert "<@U0ANA> keeps it until they accept." in form_text(form)
    assert hand_off.read(filled(form, to="U0BEN")) == (42, "U0BEN")
    with pytest.raises(FieldErrors):
        hand_off.read(filled(form))


@pytest.mark.parametrize(
    ("owner", "keeps"),
    [("U0ANA", "<@U0ANA> keeps it"), (None, "It stays with nobody")],
)
def test_a_hand_off_receipt_says_who_owns_the_incident_until_acceptance(
    owner: str | None, keeps: str
) -> None:
    said = hand_off.receipt(
        incident(Severity.SEV2, owner=owner),
        "U0BEN",
        Voice(shipped_policy(), datetime(2026, 11, 24, 17, tzinfo=UTC)),
    )

    assert said == f"<@U0BEN> is asked to take it. {keeps} until they accept."
