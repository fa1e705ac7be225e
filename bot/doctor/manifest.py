"""The manifest from which Slack creates the app, and why it asks for each scope.

Source: https://docs.slack.dev/reference/app-manifest, schema version 2.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.errors import UserError
from bot.slack import actions

REQUEST_PATH = "/slack/events"

_LONGEST_COMMAND = 32
_LONGEST_NAME = 35
_LONGEST_URL = 3000
_PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Scope:
    """A permission: what the bot uses it for, and what is missing without it."""

    name: str
    what_for: str
    without: str


NEEDED = (
    Scope(
        "commands",
        "people type /sev1 to /sev4, /triage, /incident, /oncall, and triage a message",
        "nothing can be declared",
    ),
    Scope(
        "chat:write",
        "posts cards, reminders and the digest, and edits its own messages",
        "nobody is told anything",
    ),
    Scope(
        "im:write",
        "opens the direct conversation in which somebody is reminded",
        "nobody is reminded in private",
    ),
    Scope(
        "users:read",
        "knows names, time zones, and who is a guest or has left",
        "times are in the team's zone, and nobody is let in",
    ),
)
OPTIONAL = (
    Scope(
        "channels:read",
        "`sevbot doctor` checks that the public channels exist and it is in them",
        "doctor cannot see public channels; a missing one shows when a card fails",
    ),
    Scope(
        "groups:read",
        "the same for private channels",
        "doctor cannot see private channels",
    ),
    Scope(
        "im:history",
        "where Slack did not say whether it posted a reminder, looks in the direct "
        "conversation whether it stands there; keeps a reminder that a newer one "
        "replaced if somebody replied below it; answers who writes to the bot",
        "where Slack does not say whether it posted, a page may come twice, and any "
        "other direct message is held until a person has looked; a replaced reminder "
        "is deleted even above replies; what somebody writes to the bot stays "
        "without an answer",
    ),
    Scope(
        "channels:history",
        "the same for cards, notes and the digest in public channels; looks at each "
        "new message in the intake channels that the policy names",
        "where Slack does not say whether it posted in a public channel, a Sev1 card "
        "may stand twice, and all else is held until a person has looked; no public "
        "channel can be an intake channel",
    ),
    Scope(
        "groups:history",
        "the same in private channels",
        "where Slack does not say whether it posted in a private channel, a Sev1 card "
        "may stand twice, and all else is held until a person has looked; no private "
        "channel can be an intake channel",
    ),
    Scope(
        "app_mentions:read",
        "who mentions the bot in a channel hears in private which severity that "
        "message, or the one above its thread, may have",
        "a mention of the bot stays without an answer; *Triage this message* and "
        "/triage work",
    ),
    Scope(
        "reactions:read",
        "where somebody puts the emoji that the policy names on a message, reads that "
        "message and logs it as the customer's update; its text is not kept",
        "no emoji logs an update; the shortcut *This was the update* still does",
    ),
    Scope(
        "dnd:read",
        "knows whose phone makes no sound, so that the first page of a Sev1 also "
        "rings, or goes to the next step; `sevbot doctor` says who has notifications "
        "off",
        "somebody may sleep through a page until its next step",
    ),
    Scope(
        "usergroups:read",
        "sees who is in the user group that the policy names, before it changes that",
        "no user group follows the shift",
    ),
    Scope(
        "usergroups:write",
        "puts whoever is primary into that user group, and nobody else",
        "no user group follows the shift",
    ),
)
EVENTS: Mapping[str, str] = {
    "user_change": "somebody moved to another zone, left, or became a guest",
    "team_join": "somebody new may type commands at once",
    "app_mention": "who mentions the bot hears which severity a message may have",
    "reaction_added": "an emoji that the policy names logs the customer's update",
    "reaction_removed": "taken off within a minute, it takes that back",
    "message.channels": "what reads like an incident in an intake channel that the "
    "policy names; of any other channel nothing is read",
    "message.groups": "the same in private channels",
    "message.im": "who writes to the bot without a command hears what it does read",
}
_COMMANDS = {
    "sev1": ("Open a Sev1: the service is lost", "acme: checkout is down"),
    "sev2": ("Open a Sev2: badly broken for many", "acme: push of apps fails"),
    "sev3": ("Open a Sev3: one part is odd", "acme: a policy does not arrive"),
    "sev4": ("Open a Sev4: a question or a wish", "acme: how do we export"),
    "triage": ("Which severity a text may have", "nobody at acme can log in"),
    "incident": ("What is open, yours first", "42 | acme | mine | late | help"),
    "oncall": ("Who is on call, who is next; find a cover", ""),
}
_SHORTCUTS = {
    actions.TRIAGE_MESSAGE: (
        "Triage this message",
        "Which severity it may be, and what would follow",
    ),
    # Slack takes names of up to 24 characters.
    actions.WAS_UPDATE: (
        "This was the update",
        "Log this message as what the customer was told",
    ),
    actions.WHY_TOLD: (
        "Why am I getting this?",
        "Which words of the policy brought you this message, and what stops it",
    ),
}
_DESCRIPTION = "Keeps the support plan's promises in business time"
_LONG_DESCRIPTION = (
    "Engineers declare incidents with /sev1 to /sev4. sevbot knows from the support "
    "policy and the customer's plan when the first response and each update are owed "
    "in business time, reminds the people who must act, and sends the leads a daily "
    "digest. It runs on your own machine and sends nothing to anybody but Slack."
)


def manifest(
    *, http: str | None = None, prefix: str = "", name: str = "sevbot"
) -> dict[str, Any]:
    """Return the manifest. Raises UserError for what Slack would refuse."""
    url = request_url(http) if http else None
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise UserError(f"An app's name has 1 to {_LONGEST_NAME} characters.")
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": name,
            "description": _DESCRIPTION,
            "long_description": _LONG_DESCRIPTION,
            "background_color": "#1f2933",
        },
        "features": {
            # Reminders are direct messages, and people may type commands there, too.
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name, "always_online": True},
            "slash_commands": _commands(prefix, url),
            "shortcuts": [
                {
                    "name": name_of,
                    "type": "message",
                    "callback_id": callback_id,
                    "description": description,
                }
                for callback_id, (name_of, description) in _SHORTCUTS.items()
            ],
        },
        "oauth_config": {
            "scopes": {
                # Slack requires optional scopes in both lists.
                "bot": [scope.name for scope in (*NEEDED, *OPTIONAL)],
                "bot_optional": [scope.name for scope in OPTIONAL],
            }
        },
        "settings": {
            "event_subscriptions": {**_at(url), "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **_at(url), **_searches_at(url)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def request_url(address: str) -> str:
    """Return where Slack sends requests. Raises UserError for a host it refuses."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise UserError(
            f"Slack sends to https addresses only, and {address!r} is none; "
            "write one such as https://sevbot.example.com."
        )
    url = address.rstrip("/")
    if not url.endswith(REQUEST_PATH):
        url += REQUEST_PATH
    if len(url) > _LONGEST_URL:
        raise UserError(f"Slack takes addresses of up to {_LONGEST_URL} characters.")
    return url


