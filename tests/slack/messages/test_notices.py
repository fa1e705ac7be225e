"""Tests of bot.slack.messages.notices and history."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.incidents.incidents import Event, EventKind, Incident
from bot.policy.policies import Severity
from bot.slack.messages import notices
from tests.factories import (
    ANA,
    BEN,
    LEA,
    happen,
    incident,
    owed_at_opening,
    pacific,
    shipped_policy,
)
from tests.slack.reading import buttons, paragraphs

POLICY = shipped_policy()
NOW = pacific(24, "12:50")
OWNED = incident(Severity.SEV2, owner="U0ANA")
RESPONDED = replace(OWNED, responded_at=pacific(24, "10:00"))


def event(kind: EventKind, *, at: datetime = NOW, **details: str) -> Event:
    """Return what Ben did at 12:50; `from_` stands for the word that Python keeps."""
    named = {name.rstrip("_"): value for name, value in details.items()}
    return Event(kind, at, NOW, "U0BEN", named)


def note(what: Event, about: Incident = RESPONDED) -> str:
    return notices.note(about, what, POLICY, NOW).text


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (event(EventKind.TAKEN), "<@U0BEN> took it."),
        (
            event(EventKind.TAKEN, from_="U0ANA"),
            "<@U0BEN> took it from <@U0ANA>.",
        ),
        (
            event(
                EventKind.UPDATED, told="We look.", next="More at 16:00.", first="yes"
            ),
            (
                "First response logged by <@U0BEN>: “We look.” Next: “More at 16:00.” "
                "Nothing was sent to Acme by the bot."
            ),
        ),
        (
            event(EventKind.UPDATED, told="Logs?", waiting="yes", link="https://x.y/7"),
            (
                "Update logged by <@U0BEN>: “Logs?” <https://x.y/7|x.y/7>. We wait for "
                "Acme now, and they know it. Nothing was sent to Acme by the bot."
            ),
        ),
        (
            event(EventKind.UPDATED, at=pacific(24, "12:10"), told="We look."),
            (
                "Update logged by <@U0BEN> for 12:10 PST: “We look.” "
                "Nothing was sent to Acme by the bot."
            ),
        ),
        (
            event(EventKind.RESUMED),
            "<@U0BEN> notes that the customer answered. The update clock goes on.",
        ),
        (
            event(
                EventKind.CHANGED,
                severity="sev1",
                old_severity="sev2",
                reason="All down.",
            ),
            "<@U0BEN> changed the severity from Sev2 to Sev1: “All down.”",
        ),
        (
            event(EventKind.CHANGED, severity="sev1", plan="standard", reason="x"),
            (
                "<@U0BEN> changed the severity to Sev1 and the plan to Standard "
                "Support: “x”."
            ),
        ),
        (
            event(
                EventKind.CUSTOMER_SET,
                customer="Globex",
                plan="standard",
                old_customer="Acme",
            ),
            "<@U0BEN> corrected the customer from Acme to Globex (Standard Support).",
        ),
        (
            event(EventKind.HAND_OFF_ACCEPTED, from_="U0ANA"),
            "<@U0BEN> accepted the hand-off from <@U0ANA>.",
        ),
        (
            event(EventKind.RESOLVED, note="Rolled back."),
            "Resolved by <@U0BEN>: “Rolled back.” Reminders stop.",
        ),
        (
            event(EventKind.REOPENED),
            "Reopened by <@U0BEN>. The customer is owed news again from now on.",
        ),
        (
            event(EventKind.VOIDED, reason="drill"),
            "Closed as void by <@U0BEN>: drill. It counts nowhere; reminders stop.",
        ),
    ],
)
def test_an_event_is_one_line_in_the_thread(what: Event, sentence: str) -> None:
    assert note(what) == f"INC-42 Acme (Sev2): {sentence}"


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_event_has_a_sentence(kind: EventKind) -> None:
    details = {
        "told": "x",
        "to": "U0LEA",
        "until": NOW.isoformat(),
        "customer": "Acme",
        "plan": "premium",
        "severity": "sev1",
    }

    assert note(Event(kind, NOW, NOW, "U0BEN", details)).startswith("INC-42 Acme ")


def test_taking_it_is_no_first_response() -> None:
    assert note(event(EventKind.TAKEN), OWNED).endswith(
        "<@U0BEN> took it. The first response is still owed."
    )


def test_what_people_typed_makes_no_mention() -> None:
    said = note(event(EventKind.UPDATED, told="<!channel> <@U0LEA>\n& more"))

    assert "“&lt;!channel&gt; &lt;@U0LEA&gt; &amp; more”" in said


def test_a_change_says_what_it_moved() -> None:
    changed, owed = happen(
        OWNED,
        owed_at_opening(OWNED),
        EventKind.CHANGED,
        NOW,
        severity="sev3",
        reason="One device only.",
    )
    what = event(EventKind.CHANGED, severity="sev3", reason="One device only.")

    message = notices.note(changed, what, POLICY, NOW, moved=owed)

    assert message.text.endswith("First response is now due 17:00 PST.")
    assert paragraphs(message)[0].endswith("is now due Tue 24 Nov 2026 17:00 PST.")


def test_a_long_update_is_cut_to_what_slack_takes() -> None:
    said = event(EventKind.UPDATED, told="&" * 3000, next="<" * 3000)

    message = notices.note(RESPONDED, said, POLICY, NOW)

    assert len(paragraphs(message)[0]) <= 3000


def test_a_hand_off_is_asked_and_can_be_declined() -> None:
    message = notices.offer(replace(OWNED, offered_to="U0BEN"), "U0ANA", BEN)

    assert message.text == (
        "<@U0ANA> asks you to take INC-42 Acme (Sev2). Push of apps fails. "
        "<@U0ANA> keeps it until you accept."
    )
    assert buttons(message) == ["Accept", "Decline"]


@pytest.mark.parametrize(
    ("now_is", "sentence"),
    [
        (replace(OWNED, owner="U0BEN"), "you accepted it. It is yours."),
        (OWNED, "the offer is over. It is <@U0ANA>'s."),
        (replace(OWNED, owner=None), "the offer is over. Nobody owns it."),
    ],
    ids=["accepted", "declined", "withdrawn"],
)
def test_an_offer_that_is_over_has_no_buttons(now_is: Incident, sentence: str) -> None:
    message = notices.offer(now_is, "U0ANA", BEN)

    assert message.text == f"INC-42 Acme (Sev2): {sentence}"
    assert buttons(message) == []


@pytest.mark.parametrize(
    ("kind", "now_is", "sentence"),
    [
        (
            EventKind.HAND_OFF_ACCEPTED,
            replace(OWNED, owner="U0BEN"),
            "<@U0BEN> accepted INC-42 Acme (Sev2). It is <@U0BEN>'s now.",
        ),
        (
            EventKind.HAND_OFF_DECLINED,
            OWNED,
            "<@U0BEN> declined INC-42 Acme (Sev2). It stays yours.",
        ),
        (
            EventKind.TAKEN,
            replace(OWNED, owner="U0BEN"),
            "<@U0BEN> took INC-42 Acme (Sev2); your offer of it is over.",
        ),
    ],
)
def test_the_giver_hears_what_became_of_it(
    kind: EventKind, now_is: Incident, sentence: str
) -> None:
    assert notices.offer_answered(now_is, event(kind), ANA).text == sentence


def test_who_offered_what_nobody_owns_hears_that_it_stays_so() -> None:
    unowned = replace(OWNED, owner=None)

    answer = notices.offer_answered(unowned, event(EventKind.HAND_OFF_DECLINED), LEA)

    assert answer.text == "<@U0BEN> declined INC-42 Acme (Sev2). Nobody owns it."


def test_a_message_that_cannot_arrive_is_told_with_the_reason_in_words() -> None:
    what = "a reminder about INC-42"

    message = notices.dead_letter(what, "U0BEN", "user_disabled", instead="U0ANA")

    assert message.text == (
        "Not delivered: a reminder about INC-42, to <@U0BEN>. "
        "Why: this person has left the workspace. <@U0ANA> was told instead."
    )


def test_a_reason_without_words_is_slacks_own() -> None:
    message = notices.dead_letter("the daily digest", "C0LEADS", "odd_<error>", "key")

    assert message.text == (
        "Not delivered: the daily digest, to <#C0LEADS>. "
        "Why: Slack says “odd_&lt;error&gt;”. Nobody was told instead."
    )


def test_what_nobody_was_told_instead_of_can_be_sent_again_once() -> None:
    lost = notices.dead_letter("the daily digest", "C0LEADS", "is_archived", "digest/1")
    sent = notices.dead_letter("the daily digest", "C0LEADS", "is_archived")

    assert buttons(lost) == ["Send again"]
    assert buttons(sent) == []
    assert sent.text == (
        "Not delivered: the daily digest, to <#C0LEADS>. "
        "Why: the channel is archived. It was sent again."
    )


def test_reminders_that_fail_are_told_so_that_somebody_keeps_an_eye_on_it() -> None:
    message = notices.reminder_fails(OWNED)

    assert message.text == (
        "The reminders of INC-42 fail; it is a fault of the bot, see its log. Nobody "
        "is reminded of it: keep an eye on it. Sev2 INC-42 Acme: push of apps fails."
    )


def test_whoever_is_told_instead_reads_why() -> None:
    message = notices.in_place_of(notices.notice("Today: 1 update."), "U0BEN", LEA)

    assert message.text == (
        "<@U0BEN> cannot be reached; you are told instead. Today: 1 update."
    )
    assert len(message.blocks) == 2


def test_a_message_of_unknown_fate_can_be_sent_again() -> None:
    what = "a reminder about INC-42"

    message = notices.unknown_outcome(what, "U0BEN", "INC-42/update/3/2/U0BEN")

    assert message.text == (
        "Slack did not say whether it posted a reminder about INC-42, to <@U0BEN>. It "
        "was not sent again. Look there; if it is missing, send it again."
    )
    assert buttons(message) == ["Send again"]


def test_a_message_that_was_sent_again_offers_that_no_more() -> None:
    message = notices.unknown_outcome("the daily digest", "C0LEADS", None)

    assert message.text == (
        "Slack did not say whether it posted the daily digest, to <#C0LEADS>. "
        "It was sent again."
    )
    assert buttons(message) == []


def test_an_incident_without_a_card_is_recorded_all_the_same() -> None:
    message = notices.card_not_posted(OWNED, "C0INCIDENTS", "not_in_channel")

    assert message.text == (
        "INC-42 is recorded, but its card could not be posted in <#C0INCIDENTS>. Why: "
        "the bot is not in the channel; invite it there. Reminders go out as usual; "
        "`/incident 42` shows it. Sev2 INC-42 Acme: push of apps fails."
    )
