"""What Slack makes of typed text when an app asks for escaped commands."""

import re

from bot.emulator.workspace import Workspace

TOKEN = re.compile(r"https?://[^\s<>]+|@[\w.-]+|#[\w.-]+")
EVERYBODY = {"here", "channel", "everyone"}


def escape(text: str) -> str:
    """Return text with the three characters escaped that carry markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_typed(text: str, workspace: Workspace) -> str:
    """Return typed text as a command carries it: names as ids, links in brackets."""
    parts: list[str] = []
    end = 0
    for match in TOKEN.finditer(text):
        parts += [escape(text[end : match.start()]), _token(match.group(), workspace)]
        end = match.end()
    return "".join([*parts, escape(text[end:])])


def _token(token: str, workspace: Workspace) -> str:
    if token.startswith("http"):
        return f"<{escape(token)}>"
    name = token[1:].rstrip(".-_")
    rest = escape(token[1 + len(name) :])
    marked = _person(name, workspace) if token[0] == "@" else _channel(name, workspace)
    return escape(token) if marked is None else marked + rest


def _person(name: str, workspace: Workspace) -> str | None:
    if name in EVERYBODY:
        return f"<!{name}>"
    for person in workspace.people.values():
        if person.name == name.lower():
            return f"<@{person.id}>"
    return None


def _channel(name: str, workspace: Workspace) -> str | None:
    for channel in workspace.channels.values():
        if channel.name == name and not channel.is_im:
            return f"<#{channel.id}|{'' if channel.is_private else name}>"
    return None
