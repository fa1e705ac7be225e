"""The record is lost during a commit: every answer stays true.

The record is in PostgreSQL, behind a forwarder that breaks connections.
"""

import time

import pytest

from tests.breaking import by_hand
from tests.forwarder import Break, Forwarder
from tests.story import Story

# Slack waits three seconds for an answer.
ANSWERS_WITHIN_S = 3
BACK_WITHIN_S = 10  # Other tests keep the machine busy.
NOT_KNOWN = "It is NOT KNOWN whether this was recorded (the database cannot be reached)"


@pytest.fixture
def tuesday(far: Story) -> Story:
    """A story whose bot is behind the forwarder."""
    return far


def cards(story: Story) -> list[str]:
    """Return the cards in the incidents channel, once all is sent."""
    story.settle()
    return [one.text.partition(".")[0] for one in story.slack.channel("incidents")]


def come_back(story: Story) -> float:
    """Wait until the bot can write again, and return how long that took."""
    began = time.monotonic()
    while reasons := story.bot.health().reasons:
        assert time.monotonic() - began < BACK_WITHIN_S, reasons
    return time.monotonic() - began


@pytest.mark.parametrize("broken", [Break.UNSENT, Break.UNANSWERED])
def test_after_a_cut_commit_the_answer_matches_the_record(
    tuesday: Story, way: Forwarder, broken: Break
) -> None:
    way.at_commit = broken

    answer = tuesday.slack.as_("dee").command("/sev1", "acme: checkout is down")

    assert way.broke == [broken]
    assert "INC-1 · 🔺 Sev1 · Acme" in tuesday.read(answer.private, "dee")
    assert cards(tuesday) == ["🔺 Sev1 INC-1 Acme: checkout is down"]


@pytest.mark.parametrize("broken", [Break.UNSENT, Break.UNANSWERED])
def test_an_unconfirmed_command_can_be_retried_and_is_recorded_once(
    tuesday: Story, way: Forwarder, broken: Break
) -> None:
    way.at_commit, way.is_away = broken, True
    answer = tuesday.slack.as_("dee").command("/sev1", "acme: checkout is down")
    assert answer.private
    way.is_away = False
    come_back(tuesday)
    # Long past the half minute in which the same text is asked about.
    tuesday.system_clock.advance(minutes=10)

    again = tuesday.asked_now("dee", "Try again", answer.private)

    assert answer.private.text == (
        f"{NOT_KNOWN}. Your text: “acme: checkout is down”. Try again: it is recorded "
        "only once."
    )
    assert "INC-1 · 🔺 Sev1 · Acme" in again
    assert cards(tuesday) == ["🔺 Sev1 INC-1 Acme: checkout is down"]


def test_an_unanswered_commit_is_reported_unconfirmed_in_time(
    tuesday: Story, way: Forwarder
) -> None:
    way.at_commit = Break.SILENT
    began = time.monotonic()

    answer = tuesday.slack.as_("dee").command("/sev1", "acme: checkout is down")

    assert time.monotonic() - began < ANSWERS_WITHIN_S
    assert answer.private
    assert answer.private.text.startswith(NOT_KNOWN)
    assert cards(tuesday) == ["🔺 Sev1 INC-1 Acme: checkout is down"]


@pytest.mark.parametrize("way", [b"SET quiet_hours"], ids=["quiet"], indirect=True)
@pytest.mark.parametrize("typed", ["/oncall quiet 22-7", "/incident oncall Quiet 22-7"])
def test_unconfirmed_quiet_hours_are_not_said_to_be_unrecorded(
    tuesday: Story, way: Forwarder, typed: str
) -> None:
    way.at_commit, way.is_away = Break.UNANSWERED, True

    name, _, text = typed.partition(" ")
    answer = tuesday.slack.as_("dee").command(name, text)

    assert answer.private
    assert answer.private.text.startswith(NOT_KNOWN)
    way.is_away = False
    come_back(tuesday)


def test_an_unconfirmed_press_counts_once(tuesday: Story, way: Forwarder) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    way.at_commit = Break.UNANSWERED

    tuesday.take("ana")

    assert "*Owner:* @ana" in tuesday.read(tuesday.card())
    taken = "SELECT COUNT(*) FROM events WHERE kind = 'taken'"
    assert by_hand(tuesday, taken) == [(1,)]


def test_an_unconfirmed_press_says_so(tuesday: Story, way: Forwarder) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    way.at_commit, way.is_away = Break.UNANSWERED, True

    said = tuesday.asked_now("ana", "Take it", tuesday.card())

    assert said == f"{NOT_KNOWN}. Press it again: it counts only once."
    way.is_away = False
    come_back(tuesday)


def test_an_unconfirmed_form_can_be_sent_again(tuesday: Story, way: Forwarder) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.open_form("ana", "First response sent", tuesday.card())
    way.at_commit, way.is_away = Break.UNANSWERED, True

    refused = tuesday.slack.as_("ana").submit(told="We are on it")
    way.is_away = False
    come_back(tuesday)
    tuesday.submit("ana")

    assert refused.errors == {
        "told": f"{NOT_KNOWN}. Send it again: it is recorded only once."
    }
    assert tuesday.receipt("ana").startswith("Logged for INC-1.")
    assert sum("“We are on it”" in said for said in tuesday.thread()) == 1


def test_a_frozen_server_is_noticed_in_time_and_found_again(
    tuesday: Story, way: Forwarder
) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    way.freeze()
    began = time.monotonic()

    refused = tuesday.slack.as_("dee").command("/sev1", "acme: checkout is down")
    took = time.monotonic() - began
    way.thaw()

    assert took < ANSWERS_WITHIN_S
    assert refused.private
    assert refused.private.text.startswith("NOT recorded (the database ")
    assert come_back(tuesday) < BACK_WITHIN_S
    again = tuesday.asked_now("dee", "Try again", refused.private)
    assert "INC-2 · 🔺 Sev1 · Acme" in again
