"""Tests of bot.slack.messages.lost_message and of bot.slack.reasons."""

from bot.policy.severities import Severity
from bot.slack.messages import lost_message
from tests.factories import incident, shipped_policy
from tests.slack.reading import buttons

OWNED = incident(Severity.SEV2, owner="U0ANA")


def test_a_dead_message_is_reported_with_the_reason_in_words() -> None:
    what = "a reminder about INC-42"

    message = lost_message.dead(what, "U0BEN", "user_disabled", instead="U0ANA")

    assert message.text == (
        "Not delivered: a reminder about INC-42, to <@U0BEN>. "
        "Why: this person has left the workspace. <@U0ANA> was told instead."
    )


def test_an_unknown_reason_is_given_as_slack_names_it() -> None:
    message = lost_message.dead("the daily digest", "C0LEADS", "odd_<error>", "key")

    assert message.text == (
        "Not delivered: the daily digest, to <#C0LEADS>. "
        "Why: Slack says “odd&lt;error&gt;”. Nobody was told instead."
    )


def test_a_dead_message_without_another_reader_can_be_resent_once() -> None:
    lost = lost_message.dead("the daily digest", "C0LEADS", "is_archived", "digest/1")
    sent = lost_message.dead("the daily digest", "C0LEADS", "is_archived")

    assert buttons(lost) == ["Send again"]
    assert buttons(sent) == []
    assert sent.text == (
        "Not delivered: the daily digest, to <#C0LEADS>. "
        "Why: the channel is archived. It was sent again."
    )


def test_an_unconfirmed_message_can_be_sent_again() -> None:
    what = "a reminder about INC-42"

    message = lost_message.unconfirmed(what, "U0BEN", "INC-42/update/3/2/U0BEN")

    assert message.text == (
        "Slack did not say whether it posted a reminder about INC-42, to <@U0BEN>. It "
        "was not sent again. Look there; if it is missing, send it again."
    )
    assert buttons(message) == ["Send again"]


def test_a_message_that_was_sent_again_offers_that_no_more() -> None:
    message = lost_message.unconfirmed("the daily digest", "C0LEADS", None)

    assert message.text == (
        "Slack did not say whether it posted the daily digest, to <#C0LEADS>. "
        "It was sent again."
    )
    assert buttons(message) == []


def test_a_lost_card_says_that_the_incident_is_recorded() -> None:
    message = lost_message.card_not_posted(
        OWNED, "C0INCIDENTS", shipped_policy(), "not_in_channel"
    )

    assert message.text == (
        "INC-42 is recorded, but its card could not be posted in <#C0INCIDENTS>. Why: "
        "the bot is not in the channel; invite it there. Reminders go out as usual; "
        "`/incident 42` shows it. 🔶 Sev2 INC-42 Acme: push of apps fails."
    )


def test_a_lost_channel_says_why_and_where_its_messages_are_reported() -> None:
    told = lost_message.channel("C0SUPPORT", "is_archived", "U0LEA")

    assert told.text == (
        "Nothing can be posted in <#C0SUPPORT>. Why: the channel is archived. What is "
        "meant for it is reported to <@U0LEA> until somebody repairs it, or names "
        "another channel in policies.yaml."
    )
