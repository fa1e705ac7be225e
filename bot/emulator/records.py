"""What a workspace is made of: people, channels, messages, views."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.emulator.api.refusals import Json

SLACKBOT = "USLACKBOT"


class Change(StrEnum):
    """The kind of a change, for those who watch the workspace."""

    POSTED = "posted"
    EDITED = "edited"
    DELETED = "deleted"
    PRIVATE = "private"
    VIEW = "view"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Person:
    """A person with an account. `tz` is an IANA name, empty or None if unknown.

    `updated` is when the account was last changed, in seconds.
    `name` is their handle. `display_name`, what people see, may be anything and is not
    unique; without one people see the handle.
    `team_id` is their home workspace, or their organisation; `teams` are all their
    workspaces, if there are more than the home. `enterprise_id` is their organisation.
    `is_stranger` means from another company, and in no channel with the app.
    """

    id: str
    name: str
    real_name: str
    tz: str | None
    team_id: str
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    updated: int = 0
    enterprise_id: str | None = None
    teams: tuple[str, ...] = ()
    display_name: str = ""

    @property
    def shown(self) -> str:
        """Return the name that people see."""
        return self.display_name or self.name

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of their device, UTC if nobody knows it here."""
        try:
            return ZoneInfo(self.tz or "Etc/UTC")
        except ZoneInfoNotFoundError:
            return ZoneInfo("Etc/UTC")

    def is_in(self, team_id: str) -> bool:
        return team_id in (self.teams or (self.team_id,))

    def as_json(self, at: datetime) -> Json:
        """Return Slack's user object, with the zone's offset at that instant.

        Slack withholds most about strangers.
        Source: https://docs.slack.dev/apis/slack-connect, on external members
        """
        if self.is_stranger:
            return {"is_stranger": True, **self._public()}
        return {
            **self._public(),
            **self._zone(at),
            **self._in_organisation(),
            "deleted": self.deleted,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_admin": False,
            "is_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
            "is_stranger": False,
            "updated": self.updated,
        }

    def _public(self) -> Json:
        return {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "real_name": self.real_name,
            "profile": {
                "real_name": self.real_name,
                "display_name": self.shown,
                "team": self.team_id,
            },
        }

    def _in_organisation(self) -> Json:
        if self.enterprise_id is None:
            return {}
        return {
            "enterprise_user": {
                "id": self.id,
                "enterprise_id": self.enterprise_id,
                "enterprise_name": self.enterprise_id,
                "is_admin": False,
                "is_owner": False,
                "teams": list(self.teams or (self.team_id,)),
            }
        }

    def _zone(self, at: datetime) -> Json:
        if self.tz == "":
            return {}
        offset = at.astimezone(self.zone).utcoffset()
        seconds = int(offset.total_seconds()) if offset else 0
        return {"tz": self.tz, "tz_label": self.tz, "tz_offset": seconds}


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation; `members` are the ids of people, the bot's own among them."""

    id: str
    name: str
    members: frozenset[str]
    archived: bool = False
    is_private: bool = False
    is_ext_shared: bool = False
    is_im: bool = False

    def as_json(self, viewer: str) -> Json:
        if self.is_im:
            other = next(iter(self.members - {viewer}), viewer)
            return {"id": self.id, "is_im": True, "user": other, "is_open": True}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "is_archived": self.archived,
            "is_general": False,
            "is_shared": self.is_ext_shared,
            "is_ext_shared": self.is_ext_shared,
            "is_org_shared": False,
            "is_member": viewer in self.members,
        }

    @property
    def typed_name(self) -> str:
        """Return the name that a slash command carries for this conversation."""
        if self.is_im:
            return "directmessage"
        return "privategroup" if self.is_private else self.name


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A group of people who can be mentioned together; `members` are their ids."""

    members: tuple[str, ...]
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is now.

    `ts` is its id in its channel, `edited` the stamp of the last edit or None,
    `private_to` the one person who sees it ("only visible to you") or None, and
    `deleted` a parent that was removed while its thread stays; Slack shows a tombstone
    instead (https://github.com/sgratzl/slack-cleaner/issues/74). `is_broadcast` is a
    reply that was also sent to the channel. `files` and `attachments` are as Slack has
    them. `reactions` are emoji and who put them there, in that order. `thread` holds
    the replies; the driver fills it in.
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: tuple[Json, ...] = ()
    thread_ts: str | None = None
    metadata: Json | None = None
    edited: str | None = None
    private_to: str | None = None
    deleted: bool = False
    is_broadcast: bool = False
    files: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    reactions: tuple[tuple[str, str], ...] = ()
    thread: tuple["Message", ...] = ()

    @property
    def is_top_level(self) -> bool:
        """Return whether it is shown in the channel itself."""
        return self.thread_ts is None or self.is_broadcast

    def as_json(self, bot: Mapping[str, str] | None = None) -> Json:
        """Return Slack's message object; `bot` adds the fields of an app's message."""
        body: Json = {
            "type": "message",
            "user": SLACKBOT if self.deleted else self.user,
            "ts": self.ts,
            "text": self.text,
            **(bot or {}),
        }
        if self.is_broadcast:
            body["subtype"] = "thread_broadcast"
        if self.deleted:
            body |= {"subtype": "tombstone", "hidden": True}
        if self.edited:
            body["edited"] = {"user": self.user, "ts": self.edited}
        parts = {
            "blocks": list(self.blocks),
            "files": list(self.files),
            "attachments": list(self.attachments),
            "thread_ts": self.thread_ts,
            "metadata": self.metadata,
            "reactions": self.reacted(),
        }
        return body | {name: part for name, part in parts.items() if part}

    def reacted(self) -> list[Json]:
        """Return who put which emoji on it, as Slack lists them."""
        by_name: dict[str, list[str]] = {}
        for name, who in self.reactions:
            by_name.setdefault(name, []).append(who)
        return [
            {"name": name, "users": users, "count": len(users)}
            for name, users in by_name.items()
        ]


@dataclass(frozen=True, slots=True)
class View:
    """A form on somebody's screen.

    `body` is what the bot sent, `values` what stands in the inputs (the shape of
    `view.state.values`), `errors` the sentences that the bot put under inputs.
    """

    id: str
    person: str
    hash: str
    body: Json
    values: Json = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return str(self.body["title"]["text"])

    @property
    def blocks(self) -> list[Json]:
        """Return the blocks of the form, ids filled in."""
        blocks: list[Json] = self.body["blocks"]
        return blocks
