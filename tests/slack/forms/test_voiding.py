"""Tests of bot.slack.forms.voiding."""

import pytest

from bot.incidents.events import VoidReason
from bot.policy.severities import Severity
from bot.slack.forms import voiding
from bot.slack.forms.inputs import FieldErrors
from tests.factories import incident, shipped_policy
from tests.slack.reading import filled

INCIDENT = incident(Severity.SEV2, owner="U0ANA")


@pytest.mark.parametrize("reason", [VoidReason.MISTAKE, VoidReason.DRILL])
def test_a_mistake_and_a_drill_are_distinguished(reason: VoidReason) -> None:
    form = voiding.view(INCIDENT, shipped_policy())

    entry = voiding.read(filled(form, void=reason.name.lower()))

    assert entry == (42, reason)


def test_mistake_or_drill_must_be_chosen() -> None:
    with pytest.raises(FieldErrors):
        voiding.read(filled(voiding.view(INCIDENT, shipped_policy())))
