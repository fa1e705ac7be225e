"""Tests of bot.slack.phrases."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.incidents.incidents import Status
from bot.policy.severities import Severity
from bot.slack.phrases import Voice, due_phrase, heading, late_by, opened_up
from tests.factories import (
    ANA,
    incident,
    owed_at_opening,
    pacific,
    shipped_policy,
)

NOW = pacific(24, "12:00")
PLAIN = Voice(shipped_policy(), NOW, ANA)
TOKEN = replace(PLAIN, is_token=True)


def words(text: str) -> str:
    """Return how a token is written, without its instant and its fallback."""
    return text.split("^")[2].partition("|")[0]


@pytest.mark.parametrize(
    ("before", "plain", "token"),
    [
        ("at", "at 13:00", "{date_long_pretty} {time}"),
        ("is paged at", "is paged at 13:00", "is paged {date_long_pretty} {time}"),
        ("due", "due 13:00", "due {date_long_pretty} {time}"),
    ],
)
def test_a_word_goes_before_an_instant(before: str, plain: str, token: str) -> None:
    at = pacific(24, "13:00")

    assert PLAIN.at(at, before) == plain
    assert words(TOKEN.at(at, before)) == token
    assert PLAIN.at(pacific(25, "09:00"), "is paged at") == "is paged tomorrow 09:00"


def test_what_stands_for_days_does_not_say_how_far_it_is() -> None:
    at = pacific(24, "16:00")

    assert PLAIN.far(at) == TOKEN.far(at) == ", in 4 h"
    assert replace(TOKEN, says_far=False).far(at) == ""


def test_a_sentence_that_begins_with_an_instant_is_opened_up() -> None:
    assert words(opened_up(TOKEN.at(NOW, "taken"))).startswith("Taken {")


@pytest.mark.parametrize(
    ("severity", "plan", "said"),
    [
        (Severity.SEV2, "premium", "1 h of business time"),
        (Severity.SEV1, "premium", "1 h of business time"),
    ],
)
def test_a_lateness_names_its_clock(severity: Severity, plan: str, said: str) -> None:
    opened = incident(severity, plan=plan)
    (first, *_) = owed_at_opening(opened)

    by = late_by(shipped_policy(), opened, first, pacific(24, "14:00"))

    assert by == said


def test_what_was_due_at_closing_is_not_due_now_all_night() -> None:
    opened = incident(Severity.SEV2)
    (first, *_) = owed_at_opening(opened)
    at_closing = replace(
        first, due_at=pacific(24, "17:00"), late_at=pacific(25, "09:00")
    )

    def said(now: datetime) -> str:
        return due_phrase(opened, at_closing, replace(PLAIN, now=now))

    assert said(pacific(24, "17:01")).startswith("due now, 17:00 (late only from ")
    assert said(pacific(25, "06:00")) == (
        "was due yesterday 17:00 (late only from 09:00)"
    )


def test_a_lateness_by_day_and_night_is_only_a_length() -> None:
    opened = incident(Severity.SEV2)
    (first, *_) = owed_at_opening(opened)
    by_clock = replace(first, target="4 hours")

    by = late_by(shipped_policy(), opened, by_clock, pacific(24, "20:00"))

    assert by == "7 h"


@pytest.mark.parametrize(
    ("status", "is_late", "said"),
    [
        (Status.OPEN, False, "🔶 Sev2 · INC-42 · A & <b> *B*"),
        (Status.OPEN, True, "⏰ Late · 🔶 Sev2 · INC-42 · A & <b> *B*"),
        (Status.RESOLVED, False, "✅ Resolved · 🔶 Sev2 · INC-42 · A & <b> *B*"),
        (Status.VOID, False, "Void · 🔶 Sev2 · INC-42 · A & <b> *B*"),
    ],
)
def test_a_heading_shows_the_state_first_and_names_as_typed(
    status: Status, *, is_late: bool, said: str
) -> None:
    one = replace(incident(customer="A & <b>\n*B*"), status=status)

    assert heading(one, shipped_policy(), is_late=is_late)["text"]["text"] == said


def test_a_time_on_another_day_is_shown_with_its_day() -> None:
    voice = Voice(shipped_policy(), pacific(24, "16:05"), ANA, is_token=True)

    near, far = (
        voice.clock(at, "at") for at in (pacific(24, "16:15"), pacific(25, "09:05"))
    )

    assert "{time}" in near
    assert "{date_long_pretty}" not in near
    assert "{date_long_pretty} {time}" in far
