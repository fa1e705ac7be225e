"""Tests of bot.slack.messages.failures."""

from bot.policy.severities import Severity
from bot.slack.messages import failures
from tests.factories import incident, shipped_policy

OWNED = incident(Severity.SEV2, owner="U0ANA")


def test_failing_reminders_are_reported_to_a_person() -> None:
    message = failures.reminders(OWNED, shipped_policy())

    assert message.text == (
        "The reminders of INC-42 fail; it is a fault of the bot, see its log. Nobody "
        "is reminded of it: keep an eye on it. 🔶 Sev2 INC-42 Acme: push of apps fails."
    )
