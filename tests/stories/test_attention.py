"""A person gets so many messages a day, and one list of all that comes after them."""

import re
from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from bot.emulator.api.refusals import Json
from bot.emulator.faults import Fault
from bot.incidents.receipts import Outcome
from bot.store.maintenance import backups, restoring
from tests.stories.conftest import Tell
from tests.stories.test_covers import accept, ask, by_turns
from tests.story import IS_POSTGRES, REPLICAS, Story, pacific

BUDGET = 3
EMPTIED = "All of it is done, or somebody else's."


def is_page(arguments: Json) -> bool:
    """Return whether a message has a page, by the keys that it carries."""
    return "/check_in/" in str(arguments["metadata"])


def had(story: Story, who: str) -> Counter[str]:
    """Return how many messages somebody got on each of their days, but for pages."""
    person = story.slack.workspace.find_person(who)
    return Counter(
        f"{call.at.astimezone(person.zone):%a %d}"
        for call in story.slack.calls("chat.postMessage")
        if call.ok
        and call.arguments["channel"] == f"D{person.id[1:]}"
        and not is_page(call.arguments)
    )


@pytest.fixture
def busy(tell: Tell) -> Story:
    """Ana owns five incidents whose reminders begin in the afternoon."""
    told = tell("2026-11-24 09:00")
    told.use_policy(budget=BUDGET)
    for number in range(5):
        told.command("ana", f"/sev2 globex: fault {number} owner=@ana")
        told.advance(minutes=20)
    return told


@pytest.fixture
def listed(tell: Tell) -> Story:
    """What comes to Ben goes into his list: he had his only message of the day."""
    told = tell("2026-11-24 09:00", policy=by_turns())
    told.use_policy(budget=2)
    told.command("dee", "/sev3 acme: pushes are slow")
    told.command("dee", "/sev2 globex: fault 2 owner=@ana")
    told.take("ben", 1)
    told.take("ana", 1)
    return told


def test_what_comes_after_the_messages_of_the_day_is_one_list(busy: Story) -> None:
    busy.advance(hours=6, minutes=15)

    assert [line[:15] for line in busy.heard("ana")] == [
        "Tue 15:00 INC-1",
        "Tue 15:20 INC-2",
        "Tue 15:40 Tue 2",
    ]
    assert busy.read(busy.slack.dm("ana")[-1]).splitlines()[0] == (
        "*Tue 24 Nov: you have had your messages of the day. What comes until midnight "
        "is added here; pages come as always.*"
    )
    named = re.findall(r"INC-\d", busy.read(busy.slack.dm("ana")[-1]))
    assert named == ["INC-1", "INC-3", "INC-4", "INC-5"]


def test_the_list_drops_what_was_answered(busy: Story) -> None:
    busy.advance(hours=5, minutes=30)

    busy.fill_in("ana", "First response sent", busy.card(3), told="x")

    assert "INC-3" not in busy.read(busy.slack.dm("ana")[-1])
    assert "INC-4" in busy.read(busy.slack.dm("ana")[-1])


def test_a_list_of_which_all_was_answered_says_so(busy: Story) -> None:
    busy.advance(hours=6, minutes=15)

    for number in range(1, 6):
        busy.fill_in("ana", "First response sent", busy.card(number), told="x")

    said = busy.read(busy.slack.dm("ana")[-1])
    assert said.splitlines()[1:] == [EMPTIED]


def test_an_offer_that_was_accepted_in_the_list_stays_with_the_next_step(
    listed: Story,
) -> None:
    listed.more("ana", "Hand off", 2)
    listed.submit("ana", to="ben")
    listed.idle()

    listed.press("ben", "Accept", listed.slack.dm("ben")[-1])
    listed.idle()

    said = listed.read(listed.slack.dm("ben")[-1], "ben")
    assert "*It is yours.* First response due" in said
    assert "First response sent" in listed.buttons(listed.slack.dm("ben")[-1])

    listed.fill_in("ben", "Resolve", listed.card(2), note="gone", confirmed=["yes"])

    assert EMPTIED in listed.read(listed.slack.dm("ben")[-1], "ben")


