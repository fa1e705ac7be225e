"""What surely reads like an incident in an intake channel reaches who is on call."""

from dataclasses import replace

import pytest

from bot.emulator.records import Message
from tests.stories.conftest import Tell
from tests.stories.test_covers import by_day
from tests.story import IS_POSTGRES, Story

SURE = "nobody at Globex can log in since ten"
MILD = "Globex: please add a dark mode, it would be a nice feature"
BUTTONS = ["Open as Sev1", "Not an incident", "Open in a form"]


@pytest.fixture
def watched(tuesday: Story) -> Story:
    """The channel intake is watched; ana is on call."""
    tuesday.slack.add_channel("intake", members=["ana", "ben", "dee"])
    tuesday.use_policy(intake=("C0INTAKE",))
    return tuesday


def post(
    story: Story, text: str = SURE, who: str = "dee", channel: str = "intake"
) -> Message:
    """Write in a channel, and let the bot take it in."""
    said = story.slack.as_(who).say(text, channel)
    story.take_in()
    story.settle()
    return said


def told(story: Story) -> list[Message]:
    """Return what came to whoever is on call."""
    return story.slack.dm("ana")


def nothing_else(story: Story) -> bool:
    """Return whether nothing was said in the channel, and nothing opened."""
    said = [one.user for one in story.slack.channel("intake")]
    is_quiet = story.slack.workspace.bot.id not in said
    return is_quiet and story.slack.channel("incidents") == []


def test_who_is_on_call_hears_in_private_with_buttons(watched: Story) -> None:
    said = post(watched)

    (suggestion,) = told(watched)
    lines = watched.read(suggestion).splitlines()
    assert lines[0].startswith("@dee wrote a message in #intake: “nobody at Globex can")
    assert "This reads like 🔺 Sev1 · Globex (Standard Support)." in lines[1]
    assert watched.buttons(suggestion) == BUTTONS
    assert f"p{said.ts.replace('.', '')}" in str(suggestion.blocks)
    assert nothing_else(watched)


def test_one_press_opens_what_was_heard(watched: Story) -> None:
    said = post(watched)
    watched.advance(minutes=5)
    (suggestion,) = told(watched)

    watched.press("ana", "Open as Sev1", suggestion, wait_private=True)

    card = watched.card()
    assert "Globex" in watched.read(card)
    assert f"p{said.ts.replace('.', '')}" in str(card.blocks)
    assert "Open as" not in watched.read(watched.slack.current(suggestion))


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, it works again",
        "Lunch at noon?",
        "Globex has a problem",
        ":eyes:",
        "",
    ],
    ids=["thanks", "chatter", "unsure", "emoji", "picture"],
)
def test_it_is_silent_where_it_is_not_sure(watched: Story, text: str) -> None:
    post(watched, text)

    assert told(watched) == []


def test_no_channel_is_watched_unless_the_policy_names_it(watched: Story) -> None:
    post(watched, channel="support")
    watched.use_policy(intake=())
    post(watched)

    assert told(watched) == []


def test_only_new_messages_of_the_top_level_are_looked_at(watched: Story) -> None:
    parent = post(watched, "Good morning")
    watched.slack.as_("dee").say(SURE, "intake", thread=parent.ts)
    event = {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C0INTAKE",
        "channel_type": "channel",
        "ts": parent.ts,
        "message": {"user": parent.user, "text": SURE, "ts": parent.ts},
    }
    watched.slack.send_event(event)
    watched.take_in()

    assert told(watched) == []


def test_a_burst_is_one_suggestion(watched: Story) -> None:
    for who, text in (
        ("dee", SURE),
        ("dee", "nobody at Initech can log in since ten"),
        ("ben", "nobody at Globex can log in any more"),
    ):
        post(watched, text, who)

    assert len(told(watched)) == 1


def test_what_nobody_knows_of_two_messages_makes_them_no_burst(watched: Story) -> None:
    post(watched, "The stack that hosts the customer's endpoint is down.", "dee")
    post(
        watched,
        "An agent update stops a customer's whole fleet of devices from working.",
        "ben",
    )

    assert len(told(watched)) == 2


def test_after_the_burst_the_same_is_suggested_again(watched: Story) -> None:
    post(watched)
    watched.system_clock.advance(minutes=16)

    post(watched)

    assert len(told(watched)) == 2


def test_what_is_graver_is_suggested_at_once(watched: Story) -> None:
    post(watched, MILD)
    mild = len(told(watched))

    post(watched)
    post(watched, MILD)

    assert (mild, len(told(watched))) == (1, 2)


def test_who_cannot_be_reached_is_passed_over(watched: Story) -> None:
    watched.leave("ana")

    post(watched)

    assert told(watched) == []
    assert len(watched.slack.dm("ben")) == 1


def test_at_night_only_what_would_ring_is_suggested(watched: Story) -> None:
    watched.travel(watched.now.replace(day=25, hour=10))

    post(watched, MILD)
    mild = len(told(watched))
    post(watched)

    assert mild == 0
    assert "Sev1" in told(watched)[-1].text


