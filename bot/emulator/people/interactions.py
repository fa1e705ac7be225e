"""The payloads that people's acts send to the app, in Slack's own shapes."""

import secrets

from bot.emulator.api import chat_api
from bot.emulator.api.refusals import Json
from bot.emulator.api.response_urls import ResponseUrls
from bot.emulator.people.forms import Placed
from bot.emulator.people.triggers import Triggers
from bot.emulator.people.typed_text import escape_typed
from bot.emulator.records import Channel, Message, Person, View
from bot.emulator.workspace import Workspace


class Interactions:
    """Builds payloads; a response URL is `answers_at` and its key."""

    def __init__(
        self,
        workspace: Workspace,
        triggers: Triggers,
        response_urls: ResponseUrls,
        answers_at: str,
    ) -> None:
        self._workspace = workspace
        self._triggers = triggers
        self._response_urls = response_urls
        self._answers_at = answers_at

    def command(
        self, person: Person, command: str, text: str, channel: Channel
    ) -> tuple[Json, str]:
        """Return a slash command's payload and the key of its response URL."""
        workspace = self._workspace
        key = self._response_urls.issue(person.id, channel.id)
        return {
            "token": "verification-token",
            "team_id": _typed_in(person, workspace),
            "team_domain": workspace.domain,
            **self._enterprise_fields(),
            "channel_id": channel.id,
            "channel_name": channel.typed_name,
            "user_id": person.id,
            "user_name": person.name,
            "command": command,
            "text": escape_typed(text.strip(), workspace),
            "api_app_id": workspace.app_id,
            "is_enterprise_install": str(workspace.is_org_wide).lower(),
            "response_url": f"{self._answers_at}{key}",
            "trigger_id": self._triggers.issue(person.id),
        }, key

    def message_action(
        self, person: Person, message: Message, action: Json, values: Json
    ) -> tuple[Json, str]:
        """Return the payload of an act on a message and its response URL's key.

        `values` is the state of the message's inputs, this act included. Slack
        leaves the message itself out when it was private.
        """
        key = self._response_urls.issue(person.id, message.channel, message)
        payload = {
            **self._on_message("block_actions", person, message),
            "state": {"values": values},
            "response_url": f"{self._answers_at}{key}",
            "actions": [action],
        }
        if message.thread_ts:
            payload["container"]["thread_ts"] = message.thread_ts
        if message.private_to is None:
            payload["message"] = chat_api.message_json(self._workspace, message)
        return payload, key

    def shortcut(
        self, person: Person, message: Message, callback_id: str
    ) -> tuple[Json, str]:
        """Return the payload of a shortcut on a message and its response URL's key.

        Source: https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
        """
        channel = self._workspace.channels[message.channel]
        key = self._response_urls.issue(person.id, channel.id)
        return {
            **self._common("message_action", person),
            "callback_id": callback_id,
            "action_ts": self._workspace.stamp("actions"),
            "response_url": f"{self._answers_at}{key}",
            "channel": {"id": channel.id, "name": channel.typed_name},
            "message_ts": message.ts,
            "message": chat_api.message_json(self._workspace, message),
        }, key

    def search(
        self, person: Person, message: Message, placed: Placed, text: str
    ) -> Json:
        """Return the payload of typing into a menu that searches, in a message."""
        payload = {
            **self._on_message("block_suggestion", person, message),
            "action_id": placed.action_id,
            "block_id": placed.block_id,
            "value": text,
        }
        del payload["trigger_id"]
        return payload

    def view_action(self, person: Person, view: View, action: Json) -> Json:
        return {
            **self._common("block_actions", person),
            "container": {"type": "view", "view_id": view.id},
            "view": self._workspace.view_json(view),
            "actions": [action],
        }

    def submission(self, person: Person, view: View) -> Json:
        return {
            **self._common("view_submission", person),
            "view": self._workspace.view_json(view),
            "response_urls": [],
        }

    def event(self, event: Json, team_id: str | None = None) -> Json:
        """Return the payload that wraps an event, with an id of its own.

        `team_id` is another workspace for which Slack sends it. Source:
        https://docs.slack.dev/apis/events-api, on the envelope and authorizations
        """
        workspace = self._workspace
        team_id = team_id or workspace.team_id
        is_ours = team_id == workspace.team_id
        enterprise_id = workspace.enterprise_id if is_ours else None
        return {
            "token": "verification-token",
            "team_id": team_id,
            "enterprise_id": enterprise_id,
            "context_team_id": team_id,
            "context_enterprise_id": enterprise_id,
            "api_app_id": workspace.app_id,
            "event": {"event_ts": workspace.stamp("events"), **event},
            "type": "event_callback",
            "event_id": f"Ev0{workspace.number():08d}",
            "event_time": int(workspace.clock().timestamp()),
            "is_ext_shared_channel": False,
            "authorizations": [
                {
                    "enterprise_id": enterprise_id,
                    "team_id": None if workspace.is_org_wide else team_id,
                    "user_id": workspace.bot.id,
                    "is_bot": True,
                    "is_enterprise_install": workspace.is_org_wide,
                }
            ],
        }

    def written(self, message: Message) -> Json | None:
        """Return the event of a person's message to the app, if it may hear of it.

        In their direct conversation that is `message.im`, which has the scope
        `im:history`, in its channels `app_mention`, with `app_mentions:read`. Sources:
        https://docs.slack.dev/reference/events/message.im
        https://docs.slack.dev/reference/events/app_mention
        """
        workspace = self._workspace
        channel = workspace.channels[message.channel]
        scope = "im:history" if channel.is_im else "app_mentions:read"
        is_meant = channel.is_im or f"<@{workspace.bot.id}>" in message.text
        if not (is_meant and self._is_heard(channel, scope)):
            return None
        home = workspace.people[message.user].team_id
        places = {"source_team": home, "user_team": home, "channel_type": "im"}
        return {
            **chat_api.message_json(workspace, message),
            "team": home,
            "channel": channel.id,
            "event_ts": message.ts,
            **(places if channel.is_im else {"type": "app_mention"}),
        }

    def posted(self, message: Message) -> Json | None:
        """Return the event of a message in a channel, if the app may hear of it.

        Source: https://docs.slack.dev/reference/events/message.channels
        """
        workspace = self._workspace
        channel = workspace.channels[message.channel]
        kind = "group" if channel.is_private else "channel"
        if channel.is_im or not self._is_heard(channel, f"{kind}s:history"):
            return None
        return {
            **chat_api.message_json(workspace, message),
            "channel": channel.id,
            "channel_type": kind,
            "event_ts": message.ts,
        }

    def reacted(
        self, person: Person, message: Message, emoji: str, *, is_added: bool
    ) -> Json | None:
        """Return the event of an emoji on a message, if the app may hear of it.

        It hears of those in the conversations that it is in. Source:
        https://docs.slack.dev/reference/events/reaction_added
        """
        channel = self._workspace.channels[message.channel]
        if not self._is_heard(channel, "reactions:read"):
            return None
        return {
            "type": "reaction_added" if is_added else "reaction_removed",
            "user": person.id,
            "reaction": emoji,
            "item": {"type": "message", "channel": message.channel, "ts": message.ts},
            "item_user": message.user,
        }

    def _is_heard(self, channel: Channel, scope: str) -> bool:
        workspace = self._workspace
        return workspace.bot.id in channel.members and scope in workspace.scopes

    def action(self, placed: Placed, chosen: Json) -> Json:
        """Return the entry of `actions`; its `action_ts` is never given twice."""
        element = placed.element
        action = {
            "type": element["type"],
            "action_id": placed.action_id,
            "block_id": placed.block_id,
            **chosen,
            "action_ts": self._workspace.stamp("actions"),
        }
        if element["type"] == "button":
            action["text"] = element["text"]
            action |= {"value": element["value"]} if "value" in element else {}
        return action

    def _on_message(self, kind: str, person: Person, message: Message) -> Json:
        channel = self._workspace.channels[message.channel]
        return {
            **self._common(kind, person),
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": channel.id,
                "is_ephemeral": message.private_to is not None,
            },
            "channel": {"id": channel.id, "name": channel.typed_name},
        }

    def _common(self, kind: str, person: Person) -> Json:
        workspace = self._workspace
        return {
            "type": kind,
            "user": {
                "id": person.id,
                "username": person.name,
                "name": person.name,
                "team_id": person.team_id,
            },
            "api_app_id": workspace.app_id,
            "token": "verification-token",
            "team": self._installed_in(),
            "enterprise": self._enterprise(),
            "is_enterprise_install": workspace.is_org_wide,
            "trigger_id": self._triggers.issue(person.id),
        }

    def _installed_in(self) -> Json | None:
        """Return the `team` of an act; null where the app is installed in all."""
        workspace = self._workspace
        if workspace.is_org_wide:
            return None
        return {
            "id": workspace.team_id,
            "domain": workspace.domain,
            **self._enterprise_fields(),
        }

    def _enterprise(self) -> Json | None:
        id_ = self._workspace.enterprise_id
        return {"id": id_, "name": id_} if id_ else None

    def _enterprise_fields(self) -> Json:
        id_ = self._workspace.enterprise_id
        return {"enterprise_id": id_, "enterprise_name": id_} if id_ else {}


def _typed_in(person: Person, workspace: Workspace) -> str:
    """Return the workspace that somebody is in while they type a command."""
    return workspace.team_id if person.is_in(workspace.team_id) else person.team_id


def envelope(kind: str, payload: Json, *, retry: int = 0) -> Json:
    """Return a Socket Mode envelope with an id of its own."""
    wrapped: Json = {
        "envelope_id": secrets.token_hex(16),
        "type": kind,
        "accepts_response_payload": kind != "events_api",
        "payload": payload,
    }
    if kind == "events_api":
        wrapped |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
    return wrapped
