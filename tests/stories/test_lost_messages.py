"""An undeliverable message finds another reader, or can be sent again later."""

from dataclasses import replace
from typing import Any

import pytest

from bot.emulator.records import Message
from tests.breaking import by_hand
from tests.stories.conftest import Tell
from tests.story import Story, pacific

SEV1 = "/sev1 acme: checkout is down"
SEV2 = "/sev2 acme: push of apps fails"
CHECKOUT = "🔺 Sev1 INC-1 Acme: checkout is down."
FIRST = "INC-1 Acme (🔶 Sev2): first response"
NO_CARD = (
    "INC-1 is recorded, but its card could not be posted in #incidents. Why: {}. "
    "Reminders go out as usual; `/incident 1` shows it. "
    "🔶 Sev2 INC-1 Acme: push of apps fails."
)


def owned(told: Story, owner: str, command: str = SEV2) -> None:
    """Open an incident that somebody owns from the start."""
    told.command(owner, f"{command} owner=@{owner}")


def fallback(told: Story) -> list[str]:
    """Return the messages in the fallback channel."""
    return [told.read(one) for one in told.slack.channel("support")]


def reports(told: Story) -> list[str]:
    """Return the reports on lost messages in the fallback channel."""
    return [text for text in fallback(told) if text.startswith("Not delivered")]


def notice(told: Story) -> Message:
    """Return the last message in the fallback channel."""
    return told.slack.channel("support")[-1]


def spoil_channel(told: Story, how: str) -> None:
    """Make #incidents refuse what the bot posts."""
    if how == "archived":
        told.slack.change_channel("incidents", archived=True)
    else:
        told.slack.remove("incidents", "sevbot")


def mend_channel(told: Story, how: str) -> None:
    if how == "archived":
        told.slack.change_channel("incidents", archived=False)
    else:
        told.slack.invite("incidents", "sevbot")


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("archived", "the channel is archived"),
        ("left", "the bot is not in the channel; invite it there"),
    ],
)
def test_an_undeliverable_card_is_reported_to_typist_and_fallback_channel(
    tuesday: Story, how: str, why: str
) -> None:
    spoil_channel(tuesday, how)

    tuesday.command("dee", SEV2)

    assert tuesday.phone("dee") == [NO_CARD.format(why)]
    assert tuesday.buttons(tuesday.slack.dm("dee")[0]) == ["Send again"]
    assert fallback(tuesday) == [
        f"Not delivered: the card of INC-1, to #incidents. Why: {why}. "
        "Nobody was told instead.\n"
        "[Send again]"
    ]
    assert tuesday.heard("ana") == ["Tue 10:00 🔶 Sev2 INC-1 Acme: push of apps fails."]


@pytest.mark.parametrize("how", ["archived", "left"])
def test_send_again_posts_the_card_and_its_thread_after_repair(
    tuesday: Story, how: str
) -> None:
    spoil_channel(tuesday, how)
    tuesday.command("dee", SEV2)
    tuesday.press("ana", "Take it", tuesday.slack.dm("ana")[0])
    tuesday.advance(hours=4)

    mend_channel(tuesday, how)
    tuesday.press("dee", "Send again", tuesday.slack.dm("dee")[0])

    assert "*Owner:* @ana since today 10:00" in tuesday.read(tuesday.card())
    assert [line.splitlines()[0] for line in tuesday.thread()] == [
        "@ana took it. The first response is still owed.",
        "🔶 Sev2 · INC-1 · Acme",
    ]
    tuesday.take("ben")
    assert "*Owner:* @ben" in tuesday.read(tuesday.card())


def test_a_card_sent_again_removes_every_send_again_button(
    tuesday: Story,
) -> None:
    spoil_channel(tuesday, "left")
    tuesday.command("dee", SEV2)
    mend_channel(tuesday, "left")

    tuesday.press("ana", "Send again", notice(tuesday))

    assert fallback(tuesday) == [
        "Not delivered: the card of INC-1, to #incidents. Why: the bot is not in the "
        "channel; invite it there. It was sent again."
    ]
    assert tuesday.buttons(tuesday.slack.dm("dee")[0]) == []
    assert len(tuesday.slack.channel("incidents")) == 1


