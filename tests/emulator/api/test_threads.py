"""What people write in channels and threads."""

import pytest

from bot.emulator.driver import LocalSlack


def test_a_reply_is_shown_under_its_parent_and_not_in_the_channel(
    slack: LocalSlack,
) -> None:
    asked = slack.as_("ana").say("down?", "incidents")

    said = slack.as_("ben").say("yes", "incidents", thread=asked.ts)
    deeper = slack.as_("ana").say("since when?", "incidents", thread=said.ts)

    assert [one.text for one in slack.channel("incidents")] == ["down?"]
    assert [one.text for one in slack.thread(asked)] == ["yes", "since when?"]
    assert deeper.thread_ts == asked.ts


def test_nobody_replies_to_a_message_that_is_not_there(slack: LocalSlack) -> None:
    with pytest.raises(LookupError, match="gone"):
        slack.as_("ana").say("hello?", "incidents", thread="1.000000")
