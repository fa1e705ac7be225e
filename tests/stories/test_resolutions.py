"""A policy that promises a resolution: people see it, hear of it, and it is counted."""

from dataclasses import replace

import pytest

from bot.policy.severities import Severity
from bot.policy.wording import first_response
from tests.stories.conftest import Tell
from tests.story import Story, pacific, shipped_policy

PROMISED = replace(
    shipped_policy(),
    resolutions={(Severity.SEV2, "premium"): first_response("8 business hours")},
)


@pytest.fixture
def told(tell: Tell) -> Story:
    """A Sev2 that ana owns and answered; it is to be resolved by Wednesday 10:00."""
    story = tell("2026-11-24 10:00", policy=PROMISED)
    story.command("ana", "/sev2 acme: pushes fail owner=@ana")
    story.fill_in("ana", "First response sent", told="We look", next="More at two")
    return story


def test_everybody_sees_when_it_is_to_be_resolved(told: Story) -> None:
    card = told.read(told.card())
    opened, *_ = told.slack.private("ana")

    assert "*Resolution:* due tomorrow 10:00 (8 business hours)" in card
    assert "Resolution due tomorrow 10:00, in 1 day." in told.read(opened)
    why = told.more("ana", "Why these times?")
    assert "the policy says “8 business hours”" in told.form("ana"), why


def test_help_says_what_is_promised(told: Story) -> None:
    said = told.read(told.command("ana", "/sev2 help").private)

    promised = (
        "then status updates twice per business day; resolution within 8 business hours"
    )
    assert (
        f"• Premium Support: first response within 4 business hours, {promised}" in said
    )


def test_its_owner_is_reminded_and_lists_say_that_it_is_late(told: Story) -> None:
    told.travel(pacific("2026-11-25 10:05"))
    told.fill_in("ana", "Log update", told="Still on it", next="More at five")
    told.travel(pacific("2026-11-25 10:30"))

    listed = told.read(told.command("ana", "/incident late").private)

    assert "resolution due now, 10:00" in " ".join(told.heard("ana"))
    assert "resolution *⏰ late since today 10:00* (30 min" in listed
    assert "[Resolve]" in listed
    assert "*Resolution:* *⏰ late since" in told.read(told.card())


def test_nothing_reminds_of_it_while_the_customer_is_waited_for(told: Story) -> None:
    told.fill_in("ana", "Log update", told="Logs?", next="-", waits=["yes"])
    told.travel(pacific("2026-11-27 12:00"))

    assert "*Resolution:* not due until they answer" in told.read(told.card())
    assert "resolution due" not in " ".join(told.heard("ana"))


def test_it_is_counted_apart_and_the_card_says_how_it_ended(told: Story) -> None:
    told.travel(pacific("2026-11-25 11:00"))
    told.fill_in("ana", "Resolve", note="mended", confirmed=["yes"])
    told.travel(pacific("2026-11-30 09:16"))

    assert "Resolution late by 1 h of business time." in told.read(told.card())
    said = [told.read(one) for one in told.slack.channel("leads")]
    review = next(one for one in said if "Week of" in one)
    assert "Resolved in time: 0 of 1." in review
