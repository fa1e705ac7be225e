"""Tests of bot.slack.messages.answers."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Event, EventKind, Incident
from bot.incidents.nudges import Because, Recipient
from bot.policy.policies import Severity
from bot.slack.blocks import Message
from bot.slack.command_text import CustomerFrom, Reading
from bot.slack.messages import answers
from bot.slack.readers import Person
from tests.factories import (
    ANA,
    LEA,
    happen,
    incident,
    owed_at_opening,
    pacific,
    shipped_policy,
)
from tests.slack.reading import buttons, elements, paragraphs

POLICY = shipped_policy()
PRIMARY = Recipient("U0ANA", Because.PRIMARY)
BACKUP = Recipient("U0BEN", Because.BACKUP)


@dataclass(frozen=True)
class Recorded:
    """What an act left, as the answers need it."""

    incident: Incident
    deadlines: tuple[Deadline, ...]
    told: tuple[Recipient, ...] = ()
    following: tuple[Recipient, datetime] | None = None


def recorded(
    of: Incident,
    *,
    told: tuple[Recipient, ...] = (),
    following: tuple[Recipient, datetime] | None = None,
) -> Recorded:
    return Recorded(of, owed_at_opening(of), told, following)


def opened(
    what: Recorded, reader: Person = LEA, reading: Reading | None = None
) -> Message:
    now = what.incident.opened_at
    return answers.opened(what, POLICY, reader, now, reading or Reading())


def test_the_typist_reads_what_was_understood_and_who_is_told() -> None:
    message = opened(
        recorded(
            incident(Severity.SEV2),
            told=(PRIMARY,),
            following=(BACKUP, pacific(24, "09:10")),
        )
    )

    assert message.text == (
        "Only you see this: INC-42 opened as Sev2 for Acme (Premium Support). They "
        "hear first by 13:00. Then status updates twice per business day. <@U0ANA> is "
        "told now; <@U0BEN> at 09:10 if nobody takes it. Nothing was posted here."
    )
    assert buttons(message) == []


def test_outside_business_hours_a_sev2_waits_for_the_opening() -> None:
    at_night = incident(Severity.SEV2, opened_at=pacific(24, "18:00"))

    message = opened(recorded(at_night, following=(PRIMARY, pacific(25, "09:00"))))

    assert "They hear first by Wed 13:00." in message.text
    assert "<@U0ANA> is told at Wed 09:00, nobody before." in message.text


def test_a_sev3_comes_into_the_morning_list() -> None:
    message = opened(recorded(incident(Severity.SEV3)))

    assert "They hear first by 17:00 (late only from Wed 09:00)." in message.text
    assert (
        "Nobody is told now; it comes into the morning list of <@U0ANA>."
        in message.text
    )


def test_who_opens_it_for_themselves_reads_that_it_is_theirs() -> None:
    own = incident(Severity.SEV1, owner="U0LEA", opened_at=pacific(24, "02:41"))

    message = opened(recorded(own, following=(PRIMARY, pacific(24, "03:56"))))

    assert (
        "It is yours. <@U0ANA> at 03:56 if you show no sign of life by then."
        in message.text
    )


def test_who_is_asked_to_take_it_is_named() -> None:
    offered = replace(incident(Severity.SEV2), offered_to="U0BEN")

    assert "<@U0BEN> is asked to take it." in opened(recorded(offered)).text


def test_an_unknown_customer_is_said_aloud_with_did_you_mean() -> None:
    reading = Reading(suggestions=("Acme", "Globex"))

    message = opened(
        recorded(incident(Severity.SEV2, customer=None), told=(PRIMARY,)),
        reading=reading,
    )

    assert message.text.startswith(
        "Only you see this: INC-42 opened as Sev2, customer unknown. It counts as "
        "Premium Support until somebody says whose it is. Did you mean Acme or Globex?"
    )
    assert buttons(message) == ["Yes, it is Acme", "Yes, it is Globex"]
    assert [element["value"] for element in elements(message)] == [
        "42|Acme",
        "42|Globex",
    ]


def test_a_customer_read_off_the_channel_is_said_to_be() -> None:
    message = opened(
        recorded(incident(Severity.SEV2)), reading=Reading(CustomerFrom.CHANNEL)
    )

    assert "for Acme (Premium Support), whose channel this is." in message.text


def test_an_earlier_report_is_told_with_what_it_means() -> None:
    early = replace(incident(Severity.SEV2), reported_at=pacific(23, "12:00"))

    message = opened(recorded(early))

    assert "Reported Mon 12:00; the clock runs from then." in message.text
    assert "They hear first by Mon 16:00" not in message.text
    assert "Their first response is 1 h late, was due Mon 16:00." in message.text


def test_the_same_text_twice_is_asked_about() -> None:
    message = answers.same_again(incident(), "/sev2", "acme: push of apps fails")

    assert message.text == (
        "Only you see this: INC-42 was opened from the same text just now. "
        "Nothing new was opened."
    )
    assert buttons(message) == ["Open another"]


def test_an_error_gives_the_text_back_as_it_was_typed() -> None:
    message = answers.user_error(
        "There is no option foo=.", "/sev2 <@U0ANA|ana> &lt;!channel&gt; foo=1"
    )

    assert message.text == (
        "Only you see this: There is no option foo=. Nothing was recorded."
    )
    assert paragraphs(message)[1] == ("Your text: /sev2 @ana &lt;!channel&gt; foo=1")


def test_ten_thousand_characters_are_given_back_whole() -> None:
    text = "word " * 2000

    message = answers.user_error("The title is too long.", text)

    given_back = " ".join(paragraphs(message)[1:]).removeprefix("Your text: ")
    assert given_back.split() == text.split()


def test_the_worst_text_is_given_back_as_far_as_slack_has_room() -> None:
    message = answers.user_error("The title is too long.", "&amp;" * 10_000)

    assert paragraphs(message)[-1].endswith("…")


def test_a_failed_write_says_not_recorded_and_can_be_tried_again() -> None:
    message = answers.not_recorded(
        "the database is locked", "/sev2", "acme: checkout is down"
    )

    assert message.text == (
        "NOT recorded (the database is locked). "
        "Your text: “acme: checkout is down”. Try again."
    )
    assert [element["value"] for element in elements(message)] == [
        "/sev2 acme: checkout is down"
    ]


def test_a_text_too_long_for_a_button_is_only_given_back() -> None:
    message = answers.not_recorded("the disk is full", "/sev2", "z" * 3000)

    assert buttons(message) == []
    assert "".join(paragraphs(message)).count("z") == 3000


def test_a_text_in_doubt_too_long_for_a_button_is_not_typed_again_blindly() -> None:
    message = answers.in_doubt("it is away", "/sev2", "z" * 3000, "1337.42.ab")

    assert buttons(message) == []
    assert message.text.startswith(
        "It is NOT KNOWN whether this was recorded (it is away). Your text: “zzz"
    )
    assert message.text.endswith("If no card of it appears, type it again.")


def test_help_shows_usage_and_the_targets_of_each_plan() -> None:
    message = answers.help(POLICY, Severity.SEV2)

    lines = "\n".join(paragraphs(message)).splitlines()
    assert message.text == (
        "Only you see this: Type `/sev2 customer: what is wrong`; "
        "`/sev2` alone opens a form."
    )
    assert [line.partition(":")[0] for line in lines if line.startswith("*Sev")] == [
        "*Sev2",
        "*Sev1",
        "*Sev3",
        "*Sev4",
    ]
    assert (
        "• Standard Support: first response within 8 business hours, then status "
        "updates every day"
    ) in lines


def test_help_without_a_severity_lists_them_in_order() -> None:
    message = answers.help(POLICY, None)

    assert "*Sev1:* The service is lost" in paragraphs(message)[1]


def test_one_incident_is_its_card_and_what_happened() -> None:
    first = incident(Severity.SEV2, owner="U0ANA")
    now, owed = happen(
        first,
        owed_at_opening(first),
        EventKind.UPDATED,
        pacific(24, "10:00"),
        told="We look into it.",
    )
    history = [
        Event(EventKind.OPENED, first.opened_at, first.opened_at, "U0LEA"),
        Event(
            EventKind.UPDATED,
            pacific(24, "10:00"),
            pacific(24, "10:00"),
            "U0ANA",
            {"told": "We look into it.", "first": "yes"},
        ),
    ]

    message = answers.one_incident(
        Recorded(now, owed), history, POLICY, ANA, pacific(24, "10:05")
    )

    assert message.text == (
        "Only you see this: Sev2 INC-42 Acme: push of apps fails. "
        "Update due 14:00, in 3 h 55."
    )
    assert paragraphs(message)[-1].splitlines() == [
        "*What happened*",
        "Tue 24 Nov 2026 09:00 PST: Opened by <@U0LEA>.",
        (
            "Tue 24 Nov 2026 10:00 PST: First response logged by <@U0ANA>: “We look "
            "into it.” Nothing was sent to Acme by the bot."
        ),
    ]


def test_a_long_history_is_cut_to_its_end() -> None:
    first = incident(Severity.SEV2, title="&" * 250, owner="U0ANA")
    update = Event(
        EventKind.UPDATED,
        first.opened_at,
        first.opened_at,
        "U0ANA",
        {"told": "&" * 2000, "next": "<" * 2000},
    )

    message = answers.one_incident(
        recorded(first), [update] * 40, POLICY, ANA, pacific(24, "10:05")
    )

    assert "25 earlier events" in "\n".join(paragraphs(message))
