"""Reminders of deadlines: when they come, to whom, and how they end."""

from datetime import timedelta

import pytest

from bot.policy.severities import Severity
from bot.slack.marks import marked
from tests.stories.conftest import Tell
from tests.story import Story, shipped_policy

SEV2 = "/sev2 acme: push of apps fails"
FIRST = "INC-1 Acme (🔶 Sev2): first response"


def owned(told: Story, owner: str = "ana", command: str = SEV2) -> None:
    """Open an incident that somebody owns from the start."""
    told.command(owner, f"{command} owner=@{owner}")


def snooze(told: Story, who: str, choice: str) -> str:
    """Snooze the newest reminder, and return the answer."""
    menu = told.slack.dm(who)[-1]
    answer = told.slack.as_(who).choose(choice, menu, wait_private=True)
    told.settle()
    return told.read(answer.private, who)


def test_a_sev2_deadline_is_reminded_before_at_and_twice_after(
    tuesday: Story,
) -> None:
    owned(tuesday)

    tuesday.advance(hours=12)

    assert tuesday.heard("ana") == [
        f"Tue 13:00 {FIRST} due 14:00, in 1 h.",
        f"Tue 14:00 {FIRST} due now, 14:00.",
        f"Tue 15:00 {FIRST} ⏰ late since 14:00 (1 h of business time).",
        f"Tue 16:00 {FIRST} ⏰ late since 14:00 (2 h of business time).",
    ]


def test_the_thread_gets_reminders_from_the_due_instant_on(tuesday: Story) -> None:
    owned(tuesday)

    tuesday.advance(hours=12)

    assert tuesday.heard_under(1) == [
        f"Tue 14:00 {FIRST} due now, 14:00 PST.",
        f"Tue 15:00 {FIRST} ⏰ late since 14:00 PST (1 h of business time).",
        f"Tue 16:00 {FIRST} ⏰ late since 14:00 PST (2 h of business time).",
    ]
    assert tuesday.thread()[-1] == (
        "⏰ Late · 🔶 Sev2 · INC-1 · Acme\n"
        "push of apps fails (open the card)\n"
        "*First response ⏰ late since today 14:00 (2 h of business time).* It is "
        "@ana's; @lea hears of it as the lead. "
        "Stops when the first response is logged.\n"
        "[First response sent] [Take over]"
    )


def test_the_lead_gets_the_second_reminder_after_the_deadline(tuesday: Story) -> None:
    owned(tuesday)

    tuesday.become("lea", tz="America/Los_Angeles")
    tuesday.advance(hours=12)

    assert tuesday.phone("lea") == [
        "INC-1 Acme (🔶 Sev2): first response ⏰ late since 14:00 (2 h of business "
        "time). "
        "It is @ana's; you are told as the lead. "
        "Stops when the first response is logged."
    ]


def test_a_reminder_shows_the_deadline_its_reason_and_what_stops_it(
    tuesday: Story,
) -> None:
    owned(tuesday, "ben")

    tuesday.advance(hours=3)

    (reminder,) = tuesday.slack.dm("ben")
    assert tuesday.slack.notice(reminder, "ben") == (
        "INC-1 Acme (🔶 Sev2): first response due 17:00, in 1 h. Yours since 13:00. "
        "Acme reported it 13:00 and has not heard yet. Stops when the first "
        "response is logged."
    )
    assert tuesday.read(reminder, "ben") == (
        "🔶 Sev2 · INC-1 · Acme\n"
        "push of apps fails (open the card)\n"
        "*First response due today 17:00, in 1 h.* Yours since today 13:00. Acme "
        "reported it today 13:00 and has not heard yet. Stops when the first "
        "response is logged.\n"
        "[First response sent] [Snooze] [Hand off]"
    )


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("ben", "Tue 16:00 INC-1 Acme (🔶 Sev2): first response due 17:00, in 1 h."),
        ("lea", "Tue 22:00 INC-1 Acme (🔶 Sev2): first response due 23:00, in 1 h."),
        ("cem", "Wed 02:30 INC-1 Acme (🔶 Sev2): first response due 03:30, in 1 h."),
    ],
)
def test_plain_text_is_in_the_readers_local_time(
    tuesday: Story, owner: str, text: str
) -> None:
    owned(tuesday, owner)

    tuesday.advance(hours=3)

    assert tuesday.heard(owner) == [text]


