"""What stands in somebody's DM about an incident is the last word on it, once.

A reminder, what others did to it, and how an offer of it ended replace each other. The
list in which somebody presses shows what follows.
"""

import pytest

from tests.breaking import by_hand
from tests.stories.conftest import Tell
from tests.stories.test_outages import be_down_until
from tests.story import IS_POSTGRES, Story, pacific

SEV1 = "/sev1 acme: checkout is down"
SEV2 = "/sev2 acme: push of apps fails"
# A table that has had its last id is full: https://www.sqlite.org/autoinc.html
NO_EDIT_OF_LISTS = [
    "CREATE TABLE used_up (id INTEGER PRIMARY KEY AUTOINCREMENT)",
    "INSERT INTO used_up VALUES (9223372036854775807)",
    """
    CREATE TRIGGER no_edit_of_lists
    BEFORE INSERT ON outbox
    WHEN NEW.edit_of LIKE 'morning/%'
    BEGIN
      INSERT INTO used_up (id) VALUES (NULL);
    END
    """,
]
STEPS = ["Log update", "Resolve", "Hand off"]


def owned(told: Story, text: str = SEV2) -> None:
    """Let Ana own an incident, and remind her of it."""
    told.command("ana", f"{text} owner=@ana")
    told.advance(hours=3)
    assert len(told.slack.dm("ana")) == 1


def offered(told: Story) -> None:
    """Let Ana offer hers to Ben."""
    told.more("ana", "Hand off")
    told.submit("ana", to="ben")


def test_an_owner_reads_once_that_somebody_else_resolved_it(tuesday: Story) -> None:
    owned(tuesday)

    tuesday.fill_in("ben", "Resolve", note="Rolled back", confirmed=["yes"])

    assert tuesday.phone("ana") == [
        "INC-1 Acme (🔶 Sev2): Resolved by @ben: “Rolled back”. Reminders stop."
    ]


def test_what_somebody_else_logged_shows_what_is_owed_now(tuesday: Story) -> None:
    owned(tuesday)

    tuesday.fill_in("ben", "First response sent", told="We look into it")

    (said,) = tuesday.slack.dm("ana")
    head, title, owed, _ = tuesday.read(said).splitlines()
    assert head == "🔶 Sev2 · INC-1 · Acme"
    assert title.startswith("push of apps fails (open the card")
    assert "First response logged by @ben: “We look into it”" in owed
    assert "Update due today 17:00, in 4 h" in owed
    assert tuesday.buttons(said) == STEPS