def test_a_cover_that_was_accepted_in_the_list_stays_in_it(
    listed: Story,
) -> None:
    ask(listed, "ana", until=pacific("2026-11-24 18:00"), of="ben")
    listed.idle()

    accept(listed, "ben", listed.slack.dm("ben")[-1])
    listed.idle()

    assert "You cover @ana" in listed.read(listed.slack.dm("ben")[-1], "ben")


def test_a_receipt_says_that_the_list_has_it(busy: Story) -> None:
    busy.advance(hours=5, minutes=30)

    (found,) = busy.bot.triage.receipts(4)

    assert (found.outcome, found.why) == (
        Outcome.MERGED,
        "they had their messages of the day, so a list has it",
    )


def test_a_receipt_names_no_list_that_was_not_sent(busy: Story) -> None:
    busy.advance(hours=4, minutes=50)
    busy.slack.faults.add("chat.postMessage", Fault.RATE_LIMITED, times=1)
    busy.advance(minutes=10)
    (waits,) = busy.bot.triage.receipts(3)
    busy.fill_in("ana", "First response sent", busy.card(3), told="x")
    busy.system_clock.advance(minutes=1)
    busy.settle()

    (found,) = busy.bot.triage.receipts(3)

    assert (waits.outcome, waits.why) == (None, "not sent yet")
    assert found.outcome is Outcome.SUPERSEDED
    assert found.why == "answered before it was sent"


def test_a_page_comes_as_always(busy: Story) -> None:
    busy.advance(hours=5, minutes=30)

    busy.command("dee", "/sev1 acme: checkout is down")

    assert "INC-6 Acme: checkout is down" in busy.heard("ana")[-1]


def test_what_somebody_did_to_yours_goes_into_the_list(busy: Story) -> None:
    busy.advance(hours=5, minutes=30)

    busy.take("ben", 5)

    assert had(busy, "ana") == {"Tue 24": BUDGET}
    assert "@ben took it from @ana" in busy.read(busy.slack.dm("ana")[-1])


def lowered_and_raised(busy: Story) -> None:
    """Let dee do something to ana's INC-4 that leaves it as it was."""
    for severity in ("sev3", "sev2"):
        busy.more("dee", "Change", 4)
        busy.submit("dee", severity=severity, reason="One part only?")
        busy.idle()


def test_in_the_list_a_note_stands_for_the_reminder_before_it(busy: Story) -> None:
    busy.advance(hours=5, minutes=30)

    lowered_and_raised(busy)

    said = busy.read(busy.slack.dm("ana")[-1])
    assert re.findall(r"INC-\d", said) == ["INC-3", "INC-4"]
    assert said.count("@dee changed") == 1


def test_in_the_list_a_reminder_stands_for_the_note_before_it(busy: Story) -> None:
    busy.advance(hours=4, minutes=50)
    lowered_and_raised(busy)
    assert "@dee changed" in busy.read(busy.slack.dm("ana")[-1])

    busy.advance(minutes=40)

    said = busy.read(busy.slack.dm("ana")[-1])
    assert re.findall(r"INC-\d", said) == ["INC-3", "INC-4"]
    assert "@dee changed" not in said


def test_the_next_day_begins_anew(busy: Story) -> None:
    busy.advance(hours=24)

    assert had(busy, "ana")["Wed 25"] == BUDGET


def test_where_slack_refuses_the_list_others_get_what_it_says(busy: Story) -> None:
    busy.advance(hours=4, minutes=50)
    busy.slack.change_person("ana", deleted=True)

    busy.advance(minutes=20)

    assert "INC-3 Globex" in " ".join(busy.heard_in("support"))


def test_a_list_that_had_nothing_to_say_is_followed_by_another(busy: Story) -> None:
    busy.advance(hours=4, minutes=50)
    busy.slack.faults.add("chat.postMessage", Fault.RATE_LIMITED, times=1)
    busy.advance(minutes=10)
    busy.fill_in("ana", "First response sent", busy.card(3), told="x")
    busy.system_clock.advance(minutes=1)

    busy.advance(minutes=40)

    assert "INC-4" in busy.read(busy.slack.dm("ana")[-1])


