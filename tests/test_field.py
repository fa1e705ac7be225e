"""The vocabulary for cases from outside the project does what it says."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import field
from tests.field import OpenRequest, Severity

SHIPPED = (field.ROOT / "policies.yaml").read_text(encoding="utf-8")
SLOWER = SHIPPED.replace("premium: 4 business hours", "premium: 6 business hours")
WEEK = "      mon-fri: 09:00-17:00"
SHORT_FRIDAY = "      mon-thu: 09:00-17:00\n      fri: 09:00-13:00"


def test_a_policy_is_read_with_the_customers_beside_it() -> None:
    named = SHIPPED + "\ncustomers_file: customers.csv\n"

    policy = field.read_policy(named, csv="name,plan\nWayne,standard\n")

    assert any(customer.name == "Wayne" for customer in policy.customers)


def test_problems_of_a_policy_are_raised() -> None:
    with pytest.raises(field.PolicyError, match="zone"):
        field.read_policy(SHIPPED.replace("zone: America/Los_Angeles", "zone: Mars"))


def test_a_typed_command_is_parsed_by_a_policy() -> None:
    request = field.parse("acme: push fails", field.read_policy(SHIPPED))

    assert isinstance(request, OpenRequest)
    assert (request.customer, request.title) == ("Acme", "push fails")


def test_a_policy_is_warned_of_as_check_does() -> None:
    short = SHIPPED.replace(WEEK, SHORT_FRIDAY)

    (*_, said) = field.warnings(
        field.read_policy(short), datetime(2026, 11, 20, tzinfo=UTC)
    )

    assert "can be due later" in said


def test_a_story_can_have_its_own_policy(tmp_path: Path) -> None:
    policy = field.read_policy(SLOWER)

    with field.story(tmp_path, "2026-11-24 10:00", policy=policy) as told:
        told.command("dee", "/sev1 acme: down")
        owed = field.open_deadlines(told.bot.database, 1)

    target = field.wording.words(policy.first_response(Severity.SEV1, "premium"))
    assert target == "6 business hours"
    assert target in [one.target for one in owed]
