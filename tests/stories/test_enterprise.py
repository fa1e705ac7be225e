"""Enterprise Grid: an organisation of several workspaces, in one of which the bot is.

Slack names a person's home workspace or the organisation where it would otherwise name
the workspace of the bot.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.emulator.faults import Fault
from bot.errors import SlackError
from bot.policy.on_call import Role
from tests.factories import on_call
from tests.stories.test_permissions import NOT_YOURS
from tests.story import REPLICAS, Story

GROUP = "E0GROUP"
SALES = "T0SALES"
ANOTHER_COMPANY: dict[str, Any] = {"team_id": "T0OTHER", "enterprise_id": "E0OTHER"}


@pytest.fixture
def grid(tuesday: Story) -> Story:
    """A Sev2 in a workspace that belongs to an organisation, where nia joined first."""
    tuesday.slack.join_enterprise(GROUP)
    tuesday.restart()
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    return tuesday


def arrive(story: Story, who: str, **fields: Any) -> None:
    """Let a person with a W id come to the channels where the bot is."""
    story.slack.add_person(who, id=f"W0{who.upper()}", **fields)
    for channel in ("incidents", "support"):
        story.slack.invite(channel, who)


HOMES = pytest.mark.parametrize(
    "home",
    [
        {"team_id": SALES, "teams": (SALES, "T0ACME")},
        {"team_id": SALES},
        {"team_id": GROUP},
    ],
    ids=["another workspace first", "another workspace only", "the organisation"],
)


@HOMES
def test_people_of_the_organisation_do_everything(
    grid: Story, home: dict[str, Any]
) -> None:
    arrive(grid, "nia", enterprise_id=GROUP, **home)

    said = grid.command("nia", "/sev3 globex: slow").private
    grid.take("nia")
    grid.fill_in("nia", "First response sent", told="We are on it")

    assert "INC-2 · 🔵 Sev3 · Globex" in grid.read(said, "nia")
    assert "*Owner:* @nia" in grid.read(grid.card())
    assert "*First response:* sent today 10:00, in time" in grid.read(grid.card())
    assert grid.slack.as_("nia").person.team_id != grid.slack.team_id


@pytest.mark.parametrize("is_in_a_shared_channel", [True, False])
def test_people_of_another_company_stay_out(
    grid: Story, is_in_a_shared_channel: bool
) -> None:
    # Slack calls strange only those with whom the app shares no channel.
    arrive(grid, "eve", is_stranger=not is_in_a_shared_channel, **ANOTHER_COMPANY)

    typed = grid.command("eve", "/incident 1").private
    pressed = grid.asked("eve", "Take it", grid.card())

    assert NOT_YOURS in grid.read(typed, "eve")
    assert pressed == NOT_YOURS
    assert "*Owner:* nobody yet" in grid.read(grid.card())


def test_somebody_of_another_company_stays_out_though_named_on_call(
    grid: Story,
) -> None:
    arrive(grid, "eve", **ANOTHER_COMPANY)
    grid.use_policy(on_call=on_call(Role.LEAD, "W0EVE").on_call)

    assert grid.asked("eve", "Take it", grid.card()) == NOT_YOURS


@pytest.mark.parametrize("flag", ["is_restricted", "is_ultra_restricted"])
def test_a_guest_of_another_workspace_of_the_organisation_stays_out(
    grid: Story, flag: str
) -> None:
    arrive(grid, "gus", team_id=SALES, enterprise_id=GROUP, **{flag: True})

    assert grid.asked("gus", "Take it", grid.card()) == NOT_YOURS


def test_a_shared_channel_member_stays_out_where_there_is_no_organisation(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    arrive(tuesday, "eve", **ANOTHER_COMPANY)

    assert tuesday.asked("eve", "Take it", tuesday.card()) == NOT_YOURS
    asked = [call.arguments["user"] for call in tuesday.slack.calls("users.info")]
    assert "W0EVE" not in asked


def test_somebody_from_another_workspace_can_be_on_call(grid: Story) -> None:
    zone = "Europe/Berlin"
    arrive(grid, "nia", team_id=SALES, enterprise_id=GROUP, tz=zone)
    grid.use_policy(on_call=on_call(Role.PRIMARY, "W0NIA").on_call)
    grid.bot.people.read_page()
    grid.slack.faults.add("users.info", Fault.FAIL_BEFORE, times=None)

    grid.command("dee", "/sev1 globex: everything is down")
    (page,) = grid.phone("nia")
    grid.take("nia", 2)

    assert "First response due 23:00, in 4 h." in page
    assert "*Owner:* @nia" in grid.read(grid.card(2))


def test_typed_mentions_of_people_with_w_ids_are_understood(grid: Story) -> None:
    arrive(grid, "nia", team_id=SALES, enterprise_id=GROUP)
    grid.command("nia", "/incident")

    grid.command("dee", "/sev2 globex: @nia saw it owner=@nia")

    card = grid.read(grid.card(2))
    assert "@nia saw it\n*Owner:* nobody yet; offered to @nia" in card


def test_the_hand_off_form_offers_people_of_the_organisation(grid: Story) -> None:
    arrive(grid, "nia", team_id=SALES, enterprise_id=GROUP)
    grid.take("dee")

    grid.more("dee", "Hand off")
    grid.submit("dee", to="nia")

    assert "offered to @nia" in grid.read(grid.card())


def test_the_bot_is_installed_in_the_whole_organisation(tuesday: Story) -> None:
    tuesday.slack.join_enterprise(GROUP, is_org_wide=True)
    arrive(tuesday, "nia", team_id=SALES, enterprise_id=GROUP)
    tuesday.restart()

    tuesday.command("dee", "/sev2 acme: push of apps fails")
    tuesday.take("nia")

    assert "*Owner:* @nia" in tuesday.read(tuesday.card())


def of_another_company(story: Story) -> None:
    """Send what another company's people changed about a person with the same id."""
    person = story.slack.workspace.find_person("cem")
    other = replace(person, deleted=True, **ANOTHER_COMPANY)
    story.tell("user_change", other)