def test_a_reminder_at_closing_time_goes_out_before_closing(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 13:00")
    owned(told)

    told.advance(hours=23)

    assert told.heard("ana") == [
        f"Tue 16:00 {FIRST} due 17:00, in 1 h (late only from tomorrow 09:00).",
        f"Tue 16:45 {FIRST} due 17:00, in 15 min (late only from tomorrow 09:00).",
        "Wed 09:00 Wed 25 Nov: 1 owed.",
        f"Wed 10:00 {FIRST} ⏰ late since 09:00 (1 h of business time), "
        "was due yesterday 17:00.",
        f"Wed 11:00 {FIRST} ⏰ late since 09:00 (2 h of business time), "
        "was due yesterday 17:00.",
    ]


@pytest.mark.parametrize("severity", ["sev3", "sev4"])
def test_sev3_and_sev4_deadlines_are_reminded_at_and_once_after(
    tell: Tell, severity: str
) -> None:
    told = tell("2026-11-23 10:00")
    owned(told, command=f"/{severity} initech: where is the manual")

    told.advance(days=8)

    reminders = [line for line in told.heard("ana") if "INC-1 Initech (" in line]
    named = marked(Severity(severity), shipped_policy())
    name = f"INC-1 Initech ({named}): first response"
    due, after = {"sev3": ("Wed", "Wed 14:00"), "sev4": ("Fri", "Fri 16:00")}[severity]
    late = {"sev3": "4 h", "sev4": "6 h"}[severity]
    assert reminders == [
        f"{due} 10:00 {name} due now, 10:00.",
        f"{after} {name} ⏰ late since 10:00 ({late} of business time).",
    ]
    assert told.heard("lea") == []
    assert told.heard_under() == []


def test_reminders_of_an_unowned_incident_go_to_the_primary(tuesday: Story) -> None:
    tuesday.command("dee", "/sev3 acme: where is the manual")

    tuesday.advance(hours=24)

    assert tuesday.phone("ana")[-1] == (
        "INC-1 Acme (🔵 Sev3): first response due now, 10:00. "
        "Nobody owns it; you are told as the primary on call. "
        "Stops when the first response is logged."
    )


def test_an_answer_ends_the_reminders_and_strips_their_buttons(
    tuesday: Story,
) -> None:
    owned(tuesday)
    tuesday.advance(hours=3)

    tuesday.fill_in("ana", "First response sent", tuesday.slack.dm("ana")[0], told="Hi")
    tuesday.advance(hours=2)

    assert len(tuesday.heard("ana")) == 1
    assert tuesday.read(tuesday.slack.dm("ana")[0]) == (
        "🔶 Sev2 · INC-1 · Acme\n"
        "push of apps fails (open the card)\n"
        "*First response answered today 13:00.* Update due today 17:00, in 4 h "
        "(late only from tomorrow 09:00).\n"
        "[Log update] [Resolve] [Hand off]"
    )


def test_a_newer_reminder_replaces_the_older_one(tuesday: Story) -> None:
    owned(tuesday)

    tuesday.advance(hours=5)

    assert len(tuesday.heard("ana")) == 3
    (newest,) = tuesday.slack.dm("ana")
    assert tuesday.read(newest).endswith("[First response sent] [Hand off]")
    assert len(tuesday.heard_under()) == 2
    assert len(tuesday.thread()) == 1


def test_reminders_for_one_person_within_two_minutes_are_one_message(
    tuesday: Story,
) -> None:
    owned(tuesday)
    tuesday.advance(minutes=2)
    owned(tuesday, command="/sev2 acme: login is slow")

    tuesday.advance(hours=3)

    assert tuesday.phone("ana") == [
        "2 reminders: INC-1 Acme (🔶 Sev2): first response due 14:00, in 1 h. "
        "INC-2 Acme (🔶 Sev2): first response due 14:02, in 1 h 02."
    ]
    assert tuesday.read(tuesday.slack.dm("ana")[0]) == (
        "🔶 Sev2 · INC-1 · Acme\n"
        "push of apps fails (open the card)\n"
        "*First response due today 14:00, in 1 h.* Yours since today 10:00. Acme "
        "reported it today 10:00 and has not heard yet. Stops when the first "
        "response is logged.\n"
        "[First response sent] [Snooze] [Hand off]\n"
        "🔶 Sev2 · INC-2 · Acme\n"
        "login is slow (open the card)\n"
        "*First response due today 14:02, in 1 h 02.* Yours since today 10:02. Acme "
        "reported it today 10:02 and has not heard yet. Stops when the first "
        "response is logged.\n"
        "[First response sent] [Snooze] [Hand off]"
    )


def test_reminders_further_apart_are_messages_of_their_own(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.advance(minutes=3)
    owned(tuesday, command="/sev2 acme: login is slow")

    tuesday.advance(hours=3)

    assert tuesday.heard("ana") == [
        f"Tue 13:00 {FIRST} due 14:00, in 1 h.",
        "Tue 13:03 INC-2 Acme (🔶 Sev2): first response due 14:03, in 1 h.",
    ]


def test_reminders_of_two_people_are_not_mixed(tuesday: Story) -> None:
    owned(tuesday)
    owned(tuesday, "ben", "/sev2 acme: login is slow")

    tuesday.advance(hours=3)

    assert tuesday.heard("ana") == [f"Tue 13:00 {FIRST} due 14:00, in 1 h."]
    assert tuesday.heard("ben") == [
        "Tue 16:00 INC-2 Acme (🔶 Sev2): first response due 17:00, in 1 h."
    ]


def test_an_answer_ends_only_its_own_reminder_in_a_message(tuesday: Story) -> None:
    owned(tuesday)
    owned(tuesday, command="/sev2 acme: login is slow")
    tuesday.advance(hours=3)

    tuesday.fill_in("ana", "First response sent", tuesday.card(2), told="Hi")

    (message,) = tuesday.slack.dm("ana")
    assert tuesday.read(message) == (
        "🔶 Sev2 · INC-1 · Acme\n"
        "push of apps fails (open the card)\n"
        "*First response due today 14:00, in 1 h.* Yours since today 10:00. Acme "
        "reported it today 10:00 and has not heard yet. Stops when the first "
        "response is logged.\n"
        "[First response sent] [Snooze] [Hand off]\n"
        "🔶 Sev2 · INC-2 · Acme\n"
        "login is slow (open the card)\n"
        "*First response answered today 13:00.* Update due today 17:00, in 4 h "
        "(late only from tomorrow 09:00).\n"
        "[Log update] [Resolve] [Hand off]"
    )
    assert tuesday.slack.notice(message, "ana") == (
        "INC-1 Acme (🔶 Sev2): first response due 14:00, in 1 h. Yours since 10:00. "
        "Acme reported it 10:00 and has not heard yet. Stops when the first "
        "response is logged."
    )


def test_a_snooze_of_a_quarter_of_an_hour_reminds_once_more(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.advance(hours=3)

    said = snooze(tuesday, "ana", "15 minutes")
    tuesday.advance(hours=1)

    assert said == (
        "INC-1 Acme (🔶 Sev2): next reminder today 13:15, in 15 min. First response "
        "due today 14:00, in 1 h."
    )
    assert tuesday.heard("ana") == [
        f"Tue 13:00 {FIRST} due 14:00, in 1 h.",
        f"Tue 13:15 {FIRST} due 14:00, in 45 min.",
        f"Tue 14:00 {FIRST} due now, 14:00.",
    ]


def test_a_snoozed_reminder_says_until_when_and_then_that_it_was(
    tuesday: Story,
) -> None:
    owned(tuesday)
    tuesday.advance(hours=3)

    snooze(tuesday, "ana", "15 minutes")
    slept = tuesday.phone("ana")[0]
    tuesday.advance(minutes=15)

    assert slept == (
        "INC-1 Acme (🔶 Sev2): first response due 14:00, in 1 h. Put off until "
        "13:15. Yours since 10:00. Acme reported it 10:00 and has not heard yet. "
        "Stops when the first response is logged."
    )
    assert tuesday.phone("ana")[0] == (
        "INC-1 Acme (🔶 Sev2): first response due 14:00, in 45 min. You put this "
        "off until now. Yours since 10:00. Acme reported it 10:00 and has not heard "
        "yet. Stops when the first response is logged."
    )


def test_a_snooze_ends_no_later_than_the_due_instant(
    tuesday: Story,
) -> None:
    owned(tuesday)
    tuesday.advance(hours=3)

    snooze(tuesday, "ana", "1 hour")
    tuesday.advance(hours=1)

    assert tuesday.heard("ana")[1:] == [f"Tue 14:00 {FIRST} due now, 14:00."]


def test_a_snooze_until_the_next_opening_leaves_the_evening_alone(tell: Tell) -> None:
    told = tell("2026-11-24 10:30")
    owned(told, command="/sev2 globex: login is slow")
    told.advance(hours=6)

    snooze(told, "ana", "Next opening")
    told.advance(hours=18)

    name = "INC-1 Globex (🔶 Sev2): first response"
    assert told.heard("ana") == [
        f"Tue 16:30 {name} due tomorrow 10:30, in 18 h.",
        f"Wed 09:00 {name} due 10:30, in 1 h 30.",
        f"Wed 10:30 {name} due now, 10:30.",
    ]


def test_a_snooze_past_the_due_instant_is_not_offered(
    tuesday: Story,
) -> None:
    owned(tuesday)

    tuesday.advance(hours=3)
    early = choices(tuesday)
    tuesday.advance(hours=1)

    assert early == ["15 minutes", "1 hour"]
    assert tuesday.buttons(tuesday.slack.dm("ana")[-1]) == [
        "First response sent",
        "Hand off",
    ]


def choices(told: Story) -> list[str]:
    """Return the snooze choices of Ana's newest reminder."""
    *_, row = told.slack.dm("ana")[-1].blocks
    (menu,) = (one for one in row["elements"] if one["type"] == "static_select")
    return [option["text"]["text"] for option in menu["options"]]


def test_a_snooze_chosen_too_late_is_refused(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.advance(hours=3)
    seen = tuesday.slack.dm("ana")[0]
    tuesday.clock.advance(timedelta(minutes=50))

    answer = tuesday.slack.as_("ana").choose("15 minutes", seen, wait_private=True)

    assert tuesday.read(answer.private) == (
        "That would pass the instant at which it is due today 14:00."
    )


def test_an_update_logged_meanwhile_ends_a_snooze(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.advance(hours=3)
    snooze(tuesday, "ana", "15 minutes")

    tuesday.fill_in("ana", "First response sent", told="Hi")
    tuesday.advance(hours=2)

    assert len(tuesday.heard("ana")) == 1


def test_an_incident_can_be_handed_off_from_a_reminder(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.advance(hours=3)

    tuesday.fill_in("ana", "Hand off", tuesday.slack.dm("ana")[0], to="ben")
    tuesday.advance(minutes=5)
    tuesday.press("ben", "Accept", tuesday.slack.dm("ben")[0])
    tuesday.advance(hours=1)

    assert tuesday.phone("ana") == [
        "@ben accepted INC-1 Acme (🔶 Sev2). It is @ben's now."
    ]
    assert tuesday.heard("ben")[1:] == [f"Tue 17:00 {FIRST} due now, 17:00."]
    assert len(tuesday.heard("ana")) == 2


def test_until_a_hand_off_is_accepted_the_giver_is_reminded(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.advance(hours=3)

    tuesday.fill_in("ana", "Hand off", tuesday.slack.dm("ana")[0], to="ben")
    tuesday.advance(hours=1)

    answered, due = tuesday.heard("ana")[1:]
    assert answered.startswith("Tue 13:15 @ben did not answer in 15 min;")
    assert due == f"Tue 14:00 {FIRST} due now, 14:00."
    assert len(tuesday.heard("ben")) == 1


def test_nobody_is_reminded_while_waiting_on_the_customer(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.fill_in("ana", "First response sent", told="Send us logs", waits=["yes"])

    tuesday.advance(days=3)
    asleep = tuesday.heard("ana")
    tuesday.press("ana", "Customer answered", tuesday.card())
    tuesday.advance(hours=4)

    assert asleep == []
    assert tuesday.heard("ana") == [
        "Fri 13:00 INC-1 Acme (🔶 Sev2): update due 14:00, in 1 h.",
        "Fri 14:00 INC-1 Acme (🔶 Sev2): update due now, 14:00.",
    ]


def test_a_change_that_makes_a_deadline_late_reminds_at_once(
    tuesday: Story,
) -> None:
    owned(tuesday, command="/sev3 globex: login is slow")
    tuesday.advance(hours=30)
    tuesday.more("dee", "Change")
    tuesday.submit("dee", severity="sev2", plan="premium", reason="it hits many")

    told = [line for line in tuesday.heard("ana") if "@dee changed" in line]
    assert len(told) == 1
    assert tuesday.phone("ana")[-1] == (
        "INC-1 Globex (🔶 Sev2): first response ⏰ late since yesterday 14:00 "
        "(10 h of business time). A change of severity, plan, customer or "
        "policy moved it here. Yours since yesterday 10:00. Globex reported it "
        "yesterday 10:00 and has not heard yet. Stops when the first response "
        "is logged."
    )
