"""Tests of bot.slack.messages.reminder."""

from dataclasses import replace

from bot.incidents.deadlines import Deadline, Kind, owed_now
from bot.incidents.events import EventKind
from bot.incidents.incidents import Incident
from bot.incidents.recipients import Because
from bot.incidents.steps import StepKind
from bot.policy.severities import Severity
from bot.slack.messages import reminder
from bot.slack.messages.reminder_item import Item
from bot.slack.phrases import Voice
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
from tests.slack.reading import buttons, elements, paragraphs
from tests.slack.telling import running, told

POLICY = shipped_policy()


def responded(
    severity: Severity = Severity.SEV2, *, owner: str | None = "U0ANA", number: int = 31
) -> tuple[Incident, Deadline]:
    """Return an incident of Monday that was answered Tuesday 09:30, and its update."""
    opened = incident(
        severity, number=number, opened_at=pacific(23, "15:00"), owner=owner
    )
    after, owed = happen(
        opened,
        owed_at_opening(opened),
        EventKind.UPDATED,
        pacific(24, "09:30"),
        told="We look into it.",
    )
    return after, running(owed, Kind.UPDATE)


def test_a_reminder_ahead_says_how_long_is_left_and_what_stops_it() -> None:
    update_of, update = responded()
    item = Item(update_of, update, StepKind.AHEAD, Because.OWNER)
    item = replace(item, last_word="We look into it.")

    shown = told(item, ANA, pacific(24, "12:30"))

    assert shown.text == (
        "INC-31 Acme (🔶 Sev2): update due 13:30, in 1 h. Yours since yesterday 15:00. "
        "Acme last heard 09:30: “We look into it.” Stops when you log an update."
    )
    assert paragraphs(shown) == [
        "🔶 Sev2 · INC-31 · Acme",
        (
            "push of apps fails\n"
            "*Update due Tue 24 Nov 2026 13:30 PST, in 1 h.* "
            "Yours since Mon 23 Nov 2026 15:00 PST. "
            "Acme last heard Tue 24 Nov 2026 09:30 PST: “We look into it.” "
            "Stops when you log an update."
        ),
    ]
    assert buttons(shown) == ["Log update", "Snooze", "Hand off"]


def test_the_snooze_menu_offers_what_ends_before_the_update_is_due() -> None:
    update_of, update = responded()
    item = Item(update_of, update, StepKind.AHEAD, Because.OWNER)

    menu = elements(told(item, ANA, pacific(24, "12:40")))[1]

    offered = [(one["text"]["text"], one["value"]) for one in menu["options"]]
    assert offered == [("15 minutes", "31|INC-31/update/1|15 minutes")]


def test_a_reminder_at_the_due_instant_cannot_be_snoozed() -> None:
    update_of, update = responded()
    item = Item(update_of, update, StepKind.DUE, Because.OWNER)

    shown = told(item, ANA, pacific(24, "13:30"))

    assert shown.text.startswith("INC-31 Acme (🔶 Sev2): update due now, 13:30.")
    assert buttons(shown) == ["Log update", "Hand off"]


def test_a_reminder_after_says_how_late_it_is() -> None:
    update_of, update = responded()
    item = Item(update_of, update, StepKind.AFTER, Because.OWNER)

    shown = told(item, ANA, pacific(24, "14:30"))

    assert shown.text.startswith(
        "INC-31 Acme (🔶 Sev2): update ⏰ late since 13:30 (1 h of business time). "
    )


def test_a_reminder_to_the_lead_names_the_owner() -> None:
    update_of, update = responded()
    item = Item(update_of, update, StepKind.AFTER_AGAIN, Because.LEAD)

    shown = told(item, LEA, pacific(24, "15:30"))

    assert shown.text == (
        "INC-31 Acme (🔶 Sev2): update ⏰ late since 13:30 (2 h of business time). "
        "It is <@U0ANA>'s; you are told as the lead. Stops when an update is logged."
    )
    assert buttons(shown) == ["Log update", "Take over"]


def test_a_reminder_to_the_primary_says_that_nobody_owns_it() -> None:
    opened = incident(Severity.SEV3)
    item = Item(opened, owed_at_opening(opened)[0], StepKind.DUE, Because.PRIMARY)

    shown = told(item, ANA, pacific(24, "16:45"))

    assert shown.text == (
        "INC-42 Acme (🔵 Sev3): first response due 17:00, in 15 min (late only from "
        "tomorrow 09:00). Nobody owns it; you are told as the primary on call. Stops "
        "when the "
        "first response is logged."
    )
    assert buttons(shown) == ["Take it", "First response sent", "Snooze", "Hand off"]


def test_a_reminder_in_a_thread_mentions_the_owner_and_the_zone() -> None:
    update_of, update = responded()
    item = Item(update_of, update, StepKind.DUE, Because.OWNER)

    shown = told(item, None, pacific(24, "13:30"))

    assert shown.text == (
        "INC-31 Acme (🔶 Sev2): update due now, 13:30 PST. It is <@U0ANA>'s. "
        "Stops when an update is logged."
    )


