"""Tests of bot.slack.messages.opened."""

from dataclasses import replace

from bot.incidents.recipients import Because, Recipient
from bot.policy.severities import Severity
from bot.policy.targets import NOTHING
from bot.slack.blocks import Message
from bot.slack.command_text import CustomerFrom, Reading
from bot.slack.messages import opened
from bot.slack.phrases import Voice
from bot.slack.readers import Person
from tests.factories import (
    LEA,
    incident,
    pacific,
    shipped_policy,
)
from tests.record import with_targets
from tests.slack.reading import buttons, elements
from tests.slack.recorded import Recorded, recorded

POLICY = shipped_policy()
PRIMARY = Recipient("U0ANA", Because.PRIMARY)
BACKUP = Recipient("U0BEN", Because.BACKUP)


def answer(
    what: Recorded, reader: Person = LEA, reading: Reading | None = None
) -> Message:
    now = what.incident.opened_at
    return opened.message(what, Voice(POLICY, now, reader), reading or Reading())


def test_the_typist_reads_what_was_understood_and_who_is_paged() -> None:
    message = answer(
        recorded(
            incident(Severity.SEV2),
            told=(PRIMARY,),
            following=(BACKUP, pacific(24, "09:10")),
        )
    )

    assert message.text == (
        "INC-42 · 🔶 Sev2 · Acme (Premium Support). First response due 13:00, in 4 h. "
        "Then status updates twice per business day. <@U0ANA> is paged now; <@U0BEN> "
        "is paged at 09:10 if nobody takes it. The card is in <#C0INCIDENTS>."
    )
    assert buttons(message) == ["Take it"]


def test_outside_business_hours_a_sev2_waits_for_the_opening() -> None:
    at_night = incident(Severity.SEV2, opened_at=pacific(24, "18:00"))

    message = answer(recorded(at_night, following=(PRIMARY, pacific(25, "09:00"))))

    assert "First response due tomorrow 13:00, in 19 h." in message.text
    assert "<@U0ANA> is paged tomorrow 09:00, nobody before." in message.text


def test_a_sev3_goes_on_the_morning_list() -> None:
    message = answer(recorded(incident(Severity.SEV3)))

    assert "due 17:00, in 8 h (late only from tomorrow 09:00)." in message.text
    assert "Nobody is paged. It will be on <@U0ANA>'s morning list." in message.text


def test_opening_an_incident_as_its_owner_says_it_is_yours() -> None:
    own = incident(Severity.SEV1, owner="U0LEA", opened_at=pacific(24, "02:41"))

    message = answer(recorded(own, following=(PRIMARY, pacific(24, "03:56"))))

    assert (
        "It is yours. <@U0ANA> is paged at 03:56 if you show no sign of life by then."
        in message.text
    )
    assert buttons(message) == ["First response sent", "Resolve"]


def test_the_person_asked_to_own_it_is_named() -> None:
    offered = replace(incident(Severity.SEV2), offered_to="U0BEN")

    assert "<@U0BEN> is asked to take it." in answer(recorded(offered)).text


def test_an_unknown_customer_is_answered_with_did_you_mean() -> None:
    reading = Reading(suggestions=("Acme", "Globex"))

    message = answer(
        recorded(incident(Severity.SEV2, customer=None), told=(PRIMARY,)),
        reading=reading,
    )

    assert message.text.startswith(
        "INC-42 · 🔶 Sev2 · customer unknown. It counts as "
        "Premium Support until somebody says whose it is. Did you mean Acme or Globex?"
    )
    assert buttons(message) == [
        "Yes, it is Acme",
        "Yes, it is Globex",
        "Whose is it?",
        "Take it",
    ]
    assert [element["value"] for element in elements(message)[:2]] == [
        "42|Acme",
        "42|Globex",
    ]


def test_a_customer_inferred_from_the_channel_is_named_as_such() -> None:
    message = answer(
        recorded(incident(Severity.SEV2)), reading=Reading(CustomerFrom.CHANNEL)
    )

    assert "· Acme (Premium Support), whose channel this is." in message.text


def test_an_earlier_report_shows_its_effect_on_deadlines() -> None:
    early = replace(incident(Severity.SEV2), reported_at=pacific(23, "12:00"))

    message = answer(recorded(early))

    assert "Reported yesterday 12:00; the clock runs from then." in message.text
    late = "First response ⏰ late since yesterday 16:00 (1 h of business time)."
    assert late in message.text


def test_an_update_owed_first_may_be_late_at_the_opening() -> None:
    early = replace(incident(Severity.SEV4), reported_at=pacific(16, "12:00"))
    policy = with_targets(Severity.SEV4, first=NOTHING)

    told = recorded(early, policy=policy)
    message = opened.message(told, Voice(policy, early.opened_at, LEA))

    assert (
        "No first response is promised. Update ⏰ late since yesterday 12:00 (5 h "
        in (message.text)
    )
