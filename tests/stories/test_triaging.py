"""From any message to a classified incident."""

from tests.story import Story

TRIAGE = "triage_message"


def test_a_shortcut_says_in_private_which_severity_a_message_may_have(
    tuesday: Story,
) -> None:
    said = tuesday.slack.as_("dee").say("nobody at Globex can log in", "support")

    answer = tuesday.shortcut("ana", said, TRIAGE)

    assert "Sev1" in answer
    assert tuesday.slack.private("dee") == []


def test_strangers_may_triage_nothing(tuesday: Story) -> None:
    tuesday.slack.add_person("eve", is_stranger=True)
    tuesday.slack.invite("support", "eve")
    said = tuesday.slack.as_("dee").say("nobody can log in", "support")

    answer = tuesday.shortcut("eve", said, TRIAGE)

    assert "Sev" not in answer
