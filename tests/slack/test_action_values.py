"""Tests of bot.slack.actions."""

import pytest

from bot.incidents.deadlines import Kind
from bot.policy.severities import Severity
from bot.slack import actions
from bot.slack.actions import Retry
from tests.factories import incident, owed_at_opening


def test_take_over_names_the_owner_the_button_showed() -> None:
    value = actions.value(42, "U0ANA")

    assert actions.read_taking(value) == (42, "U0ANA", 0, "")
    assert actions.read_taking(actions.value(42, None)) == (42, None, 0, "")


def test_a_snooze_names_the_deadline_and_the_choice() -> None:
    first = owed_at_opening(incident(Severity.SEV3))[0]

    value = actions.value(first.incident, first.id, "next opening")

    assert value == "42|INC-42/first_response/1|next opening"
    assert actions.read_snooze(value) == (42, Kind.FIRST_RESPONSE, 1, "next opening")


def test_a_customer_may_have_any_name() -> None:
    value = actions.value(42, "A|B: Ltd")

    assert actions.read_customer(value) == (42, "A|B: Ltd")


def test_a_command_can_be_tried_again_as_it_was_typed() -> None:
    value = actions.retry_value("/sev2", "acme: push  fails")

    assert value is not None
    assert actions.read_retry(value) == Retry("/sev2", "acme: push  fails")


def test_an_unconfirmed_command_is_retried_as_the_same_delivery() -> None:
    value = actions.retry_value("/sev2", "acme: a|b fails", "1337.42.ab")

    assert value is not None
    assert actions.read_retry(value) == Retry("/sev2", "acme: a|b fails", "1337.42.ab")


def test_a_text_too_long_for_a_button_cannot_be_tried_again() -> None:
    assert actions.retry_value("/sev2", "x" * 2000) is None


@pytest.mark.parametrize("value", ["42", "42|U0ANA", "42|INC-42/update/1|1 hour"])
def test_every_value_begins_with_the_incident(value: str) -> None:
    assert actions.read_incident(value) == 42