def test_the_last_reminder_in_the_thread_mentions_the_lead() -> None:
    update_of, update = responded()
    item = Item(update_of, update, StepKind.AFTER_AGAIN, Because.OWNER)

    shown = told(item, None, pacific(24, "15:30"))

    assert "It is <@U0ANA>'s; <@U0LEA> hears of it as the lead." in shown.text


def test_a_reader_elsewhere_reads_their_own_time() -> None:
    update_of, update = responded(owner="U0BEN")
    item = Item(update_of, update, StepKind.AHEAD, Because.OWNER)

    shown = told(item, BEN, pacific(24, "12:30"))

    assert shown.text.startswith(
        "INC-31 Acme (🔶 Sev2): update due 22:30, in 1 h. Yours since 00:00. "
    )


def test_our_own_aim_is_not_called_the_contracts() -> None:
    update_of, update = responded(Severity.SEV1)
    item = Item(update_of, update, StepKind.AHEAD, Because.OWNER)

    shown = told(item, ANA, pacific(24, "12:30"))

    assert shown.text.startswith(
        "INC-31 Acme (🔺 Sev1): update due 13:30, in 1 h by our own aim, outside the "
        "contract."
    )


def test_a_reminder_after_a_snooze_says_so() -> None:
    update_of, update = responded()
    item = Item(update_of, update, StepKind.SNOOZED, Because.OWNER)

    assert "You put this off until now." in told(item, ANA, pacific(24, "12:45")).text


def test_a_snoozed_reminder_says_until_when() -> None:
    update_of, update = responded()
    asleep = replace(update, snoozed_until=pacific(24, "12:45"))
    item = Item(update_of, asleep, StepKind.AHEAD, Because.OWNER)

    shown = told(item, ANA, pacific(24, "12:31"))

    assert "Put off until 12:45." in shown.text


def test_snoozing_gives_the_menu_a_new_block_id() -> None:
    update_of, update = responded()
    item = Item(update_of, update, StepKind.AHEAD, Because.OWNER)
    asleep = replace(item, deadline=replace(update, snoozed_until=pacific(24, "12:45")))

    before = told(item, ANA, pacific(24, "12:30")).blocks[-1]["block_id"]
    after = told(asleep, ANA, pacific(24, "12:31")).blocks[-1]["block_id"]

    assert before != after


def test_a_reminder_that_a_change_caused_says_so() -> None:
    update_of, update = responded()
    item = Item(update_of, replace(update, changed=True), StepKind.DUE, Because.OWNER)

    shown = told(item, ANA, pacific(24, "13:30"))

    assert "A change of severity, plan, customer or policy moved it here." in shown.text


def test_several_reminders_are_one_message_in_order() -> None:
    first_of, first = responded(number=31)
    other = incident(Severity.SEV2, number=44, customer="Globex", owner="U0ANA")
    second = owed_at_opening(other)[0]
    items = [
        Item(first_of, first, StepKind.AHEAD, Because.OWNER),
        Item(other, second, StepKind.AHEAD, Because.OWNER),
    ]

    shown = reminder.message(items, Voice(POLICY, pacific(24, "12:30"), ANA))

    assert shown is not None
    assert shown.text == (
        "2 reminders: INC-44 Globex (🔶 Sev2): first response due 13:00, in 30 min. "
        "INC-31 Acme (🔶 Sev2): update due 13:30, in 1 h."
    )
    assert buttons(shown)[0] == "First response sent"
    assert buttons(shown).count("Hand off") == 2


def test_an_answered_reminder_is_a_line_without_buttons() -> None:
    update_of, update = responded()
    after, owed = happen(
        update_of, (update,), EventKind.UPDATED, pacific(24, "13:12"), told="Fixed."
    )
    item = Item(after, owed[0], StepKind.AHEAD, Because.PRIMARY)

    shown = told(item, BEN, pacific(24, "13:13"))

    assert shown.text == "INC-31 Acme (🔶 Sev2): update answered 22:12."
    assert [block["type"] for block in shown.blocks] == ["rich_text"]


def test_an_answered_reminder_shows_its_owner_what_is_owed_now() -> None:
    update_of, update = responded()
    after, owed = happen(
        update_of, (update,), EventKind.UPDATED, pacific(24, "13:12"), told="Fixed."
    )
    item = Item(
        after,
        owed[0],
        StepKind.AHEAD,
        Because.OWNER,
        owed=owed_now(owed),
        url="https://x.slack.com/archives/C1/p1",
    )

    shown = told(item, ANA, pacific(24, "13:13"))

    assert shown.text == (
        "INC-31 Acme (🔶 Sev2): update answered 13:12. "
        "Update due tomorrow 09:12, in 19 h 59."
    )
    assert paragraphs(shown)[1].startswith(
        "push of apps fails (<https://x.slack.com/archives/C1/p1|open the card>)\n"
        "*Update answered Tue 24 Nov 2026 13:12 PST.* Update due Wed 25 Nov 2026 "
    )
    assert buttons(shown) == ["Log update", "Resolve", "Hand off"]
    assert elements(shown)[0]["style"] == "primary"


