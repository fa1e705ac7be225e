"""Read Slack's payloads: a command, a press of a button, a submitted form."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from bot.errors import BotError
from bot.policy.severities import Severity

_TRIAGE = "triage"

Payload = Mapping[str, Any]
T = TypeVar("T")


class PayloadError(BotError):
    """The payload does not have the structure of anything that Slack sends."""


def whole(read: Callable[[Payload], T]) -> Callable[[Payload], T]:
    """Make a reader raise PayloadError if something is missing or has a wrong type."""

    @wraps(read)
    def checked(body: Payload) -> T:
        try:
            return read(body)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise PayloadError(f"This is no {read.__name__} of Slack's.") from error

    return checked


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command. `team` is the workspace in which it was typed.

    Short names are taken in many workspaces, so `/incident sev2 ...` is `/sev2 ...`,
    and so with `triage`.
    `is_meant` means that the same text was typed just before, and on purpose again.
    """

    name: str
    text: str
    by: str
    team: str | None
    channel: str
    trigger: str
    response_url: str
    is_meant: bool = False

    @property
    def key(self) -> str:
        """The key by which a redelivery is known."""
        return f"command:{self.trigger}"

    @property
    def typed_name(self) -> str:
        """The command as it is typed without its arguments: `/incident sev2`."""
        return f"{self.name} {self._first}" if self._is_nested else self.name

    @property
    def arguments(self) -> str:
        """The text after that name."""
        return "".join(self._words[1:]) if self._is_nested else self.text

    @property
    def severity(self) -> Severity | None:
        """The severity that it opens an incident with, if it is such a command."""
        word = self.typed_name[-4:].lower()
        return Severity(word) if word in frozenset(Severity) else None

    @property
    def is_triage(self) -> bool:
        """Return whether it asks which severity a text may have."""
        return self.typed_name.lower().endswith(_TRIAGE)

    @property
    def is_question(self) -> bool:
        """Return whether it only asks and changes nothing: `/incident`, `/oncall`.

        With a text `/oncall` may set the quiet hours of who types it.
        """
        if self.is_about_on_call:
            return not self.about_on_call.strip()
        return self.typed_name.endswith("incident")

    @property
    def is_about_on_call(self) -> bool:
        """Return whether it is `/oncall`, or `/incident oncall`."""
        return self.name.endswith("oncall") or self._is_on_call_nested

    @property
    def about_on_call(self) -> str:
        """What is asked or said about it: the text after `/oncall`."""
        said = "".join(self._words[1:]) if self._is_on_call_nested else self.text
        return said.lstrip()

    @property
    def _words(self) -> list[str]:
        return self.text.split(maxsplit=1)

    @property
    def _first(self) -> str:
        return self._words[0].lower().strip("/.,:;") if self._words else ""

    @property
    def _is_on_call_nested(self) -> bool:
        return self.name.endswith("incident") and self._first == "oncall"

    @property
    def _is_nested(self) -> bool:
        return self.name.endswith("incident") and self._first in {*Severity, _TRIAGE}


