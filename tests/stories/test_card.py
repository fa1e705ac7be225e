"""The card of an incident: one message in the incidents channel, edited in place."""

from tests.stories.conftest import Tell
from tests.story import Story


def test_a_card_shows_the_incident_its_owner_and_its_deadlines(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")

    assert tuesday.read(tuesday.card()) == (
        "🔶 Sev2 · INC-1 · Acme\n"
        "push of apps fails\n"
        "*Owner:* nobody yet\n"
        "*First response:* due today 14:00\n"
        "*Then:* status updates twice per business day\n"
        "Premium Support. Opened today 10:00 by @dee.\n"
        "[Take it] [First response sent] [Resolve] [More]"
    )


def test_each_reader_sees_the_card_in_their_own_time(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")

    assert "due today 17:00" in tuesday.read(tuesday.card(), "ben")
    assert "due today 23:00" in tuesday.read(tuesday.card(), "lea")
    assert "due tomorrow 03:30" in tuesday.read(tuesday.card(), "cem")


def test_a_phone_shows_the_card_in_a_sentence_with_the_teams_zone(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")

    assert tuesday.card().text == (
        "🔶 Sev2 INC-1 Acme: push of apps fails. Nobody owns it. First response due "
        "14:00 PST."
    )


def test_a_card_says_from_when_it_counts_as_late(tell: Tell) -> None:
    story = tell("2026-11-20 13:00")

    story.command("dee", "/sev2 acme: push of apps fails")

    assert "due 17:00 PST (late only from Mon 23 Nov 09:00 PST)" in story.card().text


def test_the_card_is_in_the_incidents_channel_only(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails", channel="support")
    tuesday.take("ben")

    assert len(tuesday.slack.channel("incidents")) == 1
    assert tuesday.slack.channel("support") == []
    assert all("INC-1" not in one.text for one in tuesday.slack.channel("leads"))
    assert tuesday.slack.dm("dee") == []


def test_a_channel_shared_with_a_customer_shows_nothing_internal(
    tuesday: Story,
) -> None:
    tuesday.slack.add_person("eve", is_stranger=True)
    tuesday.slack.add_channel("shared", members=["dee", "eve"], is_ext_shared=True)

    answer = tuesday.command(
        "dee", "/sev1 acme: checkout is down owner=@dee", channel="shared"
    )
    tuesday.fill_in("dee", "First response sent", told="We are on it")
    tuesday.advance(hours=1, minutes=30)

    assert answer.private
    assert answer.private.private_to == "U0DEE"
    assert tuesday.slack.channel("shared") == []
    assert tuesday.slack.private("eve") == []


def test_the_card_is_edited_and_the_thread_records_each_event(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    first = tuesday.card()

    tuesday.take("ben")
    tuesday.fill_in("ben", "First response sent", told="We are on it")

    assert tuesday.card().ts == first.ts
    assert tuesday.card().edited
    assert tuesday.thread() == [
        "@ben took it. The first response is still owed.",
        (
            "First response logged by @ben: “We are on it”. Nothing was sent to Acme "
            "by the bot."
        ),
    ]


def test_taking_an_incident_does_not_answer_the_customer(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")

    tuesday.take("ben")

    card = tuesday.read(tuesday.card())
    assert "*Owner:* @ben since today 10:00" in card
    assert "*First response:* due today 14:00" in card
    assert tuesday.buttons(tuesday.card())[0] == "First response sent"


def test_an_owned_incident_can_be_taken_over(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails owner=@dee")

    tuesday.press("ben", "Take over", tuesday.card())

    assert "*Owner:* @ben" in tuesday.read(tuesday.card())
    assert tuesday.thread() == [
        "@ben took it from @dee. The first response is still owed."
    ]


def test_buttons_that_no_longer_apply_disappear(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    opened = tuesday.buttons(tuesday.card())
    tuesday.take("ana")
    tuesday.fill_in("ana", "First response sent", told="On it", waits=["yes"])
    waiting = tuesday.buttons(tuesday.card())
    tuesday.press("ana", "Customer answered", tuesday.card())
    answered = tuesday.buttons(tuesday.card())
    tuesday.fill_in("ana", "Resolve", note="fixed", confirmed=["yes"])

    assert opened == ["Take it", "First response sent", "Resolve", "More"]
    assert waiting == [
        "Customer answered",
        "Log update",
        "Resolve",
        "Take over",
        "More",
    ]
    assert answered == [
        "Log update",
        "Resolve",
        "Take over",
        "More",
    ]
    assert tuesday.buttons(tuesday.card()) == ["Reopen", "More"]


def test_a_card_that_becomes_late_is_updated_on_its_own(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails owner=@dee")

    tuesday.advance(hours=4, minutes=1)

    assert "*First response:* *⏰ late since today 14:00*" in tuesday.read(
        tuesday.card()
    )


def test_a_late_first_response_stays_late(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails owner=@dee")
    tuesday.advance(hours=5)

    tuesday.fill_in("dee", "First response sent", told="Sorry for the wait")

    sent = "*First response:* sent today 15:00, late by 1 h of business time"
    assert sent in tuesday.read(tuesday.card())


def test_waiting_on_the_customer_shows_on_the_card_and_pauses_updates(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails owner=@dee")
    tuesday.fill_in("dee", "First response sent", told="Send us logs", waits=["yes"])
    waiting = tuesday.read(tuesday.card())
    tuesday.advance(hours=20)

    tuesday.press("dee", "Customer answered", tuesday.card())

    assert (
        "*Waiting on the customer:* since today 10:00; no update is due until they "
        "answer"
    ) in waiting
    assert tuesday.phone("dee") == []
    assert "*Next update:* due today 13:00" in tuesday.read(tuesday.card())


def test_a_sev1_never_waits_on_the_customer(tuesday: Story) -> None:
    tuesday.command("dee", "/sev1 acme: checkout is down")

    tuesday.open_form("dee", "First response sent", tuesday.card())

    assert "Waiting" not in tuesday.form("dee")


def test_a_late_press_gets_a_private_answer(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    seen = tuesday.card()
    tuesday.fill_in("ana", "Resolve", seen, note="fixed", confirmed=["yes"])

    answers = {
        button: tuesday.asked("ben", button, seen, stale=True)
        for button in ("Take it", "First response sent", "Resolve")
    }

    sentence = "INC-1 was already resolved today 13:00 by @ana."
    assert answers == dict.fromkeys(answers, sentence)
    assert len(tuesday.thread()) == 1


def test_a_resolved_card_sums_up_and_can_be_reopened(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails owner=@dee")
    tuesday.fill_in("dee", "First response sent", told="On it")
    tuesday.advance(hours=2)
    tuesday.fill_in("dee", "Resolve", note="Rolled back", confirmed=["yes"])
    resolved = tuesday.read(tuesday.card())
    tuesday.advance(hours=1)

    tuesday.press("dee", "Reopen", tuesday.card())

    assert (
        "Resolved today 12:00 by @dee, 2 h after it was reported: “Rolled back”. "
        "First response in time."
    ) in resolved
    reopened = tuesday.read(tuesday.card())
    assert "*First response:* sent today 10:00, in time" in reopened
    assert "*Next update:* due today 17:00 (late only from tomorrow 09:00)" in reopened
    assert tuesday.thread()[-2:] == [
        "Resolved by @dee: “Rolled back”. Reminders stop.",
        "Reopened by @dee. The customer is owed news again from now on.",
    ]


def test_reopening_asks_first(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    tuesday.fill_in("dee", "Resolve", note="Rolled back", confirmed=["yes"])

    cancelled = tuesday.press("dee", "Reopen", tuesday.card(), confirm=False)

    assert cancelled.error == "cancelled"
    assert "Resolved today 10:00 by @dee" in tuesday.read(tuesday.card())


def test_two_reopenings_are_one(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    tuesday.fill_in("dee", "Resolve", note="Rolled back", confirmed=["yes"])
    seen = tuesday.card()
    tuesday.press("dee", "Reopen", seen)

    late = tuesday.asked("ana", "Reopen", seen, stale=True)

    assert late == "INC-1 is open."
    assert len(tuesday.thread()) == 2
