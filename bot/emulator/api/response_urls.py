"""Response URLs: five posts within thirty minutes, for one act of one person.

Source: https://docs.slack.dev/interactivity/handling-user-interaction
"""

import secrets
from dataclasses import dataclass, replace

from bot.emulator.api.arguments import flag
from bot.emulator.api.chat_api import asked_for
from bot.emulator.api.refusals import Json, Refused
from bot.emulator.records import Message
from bot.emulator.workspace import Workspace

USES = 5
LIFETIME = 30 * 60.0
KNOWN = {"text", "blocks", "response_type", "replace_original"}


@dataclass(frozen=True, slots=True)
class ResponseUrl:
    """Whose act it belongs to, where that was, and the message involved, if any."""

    person: str
    channel: str
    original: Message | None
    issued_at: float
    uses: int = 0


class ResponseUrls:
    """The response URLs issued so far, and what was posted to each."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._issued: dict[str, ResponseUrl] = {}
        self.said: dict[str, list[Message]] = {}

    def issue(self, person: str, channel: str, original: Message | None = None) -> str:
        """Return the key of a new URL: the last part of its path."""
        key = secrets.token_hex(12)
        issued_at = self._workspace.machine()
        self._issued[key] = ResponseUrl(person, channel, original, issued_at)
        return key

    def post(self, key: str, body: Json) -> None:
        """Carry out a post to the URL, or refuse it."""
        with self._workspace.changed:
            url = self._spend(key)
            message = self._message(url, body)
            first = url.original if flag(body, "replace_original") else None
            current = (
                self._workspace.message(first.channel, first.ts) if first else None
            )
            if current:
                new = replace(current, text=message.text, blocks=message.blocks)
                said = self._workspace.edit(new)
            else:
                said = self._workspace.post(message)
            self.said.setdefault(key, []).append(said)
            self._workspace.changed.notify_all()

    def answer(self, key: str, body: Json) -> Message | None:
        """Show the text that came with the ack of a command; None if it was empty."""
        if not body.get("text") and not body.get("blocks"):
            return None
        with self._workspace.changed:
            return self._workspace.post(self._message(self._issued[key], body))

    def _message(self, url: ResponseUrl, body: Json) -> Message:
        """Return what a body asks for; what the bot never asks for is refused."""
        asked = asked_for(self._workspace, url.channel, body)
        if body.get("response_type", "ephemeral") != "ephemeral" or set(body) - KNOWN:
            raise Refused("invalid_arguments", ("this local Slack cannot do that",))
        return replace(asked, private_to=url.person)

    def _spend(self, key: str) -> ResponseUrl:
        url = self._issued.get(key)
        if url is None:
            raise Refused("invalid_url")
        if self._workspace.machine() - url.issued_at > LIFETIME:
            raise Refused("expired_url")
        if url.uses >= USES:
            raise Refused("used_url")
        self._issued[key] = replace(url, uses=url.uses + 1)
        return url
