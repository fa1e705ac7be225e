"""Tests of bot.slack.forms.change."""

from dataclasses import replace

import pytest

from bot.policy.policies import Severity
from bot.slack.forms import change
from bot.slack.forms.change import ChangeEntry
from bot.slack.forms.inputs import FieldErrors
from tests.factories import incident, shipped_policy
from tests.slack.reading import filled

POLICY = shipped_policy()
INCIDENT = incident(Severity.SEV2, owner="U0ANA")


def test_a_change_names_only_what_is_changed() -> None:
    form = change.view(INCIDENT, POLICY)

    entry = change.read(filled(form, severity="sev1", reason="All\ndown."), POLICY)

    assert entry == ChangeEntry(42, Severity.SEV1, None, "All down.")
    assert change.read(
        filled(form, plan="standard", reason="x"), POLICY
    ) == ChangeEntry(42, None, "standard", "x")


def test_a_change_that_changes_nothing_is_refused() -> None:
    form = filled(change.view(INCIDENT, POLICY), reason="x")

    with pytest.raises(FieldErrors) as caught:
        change.read(form, POLICY)

    assert caught.value.errors == {
        "severity": "Choose another severity or another plan."
    }


def test_a_change_needs_a_reason() -> None:
    form = filled(change.view(INCIDENT, POLICY), severity="sev1", reason=" ")

    with pytest.raises(FieldErrors) as caught:
        change.read(form, POLICY)

    assert caught.value.errors == {"reason": "Say why; it stands in the thread."}


def test_a_plan_that_the_policy_dropped_can_still_be_changed() -> None:
    dropped = replace(INCIDENT, plan="gold")

    entry = change.read(
        filled(change.view(dropped, POLICY), plan="premium", reason="x"), POLICY
    )

    assert entry == ChangeEntry(42, None, "premium", "x")


def test_a_plan_that_the_policy_dropped_cannot_be_chosen() -> None:
    form = filled(change.view(INCIDENT, POLICY), plan="standard", reason="x")
    without = [plan for plan in POLICY.plans if plan.id != "standard"]

    with pytest.raises(FieldErrors) as caught:
        change.read(form, replace(POLICY, plans=tuple(without)))

    assert caught.value.errors == {
        "plan": "The policy does not have this plan any more. Choose another."
    }


def test_a_change_of_the_severity_leaves_a_plan_that_was_dropped() -> None:
    form = filled(change.view(INCIDENT, POLICY), severity="sev1", reason="x")

    entry = change.read(form, replace(POLICY, plans=POLICY.plans[1:]))

    assert entry == ChangeEntry(42, Severity.SEV1, None, "x")