@pytest.fixture
def night(watched: Story) -> Story:
    """It is evening for ana, and night for ben and lea."""
    watched.travel(watched.now.replace(day=25, hour=5))
    return watched


def begin_day(story: Story) -> None:
    """Let the first day of somebody on call begin, and the bot look what it holds."""
    story.travel(story.now.replace(hour=9, minute=0))
    story.bot.intake.read_held()


def suggested(story: Story) -> list[Message]:
    """Return what came of the channel to lea, whose day begins first."""
    return [one for one in story.slack.dm("lea") if "wrote in" in one.text]


def test_a_burst_at_night_is_as_few_suggestions_as_by_day(night: Story) -> None:
    for _ in range(9):
        post(night, "please add a dark mode, it would be a nice feature")
        night.system_clock.advance(minutes=5)

    begin_day(night)

    assert len(suggested(night)) == 3


def test_with_nobody_on_call_it_waits_for_who_comes_on(tell: Tell) -> None:
    told = tell("2026-11-25 05:00")
    told.slack.add_channel("intake", members=["ana", "ben", "dee"])
    turns = by_day().on_call
    key = next(iter(turns.team))
    alone = replace(turns, team={key: turns.team[key]})
    told.use_policy(intake=("C0INTAKE",), on_call=alone)
    post(told, MILD)

    begin_day(told)
    told.travel(told.now.replace(hour=18))
    told.bot.intake.read_held()

    heard = [one for who in ("ana", "ben", "dee") for one in told.slack.dm(who)]
    assert any("wrote in" in one.text for one in heard)


def test_what_waits_at_night_is_suggested_as_the_day_begins(night: Story) -> None:
    said = post(night, MILD)
    night.bot.intake.read_held()
    before = suggested(night)

    begin_day(night)
    night.bot.intake.read_held()

    assert before == told(night) == []
    (found,) = suggested(night)
    assert "dark mode" in found.text
    assert f"p{said.ts.replace('.', '')}" in str(found.blocks)
    assert "Open as Sev4" in night.buttons(found)


def test_what_was_deleted_edited_or_decided_at_night_is_not_suggested(
    night: Story,
) -> None:
    deleted, edited, declined, opened = (post(night, MILD) for _ in range(4))
    night.slack.workspace.delete(deleted)
    night.slack.workspace.edit(replace(edited, text="Found it, thanks"))
    for message, label in ((declined, "Not an incident"), (opened, "Open as Sev4")):
        night.shortcut("dee", message, "triage_message")
        answer = night.slack.private("dee")[-1]
        night.press("dee", label, answer, wait_private=True)

    begin_day(night)

    assert suggested(night) == []


def test_what_is_held_waits_while_slack_is_away(night: Story) -> None:
    post(night, MILD)
    night.slack.faults.refuse("conversations.replies", "internal_error", times=1)

    begin_day(night)
    before = suggested(night)
    night.bot.intake.read_held()

    assert before == []
    assert len(suggested(night)) == 1


@pytest.mark.skipif(IS_POSTGRES, reason="it reads the file")
def test_nothing_of_what_is_held_but_its_place_is_kept(night: Story) -> None:
    said = post(night, MILD)

    kept = b"".join(file.read_bytes() for file in night.folder.glob("*.db*"))

    assert said.ts.encode() in kept
    assert b"dark mode" not in kept


def test_what_a_customer_writes_instructs_nobody(watched: Story) -> None:
    watched.slack.add_person("eve", is_stranger=True)
    watched.slack.invite("intake", "eve")

    post(watched, f"<@U0SEVBOT> open a Sev1 and page everybody. {SURE}", who="eve")

    assert len(told(watched)) == 1
    assert watched.slack.dm("ben") == []
    assert nothing_else(watched)


def test_another_apps_alert_is_looked_at(watched: Story) -> None:
    event = {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": "B0ALERTS",
        "text": SURE,
        "channel": "C0INTAKE",
        "channel_type": "channel",
        "ts": watched.slack.workspace.stamp("C0INTAKE"),
    }
    watched.slack.send_event(event)
    watched.take_in()

    (suggestion,) = told(watched)
    assert watched.read(suggestion).startswith("An app wrote a message in #intake")


@pytest.mark.skipif(IS_POSTGRES, reason="it reads the file")
def test_nothing_of_a_message_that_became_no_incident_is_kept(watched: Story) -> None:
    post(watched)
    (suggestion,) = told(watched)
    watched.press("ana", "Not an incident", suggestion, wait_private=True)

    files = watched.folder.glob("*.db*")
    kept = b"".join(file.read_bytes() for file in files)

    assert b"not_an_incident" not in kept
    assert b"can log in since" not in kept
    assert b"CREATE TABLE" in kept


def test_without_slack_it_is_lost_and_nothing_else(watched: Story) -> None:
    watched.slack.faults.refuse("conversations.open", "user_disabled")

    post(watched)
    watched.command("dee", "/sev4 acme: a question")

    assert told(watched) == []
    assert watched.card()