def test_in_a_merged_reminder_only_open_deadlines_keep_buttons() -> None:
    update_of, update = responded(number=31)
    after, ended = happen(
        update_of, (update,), EventKind.RESOLVED, pacific(24, "13:12")
    )
    over = Item(after, ended[0], StepKind.AHEAD, Because.OWNER)
    other = incident(Severity.SEV2, number=44, owner="U0ANA")
    owed = Item(other, owed_at_opening(other)[0], StepKind.DUE, Because.OWNER)

    shown = reminder.message([over, owed], Voice(POLICY, pacific(24, "13:31"), ANA))

    assert shown is not None
    assert shown.text.startswith(
        "INC-44 Acme (🔶 Sev2): first response ⏰ late since 13:00 "
    )
    assert [block["type"] for block in shown.blocks] == [
        "header",
        "rich_text",
        "actions",
        "rich_text",
    ]


def test_a_reminder_to_a_former_owner_ends_with_the_takeover() -> None:
    update_of, update = responded()
    taken, _ = happen(
        update_of, (update,), EventKind.TAKEN, pacific(24, "12:40"), by="U0BEN"
    )
    item = Item(taken, update, StepKind.AHEAD, Because.OWNER)

    shown = told(item, ANA, pacific(24, "12:41"))

    assert shown.text == "INC-31 Acme (🔶 Sev2): taken 12:40 by <@U0BEN>."
    assert item.is_live
    assert not item.is_live_for(ANA)
    assert item.is_live_for(BEN)
    assert item.is_live_for(None)


def test_a_resolved_incident_ends_its_reminders() -> None:
    update_of, update = responded()
    resolved, owed = happen(
        update_of, (update,), EventKind.RESOLVED, pacific(24, "12:50"), note="Fixed."
    )
    item = Item(resolved, owed[0], StepKind.AHEAD, Because.OWNER)

    assert told(item, ANA, pacific(24, "12:51")).text == (
        "INC-31 Acme (🔶 Sev2): ✅ resolved 12:50 by <@U0ANA>."
    )


def test_a_void_incident_ends_its_reminders() -> None:
    update_of, update = responded()
    void, owed = happen(
        update_of, (update,), EventKind.VOIDED, pacific(24, "12:50"), reason="drill"
    )
    item = Item(void, owed[0], StepKind.AHEAD, Because.OWNER)

    assert told(item, ANA, pacific(24, "12:51")).text == (
        "INC-31 Acme (🔶 Sev2): closed as void 12:50 by <@U0ANA>."
    )


def test_a_reminder_of_a_paused_update_says_it_is_paused() -> None:
    update_of, update = responded()
    paused = replace(update, paused_at=pacific(24, "12:00"))
    item = Item(update_of, paused, StepKind.AHEAD, Because.OWNER, owed=paused)

    assert told(item, ANA, pacific(24, "12:51")).text == (
        "INC-31 Acme (🔶 Sev2): update stands still, waiting on the customer since "
        "12:00. "
        "Nothing is due until the customer answers."
    )


def test_after_an_outage_one_message_says_what_fell_due() -> None:
    first_of, first = responded(number=31)
    other = incident(Severity.SEV2, number=44, customer="Globex", owner="U0ANA")
    items = [
        Item(first_of, first, StepKind.DUE, Because.OWNER),
        Item(other, owed_at_opening(other)[0], StepKind.DUE, Because.OWNER),
    ]
    down = (pacific(24, "12:10"), pacific(24, "14:40"))

    shown = reminder.message(items, Voice(POLICY, pacific(24, "14:40"), ANA), down=down)

    assert shown is not None
    assert shown.text == (
        "I was down from 12:10 to 14:40 and could not remind you of these 2, oldest "
        "first: INC-44 Globex (🔶 Sev2): first response ⏰ late since 13:00 (1 h 40 of "
        "business time). INC-31 Acme (🔶 Sev2): update ⏰ late since 13:30 (1 h 10 of "
        "business time)."
    )


def test_an_outage_with_one_reminder_reads_as_one() -> None:
    update_of, update = responded()
    item = Item(update_of, update, StepKind.DUE, Because.OWNER)
    down = (pacific(24, "12:10"), pacific(24, "14:40"))

    shown = told(item, ANA, pacific(24, "14:40"), down)

    assert shown.text.startswith(
        "I was down from 12:10 to 14:40 and could not remind you of this: INC-31 Acme "
        "(🔶 Sev2): "
    )


def test_no_reminders_are_no_message() -> None:
    assert reminder.message([], Voice(POLICY, pacific(24, "12:00"), ANA)) is None


def test_an_offer_is_named_to_all_but_the_person_who_is_asked() -> None:
    update_of, update = responded(owner=None)
    offered = replace(update_of, offered_to="U0BEN")
    item = Item(offered, update, StepKind.AHEAD, Because.PRIMARY)

    anas, bens = (told(item, one, pacific(24, "12:30")) for one in (ANA, BEN))

    assert "Offered to <@U0BEN>, not accepted yet." in anas.text
    assert "Offered" not in bens.text
