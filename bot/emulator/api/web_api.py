"""The Web API: tokens, and the methods about the app, people and conversations."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bot.emulator.api import chat_api, history_api, usergroups_api
from bot.emulator.api.arguments import decoded, page, required
from bot.emulator.api.blocks_rules import check_view
from bot.emulator.api.refusals import Json, Refused
from bot.emulator.api.tiers import Tier
from bot.emulator.people.screens import Screens
from bot.emulator.people.triggers import Triggers
from bot.emulator.records import Person
from bot.emulator.workspace import Workspace

logger = logging.getLogger(__name__)

APP_METHODS = {"apps.connections.open"}
# The scopes for reading, by the kind of conversation.
HISTORY_SCOPES = {"C": "channels:history", "G": "groups:history", "D": "im:history"}
SCOPES_OF_METHODS = {
    "conversations.history": HISTORY_SCOPES,
    "conversations.replies": HISTORY_SCOPES,
    "conversations.info": {"C": "channels:read", "G": "groups:read"},
    "dnd.info": {"": "dnd:read"},
    "reactions.get": dict.fromkeys("CGD", "reactions:read"),
    "usergroups.users.list": {"": "usergroups:read"},
    "usergroups.users.update": {"": "usergroups:write"},
}


@dataclass(frozen=True, slots=True)
class Method:
    """The handler of a method, and its rate limit."""

    tier: Tier
    answer: Callable[[Json], Json]


class WebApi:
    """The methods that the bot may call; `open_socket` returns a fresh address."""

    def __init__(
        self, workspace: Workspace, screens: Screens, triggers: Triggers
    ) -> None:
        self._workspace = workspace
        self._screens = screens
        self._triggers = triggers
        self.open_socket: Callable[[], str] = lambda: ""

        def on(tier: Tier, answer: Callable[[Workspace, Json], Json]) -> Method:
            return Method(tier, partial(answer, workspace))

        self._methods = {
            "auth.test": Method(Tier.SPECIAL, self._auth_test),
            "auth.teams.list": Method(Tier.TWO, self._auth_teams_list),
            "apps.connections.open": Method(Tier.THREE, self._apps_connections_open),
            "bots.info": Method(Tier.THREE, self._bots_info),
            "chat.postMessage": on(Tier.SPECIAL, chat_api.post_message),
            "chat.postEphemeral": on(Tier.FOUR, chat_api.post_ephemeral),
            "chat.update": on(Tier.THREE, chat_api.update),
            "chat.delete": on(Tier.THREE, chat_api.delete),
            "conversations.history": on(Tier.THREE, history_api.history),
            "conversations.open": Method(Tier.THREE, self._conversations_open),
            "conversations.replies": on(Tier.THREE, history_api.replies),
            "conversations.info": Method(Tier.THREE, self._conversations_info),
            "dnd.info": Method(Tier.THREE, self._dnd_info),
            "reactions.get": on(Tier.THREE, history_api.reactions),
            "usergroups.users.list": on(Tier.TWO, usergroups_api.list_users),
            "usergroups.users.update": on(Tier.TWO, usergroups_api.update_users),
            "users.info": Method(Tier.FOUR, self._users_info),
            "users.list": Method(Tier.TWO, self._users_list),
            "views.open": Method(Tier.FOUR, self._views_open),
            "views.update": Method(Tier.FOUR, self._views_update),
        }

    @property
    def tiers(self) -> dict[str, Tier]:
        return {name: method.tier for name, method in self._methods.items()}

    def call(self, method: str, arguments: Json, token: str | None) -> Json:
        """Return the answer of one call, `ok: false` included."""
        try:
            self._check(method, token)
            self._check_scope(method, str(arguments.get("channel") or ""))
            with self._workspace.changed:
                return {"ok": True, **self._methods[method].answer(arguments)}
        except Refused as refused:
            return refused.as_json()

    def _check(self, method: str, token: str | None) -> None:
        if method not in self._methods:
            logger.error("unknown method called", extra={"method": method})
            raise Refused("unknown_method")
        workspace = self._workspace
        if not token:
            raise Refused("not_authed")
        if token not in {workspace.bot_token, workspace.app_token}:
            raise Refused("invalid_auth")
        if (token == workspace.app_token) != (method in APP_METHODS):
            raise Refused("not_allowed_token_type")

    def _check_scope(self, method: str, channel_id: str) -> None:
        channel = self._workspace.channels.get(channel_id)
        kind = "G" if channel and channel.is_private else channel_id[:1]
        needed = SCOPES_OF_METHODS.get(method, {}).get(kind)
        if needed and needed not in self._workspace.scopes:
            provided = ",".join(sorted(self._workspace.scopes))
            raise Refused(
                "missing_scope", more={"needed": needed, "provided": provided}
            )

    def _auth_test(self, _: Json) -> Json:
        workspace = self._workspace
        enterprise = workspace.enterprise_id
        return {
            "url": f"https://{workspace.domain}.slack.com/",
            "team": workspace.name,
            "user": workspace.bot.name,
            "team_id": None if workspace.is_org_wide else workspace.team_id,
            "user_id": workspace.bot.id,
            "bot_id": workspace.bot_id,
            "is_enterprise_install": workspace.is_org_wide,
            **({"enterprise_id": enterprise} if enterprise else {}),
        }

    def _bots_info(self, arguments: Json) -> Json:
        workspace = self._workspace
        if arguments.get("bot") != workspace.bot_id:
            raise Refused("bot_not_found")
        bot = {"id": workspace.bot_id, "app_id": workspace.app_id}
        return {"bot": {**bot, "name": workspace.bot.name, "deleted": False}}

    def _auth_teams_list(self, _: Json) -> Json:
        workspace = self._workspace
        return {"teams": [{"id": workspace.team_id, "name": workspace.domain}]}

    def _apps_connections_open(self, _: Json) -> Json:
        return {"url": self.open_socket()}

    def _conversations_open(self, arguments: Json) -> Json:
        users = str(arguments.get("users") or "")
        if not users:
            raise Refused("users_list_not_supplied")
        if "," in users:
            raise Refused("invalid_arguments", ("one person only in this Slack",))
        dm, was_open = chat_api.dm_with(self._workspace, self._person(users))
        body: Json = {"channel": {"id": dm.id}}
        return {"no_op": True, "already_open": True, **body} if was_open else body

    def _conversations_info(self, arguments: Json) -> Json:
        (channel_id,) = required(arguments, "channel")
        workspace = self._workspace
        channel = chat_api.visible_channel(workspace, channel_id)
        told = channel.as_json(workspace.bot.id)
        return {"channel": {**told, "context_team_id": workspace.team_id}}

    def _dnd_info(self, arguments: Json) -> Json:
        """Return when somebody is not disturbed next; in Slack 1 stands for never."""
        person = self._person(*required(arguments, "user"))
        if person.id not in self._workspace.silences:
            return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
        start, end = self._workspace.silences[person.id]
        return {
            "dnd_enabled": True,
            "next_dnd_start_ts": int(start.timestamp()),
            "next_dnd_end_ts": int(end.timestamp()),
        }

    def _users_info(self, arguments: Json) -> Json:
        person = self._person(*required(arguments, "user"))
        return {"user": person.as_json(self._workspace.clock())}

    def _person(self, person_id: str) -> Person:
        if person_id not in self._workspace.people:
            raise Refused("user_not_found")
        return self._workspace.people[person_id]

    def _users_list(self, arguments: Json) -> Json:
        team_id = str(arguments.get("team_id") or "")
        if self._workspace.is_org_wide and not team_id:
            raise Refused("missing_argument")
        # Slack lists nobody of other workspaces; only users.info knows them.
        # https://docs.slack.dev/enterprise/developing-for-enterprise-orgs
        everybody = self._workspace.members(team_id or self._workspace.team_id)
        shown, cursor = page(everybody, arguments, "user", usual=200, most=1000)
        now = self._workspace.clock()
        return {
            "members": [person.as_json(now) for person in shown],
            "cache_ts": int(now.timestamp()),
            "response_metadata": {"next_cursor": cursor},
        }

    def _views_open(self, arguments: Json) -> Json:
        (trigger_id,) = required(arguments, "trigger_id")
        body = self._view_body(arguments)
        person = self._triggers.use(trigger_id)
        return {"view": self._workspace.view_json(self._screens.open(person, body))}

    def _views_update(self, arguments: Json) -> Json:
        body = self._view_body(arguments)
        (view_id,) = required(arguments, "view_id")
        view = self._screens.find(view_id)
        expected = arguments.get("hash")
        if expected and expected != view.hash:
            raise Refused("hash_conflict")
        return {"view": self._workspace.view_json(self._screens.update(view, body))}

    def _view_body(self, arguments: Json) -> Json:
        required(arguments, "view")
        body: Json = decoded(arguments["view"], "invalid_arguments")
        check_view(body)
        return body