def test_a_card_sent_again_too_early_is_reported_again(tuesday: Story) -> None:
    spoil_channel(tuesday, "left")
    tuesday.command("dee", SEV2)

    tuesday.press("ana", "Send again", notice(tuesday))

    assert [text.endswith("[Send again]") for text in fallback(tuesday)] == [
        False,
        True,
    ]
    mend_channel(tuesday, "left")
    tuesday.press("ana", "Send again", notice(tuesday))
    assert "push of apps fails" in tuesday.read(tuesday.card())


def test_a_lost_card_is_posted_at_the_next_change_after_repair(
    tuesday: Story,
) -> None:
    spoil_channel(tuesday, "archived")
    tuesday.command("dee", SEV2)
    tuesday.press("ana", "Take it", tuesday.slack.dm("ana")[0])
    while_lost = fallback(tuesday)

    mend_channel(tuesday, "archived")
    found = tuesday.command("ana", "/incident 1").private
    tuesday.fill_in("ana", "First response sent", found, told="We look")

    assert [text.endswith("[Send again]") for text in while_lost] == [True]
    assert "*Owner:* @ana since today 10:00" in tuesday.read(tuesday.card())
    assert len(tuesday.thread()) == 2
    assert fallback(tuesday)[0].endswith("It was sent again.")
    assert tuesday.buttons(tuesday.slack.dm("dee")[0]) == []


def test_a_card_whose_reports_were_lost_too_is_reported_at_the_next_change(
    tuesday: Story,
) -> None:
    for channel in ("incidents", "support"):
        tuesday.slack.change_channel(channel, archived=True)
    tuesday.slack.faults.refuse("conversations.open", "user_not_visible", times=None)
    tuesday.command("dee", SEV2, channel="leads")
    tuesday.slack.faults.clear()
    lost = [*tuesday.heard("lea"), *tuesday.heard("dee")]
    tuesday.slack.change_channel("support", archived=False)

    found = tuesday.command("ana", "/incident 1").private
    tuesday.press("ana", "Take it", found)

    assert lost == []
    assert "the card of INC-1" in reports(tuesday)[-1]
    assert tuesday.buttons(notice(tuesday)) == ["Send again"]
    assert len(tuesday.heard("dee")) == 1


def test_a_card_is_sent_again_to_the_policys_current_channel(tuesday: Story) -> None:
    spoil_channel(tuesday, "archived")
    tuesday.command("dee", SEV2)
    tuesday.press("ana", "Take it", tuesday.slack.dm("ana")[0])
    channel = tuesday.slack.add_channel("new-incidents", members=["ana"])
    channels = replace(tuesday.policy().channels, incidents=channel.id)
    tuesday.use_policy(channels=channels)

    tuesday.press("ana", "Send again", tuesday.slack.channel("support")[0])

    (card,) = tuesday.slack.channel("new-incidents")
    assert "*Owner:* @ana" in tuesday.read(card)
    assert [tuesday.read(one) for one in tuesday.slack.thread(card)] == [
        "@ana took it. The first response is still owed."
    ]


def test_a_channel_may_be_renamed(tuesday: Story) -> None:
    tuesday.slack.change_channel("incidents", name="outages")

    tuesday.command("dee", SEV2)

    assert len(tuesday.slack.channel("outages")) == 1
    assert fallback(tuesday) == []