@pytest.mark.parametrize("seed", range(2))
def test_nobody_gets_more_in_a_day_and_the_list_lacks_nothing(
    tell: Tell, seed: int
) -> None:
    random, people = Random(seed), ["ana", "ben"]
    told = tell("2026-11-24 07:00")
    told.use_policy(budget=2)
    for number in range(1, 9):
        severity, customer = random.choice([1, 2, 2]), random.choice(["acme", "globex"])
        owner = random.choice([f" owner=@{one}" for one in people])
        told.command("dee", f"/sev{severity} {customer}: fault {number}{owner}")
        told.take(random.choice(people), number)
        told.advance(minutes=random.choice([5, 45]))
    told.travel(pacific("2026-11-24 17:00"))

    for who in people:
        place = told.slack.workspace.find_person(who).id
        said = " ".join(told.read(one, who) for one in told.slack.dm(who))
        listed = {
            number
            for number in range(1, 9)
            for one in told.bot.triage.receipts(number)
            if one.place == place and "so a list has it" in one.why
        }
        assert max(had(told, who).values()) == 2
        assert listed
        assert [one for one in listed if f"INC-{one} " not in said] == []


def test_a_list_that_was_found_shows_what_comes_after(busy: Story) -> None:
    busy.advance(hours=4, minutes=45)
    busy.slack.faults.add("chat.postMessage", Fault.DROP_AFTER, times=1)
    busy.take("ben", 5)  # The list begins with a note, which has no buttons.
    for _ in range(3):
        busy.system_clock.advance(minutes=1)
        busy.settle()

    busy.advance(hours=2)

    assert "INC-4" in busy.read(busy.slack.dm("ana")[-1])


@pytest.mark.parametrize(
    "code", ["edit_window_closed", "message_not_found", "cant_update_message"]
)
def test_what_slack_does_not_let_into_the_list_comes_by_itself(
    busy: Story, code: str
) -> None:
    busy.advance(hours=4, minutes=45)
    busy.take("ben", 5)
    busy.slack.faults.refuse("chat.update", code, times=None)

    busy.advance(hours=2)

    came = [busy.read(one) for one in busy.slack.dm("ana")][1:]
    assert [re.findall(r"INC-\d", said) for said in came] == [
        ["INC-5"],
        ["INC-3"],
        ["INC-4"],  # In a list of its own.
        ["INC-1"],
    ]


def test_who_cannot_be_reached_is_reported_though_the_list_failed_first(
    busy: Story,
) -> None:
    busy.advance(hours=4, minutes=50)
    busy.slack.change_person("ana", deleted=True)

    busy.advance(minutes=20)

    lost = "Not delivered: a reminder about INC-3, to @ana."
    assert any(lost in one for one in busy.heard_in("support"))


def restored(busy: Story, **lost: float) -> None:
    """Let time pass, and restore the backup from before it."""
    record, backup = busy.folder / "sevbot.db", busy.folder / "backup.db"
    backups.write(record, backup)
    busy.system_clock.advance(seconds=30)
    busy.advance(**lost)
    busy.bot.close()
    restoring.restore(backup, record, busy.system_clock(), replaces=True)
    busy.bot = busy.built()
    busy.bot.people.read_page()
    busy.bot.recovery.begin()
    busy.bot.transport.start()
    busy.slack.wait_for_socket()
    # The first tick comes after the bot resumed.
    busy.clock.travel(busy.now + timedelta(seconds=2))
    for minutes in (2, 20):
        busy.system_clock.advance(minutes=minutes)
        busy.settle()


@pytest.mark.skipif(
    IS_POSTGRES or REPLICAS > 1, reason="is about the file of one SQLite record"
)
@pytest.mark.parametrize("minutes", [252, 274, 286])
def test_a_restored_backup_leaves_the_list_a_list(busy: Story, minutes: int) -> None:
    busy.advance(minutes=minutes)
    restored(busy, minutes=330 - minutes)

    busy.take("ben", 4)
    busy.system_clock.advance(minutes=2)
    busy.advance(minutes=30)

    assert [len(busy.slack.dm("ana")), had(busy, "ana")] == [3, {"Tue 24": 3}]
    said = busy.read(busy.slack.dm("ana")[-1])
    assert said.startswith("*Tue 24 Nov: you have had")
    assert re.findall(r"INC-\d", said) == ["INC-3", "INC-5", "INC-4"]
