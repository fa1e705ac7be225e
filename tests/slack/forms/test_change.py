"""Tests of bot.slack.forms.change."""

from dataclasses import replace

import pytest

from bot.incidents.recipients import Because, Recipient
from bot.policy.severities import Severity
from bot.slack.forms import change
from bot.slack.forms.change import ChangeEntry
from bot.slack.forms.inputs import FieldErrors
from bot.slack.phrases import Voice
from tests.factories import ANA, incident, pacific, shipped_policy
from tests.slack.reading import filled
from tests.slack.recorded import Recorded, recorded

POLICY = shipped_policy()
INCIDENT = incident(Severity.SEV2, owner="U0ANA")


def test_a_change_names_only_what_is_changed() -> None:
    form = change.view(INCIDENT, POLICY, "Nobody is paged.")

    entry = change.read(filled(form, severity="sev1", reason="All\ndown."), POLICY)

    assert entry == ChangeEntry(42, Severity.SEV1, None, "All down.")
    assert change.read(
        filled(form, plan="standard", reason="x"), POLICY
    ) == ChangeEntry(42, None, "standard", "x")


def recorded_as(severity: Severity) -> Recorded:
    """Return the incident of nine o'clock as if it had this severity."""
    now_is = replace(incident(severity), owner=None)
    told = (Recipient("U0ANA", Because.PRIMARY),) if severity is Severity.SEV1 else ()
    return recorded(now_is, told=told)


def test_a_change_says_before_what_will_be_due_and_who_is_paged() -> None:
    sev3, sev1 = recorded_as(Severity.SEV3), recorded_as(Severity.SEV1)
    voice = Voice(POLICY, pacific(24, "11:40"), ANA)

    said = change.foreseen(sev3, sev1, voice)

    assert said == (
        "*If you change it now:* First response was due 17:00. First response due "
        "13:00, in 1 h 20. 2 h 40 of 4 h used. <@U0ANA> is paged now."
    )


def test_a_change_to_a_target_that_has_passed_says_so() -> None:
    sev3, sev1 = recorded_as(Severity.SEV3), recorded_as(Severity.SEV1)
    voice = Voice(POLICY, pacific(24, "14:00"), ANA)

    said = change.foreseen(sev3, sev1, voice)

    assert "First response ⏰ late since 13:00 (1 h of business time)." in said


def test_a_form_that_changes_nothing_yet_says_what_is_due() -> None:
    sev3 = recorded_as(Severity.SEV3)
    voice = Voice(POLICY, pacific(24, "09:00"), ANA)

    assert change.foreseen(sev3, sev3, voice).startswith(
        "*As it is:* First response due 17:00, in 8 h"
    )


def test_a_change_that_changes_nothing_is_refused() -> None:
    form = filled(change.view(INCIDENT, POLICY, "Nobody is paged."), reason="x")

    with pytest.raises(FieldErrors) as caught:
        change.read(form, POLICY)

    assert caught.value.errors == {
        "severity": "Choose another severity or another plan."
    }


def test_a_change_needs_a_reason() -> None:
    form = filled(
        change.view(INCIDENT, POLICY, "Nobody is paged."), severity="sev1", reason=" "
    )

    with pytest.raises(FieldErrors) as caught:
        change.read(form, POLICY)

    assert caught.value.errors == {"reason": "Say why; it stands in the thread."}


def test_a_plan_that_the_policy_dropped_can_still_be_changed() -> None:
    dropped = replace(INCIDENT, plan="gold")

    entry = change.read(
        filled(
            change.view(dropped, POLICY, "Nobody is paged."), plan="premium", reason="x"
        ),
        POLICY,
    )

    assert entry == ChangeEntry(42, None, "premium", "x")


def test_a_plan_that_the_policy_dropped_cannot_be_chosen() -> None:
    form = filled(
        change.view(INCIDENT, POLICY, "Nobody is paged."), plan="standard", reason="x"
    )
    without = [plan for plan in POLICY.plans if plan.id != "standard"]

    with pytest.raises(FieldErrors) as caught:
        change.read(form, replace(POLICY, plans=tuple(without)))

    assert caught.value.errors == {
        "plan": "The policy does not have this plan any more. Choose another."
    }


def test_a_change_of_the_severity_leaves_a_plan_that_was_dropped() -> None:
    form = filled(
        change.view(INCIDENT, POLICY, "Nobody is paged."), severity="sev1", reason="x"
    )

    entry = change.read(form, replace(POLICY, plans=POLICY.plans[1:]))

    assert entry == ChangeEntry(42, Severity.SEV1, None, "x")