def test_pages_go_on_although_there_is_no_card(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")
    spoil_channel(told, "left")

    told.command("dee", SEV1)
    told.advance(minutes=20)

    assert told.heard("ana") == [f"Tue 02:40 {CHECKOUT}", f"Tue 02:45 {CHECKOUT}"]
    assert told.heard("ben") == [f"Tue 05:50 {CHECKOUT}"]
    assert told.heard_in("support")[-1] == f"Tue 03:00 {CHECKOUT}"


def test_when_the_fallback_channel_fails_the_lead_gets_the_notice(
    tuesday: Story,
) -> None:
    spoil_channel(tuesday, "left")
    tuesday.slack.remove("support", "sevbot")

    tuesday.command("dee", SEV2, channel="leads")

    assert tuesday.phone("lea") == [
        "Not delivered: the card of INC-1, to #incidents. Why: the bot is not in the "
        "channel; invite it there. Nobody was told instead."
    ]
    assert tuesday.buttons(tuesday.slack.dm("lea")[0]) == ["Send again"]


def test_after_the_lead_sent_it_again_their_button_is_gone(tuesday: Story) -> None:
    for channel in ("incidents", "support"):
        tuesday.slack.remove(channel, "sevbot")
    tuesday.command("dee", SEV2, channel="leads")
    tuesday.slack.invite("incidents", "sevbot")

    tuesday.press("lea", "Send again", tuesday.slack.dm("lea")[0])

    assert len(tuesday.slack.channel("incidents")) == 1
    assert tuesday.buttons(tuesday.slack.dm("lea")[0]) == []


def test_pages_to_a_lost_fallback_channel_are_reported_to_the_lead_once(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 02:40")
    told.slack.change_channel("support", archived=True)

    told.command("dee", SEV1, channel="leads")
    told.advance(minutes=51)

    assert [line for line in told.phone("lea") if "Not delivered" in line] == [
        "Not delivered: a reminder about INC-1, to #support. Why: the channel is "
        "archived. @lea was told instead."
    ]
    assert len([line for line in told.heard("lea") if CHECKOUT in line]) == 3


@pytest.mark.parametrize("gone", [("lea",), ("lea", "ana")])
def test_a_report_that_the_lead_cannot_get_goes_to_the_next_on_call(
    tuesday: Story, gone: tuple[str, ...]
) -> None:
    for channel in ("incidents", "support"):
        tuesday.slack.change_channel(channel, archived=True)
    for who in gone:
        tuesday.slack.change_person(who, deleted=True)

    tuesday.command("dee", "/sev4 acme: a wish", channel="leads")

    hears = "ben" if "ana" in gone else "ana"
    assert tuesday.phone(hears) == [
        "Not delivered: the card of INC-1, to #incidents. Why: the channel is "
        "archived. Nobody was told instead."
    ]
    spoiled = tuesday.slack.dm(hears)[-1]
    tuesday.slack.change_channel("incidents", archived=False)
    tuesday.press(hears, "Send again", spoiled)
    assert "a wish" in tuesday.read(tuesday.card())
    assert tuesday.buttons(tuesday.slack.dm(hears)[-1]) == []


@pytest.mark.parametrize("lost", [("leads",), ("leads", "support")])
def test_a_notice_to_a_lost_channel_goes_to_the_lead(
    tuesday: Story, lost: tuple[str, ...]
) -> None:
    tuesday.command("dee", "/sev3 acme: a policy does not arrive")
    tuesday.take("cem")
    for channel in lost:
        tuesday.slack.change_channel(channel, archived=True)

    tuesday.leave("cem")
    tuesday.advance(minutes=1)

    told = tuesday.phone("lea")
    assert any(line.startswith("@cem left; nobody owns INC-1") for line in told)
    assert any(line.startswith("Nothing can be posted in #leads.") for line in told)


def test_reminders_that_fail_are_reported_to_the_lead_without_a_channel(
    tuesday: Story,
) -> None:
    owned(tuesday, "ana")
    tuesday.slack.change_channel("support", archived=True)
    by_hand(tuesday, "UPDATE deadlines SET target = '?' WHERE incident = 1")

    tuesday.advance(hours=3, minutes=30)

    (line,) = tuesday.phone("lea")
    assert line.startswith("The reminders of INC-1 fail; it is a fault of the bot")


@pytest.mark.parametrize("had_written", [True, False], ids=["known", "never met"])
def test_messages_to_an_owner_who_left_go_to_the_primary(
    tuesday: Story, *, had_written: bool
) -> None:
    owned(tuesday, "ben")
    if had_written:
        owned(tuesday, "ana", "/sev4 acme: a wish")
        tuesday.more("ana", "Hand off", 2)
        tuesday.submit("ana", to="ben")
        assert len(tuesday.heard("ben")) == 1
    tuesday.slack.change_person("ben", deleted=True)

    tuesday.advance(hours=3)

    assert tuesday.phone("ana")[-1] == (
        "INC-1 Acme (🔶 Sev2): first response due 14:00, in 1 h. It is @ben's; you are "
        "told instead of somebody who cannot be reached. "
        "Stops when the first response is logged."
    )
    assert tuesday.buttons(tuesday.slack.dm("ana")[-1]) == [
        "First response sent",
        "Take over",
    ]
    assert fallback(tuesday) == [
        "Not delivered: a reminder about INC-1, to @ben. "
        "Why: this person has left the workspace. @ana was told instead."
    ]


def test_messages_to_a_primary_who_left_go_to_the_backup(tuesday: Story) -> None:
    tuesday.slack.change_person("ana", deleted=True)

    tuesday.command("dee", SEV1)

    assert tuesday.phone("ben") == [
        (
            "🔺 Sev1 INC-1 Acme: checkout is down. First response due 17:00, in 4 "
            "h. Nobody owns it. You are the stand-in for somebody who cannot be "
            "reached; @ben is paged at 13:10 unless somebody takes it. Stops when "
            "somebody takes it."
        ),
    ]
    assert fallback(tuesday) == [
        "Not delivered: a reminder about INC-1, to @ana. "
        "Why: this person has left the workspace. @ben was told instead."
    ]


def test_one_who_stays_unreachable_is_reported_once_until_that_changes(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 02:40")
    told.slack.change_person("ben", deleted=True)
    told.command("dee", SEV1)

    told.advance(minutes=66)
    first = reports(told)
    told.become("ben", deleted=False)
    told.advance(minutes=15)
    told.slack.change_person("ben", deleted=True)
    told.advance(minutes=31)

    report = (
        "Not delivered: a reminder about INC-1, to @ben. "
        "Why: this person has left the workspace. @ana was told instead."
    )
    assert first == [report]
    assert reports(told) == [report, report]


def test_when_everybody_on_call_left_the_fallback_channel_is_paged(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 02:40")
    for who in ("ana", "ben", "lea"):
        told.slack.change_person(who, deleted=True)

    told.command("dee", SEV1)
    told.advance(minutes=51)

    assert [text.split("Why")[0] for text in reports(told)] == [
        "Not delivered: a reminder about INC-1, to @ana. ",
        "Not delivered: a reminder about INC-1, to @ben. ",
        "Not delivered: a reminder about INC-1, to @lea. ",
    ]
    assert reports(told)[-1].endswith("#support was told instead.")
    pages = [line for line in told.heard_in("support") if CHECKOUT in line]
    assert [line[4:9] for line in pages] == ["02:40"]


def test_a_reminder_that_nobody_on_call_can_get_goes_to_the_fallback_channel(
    tuesday: Story,
) -> None:
    owned(tuesday, "ana")
    for who in ("ana", "ben", "lea"):
        tuesday.slack.change_person(who, deleted=True)

    tuesday.advance(hours=3)

    (reminder,) = (
        one for one in fallback(tuesday) if one.startswith("🔶 Sev2 · INC-1 · Acme\n")
    )
    assert reminder.splitlines()[-1] == "[First response sent] [Take over]"


def test_a_morning_list_that_nobody_can_get_is_reported(tell: Tell) -> None:
    told = tell("2026-11-23 10:00")
    owned(told, "ana", "/sev3 acme: a")
    for who in ("ana", "ben", "lea"):
        told.slack.change_person(who, deleted=True)

    told.travel(pacific("2026-11-24 09:00"))

    assert reports(told)[-1] == (
        "Not delivered: the morning list, to @ben. Why: this person has left the "
        "workspace. Nobody was told instead.\n[Send again]"
    )


def test_a_substitute_is_paged_once_per_step(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")
    told.slack.change_person("ben", deleted=True)

    told.command("dee", SEV1)
    told.advance(minutes=35)

    # Ana stands in for Ben at 02:50; at 03:15 she is paged anyway.
    assert told.heard("ana") == [
        f"Tue 02:40 {CHECKOUT}",
        f"Tue 02:45 {CHECKOUT}",
        f"Tue 02:50 {CHECKOUT}",
        f"Tue 03:15 {CHECKOUT}",
    ]


def test_the_morning_list_of_somebody_who_left_goes_to_the_primary(
    tell: Tell,
) -> None:
    told = tell("2026-11-23 10:00")
    owned(told, "ben", "/sev3 acme: a")
    told.slack.change_person("ben", deleted=True)

    told.travel(pacific("2026-11-24 09:00"))

    assert told.phone("ana") == [
        "Tue 24 Nov: 1 owed, 1 unowned; you are on call. INC-1 Acme (🔵 Sev3): first "
        "response due 10:00, in 1 h, nobody owns it.",
    ]


def test_a_digest_without_its_channel_goes_to_the_lead(tell: Tell) -> None:
    told = tell("2026-11-24 09:00")
    told.slack.remove("leads", "sevbot")

    told.travel(pacific("2026-11-25 09:15"))

    assert [line[4:] for line in told.heard("lea") if "nothing is open" in line] == [
        "18:15 Tue 24 Nov: nothing is open.",
        "18:15 Wed 25 Nov: nothing is open.",
    ]
    assert len(reports(told)) == 1


def test_a_message_that_cannot_be_rendered_is_reported_and_blocks_nothing(
    tuesday: Story,
) -> None:
    tuesday.slack.as_("dee").command("/sev2", "acme: push of apps fails")
    by_hand(tuesday, "UPDATE outbox SET kind = 'note' WHERE key = 'INC-1/card'")

    tuesday.command("dee", "/sev4 acme: a wish")

    assert "a wish" in tuesday.read(tuesday.card(2))
    assert fallback(tuesday)[0].startswith(
        "Not delivered: a note about INC-1, to #incidents. Why: it could "
        "not be written; it is a fault of the bot, see its log."
    )


def test_an_unreadable_deadline_is_reported_and_blocks_nothing(
    tuesday: Story,
) -> None:
    owned(tuesday, "ana")
    owned(tuesday, "ana", "/sev2 acme: login is slow")
    by_hand(tuesday, "UPDATE deadlines SET target = '?' WHERE incident = 1")

    tuesday.advance(hours=3, minutes=30)

    assert tuesday.heard("ana") == [
        "Tue 13:00 INC-2 Acme (🔶 Sev2): first response due 14:00, in 1 h."
    ]
    assert fallback(tuesday) == [
        "The reminders of INC-1 fail; it is a fault of the bot, see its log. Nobody "
        "is reminded of it: keep an eye on it. 🔶 Sev2 INC-1 Acme: push of apps fails."
    ]


def lost_channels(told: Story) -> list[str]:
    """Return what the leads heard about channels that take nothing."""
    return [line for line in told.heard_in("leads") if "Nothing can" in line]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"archived": True}, "the channel is archived"),
        ({"members": frozenset()}, "the bot is not in the channel; invite it there"),
        (
            {"members": frozenset(), "is_private": True},
            "the channel does not exist, or the bot cannot see it",
        ),
    ],
    ids=["archived", "removed", "private"],
)
def test_the_leads_hear_once_of_a_channel_that_takes_nothing(
    tuesday: Story, change: dict[str, Any], why: str
) -> None:
    tuesday.command("dee", "/sev4 acme: a wish")
    tuesday.slack.change_channel("incidents", **change)

    for title in ("one", "two", "three"):
        tuesday.command("dee", f"/sev4 acme: {title}")

    assert lost_channels(tuesday) == ["Tue 10:00 Nothing can be posted in #incidents."]
    assert tuesday.read(tuesday.slack.channel("leads")[-1]) == (
        f"Nothing can be posted in #incidents. Why: {why}. What is meant for it is "
        "reported to #support until somebody repairs it, or names another channel in "
        "policies.yaml."
    )
    assert len(fallback(tuesday)) == 3


def test_the_leads_hear_again_of_a_channel_that_was_repaired(tuesday: Story) -> None:
    for title in ("one", "two"):
        spoil_channel(tuesday, "archived")
        tuesday.command("dee", f"/sev4 acme: {title}")
        mend_channel(tuesday, "archived")
        tuesday.command("dee", f"/sev4 acme: after {title}")

    assert len(lost_channels(tuesday)) == 2


def test_the_lead_hears_if_it_is_the_leads_own_channel(tuesday: Story) -> None:
    tuesday.slack.change_channel("leads", archived=True)

    tuesday.advance(days=1)

    assert "Nothing can be posted in #leads." in tuesday.phone("lea")[0]


def test_a_renamed_channel_goes_on(tuesday: Story) -> None:
    tuesday.slack.change_channel("incidents", name="outages")

    tuesday.command("dee", SEV2)

    assert len(tuesday.slack.channel("outages")) == 1
    assert lost_channels(tuesday) == []


def test_an_incident_outlives_the_channel_where_it_was_opened(tuesday: Story) -> None:
    tuesday.slack.add_channel("war-room", members=["dee"])
    tuesday.command("dee", SEV2, channel="war-room")
    tuesday.slack.change_channel("war-room", archived=True)

    tuesday.take("ana")
    tuesday.advance(hours=3)

    assert fallback(tuesday) == []
    assert "*Owner:* @ana" in tuesday.read(tuesday.card())
