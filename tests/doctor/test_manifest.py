"""The manifest keeps Slack's published rules, and explains each scope and event."""

import json
import re
from typing import Any

import pytest

from bot.doctor.manifest import EVENTS, NEEDED, OPTIONAL, manifest
from bot.errors import UserError
from tests.commands import Run

URL = "https://sevbot.example.com/slack/events"

# What Slack's schema of version 2 allows, of the parts that we use: the keys of each
# part, those that it must have, and how long a text may be.
ALLOWED = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "_metadata": {"major_version", "minor_version"},
    "display_information": {
        "name", "description", "long_description", "background_color",
    },
    "features": {"app_home", "bot_user", "slash_commands", "shortcuts"},
    "features.app_home": {
        "home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled",
    },
    "features.bot_user": {"display_name", "always_online"},
    "features.slash_commands": {
        "command", "url", "description", "usage_hint", "should_escape",
    },
    "features.shortcuts": {"name", "type", "callback_id", "description"},
    "oauth_config": {"scopes", "redirect_urls"},
    "oauth_config.scopes": {"bot", "bot_optional", "user", "user_optional"},
    "settings": {
        "event_subscriptions", "interactivity", "org_deploy_enabled",
        "socket_mode_enabled", "token_rotation_enabled", "allowed_ip_address_ranges",
    },
    "settings.event_subscriptions": {"request_url", "bot_events", "user_events"},
    "settings.interactivity": {
        "is_enabled", "request_url", "message_menu_options_url",
    },
}  # fmt: skip
REQUIRED = {
    "": {"display_information"},
    "display_information": {"name"},
    "features.bot_user": {"display_name"},
    "features.slash_commands": {"command", "description"},
    "features.shortcuts": {"name", "type", "callback_id", "description"},
    "settings.interactivity": {"is_enabled"},
}
LENGTHS = {
    "display_information.name": (1, 35),
    "display_information.description": (1, 140),
    "display_information.long_description": (175, 4000),
    "features.bot_user.display_name": (1, 80),
    "features.slash_commands.command": (2, 32),
    "features.slash_commands.description": (1, 2000),
    "features.slash_commands.usage_hint": (1, 1000),
    "features.slash_commands.url": (1, 3000),
    "features.shortcuts.name": (1, 24),
    "features.shortcuts.callback_id": (1, 255),
    "features.shortcuts.description": (1, 150),
    "oauth_config.scopes.bot": (1, 50),
    "oauth_config.scopes.bot_optional": (1, 50),
    "settings.event_subscriptions.bot_events": (1, 50),
}
COUNTS = {
    "features.slash_commands": 50,
    "features.shortcuts": 10,
    "oauth_config.scopes.bot": 255,
    "oauth_config.scopes.bot_optional": 255,
    "settings.event_subscriptions.bot_events": 100,
}


def broken_rules(value: Any, path: str = "") -> list[str]:
    """Return each rule that a manifest breaks."""
    if isinstance(value, dict):
        found = [f"{path}: {key} is unknown" for key in value.keys() - ALLOWED[path]]
        found += [f"{path} lacks {k}" for k in REQUIRED.get(path, set()) - value.keys()]
        for key, inner in value.items():
            found += broken_rules(inner, f"{path}.{key}".removeprefix("."))
        return found
    if isinstance(value, list):
        found = [f"{path} is too long"] if len(value) > COUNTS[path] else []
        found += [f"{path} repeats"] if len({*map(str, value)}) < len(value) else []
        return found + [one for inner in value for one in broken_rules(inner, path)]
    if isinstance(value, str) and path in LENGTHS:
        least, most = LENGTHS[path]
        return [] if least <= len(value) <= most else [f"{path}: {value!r}"]
    return []


MADE = {
    "socket mode": manifest(),
    "http": manifest(http=URL),
    "prefix": manifest(prefix="acme-"),
    "longest": manifest(
        prefix="a" * 23, name="n" * 35, http="https://x.de/" + "a" * 99
    ),
}


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_a_manifest_keeps_slacks_published_rules(made: dict[str, Any]) -> None:
    assert broken_rules(made) == []
    assert re.fullmatch("#[0-9a-f]{6}", made["display_information"]["background_color"])
    assert json.loads(json.dumps(made)) == made


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_an_optional_scope_is_asked_for_as_well(made: dict[str, Any]) -> None:
    scopes = made["oauth_config"]["scopes"]

    assert set(scopes["bot_optional"]) < set(scopes["bot"])
    assert len(set(scopes["bot"])) == len(scopes["bot"])


def test_each_command_escapes_what_was_typed() -> None:
    commands = manifest()["features"]["slash_commands"]

    assert [one["command"] for one in commands] == [
        "/sev1", "/sev2", "/sev3", "/sev4", "/triage", "/incident", "/oncall",
    ]  # fmt: skip
    assert all(one["should_escape"] for one in commands)


def test_socket_mode_needs_no_address() -> None:
    made = manifest()

    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in json.dumps(made)


def test_over_http_each_command_event_and_button_goes_to_one_address() -> None:
    made = manifest(http=URL)

    settings = made["settings"]
    assert {one["url"] for one in made["features"]["slash_commands"]} == {URL}
    assert settings["event_subscriptions"]["request_url"] == URL
    assert settings["interactivity"]["request_url"] == URL
    assert settings["interactivity"]["message_menu_options_url"] == URL
    assert settings["socket_mode_enabled"] is False


@pytest.mark.parametrize(
    "address",
    ["https://sevbot.example.com", "https://sevbot.example.com/", URL, f"{URL}/"],
)
def test_the_path_is_added_where_it_is_missing(address: str) -> None:
    settings = manifest(http=address)["settings"]

    assert settings["interactivity"]["request_url"] == URL


@pytest.mark.parametrize(
    "address", ["http://sevbot.example.com", "sevbot.example.com", "https://", "3000"]
)
def test_an_address_to_which_slack_does_not_send_is_refused(address: str) -> None:
    with pytest.raises(UserError) as caught:
        manifest(http=address)

    assert str(caught.value) == (
        f"Slack sends to https addresses only, and {address!r} is none; "
        "write one such as https://sevbot.example.com."
    )


@pytest.mark.parametrize("prefix", ["Acme-", "acme sev", "/", "ä-", "-"])
def test_a_prefix_that_no_command_may_have_is_refused(prefix: str) -> None:
    with pytest.raises(UserError, match="cannot stand before a command"):
        manifest(prefix=prefix)


def test_a_prefix_that_is_too_long_is_refused() -> None:
    with pytest.raises(UserError, match="longer than Slack's 32 characters"):
        manifest(prefix="a" * 24)


def test_the_command_prints_the_manifest_and_nothing_else(run: Run) -> None:
    printed = run("manifest", "--prefix", "acme-")

    assert printed.json == manifest(prefix="acme-")
    assert printed.err == ""


def test_every_scope_and_event_is_explained(run: Run) -> None:
    printed = run("manifest", "--explain").out

    for name in (*(scope.name for scope in (*NEEDED, *OPTIONAL)), *EVENTS):
        assert f"| `{name}`" in printed


def test_a_refusal_is_one_line_on_stderr(run: Run) -> None:
    printed = run("manifest", "--http", "http://x")

    assert (printed.status, printed.out) == (1, "")
    assert printed.err.startswith("sevbot: Slack sends to https addresses only")
