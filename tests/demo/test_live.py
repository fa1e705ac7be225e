"""The demo's team, with the people that a policy names."""

from dataclasses import replace
from datetime import date, time, timedelta

from bot.demo.live import roles_of, settle_in
from bot.emulator.driver import LocalSlack
from bot.policy.on_call import Role
from bot.policy.rotations import Rotation, Unit
from tests.factories import PACIFIC, on_call, pacific, shipped_policy

WEEKLY = Rotation(
    name="support",
    zone=PACIFIC,
    members=(None, "U0ONE", "U0TWO"),
    every=1,
    unit=Unit.WEEK,
    starts=date(2026, 11, 2),
    hand_over=time(9),
    weekday=0,
    days=shipped_policy().team_hours.home,
)


def test_every_member_of_a_rotation_is_in_the_local_slack() -> None:
    with LocalSlack() as slack:
        settle_in(slack, on_call(Role.PRIMARY, WEEKLY, "U0CEM"))

        names = {who: one.name for who, one in slack.workspace.people.items()}

    assert names["U0ONE"] == "ana"
    assert names["U0TWO"] == "u0two"
    assert names["U0CEM"] == "cem"


def test_the_roles_that_are_shown_are_those_of_the_moment() -> None:
    policy = on_call(Role.PRIMARY, replace(WEEKLY, members=("U0ONE", "U0TWO")))
    monday = pacific(9, "09:00")

    before, after = (
        roles_of(policy, at) for at in (monday - timedelta(seconds=1), monday)
    )

    assert (before["U0ONE"], "U0TWO" in before) == ("primary on call", False)
    assert (after["U0TWO"], "U0ONE" in after) == ("primary on call", False)
