"""Keys with old names: allowed in a stored policy, refused in a file."""

from datetime import date

import pytest

from bot.errors import PolicyError
from bot.policy.parsing.source import read_stored
from tests.policy_texts import SMALL, changed, holidays, problems_of

TODAY = date(2026, 11, 20)
OLD = (
    ("interpretations:\n", "readings:\n"),
    ("escalation:\n", "ladder:\n"),
    ("  steps:\n", "  rungs:\n"),
    ("  repeat: 15m", "  heartbeat: 15m"),
)


def test_an_old_key_in_a_file_is_refused_with_the_new_one() -> None:
    assert problems_of(changed(*OLD)) == [
        "policies.yaml line 19, readings: is called `interpretations` now; rename it",
        "policies.yaml line 40, ladder: is called `escalation` now; rename it",
        "policies.yaml line 42, escalation.rungs: is called `steps` now; rename it",
        "policies.yaml line 46, escalation.heartbeat: is called `repeat` now; "
        "rename it",
    ]


def test_a_fault_below_an_old_key_names_its_line() -> None:
    text = changed(*OLD[:1], ("every_day: business days", "every_day: soon"))

    assert [one.split(":")[0] for one in problems_of(text)] == [
        "policies.yaml line 19, readings",
        "policies.yaml line 20, interpretations.every_day",
    ]


def test_a_section_under_both_names_is_refused() -> None:
    (problem,) = problems_of(SMALL + "ladder: {wakes: [gold]}\n")

    assert problem.startswith("policies.yaml line 51, ladder: is not a setting here")


def test_a_stored_policy_may_use_the_old_keys() -> None:
    stored = read_stored({"policies.yaml": changed(*OLD)}, holidays, TODAY)
    today = read_stored({"policies.yaml": SMALL}, holidays, TODAY)

    assert stored.escalation == today.escalation
    assert stored.interpretations == today.interpretations


def test_a_stored_policy_is_still_checked() -> None:
    text = changed(*OLD[:3], ("  repeat: 15m", "  heartbeat: 0m"))

    with pytest.raises(PolicyError, match="repeat"):
        read_stored({"policies.yaml": text}, holidays, TODAY)
