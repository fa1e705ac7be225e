"""Clocks that a test moves, and words that several tests of the local Slack use."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError

from bot.emulator.driver import LocalSlack

INCIDENTS = "C0INCIDENTS"


class Clock:
    """A simulated clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 16, 50, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


class Machine:
    """The monotonic seconds by which triggers and response URLs expire."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def refusal(error: pytest.ExceptionInfo[SlackApiError]) -> str:
    """Return the code that Slack refused a call with."""
    return str(error.value.response["error"])


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def rich_text(*elements: dict[str, Any]) -> dict[str, Any]:
    inside = {"type": "rich_text_section", "elements": list(elements)}
    return {"type": "rich_text", "elements": [inside]}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(text: str, action_id: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


def option(text: str, value: str) -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def close(slack: LocalSlack, handler: SocketModeHandler) -> None:
    """Stop a handler at once.

    On its own it first waits for a read to time out, and for its queue.
    """
    handler.client.closed = True
    with handler.client.connect_operation_lock:  # A reconnect may be under way.
        handler.client.auto_reconnect_enabled = False
    slack.cut_sockets()
    handler.client.enqueue_message("")
    handler.close()  # type: ignore[no-untyped-call]
