"""The user group of the policy holds whoever is primary, and nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.emulator.faults import Fault
from bot.emulator.records import UserGroup
from bot.policy.on_call import Role
from bot.policy.policies import Policy
from bot.store.tables import marks
from bot.store.tables.marks import Mark
from tests.factories import on_call
from tests.replicas import Pair
from tests.stories.conftest import Tell
from tests.stories.test_covers import accept, ask, by_day, by_turns
from tests.story import Story, pacific

GROUP = "S0SUPPORT"
FRIDAY, SATURDAY = "2026-11-27 10:00", "2026-11-28 09:00"


def followed(policy: Policy) -> Policy:
    """Return a policy that names the group."""
    return replace(policy, on_call=replace(policy.on_call, user_group=GROUP))


@pytest.fixture
def friday(tell: Tell) -> Story:
    """A Friday on which ana is on call, and ben and dee were; dee is on Saturday."""
    told = tell(FRIDAY, policy=followed(by_turns()))
    put(told, "U0BEN", "U0DEE")
    return told


def look(told: Story, minutes: float = 1) -> None:
    """Let time pass, and then every bot look at the group, as each does by itself."""
    told.machine.advance(minutes=minutes)
    for bot in told.bot.both if isinstance(told.bot, Pair) else (told.bot,):
        bot.user_groups.look()
    told.settle()


def members(told: Story) -> tuple[str, ...]:
    return told.slack.workspace.user_groups[GROUP].members


def calls(told: Story, act: str) -> int:
    return len(told.slack.calls(f"usergroups.users.{act}"))


def leads_read(told: Story) -> list[str]:
    """Return what the leads read of the group."""
    said = [told.read(one) for one in told.slack.channel("leads")]
    return [one for one in said if "user group" in one]


def put(told: Story, *people: str, is_disabled: bool = False) -> None:
    """Put people in the group, as somebody does in Slack."""
    told.slack.workspace.user_groups[GROUP] = UserGroup(people, is_disabled)


def take_over(told: Story) -> None:
    """Confirm that the group is the bot's, as `sevbot oncall` does."""
    with told.bot.database.transaction() as tx:
        marks.take_over(tx, GROUP, told.machine.now)
        marks.drop(tx, Mark.USER_GROUP)


def test_the_group_follows_a_hand_over(friday: Story) -> None:
    look(friday)
    before = members(friday)

    friday.travel(pacific(SATURDAY))
    look(friday)

    assert (before, members(friday)) == (("U0ANA",), ("U0DEE",))
    assert leads_read(friday) == []


def test_the_group_follows_a_cover_and_comes_back(friday: Story) -> None:
    noon, two = pacific("2026-11-27 12:00"), pacific("2026-11-27 14:00")
    ask(friday, since=noon, until=two, of="cem")
    accept(friday, "cem", friday.slack.dm("cem")[0])
    found = list[str]()

    for hour in (11, 12, 14):
        friday.travel(pacific(f"2026-11-27 {hour}:00"))
        look(friday)
        found += members(friday)

    assert found == ["U0ANA", "U0CEM", "U0ANA"]


def test_a_bot_that_starts_again_knows_of_a_cover_at_once(friday: Story) -> None:
    noon, two = pacific("2026-11-27 12:00"), pacific("2026-11-27 14:00")
    ask(friday, since=noon, until=two, of="cem")
    accept(friday, "cem", friday.slack.dm("cem")[0])
    friday.clock.travel(pacific("2026-11-27 12:30"))

    friday.bot.close()
    friday.bot = friday.built()  # It did not tick yet.
    look(friday)

    assert members(friday) == ("U0CEM",)


def test_one_bot_reads_once_a_minute_and_writes_what_differs(friday: Story) -> None:
    for _ in range(4):
        look(friday, minutes=0.5)

    assert (calls(friday, "list"), calls(friday, "update")) == (2, 1)


def test_with_nobody_on_call_the_group_stays_as_it_is(tell: Tell) -> None:
    told = tell("2026-11-27 20:00", policy=followed(by_day()))
    put(told, "U0BEN")

    look(told)
    by_night = members(told), calls(told, "list")
    told.travel(pacific("2026-11-28 09:30"))
    look(told)

    assert by_night == (("U0BEN",), 0)
    assert members(told) == ("U0DEE",)


def test_members_whom_the_policy_does_not_know_stay_until_confirmed(
    friday: Story,
) -> None:
    put(friday, "U0ANA", "U0CEM")
    look(friday)
    look(friday, minutes=20)
    before, said = members(friday), leads_read(friday)

    take_over(friday)
    look(friday)

    assert before == ("U0ANA", "U0CEM")
    assert said == [
        "The user group S0SUPPORT does not follow the shift to @ana: it has members "
        "whom `policies.yaml` does not know: @cem. I leave it as it is. If they may "
        "leave it, type on the bot's machine: `sevbot oncall --take-over-group "
        "S0SUPPORT`"
    ]
    assert members(friday) == ("U0ANA",)


