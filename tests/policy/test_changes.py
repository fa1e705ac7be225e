"""What is said of two policies that differ."""

from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

from bot.policy import changes
from bot.policy.policies import Policy
from tests.commands import Run, write
from tests.factories import shipped_policy

# A version and texts differ with every comment; the tables are told cell by cell.
TOLD_ELSEWHERE = {
    "version",
    "texts",
    "first_responses",
    "follow_ups",
    "aims",
    "resolutions",
}
PUBLIC = {one.name for one in fields(Policy) if not one.name.startswith("_")}


@pytest.mark.parametrize("name", sorted(PUBLIC - TOLD_ELSEWHERE))
def test_no_setting_changes_in_silence(name: str) -> None:
    old = shipped_policy()
    new = replace(old)
    value = getattr(new, name)
    other: object = object()
    if is_dataclass(value) and not isinstance(value, type):
        other = replace(value, **{fields(value)[0].name: other})
    object.__setattr__(new, name, other)

    assert len(list(changes.settings(old, new))) == 1


def test_a_plan_of_another_name_and_a_first_day_are_told(run: Run) -> None:
    write("old.yaml")
    write("new.yaml", ("premium: Premium Support", "premium: Gold Support"))
    with Path("new.yaml").open("a", encoding="utf-8") as file:
        file.write("effective_from: 2027-01-01\n")

    ran = run("policy", "diff", "old.yaml", "new.yaml")

    said = ran.out.splitlines()
    assert said[:-1] == ["plans: changed", "effective_from: changed"]
