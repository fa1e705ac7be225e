"""Tests of bot.slack.messages.card."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.incidents.events import Event, EventKind
from bot.policy.severities import Severity
from bot.slack.messages import card
from tests.factories import happen, incident, owed_at_opening, pacific, shipped_policy
from tests.slack.reading import buttons, elements, paragraphs

POLICY = shipped_policy()
NOW = pacific(24, "12:30")


def test_a_new_card_says_what_is_owed_and_that_nobody_owns_it() -> None:
    opened = incident(Severity.SEV2)

    shown = card.message(opened, owed_at_opening(opened), POLICY, pacific(24, "09:05"))

    assert shown.text == (
        "🔶 Sev2 INC-42 Acme: push of apps fails. Nobody owns it. "
        "First response due 13:00 PST."
    )
    assert paragraphs(shown) == [
        "🔶 Sev2 · INC-42 · Acme",
        "push of apps fails",
        (
            "*Owner:* nobody yet\n"
            "*First response:* due Tue 24 Nov 2026 13:00 PST\n"
            "*Then:* status updates twice per business day"
        ),
        "Premium Support. Opened Tue 24 Nov 2026 09:00 PST by <@U0LEA>.",
    ]
    assert buttons(shown) == ["Take it", "First response sent", "Resolve", "More"]


def test_taking_over_asks_first() -> None:
    owned = incident(Severity.SEV2, owner="U0ANA")

    shown = card.message(owned, owed_at_opening(owned), POLICY, pacific(24, "09:05"))

    (take,) = [one for one in elements(shown) if one["action_id"] == "take"]
    assert take["confirm"]["title"]["text"] == "Take over INC-42?"
    assert take["confirm"]["text"]["text"].endswith("Its owner hears of it.")


@pytest.mark.parametrize(
    ("owner", "kind", "details", "likely"),
    [
        (None, EventKind.CHECKED_IN, {}, "Take it"),
        ("U0ANA", EventKind.CHECKED_IN, {}, "First response sent"),
        ("U0ANA", EventKind.UPDATED, {"told": "x"}, "Log update"),
        (
            "U0ANA",
            EventKind.UPDATED,
            {"told": "x", "waiting": "yes"},
            "Customer answered",
        ),
        ("U0ANA", EventKind.RESOLVED, {"note": "x"}, None),
    ],
)
def test_the_one_coloured_button_is_the_likely_next_step(
    owner: str | None, kind: EventKind, details: dict[str, str], likely: str | None
) -> None:
    before = incident(Severity.SEV2, owner=owner)
    after, owed = happen(
        before, owed_at_opening(before), kind, pacific(24, "10:00"), **details
    )

    found = elements(card.message(after, owed, POLICY, pacific(24, "10:05")))

    coloured = [one["text"]["text"] for one in found if one.get("style") == "primary"]
    assert coloured == ([likely] if likely else [])


def test_a_sev1_names_our_own_aim_beside_the_contract() -> None:
    opened = incident(Severity.SEV1)

    shown = card.message(opened, owed_at_opening(opened), POLICY, pacific(24, "09:05"))

    assert (
        "*Then:* continuous work until resolution; our own aim, outside the contract: "
        "news twice per business day"
    ) in paragraphs(shown)[2]


def test_a_due_instant_at_closing_says_from_when_it_is_late() -> None:
    opened = incident(Severity.SEV3)

    shown = card.message(opened, owed_at_opening(opened), POLICY, pacific(24, "09:05"))

    assert (
        "*First response:* due Tue 24 Nov 2026 17:00 PST "
        "(late only from Wed 25 Nov 2026 09:00 PST)"
    ) in paragraphs(shown)[2]
    assert "due 17:00 PST (late only from tomorrow 09:00 PST)." in shown.text


def test_between_a_closing_and_the_next_opening_nothing_is_late() -> None:
    opened = incident(Severity.SEV3)

    shown = card.message(opened, owed_at_opening(opened), POLICY, pacific(24, "20:00"))

    assert shown.text.endswith("due 17:00 PST (late only from tomorrow 09:00 PST).")


def test_a_missed_response_is_called_late() -> None:
    opened = incident(Severity.SEV2, owner="U0ANA")

    shown = card.message(opened, owed_at_opening(opened), POLICY, pacific(24, "14:05"))

    assert shown.text == (
        "🔶 Sev2 INC-42 Acme: push of apps fails. Owner: <@U0ANA>. "
        "First response ⏰ late since 13:00 PST."
    )
    assert paragraphs(shown)[0] == "⏰ Late · 🔶 Sev2 · INC-42 · Acme"
    assert (
        "*First response:* *⏰ late since Tue 24 Nov 2026 13:00 PST*"
        in (paragraphs(shown)[2])
    )
    assert buttons(shown)[0] == "First response sent"


def test_after_the_response_the_card_says_when_the_next_update_is_due() -> None:
    opened = incident(Severity.SEV2, owner="U0ANA")
    responded, owed = happen(
        opened,
        owed_at_opening(opened),
        EventKind.UPDATED,
        pacific(24, "13:40"),
        told="We look into it.",
    )

    shown = card.message(responded, owed, POLICY, pacific(24, "14:00"))

    assert paragraphs(shown)[2] == (
        "*Owner:* <@U0ANA> since Tue 24 Nov 2026 09:00 PST\n"
        "*First response:* sent Tue 24 Nov 2026 13:40 PST, late by 40 min of business "
        "time\n"
        "*Next update:* due Wed 25 Nov 2026 09:40 PST (twice per business day)"
    )
    assert buttons(shown) == ["Log update", "Resolve", "Take over", "More"]


def test_news_of_a_sev1_is_our_own_aim() -> None:
    opened = incident(Severity.SEV1, owner="U0ANA")
    responded, owed = happen(
        opened,
        owed_at_opening(opened),
        EventKind.UPDATED,
        pacific(24, "10:00"),
        told="We look into it.",
    )

    shown = card.message(responded, owed, POLICY, pacific(24, "10:05"))

    assert paragraphs(shown)[2].splitlines()[2:] == [
        (
            "*Next update:* due Tue 24 Nov 2026 14:00 PST by our own aim "
            "(twice per business day)"
        ),
        "*Contract:* continuous work until resolution",
    ]


def test_while_waiting_on_the_customer_no_update_is_due() -> None:
    opened = incident(Severity.SEV2, owner="U0ANA")
    waiting, owed = happen(
        opened,
        owed_at_opening(opened),
        EventKind.UPDATED,
        pacific(24, "12:00"),
        told="Please send the logs.",
        waiting="yes",
    )

    shown = card.message(waiting, owed, POLICY, pacific(24, "14:00"))

    assert paragraphs(shown)[2].splitlines()[2] == (
        "*Waiting on the customer:* since Tue 24 Nov 2026 12:00 PST; "
        "no update is due until they answer"
    )
    assert shown.text.endswith("Waiting on the customer since 12:00 PST.")
    assert "Customer answered" in buttons(shown)


def test_waiting_does_not_stop_the_clock_of_a_sev1() -> None:
    opened = incident(Severity.SEV1, owner="U0ANA")
    waiting, owed = happen(
        opened,
        owed_at_opening(opened),
        EventKind.UPDATED,
        pacific(24, "12:00"),
        told="Please send the logs.",
        waiting="yes",
    )

    lines = paragraphs(card.message(waiting, owed, POLICY, pacific(24, "12:05")))[
        2
    ].splitlines()

    assert lines[2].endswith("; that does not stop the update clock")
    assert lines[3].startswith("*Next update:* due Tue 24 Nov 2026 16:00 PST")


def test_a_resolved_card_is_summed_up_in_a_line() -> None:
    opened = incident(Severity.SEV2)
    resolved, owed = happen(
        opened,
        owed_at_opening(opened),
        EventKind.RESOLVED,
        pacific(24, "12:30"),
        note="Rolled back.",
    )

    because = Event(EventKind.RESOLVED, NOW, NOW, "U0ANA", {"note": "Rolled back."})
    shown = card.message(resolved, owed, POLICY, pacific(24, "12:31"), because=because)

    assert paragraphs(shown)[0] == "✅ Resolved · 🔶 Sev2 · INC-42 · Acme"
    assert paragraphs(shown)[2] == (
        "Resolved Tue 24 Nov 2026 12:30 PST by <@U0ANA>, 3 h 30 after it was "
        "reported: “Rolled back.” First response in time."
    )
    assert buttons(shown) == ["Reopen", "More"]
    assert elements(shown)[0]["confirm"]["title"]["text"] == "Reopen INC-42?"


def test_a_void_card_counts_nowhere() -> None:
    opened = incident(Severity.SEV2)
    void, owed = happen(
        opened,
        owed_at_opening(opened),
        EventKind.VOIDED,
        pacific(24, "09:10"),
        reason="drill",
    )
    because = Event(
        EventKind.VOIDED, void.opened_at, void.opened_at, "", {"reason": "drill"}
    )
    shown = card.message(void, owed, POLICY, pacific(24, "09:11"), because=because)

    assert paragraphs(shown)[2] == (
        "Closed Tue 24 Nov 2026 09:10 PST by <@U0ANA>: drill. It counts nowhere."
    )
    assert paragraphs(shown)[0] == "Void · 🔶 Sev2 · INC-42 · Acme"
    assert "09:10 PST by <@U0ANA>: drill. It counts nowhere." in shown.text
    assert buttons(shown) == ["More"]


def test_an_unknown_customer_is_called_unknown() -> None:
    opened = incident(Severity.SEV2, customer=None)

    shown = card.message(opened, owed_at_opening(opened), POLICY, pacific(24, "09:05"))

    assert paragraphs(shown)[0] == "🔶 Sev2 · INC-42 · customer unknown"
    assert paragraphs(shown)[3].startswith("Counts as Premium Support. Opened ")
    assert shown.text.startswith("🔶 Sev2 INC-42 customer unknown: push of apps fails.")


def test_an_open_offer_is_shown_beside_the_owner() -> None:
    opened = replace(incident(Severity.SEV2, owner="U0ANA"), offered_to="U0BEN")

    shown = card.message(opened, owed_at_opening(opened), POLICY, pacific(24, "09:05"))

    assert (
        "*Owner:* <@U0ANA> since Tue 24 Nov 2026 09:00 PST; "
        "offered to <@U0BEN>, not accepted yet"
    ) in paragraphs(shown)[2]


def test_a_report_before_the_command_is_shown() -> None:
    opened = replace(incident(Severity.SEV2), reported_at=pacific(24, "08:30"))

    shown = card.message(opened, owed_at_opening(opened), POLICY, pacific(24, "09:05"))

    assert paragraphs(shown)[3] == (
        "Premium Support. Opened Tue 24 Nov 2026 09:00 PST by <@U0LEA>; "
        "reported Tue 24 Nov 2026 08:30 PST."
    )


def test_a_link_shows_its_address() -> None:
    opened = replace(incident(), link="https://example.com/t/7?a=1&b=2")

    shown = card.message(opened, owed_at_opening(opened), POLICY, pacific(24, "09:05"))

    assert paragraphs(shown)[1].splitlines()[1] == (
        "<https://example.com/t/7?a=1&b=2|example.com/t/7?a=1&b=2>"
    )


def test_a_missed_deadline_stays_shown_after_a_change_moves_it() -> None:
    opened = incident(Severity.SEV2, owner="U0ANA")
    first, *others = owed_at_opening(opened)
    missed = replace(first, missed_at=first.late_at)
    changed, owed = happen(
        opened,
        (missed, *others),
        EventKind.CHANGED,
        pacific(24, "14:00"),
        severity="sev4",
        reason="A question, after all.",
    )

    shown = card.message(changed, owed, POLICY, pacific(24, "14:01"))

    assert (
        "*First response:* due Wed 25 Nov 2026 17:00 PST (late only from "
        "Fri 27 Nov 2026 09:00 PST), missed Tue 24 Nov 2026 13:00 PST before it moved"
    ) in paragraphs(shown)[2]


@given(
    title=st.text(min_size=1, max_size=250), customer=st.none() | st.text(max_size=300)
)
def test_no_title_or_customer_breaks_a_card(title: str, customer: str | None) -> None:
    opened = incident(title=title, customer=customer)

    shown = card.message(opened, owed_at_opening(opened), POLICY, pacific(24, "09:05"))

    parts = [
        block["elements"] for block in shown.blocks if block["type"] == "rich_text"
    ]
    kinds = {one["type"] for (part,) in parts for one in part["elements"]}
    assert kinds == {"text"}
    assert re.findall(r"<[^>]*>", shown.text) == []


def test_markup_in_a_title_is_shown_as_text() -> None:
    opened = incident(title="<!channel> <@U0ANA> & <https://x.y|z>")

    shown = card.message(opened, owed_at_opening(opened), POLICY, pacific(24, "09:05"))

    assert "&lt;!channel&gt; &lt;@U0ANA&gt; &amp; &lt;https://x.y|z&gt;" in shown.text
    assert opened.title == paragraphs(shown)[1]
    assert [block["type"] for block in shown.blocks] == [
        "header",
        "rich_text",
        "section",
        "context",
        "actions",
    ]
