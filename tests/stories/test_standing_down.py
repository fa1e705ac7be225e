"""A bot older than the record leaves the record to newer bots."""

import pytest

from bot.errors import StorageError
from tests.breaking import add_shape
from tests.story import Story

WHY = "a newer sevbot changed the database; update this one"


def test_a_bot_older_than_the_record_accepts_nothing(tuesday: Story) -> None:
    add_shape(tuesday.database_url)

    answer = tuesday.slack.as_("dee").command("/sev1", "acme: checkout is down")

    assert answer.private
    assert answer.private.text.startswith(f"NOT recorded ({WHY}). Your text: “acme")


def test_a_bot_older_than_the_record_sends_nothing(tuesday: Story) -> None:
    tuesday.slack.as_("dee").command("/sev1", "acme: checkout is down")
    add_shape(tuesday.database_url)

    with pytest.raises(StorageError):
        tuesday.bot.outbox.drain()

    assert tuesday.slack.channel("incidents") == []


def test_health_fails_for_a_bot_older_than_the_record(
    tuesday: Story,
) -> None:
    add_shape(tuesday.database_url)

    reasons = tuesday.bot.health().reasons

    assert f"the record cannot be used: {WHY}" in reasons
