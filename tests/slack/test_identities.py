"""Whom Slack describes: one of our own people, or somebody from another company."""

from typing import Any

import pytest

from bot.slack.identities import Identity, identity_of, member_of

ALONE = Identity("T0ACME", "U0BOT", "https://acme.slack.com/")
IN_GROUP = Identity("T0ACME", "U0BOT", "https://acme.slack.com/", "E0GROUP")


def of(enterprise: str) -> dict[str, Any]:
    return {"enterprise_user": {"enterprise_id": enterprise, "teams": ["T0SALES"]}}


@pytest.mark.parametrize(
    ("home", "told", "is_ours"),
    [
        (ALONE, {"team_id": "T0ACME"}, True),
        (ALONE, {"team_id": "T0OTHER"}, False),
        (ALONE, {"team_id": "T0ACME", "is_stranger": True}, False),
        (ALONE, {"profile": {"team": "T0ACME"}}, True),
        (ALONE, {}, False),
        (ALONE, {"team_id": None, **of("E0GROUP")}, False),
        (IN_GROUP, {"team_id": "T0ACME"}, True),
        (IN_GROUP, {"team_id": "E0GROUP"}, True),
        (IN_GROUP, {"team_id": "T0SALES", **of("E0GROUP")}, True),
        (IN_GROUP, {"team_id": None, **of("E0GROUP")}, True),
        (IN_GROUP, {"enterprise_id": "E0GROUP"}, True),
        (IN_GROUP, {"team_id": "T0SALES"}, False),
        (IN_GROUP, {"team_id": "T0OTHER", **of("E0OTHER")}, False),
        (IN_GROUP, {"team_id": "T0SALES", "is_stranger": True}, False),
    ],
)
def test_our_own_people_are_those_of_the_workspace_and_its_organisation(
    home: Identity, told: dict[str, Any], is_ours: bool
) -> None:
    assert home.includes(told) is is_ours


@pytest.mark.parametrize("flag", ["is_restricted", "is_ultra_restricted", "is_bot"])
def test_guests_and_bots_are_no_members(flag: str) -> None:
    told = {"id": "W0NIA", "team_id": "T0SALES", **of("E0GROUP")}

    assert member_of(told, IN_GROUP).is_member
    assert not member_of({**told, flag: True}, IN_GROUP).is_member


def test_an_app_in_the_whole_organisation_is_known_by_its_id() -> None:
    told = {"team_id": None, "enterprise_id": "E0GROUP", "is_enterprise_install": True}

    assert identity_of({**told, "user_id": "U0BOT", "url": "/"}).team == "E0GROUP"