def for_another_company(story: Story) -> None:
    """Send an event for a workspace outside the organisation with the same app."""
    person = story.slack.workspace.find_person("cem")
    gone = replace(person, deleted=True)
    story.tell("user_change", gone, team_id="T0OTHER")


@pytest.mark.parametrize("send", [of_another_company, for_another_company])
def test_an_event_of_a_foreign_team_changes_nobody(
    grid: Story, send: Callable[[Story], None]
) -> None:
    send(grid)

    grid.take("cem")

    assert "*Owner:* @cem" in grid.read(grid.card())


def test_an_event_about_somebody_of_the_organisation_is_heeded(grid: Story) -> None:
    arrive(grid, "nia", team_id=SALES, enterprise_id=GROUP)
    grid.take("nia")

    grid.become("nia", is_restricted=True)

    assert grid.asked("nia", "Resolve", grid.card()) == NOT_YOURS


def test_an_organisation_that_was_joined_meanwhile_is_known_after_a_while(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    tuesday.slack.join_enterprise(GROUP)
    arrive(tuesday, "nia", team_id=SALES, enterprise_id=GROUP)

    tuesday.bot.people.read_page()
    tuesday.take("nia")

    assert "*Owner:* @nia" in tuesday.read(tuesday.card())


@pytest.mark.skipif(REPLICAS > 1, reason="is about the start of one bot")
def test_a_bot_that_started_without_slack_asks_where_it_is(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    tuesday.slack.join_enterprise(GROUP)
    arrive(tuesday, "nia", team_id=SALES, enterprise_id=GROUP)
    tuesday.bot.close()
    tuesday.slack.faults.add("auth.test", Fault.FAIL_BEFORE, times=2)

    with pytest.raises(SlackError):
        tuesday.start_bot()
    tuesday.bot.transport.start()
    tuesday.slack.wait_for_socket()
    tuesday.take("nia")

    assert "*Owner:* @nia" in tuesday.read(tuesday.card())
