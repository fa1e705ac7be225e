"""Tests of bot.slack.messages.command_help."""

from bot.policy.severities import Severity
from bot.slack.messages import command_help
from tests.factories import (
    shipped_policy,
)
from tests.policy_texts import changed, policy_of
from tests.slack.reading import paragraphs

POLICY = shipped_policy()


def test_help_shows_usage_and_the_targets_of_each_plan() -> None:
    message = command_help.message(POLICY, Severity.SEV2)

    lines = "\n".join(paragraphs(message)).splitlines()
    assert message.text == (
        "Type `/sev2 customer: what is wrong`; `/sev2` alone opens a form."
    )
    assert [line.partition(":")[0] for line in lines if line.startswith("*Sev")] == [
        "*Sev2",
        "*Sev1",
        "*Sev3",
        "*Sev4",
    ]
    assert (
        "• Standard Support: first response within 8 business hours, then status "
        "updates every day"
    ) in lines


def test_help_without_a_severity_lists_them_in_order() -> None:
    message = command_help.message(POLICY, None)

    assert "*Sev1:* The service is lost" in paragraphs(message)[1]


def test_help_shows_targets_as_the_policy_writes_them() -> None:
    policy = policy_of(
        changed(
            ("gold: 2 business days, basic: none", "gold: < 2 days, basic: N/A"),
            ("sev4: {means: a question}", "sev4: {means: a question, name: P4 Low}"),
            ("gold: weekly, basic: none", "gold: Fortnightly, basic: As needed"),
        )
    )

    lines = "\n".join(paragraphs(command_help.message(policy, None))).splitlines()

    assert lines[-3:] == [
        "*Sev4 (P4 Low):* a question",
        "• Gold: first response: < 2 days, then fortnightly",
        "• Basic: first response: N/A, then as needed",
    ]
