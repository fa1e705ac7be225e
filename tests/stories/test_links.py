"""Wherever a message names an incident it links to its card; Slack is not asked."""

import pytest

from bot.emulator.faults import Fault
from bot.emulator.records import Message
from tests.story import Story


def links(message: Message | None) -> list[tuple[str, str]]:
    """Return the links of a message's paragraphs, with what they show."""
    assert message is not None
    return [
        (element["text"], element["url"])
        for block in message.blocks
        if block["type"] == "rich_text"
        for section in block["elements"]
        for element in section["elements"]
        if element["type"] == "link"
    ]


def to_card(story: Story, number: int = 1) -> tuple[str, str]:
    """Return the link to an incident's card, under its name."""
    card = story.card(number)
    stamp = card.ts.replace(".", "")
    return f"INC-{number}", f"https://acme.slack.com/archives/{card.channel}/p{stamp}"


@pytest.fixture
def opened(tuesday: Story) -> Story:
    tuesday.command("dee", "/sev2 acme: push of apps fails owner=@dee")
    return tuesday


@pytest.mark.parametrize("asked", ["", "mine", "1"])
def test_the_answers_about_incidents_link_them(opened: Story, asked: str) -> None:
    answer = opened.command("dee", f"/incident {asked}").private

    assert links(answer) == [to_card(opened)]


def test_the_receipt_of_a_form_links_its_incident(opened: Story) -> None:
    opened.fill_in("dee", "First response sent", told="We are on it")

    opened.receipt("dee")
    assert links(opened.slack.private("dee")[-1]) == [to_card(opened)]


def test_a_refusal_links_the_incident_that_it_names(opened: Story) -> None:
    card = opened.card()
    opened.take("ana")

    opened.asked("ben", "Take over", card, stale=True)

    assert links(opened.slack.private("ben")[-1]) == [to_card(opened)]


def test_answers_in_a_channel_and_suggestions_link_the_incident(opened: Story) -> None:
    opened.use_policy(update_emoji="phone", intake=("C0SUPPORT",))
    for channel in ("acme", "support"):
        opened.slack.invite(channel, "sevbot")
    dee = opened.slack.as_("dee")
    parent = dee.say("Any news?", "acme")
    reply = dee.say("A fix is in test", "acme", thread=parent.ts)

    typed = opened.command("dee", "/triage acme: push of apps fails").private
    opened.shortcut("dee", reply, "was_update")
    opened.slack.as_("ana").react("phone", reply)
    opened.take_in()
    dee.say("acme: push of apps fails", "support")
    opened.take_in()

    by_shortcut, by_emoji = (opened.slack.private(who)[-1] for who in ("dee", "ana"))
    heard = opened.slack.dm("ana")[-1]
    for answer in (typed, by_shortcut, by_emoji, heard):
        assert to_card(opened) in links(answer)


def test_an_incident_that_somebody_typed_is_linked_too(opened: Story) -> None:
    opened.command("dee", "/sev3 globex: the same as INC-1, not INC-77 owner=@dee")

    answer = opened.command("dee", "/incident 2").private

    assert links(answer) == [to_card(opened), to_card(opened, 2)]


def test_how_an_offer_ended_links_the_incident(opened: Story) -> None:
    opened.more("dee", "Hand off")
    opened.submit("dee", to="ben")

    opened.press("ben", "Decline", opened.slack.dm("ben")[-1])

    assert to_card(opened) in links(opened.slack.dm("dee")[-1])


def test_an_incident_whose_card_is_not_posted_is_named_without(
    tuesday: Story,
) -> None:
    answer = tuesday.slack.as_("dee").command("/sev2", "acme: push fails")

    assert links(answer.private) == []


def test_links_ask_slack_for_nothing(opened: Story) -> None:
    before = [call.method for call in opened.slack.calls()]

    opened.command("dee", "/incident")

    assert [call.method for call in opened.slack.calls()] == before


def test_a_bot_that_started_without_slack_links_once_slack_is_back(
    opened: Story,
) -> None:
    opened.slack.faults.add("auth.test", Fault.FAIL_BEFORE, times=opened.replicas)

    opened.restart()
    answer = opened.command("dee", "/incident mine").private

    assert links(answer) == [to_card(opened)]
