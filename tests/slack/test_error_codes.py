"""The table of Slack's error codes is whole, and says what each code means."""

import re
from collections import Counter

import pytest
from slack_sdk import WebClient

from bot.errors import Fate
from bot.slack.error_codes import CODES, METHODS, fate_of
from tests.paths import ROOT

SOURCES = {
    path: path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "bot").rglob("*.py"))
}
OF_THE_EMULATOR = {path for path in SOURCES if "emulator" in path.parts}
CALLED = {
    name.replace("_", ".")
    for path in SOURCES.keys() - OF_THE_EMULATOR
    for name in re.findall(r"\.([a-z]+(?:_[a-zA-Z]+)+)\b", SOURCES[path])
    if hasattr(WebClient, name) and name != "api_call"
} | {
    name
    for path in SOURCES.keys() - OF_THE_EMULATOR
    for name in re.findall(r"(?<!tx\.)\bask\(\"([a-zA-Z.]+)\"", SOURCES[path])
}
REFUSALS = {
    code
    for path in OF_THE_EMULATOR
    for code in re.findall(r"\bRefused\(\s*\"([a-z_]+)\"", SOURCES[path])
}


def test_the_methods_that_the_bot_calls_are_found_in_its_source() -> None:
    assert {"chat.postMessage", "apps.connections.open", "dnd.info"} <= CALLED


@pytest.mark.parametrize("method", sorted(CALLED))
def test_the_codes_of_every_method_that_the_bot_calls_are_known(method: str) -> None:
    assert method in METHODS


def test_the_codes_of_every_method_of_the_local_slack_are_known() -> None:
    source = SOURCES[ROOT / "bot" / "emulator" / "api" / "web_api.py"]

    served = set(re.findall(r"^            \"([a-zA-Z.]+)\": Method\(", source, re.M))

    assert len(served) > 10
    assert served <= METHODS


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_refusal_of_the_local_slack_is_known(code: str) -> None:
    fates = {fate_of(method, code) for method in METHODS}

    assert Fate.UNDOCUMENTED not in fates


def test_a_code_has_one_meaning() -> None:
    counted = Counter(code for codes in CODES.values() for code in codes.split())

    assert [code for code, voice in counted.items() if voice > 1] == []


@pytest.mark.parametrize(
    ("method", "code", "fate"),
    [
        ("conversations.open", "invalid_user_combination", Fate.REFUSED),
        ("chat.postMessage", "access_denied", Fate.REFUSED),
        ("chat.postMessage", "no_permission", Fate.REFUSED),
        ("chat.update", "is_inactive", Fate.REFUSED),
        ("chat.update", "message_not_found", Fate.GONE),
        ("chat.delete", "message_not_found", Fate.GONE),
        ("conversations.replies", "thread_not_found", Fate.GONE),
        ("chat.postMessage", "two_factor_setup_required", Fate.INSTALLATION),
        ("chat.postMessage", "message_limit_exceeded", Fate.INSTALLATION),
        ("chat.postMessage", "team_added_to_org", Fate.NOT_DONE),
        ("chat.postMessage", "fatal_error", Fate.UNKNOWN),
        ("apps.connections.open", "forbidden_team", Fate.INSTALLATION),
        ("apps.connections.open", "internal_error", Fate.UNKNOWN),
        ("chat.postMessage", "moon_in_the_wrong_phase", Fate.UNDOCUMENTED),
    ],
)
def test_a_code_means_what_its_page_says(method: str, code: str, fate: Fate) -> None:
    assert fate_of(method, code) is fate


def test_only_reading_and_direct_messages_do_without_a_missing_scope() -> None:
    fates = {method: fate_of(method, "missing_scope") for method in METHODS}

    refused = {method for method, fate in fates.items() if fate is Fate.REFUSED}
    assert refused == {
        "conversations.history",
        "conversations.open",
        "conversations.replies",
    }
    assert set(fates.values()) == {Fate.REFUSED, Fate.INSTALLATION}


def test_a_code_of_another_methods_page_means_the_same() -> None:
    assert fate_of("chat.postMessage", "user_disabled") is Fate.REFUSED
    assert fate_of("chat.update", "is_archived") is Fate.REFUSED


def test_every_restriction_by_a_workspace_is_a_refusal() -> None:
    fate = fate_of("chat.postMessage", "restricted_action_of_a_new_kind")

    assert fate is Fate.REFUSED