def test_a_note_keeps_the_question_that_its_owner_has_not_answered(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 10:00")
    told.command("ana", f"{SEV1} owner=@ana")
    told.travel(pacific("2026-11-24 11:01"))
    assert "Still on it" in told.buttons(told.slack.dm("ana")[-1])

    told.fill_in("ben", "First response sent", told="We look into it")
    (said,) = told.slack.dm("ana")
    asked = told.buttons(said)
    told.press("ana", "Still on it", said)

    assert asked == ["Still on it", *STEPS]
    (said,) = told.slack.dm("ana")
    assert told.buttons(said) == STEPS


def test_a_reminder_stands_for_what_others_did_before(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.fill_in("ben", "First response sent", told="We look into it")

    tuesday.travel(pacific("2026-11-25 09:00"))

    said = [tuesday.read(one) for one in tuesday.slack.dm("ana")]
    assert len([one for one in said if "· INC-1 ·" in one]) == 1


def test_a_former_owner_reads_once_who_has_it(tuesday: Story) -> None:
    owned(tuesday)

    tuesday.take("ben")

    (said,) = tuesday.phone("ana")
    assert said.startswith("INC-1 Acme (🔶 Sev2): @ben took it from @ana.")


def test_who_accepted_is_reminded_in_one_message(tuesday: Story) -> None:
    owned(tuesday)
    offered(tuesday)
    tuesday.press("ben", "Accept", tuesday.slack.dm("ben")[-1])
    assert tuesday.phone("ana") == [
        "@ben accepted INC-1 Acme (🔶 Sev2). It is @ben's now."
    ]

    tuesday.advance(hours=1)

    (said,) = tuesday.slack.dm("ben")
    assert "first response due now" in tuesday.slack.notice(said, "ben")


def test_an_offer_waits_beside_a_reminder_until_it_is_answered(tuesday: Story) -> None:
    tuesday.command("dee", SEV2)
    tuesday.advance(minutes=31)
    before = len(tuesday.slack.dm("ben"))
    tuesday.take("ana")
    offered(tuesday)

    (asked,) = tuesday.slack.dm("ben")

    assert before == 1
    assert tuesday.buttons(asked) == ["Accept", "Decline"]


def test_after_a_no_the_owner_goes_on_from_that_message(tuesday: Story) -> None:
    owned(tuesday)
    offered(tuesday)

    tuesday.press("ben", "Decline", tuesday.slack.dm("ben")[-1])

    (said,) = tuesday.slack.dm("ana")
    assert "@ben declined INC-1" in tuesday.read(said)
    assert "First response due today 14:00" in tuesday.read(said)
    assert tuesday.buttons(said)[0] == "First response sent"


def test_how_an_offer_ended_says_whose_it_is_by_now(tuesday: Story) -> None:
    tuesday.command("dee", f"{SEV2} owner=@ana")
    tuesday.press("ana", "Decline", tuesday.slack.dm("ana")[-1])
    before = tuesday.phone("dee")

    tuesday.take("ben")

    assert before == ["@ana declined INC-1 Acme (🔶 Sev2). Nobody owns it."]
    assert tuesday.phone("dee") == ["@ana declined INC-1 Acme (🔶 Sev2). It is @ben's."]


def test_a_page_that_is_over_says_whose_the_incident_is_by_now(
    tuesday: Story,
) -> None:
    tuesday.command("dee", SEV2)
    tuesday.command("dee", "/sev2 globex: login loops")
    be_down_until(tuesday, "2026-11-24 10:40")
    tuesday.take("ben")
    tuesday.advance(minutes=1)
    tuesday.take("lea")

    said = [tuesday.read(one) for one in tuesday.slack.dm("ana")]
    assert any(
        "INC-1 Acme (🔶 Sev2): taken today 10:40; it is @lea's" in one for one in said
    )


def test_a_reminder_under_the_card_goes_once_a_note_says_more(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.advance(hours=2)
    before = tuesday.thread()

    tuesday.fill_in("ana", "First response sent", told="We look into it")

    assert any("late" in one for one in before)
    assert [one.split(":")[0] for one in tuesday.thread()] == [
        "First response logged by @ana"
    ]


def test_who_takes_it_back_reads_that_it_is_theirs_again(tuesday: Story) -> None:
    owned(tuesday)
    tuesday.take("ben")
    assert "@ben took it from @ana" in tuesday.phone("ana")[0]

    tuesday.take("ana")

    (said,) = tuesday.slack.dm("ana")
    assert "*It is yours again.* First response due" in tuesday.read(said)
    assert tuesday.buttons(said) == ["First response sent", *STEPS[1:]]
    assert "@ana took it from @ben" in tuesday.phone("ben")[-1]


def test_who_takes_back_what_they_handed_off_reads_that_too(tuesday: Story) -> None:
    owned(tuesday)
    offered(tuesday)
    tuesday.press("ben", "Accept", tuesday.slack.dm("ben")[-1])
    tuesday.idle()
    assert "It is @ben's now." in tuesday.phone("ana")[-1]

    tuesday.take("ana")

    said = tuesday.slack.dm("ana")[-1]
    assert "*It is yours again.* First response due" in tuesday.read(said)
    assert said.text.startswith("INC-1 Acme (🔶 Sev2): It is yours again.")


def morning(told: Story) -> None:
    """Let the next morning begin for Ana, with something that nobody owns."""
    told.command("ana", "/sev3 acme: printing is slow owner=@ana")
    told.command("dee", "/sev4 globex: a question")
    told.travel(pacific("2026-11-25 09:00"))


def test_take_it_in_a_list_edits_its_line(tell: Tell) -> None:
    told = tell("2026-11-24 16:00")
    morning(told)
    (listed,) = told.slack.dm("ana")
    assert "unowned" in told.read(listed)
    before = len(told.slack.private("ana"))

    told.press("ana", "Take it", listed)

    (listed,) = told.slack.dm("ana")
    said = told.read(listed)
    assert "unowned" not in said
    assert "INC-2 Globex" in said
    assert said.count("[First response sent]") == 2
    assert len(told.slack.private("ana")) == before


def test_a_list_shows_what_somebody_else_took_meanwhile(tell: Tell) -> None:
    told = tell("2026-11-24 16:00")
    morning(told)
    told.take("ben", 2)
    (listed,) = told.slack.dm("ana")

    refused = told.asked("ana", "Take it", listed)

    assert "@ben" in refused
    assert "INC-2" not in told.read(told.slack.dm("ana")[0])


@pytest.mark.skipif(IS_POSTGRES, reason="breaks the file of a SQLite record")
@pytest.mark.parametrize(
    ("owner", "answer"),
    [(None, "*Owner:* @ana since today 09:00"), ("ben", "taken today 09:00 by @ben")],
)
def test_a_list_that_cannot_be_edited_hides_nothing_of_what_was_done(
    tell: Tell, owner: str | None, answer: str
) -> None:
    told = tell("2026-11-24 16:00")
    morning(told)
    if owner:
        told.take(owner, 2)
    for statement in NO_EDIT_OF_LISTS:
        by_hand(told, statement)

    said = told.asked("ana", "Take it", told.slack.dm("ana")[0])

    assert answer in said
    assert "NOT recorded" not in said


def test_take_it_in_the_digest_names_the_owner_there(tell: Tell) -> None:
    told = tell("2026-11-24 16:00")
    morning(told)
    told.travel(pacific("2026-11-25 09:20"))
    digest = told.slack.channel("leads")[-1]

    said = told.asked("lea", "Take it", digest)

    assert "[First response sent]" in said
    digest = told.slack.channel("leads")[-1]
    line = next(one for one in told.read(digest).splitlines() if "INC-2 Globex" in one)
    assert "@lea's" in line
    assert "[Take it]" not in told.read(digest)


def test_the_list_of_a_day_that_is_over_stays_as_it_was(tell: Tell) -> None:
    told = tell("2026-11-24 16:00")
    morning(told)
    listed = told.slack.dm("ana")[0]
    told.travel(pacific("2026-11-27 09:00"))

    said = told.asked("ana", "Take it", listed, stale=True)

    assert "INC-2" in said
