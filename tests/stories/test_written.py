"""Who writes to the bot without a command gets one short answer."""

from typing import Any

import pytest

from tests.story import Story

WORDS = "I only read commands: nothing was recorded, and nobody was told."


def answers(story: Story, who: str = "dee") -> list[str]:
    return [said for said in story.phone(who) if said.startswith(WORDS)]


def event(story: Story, **changes: Any) -> None:
    """Send the bot a message event as Slack sends those that are not for it."""
    dm, _ = story.slack.workspace.open_dm(story.slack.workspace.find_person("dee"))
    given = {
        "type": "message",
        "user": story.slack.as_("dee").id,
        "team": story.slack.workspace.team_id,
        "text": "acme is down",
        "channel": dm.id,
        "channel_type": "im",
        "ts": story.slack.workspace.stamp("events"),
    }
    assert story.slack.send_event({**given, **changes}).ok
    story.take_in()
    story.settle()


def test_a_message_to_the_bot_is_answered_with_its_commands(tuesday: Story) -> None:
    tuesday.slack.as_("dee").say("acme is down, please help")
    tuesday.take_in()
    tuesday.settle()

    (said,) = answers(tuesday)
    assert "`/sev2 customer: what is wrong` opens an incident" in said


def test_more_lines_within_the_hour_are_not_answered_again(tuesday: Story) -> None:
    for _ in range(3):
        event(tuesday)
        tuesday.advance(minutes=10)
    first = len(answers(tuesday))
    tuesday.advance(hours=1)
    event(tuesday)

    assert (first, len(answers(tuesday))) == (1, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message"},
        {"bot_id": "B0OTHER"},
        {"user": None},
        {"channel_type": "channel"},
        {"user": "U0SEVBOT"},
    ],
    ids=lambda changes: "-".join(map(str, *changes.items())),
)
def test_what_no_person_wrote_to_the_bot_is_not_answered(
    tuesday: Story, changes: dict[str, Any]
) -> None:
    before = tuesday.slack.all_messages()

    event(tuesday, **changes)

    assert tuesday.slack.all_messages() == before


def test_a_file_sent_to_the_bot_is_answered(tuesday: Story) -> None:
    event(tuesday, subtype="file_share")

    assert len(answers(tuesday)) == 1


def test_a_guest_who_may_not_use_the_bot_is_not_answered(tuesday: Story) -> None:
    tuesday.become("dee", is_restricted=True)

    event(tuesday)

    assert answers(tuesday) == []


def test_without_the_scope_the_bot_hears_nothing(tuesday: Story) -> None:
    tuesday.slack.workspace.scopes -= {"im:history"}

    tuesday.slack.as_("dee").say("acme is down")
    tuesday.take_in()
    tuesday.settle()

    assert answers(tuesday) == []
