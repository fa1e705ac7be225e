"""Response URLs: five posts within thirty minutes, for one act of one person.

Source: https://docs.slack.dev/interactivity/handling-user-interaction
"""

import secrets
from dataclasses import dataclass, replace

from bot.emulator.api.arguments import blocks_of, flag, text_of
from bot.emulator.api.blocks_rules import check_message
from bot.emulator.api.refusals import Json, Refused
from bot.emulator.records import Message
from bot.emulator.workspace import Workspace

USES = 5
LIFETIME = 30 * 60.0


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
            if flag(body, "delete_original"):
                self._delete(url)
            elif flag(body, "replace_original") and url.original:
                self._said(key, self._replace(url, url.original, body))
            else:
                self._said(key, self._workspace.post(self.message(url, body)))

    def answer(self, key: str, body: Json) -> Message | None:
        """Show the text that came with the ack of a command; None if it was empty."""
        if not body.get("text") and not body.get("blocks"):
            return None
        with self._workspace.changed:
            return self._workspace.post(self.message(self._issued[key], body))

    def message(self, url: ResponseUrl, body: Json) -> Message:
        """Return the new message that a body asks for: private unless it says so."""
        text, blocks = text_of(body), blocks_of(body)
        check_message(text, blocks)
        kind = body.get("response_type", "ephemeral")
        if kind not in {"ephemeral", "in_channel"}:
            raise Refused("invalid_arguments", (f"no such response_type: {kind}",))
        return Message(
            channel=url.channel,
            ts="",
            user=self._workspace.bot.id,
            text=text,
            blocks=tuple(blocks or ()),
            thread_ts=body.get("thread_ts"),
            private_to=url.person if kind == "ephemeral" else None,
        )

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

    def _replace(self, url: ResponseUrl, original: Message, body: Json) -> Message:
        text, blocks = text_of(body), blocks_of(body)
        check_message(text, blocks)
        current = self._current(original)
        if current is None:
            return self._workspace.post(self.message(url, body))
        return self._workspace.edit(
            replace(current, text=text, blocks=tuple(blocks or ()))
        )

    def _delete(self, url: ResponseUrl) -> None:
        current = self._current(url.original) if url.original else None
        if current:
            self._workspace.delete(current)

    def _current(self, original: Message) -> Message | None:
        private = original.private_to is not None
        where = self._workspace.privates if private else self._workspace.messages
        return where.get((original.channel, original.ts))

    def _said(self, key: str, message: Message) -> None:
        self.said.setdefault(key, []).append(message)
        self._workspace.changed.notify_all()