@dataclass(frozen=True, slots=True)
class Submission:
    """A submitted form.

    `values` is Slack's: by block id, then by action id. So is `view`, as it was shown.
    """

    form: str
    view_id: str
    by: str
    team: str | None
    metadata: str
    values: Mapping[str, Mapping[str, Mapping[str, Any]]]
    view: Payload

    @property
    def key(self) -> str:
        """The key by which a redelivery is known."""
        return f"view:{self.view_id}"

    @property
    def answer_to(self) -> str | None:
        """The response URL of the command or press that opened it."""
        return _answer_to(self.view)

    @property
    def typed(self) -> str:
        """Everything that was typed into it, to show it to the person."""
        states = (state for block in self.values.values() for state in block.values())
        return "\n".join(
            state["value"]
            for state in states
            if state.get("type") == "plain_text_input" and state.get("value")
        )


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button or a choice from a menu, in a message or in a form.

    `team` is the person's home workspace or organisation. `is_private` means that only
    this person sees the message; of any other `key_of_message` is the key that it
    carries. `form` is the form with what stands in it.
    """

    action: str
    value: str
    by: str
    team: str | None
    channel: str
    at: str
    trigger: str
    response_url: str | None
    view_id: str | None
    is_private: bool
    form: Submission | None = None
    key_of_message: str | None = None

    @property
    def key(self) -> str:
        """The key by which a redelivery is known."""
        return f"action:{self.at}:{self.by}:{self.action}"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut that somebody chose on a message; `message` is Slack's object of it.

    `thread` is the stamp of the thread's parent, `None` at the top level.
    """

    shortcut: str
    by: str
    team: str | None
    channel: str
    ts: str
    thread: str | None
    message: Payload
    trigger: str
    response_url: str

    @property
    def key(self) -> str:
        """The key by which a redelivery is known."""
        return f"shortcut:{self.trigger}"


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody typed into a menu that searches; `block` is the menu's block id."""

    action: str
    block: str
    text: str
    by: str
    team: str | None


@whole
def command(body: Payload) -> Command:
    """Read a slash command."""
    return Command(
        name=body["command"],
        text=body.get("text") or "",
        by=body["user_id"],
        team=body.get("team_id"),
        channel=body["channel_id"],
        trigger=body["trigger_id"],
        response_url=body["response_url"],
    )


@whole
def press(body: Payload) -> Press:
    """Read the one action of a `block_actions` payload."""
    action = body["actions"][0]
    view = body.get("view") or {}
    container = body.get("container") or {}
    return Press(
        action=action["action_id"],
        value=_value(action),
        by=body["user"]["id"],
        team=body["user"].get("team_id"),
        channel=(body.get("channel") or {}).get("id", ""),
        at=action["action_ts"],
        trigger=body["trigger_id"],
        response_url=body.get("response_url") or _answer_to(view),
        view_id=view.get("id"),
        is_private=bool(container.get("is_ephemeral")),
        form=_form(body) if view else None,
        key_of_message=_key_of(body.get("message") or {}),
    )


@whole
def shortcut(body: Payload) -> Shortcut:
    """Read a `message_action` payload."""
    message = body["message"]
    return Shortcut(
        shortcut=body["callback_id"],
        by=body["user"]["id"],
        team=body["user"].get("team_id"),
        channel=body["channel"]["id"],
        ts=message["ts"],
        thread=message.get("thread_ts"),
        message=message,
        trigger=body["trigger_id"],
        response_url=body["response_url"],
    )


@whole
def search(body: Payload) -> Search:
    """Read a `block_suggestion` payload."""
    return Search(
        action=body["action_id"],
        block=body["block_id"],
        text=body["value"],
        by=body["user"]["id"],
        team=body["user"].get("team_id"),
    )


@whole
def submission(body: Payload) -> Submission:
    """Read a `view_submission` payload."""
    return _form(body)


def _key_of(message: Payload) -> str | None:
    """Return the key of a message of ours, which is its first block's id."""
    blocks: list[Payload] = message.get("blocks") or [{}]
    key = blocks[0].get("block_id")
    return None if key is None else str(key)


def _form(body: Payload) -> Submission:
    view = body["view"]
    return Submission(
        form=view.get("callback_id", ""),
        view_id=view["id"],
        by=body["user"]["id"],
        team=body["user"].get("team_id"),
        metadata=view.get("private_metadata") or "",
        values=view["state"]["values"],
        view=view,
    )


def _answer_to(view: Payload) -> str | None:
    """Return the response URL that a form carries, which comes with no press in it."""
    carried = json.loads(view.get("private_metadata") or "{}")
    return carried.get("answer_to") if isinstance(carried, dict) else None


def _value(action: Payload) -> str:
    chosen = action.get("selected_option") or {}
    return str(action.get("value") or chosen.get("value") or "")
