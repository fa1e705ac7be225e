"""Commands as people type them, read by the shipped policy."""

from dataclasses import replace
from typing import Any

import pytest

from bot.errors import UserError
from bot.slack.command_text import Form, Help, OpenRequest, parse_command
from tests.factories import PACIFIC, pacific, shipped_policy

PEOPLE = {"ana": "U0ANA", "ben carter": "U0BEN"}
NOW = pacific(24, "10:00")


def parsed(
    text: str,
    *,
    channel: str = "C0SUPPORT",
    **changed: Any,
) -> OpenRequest | Help | Form:
    """Read a command; `changed` are fields of the shipped policy."""
    return parse_command(
        text,
        policy=replace(shipped_policy(), **changed),
        channel=channel,
        typist_zone=PACIFIC,
        now=NOW,
        people=PEOPLE.get,
    )


def request(text: str, **more: Any) -> OpenRequest:
    result = parsed(text, **more)
    assert isinstance(result, OpenRequest)
    return result


def refused(text: str) -> str:
    with pytest.raises(UserError) as caught:
        parsed(text)
    return str(caught.value)
