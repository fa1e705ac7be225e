"""Who the bot is, and who people are, as Slack describes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ID = re.compile(r"[0-9A-Za-z]{1,50}")
_APP_TOKEN = re.compile(r"xapp-\d+-(A[0-9A-Z]+)")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is, and where. `url` ends with a slash.

    `enterprise` is the organisation of Enterprise Grid to which the workspace belongs.
    An app that is installed in all of its workspaces has that id as `team`, too.
    """

    team: str
    user: str
    url: str
    enterprise: str | None = None

    def includes(self, user: Mapping[str, Any]) -> bool:
        """Return whether Slack describes one of our own people.

        In an organisation `team_id` is any of its workspaces, its own id, or missing.
        `is_stranger` marks only the outsiders with whom the bot shares no channel.
        Source: https://docs.slack.dev/enterprise/developing-for-enterprise-orgs and
        https://docs.slack.dev/apis/slack-connect
        """
        if user.get("is_stranger"):
            return False
        profile, elsewhere = (
            user.get("profile") or {},
            user.get("enterprise_user") or {},
        )
        places = {
            user.get("team_id") or profile.get("team"),
            user.get("enterprise_id") or elsewhere.get("enterprise_id"),
        }
        return bool(places & self.places)

    @property
    def places(self) -> set[str]:
        """Return the ids by which Slack names where we are."""
        return {self.team, self.enterprise or self.team}


@dataclass(frozen=True, slots=True)
class Member:
    """A person as Slack knows them. Guests and people of other companies are not
    members; `zone` is an IANA name and may be missing. `updated` is Slack's stamp of
    the last change, in seconds, or 0.
    """

    id: str
    name: str
    zone: str | None
    is_member: bool
    is_active: bool
    updated: int = 0


def identity_of(answer: Mapping[str, Any]) -> Identity:
    """Read what auth.test says about a token."""
    enterprise = answer.get("enterprise_id")
    team = enterprise if answer.get("is_enterprise_install") else answer["team_id"]
    return Identity(id_of(team), id_of(answer["user_id"]), answer["url"], enterprise)


def member_of(user: Mapping[str, Any], home: Identity) -> Member:
    """Read a person as Slack describes them."""
    profile = user.get("profile") or {}
    is_guest = user.get("is_restricted") or user.get("is_ultra_restricted")
    name = profile.get("display_name") or user.get("real_name") or user.get("name")
    return Member(
        id=id_of(user["id"]),
        name=str(name or user["id"]),
        zone=user.get("tz"),
        is_member=home.includes(user) and not (is_guest or user.get("is_bot")),
        is_active=not user.get("deleted"),
        updated=int(user.get("updated") or 0),
    )


def two_apps(app_token: str, app: str | None) -> str | None:
    """Return how the tokens differ, if the bot's app is not that of the app-level one.

    An app-level token names its app: xapp-1-A0123456789-…
    """
    named = _APP_TOKEN.match(app_token)
    if not app or not named or named[1] == app:
        return None
    return (
        f"SLACK_APP_TOKEN is of the app {named[1]}, SLACK_BOT_TOKEN of {app}: no "
        "command typed to the bot arrives"
    )


def id_of(found: Any) -> str:
    if not _ID.fullmatch(found):
        raise ValueError("not an id")
    return str(found)
