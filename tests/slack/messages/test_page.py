"""Tests of bot.slack.messages.page."""

from dataclasses import replace

import pytest

from bot.incidents.deadlines import Kind
from bot.incidents.events import EventKind
from bot.incidents.recipients import Because
from bot.incidents.steps import StepKind
from bot.policy.severities import Severity
from bot.slack.messages import reminder
from bot.slack.messages.reminder_item import Item
from bot.slack.phrases import Voice
from tests.factories import (
    ANA,
    BEN,
    happen,
    incident,
    owed_at_opening,
    pacific,
    shipped_policy,
)
from tests.slack.reading import buttons, elements, paragraphs
from tests.slack.telling import running, told

POLICY = shipped_policy()


def page(severity: Severity = Severity.SEV1) -> Item:
    """Return the first step of the escalation of a Sev1 opened at 02:41."""
    opened = incident(
        severity, title="checkout is down", opened_at=pacific(24, "02:41")
    )
    owed = owed_at_opening(opened)
    return Item(
        incident=opened,
        deadline=running(owed, Kind.ESCALATION),
        kind=StepKind.PAGE,
        because=Because.PRIMARY,
        owed=running(owed, Kind.FIRST_RESPONSE),
        next=("U0BEN", pacific(24, "02:51")),
    )


def check_in(kind: StepKind = StepKind.CHECK_IN) -> Item:
    """Return the check-in of a Sev1 that Ana took at 03:41."""
    first = page()
    assert first.owed is not None
    taken, owed = happen(
        first.incident,
        (first.owed, first.deadline),
        EventKind.TAKEN,
        pacific(24, "03:41"),
    )
    return Item(
        incident=taken,
        deadline=running(owed, Kind.CHECK_IN),
        kind=kind,
        because=Because.OWNER,
        owed=running(owed, Kind.FIRST_RESPONSE),
        next=("U0BEN", pacific(24, "04:56")),
    )


def test_a_page_says_what_happened_who_acts_when_and_who_follows() -> None:
    shown = told(page(), ANA, pacific(24, "02:41"))

    assert shown.text == (
        "🔺 Sev1 INC-42 Acme: checkout is down. First response due 13:00, in 10 h 19. "
        "Nobody owns it. You are the primary on call; <@U0BEN> is paged at 02:51 "
        "unless "
        "somebody takes it. Stops when somebody takes it."
    )
    assert buttons(shown) == ["Take it", "First response sent"]
    assert paragraphs(shown)[0] == "🔺 Sev1 · INC-42 · Acme"
    assert paragraphs(shown)[1].startswith("checkout is down\n*First response due ")
    assert [element.get("style") for element in elements(shown)] == ["primary", None]


def test_a_page_names_its_card() -> None:
    url = "https://x.slack.com/archives/C1/p1"

    shown = told(replace(page(), url=url), ANA, pacific(24, "02:41"))

    assert f"checkout is down (<{url}|open the card>)" in paragraphs(shown)[1]


def test_a_page_of_what_is_late_says_so_first() -> None:
    shown = told(page(), ANA, pacific(24, "13:11"))

    assert paragraphs(shown)[0] == "⏰ Late · 🔺 Sev1 · INC-42 · Acme"
    assert "First response ⏰ late since 13:00 (11 min of business time)." in shown.text


def test_a_page_in_the_fallback_channel_names_who_is_on_call() -> None:
    item = replace(page(), because=Because.FALLBACK, next=None)

    shown = told(item, None, pacific(24, "03:01"))

    assert shown.text == (
        "🔺 Sev1 INC-42 Acme: checkout is down. First response due 13:00 PST, in 9 h "
        "59. "
        "Nobody owns it. On call: <@U0ANA>, backup "
        "<@U0BEN>, lead <@U0LEA>. Stops when somebody takes it."
    )


def test_a_check_in_asks_its_owner() -> None:
    shown = told(check_in(), ANA, pacific(24, "04:41"))

    assert shown.text == (
        "INC-42 Acme (🔺 Sev1): are you still on it? First response due 13:00, in "
        "8 h 19. Last sign of life 03:41. "
        "Without an answer <@U0BEN> is paged at 04:56. Stops at any act of yours on it."
    )
    assert buttons(shown) == ["Still on it", "First response sent", "Hand off"]


def test_a_repeated_check_in_says_that_the_first_was_unanswered() -> None:
    shown = told(check_in(StepKind.PAGE), ANA, pacific(24, "04:56"))

    assert shown.text.startswith(
        "INC-42 Acme (🔺 Sev1): no tap yet; are you still on it?"
    )


def test_pages_to_others_name_the_silent_owner() -> None:
    item = replace(check_in(StepKind.PAGE), because=Because.BACKUP)

    shown = told(item, BEN, pacific(24, "05:06"))

    assert shown.text == (
        "INC-42 Acme (🔺 Sev1): no sign of life from <@U0ANA> since 12:41. “checkout "
        "is down”. First response due 22:00, in 7 h 54. You are the backup on call. "
        "<@U0BEN> is paged next, at 13:56. Stops when the owner answers, or somebody "
        "takes it over."
    )
    assert buttons(shown) == ["Take over", "First response sent"]


def test_a_page_that_somebody_took_says_who() -> None:
    first = page()
    taken, owed = happen(
        first.incident,
        (first.deadline,),
        EventKind.TAKEN,
        pacific(24, "02:45"),
        by="U0BEN",
    )
    item = replace(first, incident=taken, deadline=owed[0])

    shown = told(item, ANA, pacific(24, "02:46"))

    assert shown.text == "INC-42 Acme (🔺 Sev1): taken 02:45 by <@U0BEN>."


def test_a_page_that_its_owner_took_says_how_the_incident_ended() -> None:
    first = page()
    taken, owed = happen(
        first.incident,
        (first.deadline,),
        EventKind.TAKEN,
        pacific(24, "02:45"),
        by="U0ANA",
    )
    over, _ = happen(taken, owed, EventKind.RESOLVED, pacific(24, "02:50"), by="U0BEN")
    item = replace(first, incident=over, deadline=owed[0])

    shown = told(item, ANA, pacific(24, "02:51"))

    assert shown.text == "INC-42 Acme (🔺 Sev1): ✅ resolved 02:50 by <@U0BEN>."
    assert buttons(shown) == []


@pytest.mark.parametrize("count", [1, 2, 12, 13, 100])
def test_any_number_of_the_longest_reminders_is_one_message_for_slack(
    count: int,
) -> None:
    items = []
    for number in range(1_000_001, 1_000_001 + count):
        opened = incident(
            Severity.SEV1, number=number, title="&" * 250, customer="<" * 200
        )
        owed = owed_at_opening(opened)
        item = Item(
            opened,
            running(owed, Kind.ESCALATION),
            StepKind.PAGE,
            Because.PRIMARY,
            owed=running(owed, Kind.FIRST_RESPONSE),
            next=("U0BENBENBEN", pacific(24, "09:10")),
        )
        items.append(item)

    shown = reminder.message(items, Voice(POLICY, pacific(24, "09:01"), ANA))

    assert shown is not None
    assert buttons(shown).count("Take it") == min(count, 12)
    assert ("`/incident` lists them." in paragraphs(shown)[-1]) == (count > 12)