def explained() -> str:
    """Return tables of the scopes and events in Markdown, each with its purpose."""
    rows = ["| Scope | What the bot does with it | Without it |", "| --- | --- | --- |"]
    rows += [f"| `{one.name}` | {one.what_for} | {one.without} |" for one in NEEDED]
    rows += [
        f"| `{one.name}`, optional | {one.what_for} | {one.without} |"
        for one in OPTIONAL
    ]
    rows += ["", "| Event | Why it is listened to |", "| --- | --- |"]
    rows += [f"| `{event}` | {why} |" for event, why in EVENTS.items()]
    return "\n".join(rows)


def _commands(prefix: str, url: str | None) -> list[dict[str, Any]]:
    if prefix and not _PREFIX.fullmatch(prefix):
        raise UserError(
            f"{prefix!r} cannot stand before a command; write small letters, digits, "
            "- or _, such as acme-."
        )
    commands = []
    for word, (description, hint) in _COMMANDS.items():
        command = f"/{prefix}{word}"
        if len(command) > _LONGEST_COMMAND:
            raise UserError(
                f"{command} is longer than Slack's {_LONGEST_COMMAND} characters; "
                "choose a shorter prefix."
            )
        commands.append(
            {
                "command": command,
                "description": description,
                "should_escape": True,
                **({"usage_hint": hint} if hint else {}),
                **({"url": url} if url else {}),
            }
        )
    return commands


def _searches_at(url: str | None) -> dict[str, str]:
    """Return where a menu that searches asks, which is the same address in Bolt."""
    return {"message_menu_options_url": url} if url else {}


def _at(url: str | None) -> dict[str, str]:
    return {"request_url": url} if url else {}
