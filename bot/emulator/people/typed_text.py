"""What Slack makes of typed text when an app asks for escaped commands."""

import re

from bot.emulator.workspace import Workspace

# Slack links a bare domain if its end is a top-level domain. Any two letters count as
# one here, as those of a country.
DOMAIN = r"(?:[a-z0-9-]+\.)+(?:com|org|net|info|example|app|dev|cloud|[a-z]{2})"
TOKEN = re.compile(
    r"(?P<url>https?://[^\s<>]+)"
    rf"|(?P<mail>(?<![\w.+-])[\w.+-]+@{DOMAIN}\b)"
    r"|(?P<name>[@#][\w.-]+)"
    rf"|(?P<domain>(?<![\w@./-]){DOMAIN}\b(?![@-])(?::\d+)?(?:/[^\s<>]*)?)"
)
ENDS = ".,;:!?)\"'"
EVERYBODY = {"here", "channel", "everyone"}


def escape(text: str) -> str:
    """Return text with the three characters escaped that carry markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_typed(text: str, workspace: Workspace) -> str:
    """Return typed text as a command carries it: names as ids, links in brackets.

    Bare domains and addresses become links, too, with what was typed as their label.
    Source: https://docs.slack.dev/messaging/formatting-message-text, on retrieving
    """
    parts: list[str] = []
    end = 0
    for match in _pattern(workspace).finditer(text):
        parts += [escape(text[end : match.start()]), _token(match, workspace)]
        end = match.end()
    return "".join([*parts, escape(text[end:])])


def _pattern(workspace: Workspace) -> re.Pattern[str]:
    """Return what is marked up; a name from Slack's list may have any characters."""
    shown = {person.display_name for person in workspace.people.values()} - {""}
    names = "|".join(re.escape(f"@{one}") for one in sorted(shown, key=len)[::-1])
    return re.compile(f"(?P<shown>{names})|{TOKEN.pattern}") if names else TOKEN


def _token(match: re.Match[str], workspace: Workspace) -> str:
    token = match.group()
    if match.lastgroup in ("url", "mail", "domain"):
        link = token.rstrip(ENDS)
        rest = escape(token[len(link) :])
        before = {"url": "", "mail": "mailto:", "domain": "http://"}[match.lastgroup]
        label = f"|{escape(link)}" if before else ""
        return f"<{before}{escape(link)}{label}>{rest}"
    name = token[1:] if match.lastgroup == "shown" else token[1:].rstrip(".-_")
    rest = escape(token[1 + len(name) :])
    marked = _person(name, workspace) if token[0] == "@" else _channel(name, workspace)
    return escape(token) if marked is None else marked + rest


def _person(name: str, workspace: Workspace) -> str | None:
    """Return a mention; of two people with one display name Slack guesses neither."""
    if name in EVERYBODY:
        return f"<!{name}>"
    people = list(workspace.people.values())
    by_handle = [one for one in people if one.name == name.lower()]
    found = by_handle or [one for one in people if one.display_name == name]
    return f"<@{found[0].id}>" if len(found) == 1 else None


def _channel(name: str, workspace: Workspace) -> str | None:
    for channel in workspace.channels.values():
        if channel.name == name and not channel.is_im:
            return f"<#{channel.id}|{'' if channel.is_private else name}>"
    return None