def test_who_goes_from_the_policy_is_no_stranger_in_a_group_of_the_bot(
    friday: Story,
) -> None:
    look(friday)

    friday.use_policy(on_call=followed(on_call(Role.PRIMARY, "U0BEN")).on_call)
    look(friday)

    assert (members(friday), leads_read(friday)) == (("U0BEN",), [])


def test_a_group_that_could_not_be_changed_yet_is_not_the_bots(friday: Story) -> None:
    friday.slack.faults.refuse("usergroups.users.update", "permission_denied")
    look(friday)

    put(friday, "U0CEM")
    look(friday)

    assert members(friday) == ("U0CEM",)


def test_a_refusal_is_told_once_and_mends_itself(friday: Story) -> None:
    friday.slack.faults.refuse("usergroups.users.update", "permission_denied", times=3)
    for _ in range(3):
        look(friday, minutes=10)
    said, before = leads_read(friday), members(friday)

    look(friday, minutes=15)

    assert said == [
        "The user group S0SUPPORT does not follow the shift to @ana: the workspace "
        "does not let an app change user groups; under Workspace settings, "
        "Permissions, User Groups, it has to let everyone. Its members stay as they "
        "are. I try again by myself."
    ]
    assert before == ("U0BEN", "U0DEE")
    assert members(friday) == ("U0ANA",)


def test_a_refusal_that_comes_back_is_told_again(friday: Story) -> None:
    update = "usergroups.users.update"
    friday.slack.faults.refuse(update, "permission_denied")
    look(friday)
    look(friday)
    friday.slack.faults.refuse(update, "permission_denied")
    friday.travel(pacific(SATURDAY))

    look(friday)

    assert ["to @ana" in one for one in leads_read(friday)] == [True, False]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("disabled", "there is no such user group, or it is disabled"),
        ("no scope", "the app has no scope for it; `sevbot doctor` says which"),
        ("left", "this person has left the workspace"),
    ],
)
def test_what_a_person_has_to_mend_is_told(friday: Story, what: str, said: str) -> None:
    if what == "disabled":
        put(friday, "U0BEN", is_disabled=True)
    elif what == "no scope":
        friday.slack.workspace.scopes -= {"usergroups:write"}
    else:
        friday.slack.change_person("ana", deleted=True)

    look(friday)

    assert [said in one for one in leads_read(friday)] == [True]
    assert "U0ANA" not in members(friday)


def test_what_may_pass_is_told_to_nobody_and_tried_again(friday: Story) -> None:
    friday.slack.faults.add("usergroups.users.list", Fault.FAIL_BEFORE)
    friday.slack.faults.add(
        "usergroups.users.update", Fault.RATE_LIMITED, wait_for=timedelta(minutes=5)
    )
    found = []
    for minutes in (1, 1, 4, 1):
        look(friday, minutes)
        found.append(members(friday) == ("U0ANA",))

    assert found == [False, False, False, True]
    assert leads_read(friday) == []


def test_it_waits_longer_and_longer_up_to_a_quarter_of_an_hour(friday: Story) -> None:
    friday.slack.faults.refuse("usergroups.users.list", "no_such_subteam", times=None)
    tried = []

    for minute in range(60):
        before = calls(friday, "list")
        look(friday)
        tried += [minute] * (calls(friday, "list") - before)

    assert tried == [0, 1, 2, 4, 8, 16, 31, 46]


def test_a_bot_that_starts_again_goes_on_where_it_was(friday: Story) -> None:
    put(friday, "U0CEM")
    look(friday)
    friday.restart()
    look(friday)
    before = members(friday), len(leads_read(friday))

    take_over(friday)
    friday.restart()
    friday.travel(pacific(SATURDAY))
    look(friday)

    assert before == (("U0CEM",), 1)
    assert members(friday) == ("U0DEE",)


def test_a_group_that_the_policy_let_go_is_not_the_bots_any_more(
    friday: Story,
) -> None:
    look(friday)
    friday.use_policy(on_call=by_turns().on_call)
    look(friday)
    put(friday, "U0LEA", "U0CEM")

    friday.use_policy(on_call=followed(by_turns()).on_call)
    look(friday, minutes=2)

    assert members(friday) == ("U0LEA", "U0CEM")


def test_without_a_group_in_the_policy_slack_is_not_asked(tell: Tell) -> None:
    told = tell(FRIDAY, policy=by_turns())

    look(told)

    assert calls(told, "list") == 0
