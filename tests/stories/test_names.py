"""People whose names, zones and texts are not what a test would make up."""

from typing import Any

import pytest

from tests.story import Story

ODD = "Zoë <Müller> & Co. (she/her) [ops]"


def arrive(story: Story, who: str, **fields: Any) -> None:
    """Let a person come to the channels where the bot is."""
    story.slack.add_person(who, **fields)
    for channel in ("incidents", "support"):
        story.slack.invite(channel, who)


LONG = "Maria-Theresia " * 5 + "Aigner"


@pytest.fixture
def odd(tuesday: Story) -> Story:
    """A team with somebody whose display name has all that a name may have."""
    arrive(tuesday, "zoe", display_name=ODD)
    return tuesday


def test_a_name_with_accents_brackets_and_spaces_goes_everywhere(odd: Story) -> None:
    odd.command("zoe", f"/sev2 acme: ask @{ODD} owner=@{ODD}")

    card = odd.read(odd.card())
    assert f"ask @{ODD}" in card
    assert f"*Owner:* @{ODD}" in card
    assert f"Opened today 10:00 by @{ODD}." in card


def test_a_name_of_80_characters_goes_everywhere(tuesday: Story) -> None:
    arrive(tuesday, "mia", display_name=LONG[:80])

    answer = tuesday.command("mia", "/sev2 acme: push fails owner=@mia").private

    assert f"*Owner:* @{LONG[:80]}" in tuesday.read(tuesday.card())
    assert "It is yours." in tuesday.read(answer)


def test_of_two_people_with_one_display_name_the_mentioned_one_is_meant(
    tuesday: Story,
) -> None:
    for handle in ("kim1", "kim2"):
        arrive(tuesday, handle, display_name="Kim Lee")

    by_hand = tuesday.command("dee", "/sev3 acme: slow owner=@Kim").private
    tuesday.command("dee", "/sev3 acme: slow owner=@kim2")
    tuesday.take("kim2")

    assert "@kim1" not in tuesday.read(by_hand)
    assert "*Owner:* @Kim Lee" in tuesday.read(tuesday.card())


def test_an_owner_by_a_name_that_two_people_have_is_asked_about(
    tuesday: Story,
) -> None:
    for handle in ("kim1", "kim2"):
        arrive(tuesday, handle, display_name="Kim Lee")
        tuesday.tell_of("team_join", handle)

    said = tuesday.command("dee", '/sev3 acme: slow owner="kim lee"').private

    assert tuesday.read(said).startswith("Several people have that name: @Kim Lee and")
    assert tuesday.slack.channel("incidents") == []


@pytest.mark.parametrize("tz", ["", None, "Moon/Tranquility"])
def test_a_person_whose_zone_nobody_knows_works_by_the_teams(
    tuesday: Story, tz: str | None
) -> None:
    arrive(tuesday, "nia", tz=tz)
    tuesday.bot.people.read_page()

    tuesday.command("nia", "/sev1 acme: down owner=@nia at=09:50")
    tuesday.advance(hours=3, minutes=30)

    assert any("due 13:50" in text for text in tuesday.phone("nia"))


LINKED = [
    ("acme.com: push fails", "push fails"),
    ("acme: status.example is down", "status.example is down"),
    ("acme: ask bob@acme.com", "ask bob@acme.com"),
    ("acme: (see https://x.example/?a=1&b=2).", "(see https://x.example/?a=1&b=2)."),
]


@pytest.mark.parametrize(("typed", "title"), LINKED)
def test_what_slack_linked_reads_as_it_was_typed(
    tuesday: Story, typed: str, title: str
) -> None:
    tuesday.command("dee", f"/sev2 {typed}")

    assert title in tuesday.read(tuesday.card()).splitlines()[1]


def test_a_bare_domain_is_a_link_as_slack_makes_it_one(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: slow link=tickets.acme.com/7")

    assert "tickets.acme.com/7" in str(tuesday.card().blocks)


@pytest.mark.parametrize(
    "option", ["owner=bob@acme.com", "plan=acme.com", "at=acme.com"]
)
def test_a_refusal_quotes_what_was_typed_and_not_its_markup(
    tuesday: Story, option: str
) -> None:
    said = tuesday.command("dee", f"/sev2 acme: slow {option}").private

    assert said is not None
    assert option.partition("=")[2] in said.text
    assert "mailto" not in said.text
    assert "http" not in said.text
