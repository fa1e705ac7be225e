"""Tests of bot.slack.forms.opening."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.policy.policies import Customer, Policy
from bot.policy.severities import Severity
from bot.slack.blocks import View
from bot.slack.command_text import OpenRequest
from bot.slack.forms import opening
from bot.slack.forms.inputs import FieldErrors
from bot.slack.forms.opening import OpenEntry
from bot.slack.forms.policy_inputs import CUSTOMER, SEVERITY
from bot.slack.marks import marked
from tests.factories import pacific, shipped_policy, with_customers
from tests.slack.reading import field, filled, form_text, stamp

POLICY = shipped_policy()
NOW = pacific(24, "16:40")
MANY = with_customers(91)


def view(policy: Policy = POLICY, customer: str | None = None) -> View:
    request = OpenRequest(customer, plan=None, title="")
    entry = OpenEntry(Severity.SEV2, "C0SUPPORT", request)
    return opening.view(policy, entry, foreseen="Nobody is paged.")


def test_the_form_to_open_says_what_each_severity_means() -> None:
    text = form_text(view())

    for severity in Severity:
        assert (
            f"*{marked(severity, POLICY)}:* {POLICY.severities[severity].means}" in text
        )
    assert "Nothing is sent to the customer." in text


def test_the_form_to_open_has_the_severity_and_the_customer_chosen() -> None:
    form = view(customer="Acme")

    severity = field(form, SEVERITY)["element"]["initial_option"]
    customer = field(form, CUSTOMER)["element"]["initial_option"]
    assert severity["text"]["text"] == "🔶 Sev2"
    assert customer["text"]["text"] == "Acme (Premium Support)"


def test_a_customer_whose_name_was_written_otherwise_is_chosen() -> None:
    form = view(customer="ACME\u200b")

    assert field(form, CUSTOMER)["element"]["initial_option"]["value"] == "=Acme"


def test_a_chosen_customer_who_has_gone_from_the_policy_is_refused() -> None:
    form = filled(view(), customer="=Acme", title="x")

    with pytest.raises(FieldErrors) as caught:
        opening.read(form, with_customers(3), NOW)

    assert caught.value.errors["customer"].startswith("No customer is called “Acme”.")


def test_a_chosen_plan_that_has_gone_from_the_policy_is_refused() -> None:
    form = filled(view(), customer="=Acme", title="x", plan="premium")

    with pytest.raises(FieldErrors) as caught:
        opening.read(form, replace(POLICY, plans=POLICY.plans[1:]), NOW)

    assert caught.value.errors == {
        "plan": "The policy does not have this plan any more. Choose another."
    }


def test_many_customers_are_typed_rather_than_chosen() -> None:
    form = view(MANY)

    assert field(form, CUSTOMER)["element"]["type"] == "plain_text_input"
    entry = opening.read(filled(form, customer="CUSTOMER  7", title="x"), MANY, NOW)
    assert entry.request.customer == "Customer 7"


def test_a_filled_form_describes_an_incident() -> None:
    form = filled(
        view(),
        severity="sev3",
        customer="=Globex",
        title=" push of\x00 apps fails ",
        plan="premium",
        when=stamp(pacific(24, "09:40")),
        link="https://x.y/7",
    )

    assert opening.read(form, POLICY, NOW) == OpenEntry(
        severity=Severity.SEV3,
        channel="C0SUPPORT",
        request=OpenRequest(
            customer="Globex",
            plan="premium",
            title="push of apps fails",
            reported_at=pacific(24, "09:40"),
            link="https://x.y/7",
        ),
    )


def test_all_that_must_be_corrected_is_said_at_once() -> None:
    form = filled(
        view(MANY), customer="nobody", title=" ", link="x", when=stamp(NOW) + 3600
    )

    with pytest.raises(FieldErrors) as caught:
        opening.read(form, MANY, NOW)

    assert set(caught.value.errors) == {"customer", "title", "link", "when"}


def test_an_instant_a_few_minutes_ahead_is_now() -> None:
    form = filled(view(), title="x", when=stamp(NOW + timedelta(minutes=5)))

    assert opening.read(form, POLICY, NOW).request.reported_at == NOW


def test_an_incident_may_be_opened_without_a_customer() -> None:
    entry = opening.read(filled(view(), title="push fails"), POLICY, NOW)

    assert entry.severity is Severity.SEV2
    assert entry.request == OpenRequest(customer=None, plan=None, title="push fails")


def test_an_unknown_typed_customer_is_answered_with_did_you_mean() -> None:
    form = filled(view(MANY), customer="Custommer 7", title="x")

    with pytest.raises(FieldErrors) as caught:
        opening.read(form, MANY, NOW)

    assert caught.value.errors["customer"].startswith(
        "No customer is called “Custommer 7”. Did you mean Customer 7"
    )


@pytest.mark.parametrize(
    ("entries", "errors"),
    [
        ({"title": " \t "}, {"title": "Say what is wrong."}),
        ({"title": "x" * 251}, {"title": "250 characters are the most."}),
        (
            {"title": "x", "link": "x.y"},
            {"link": "Write a link that begins with http:// or https://."},
        ),
        (
            {"title": "x", "when": stamp(NOW + timedelta(minutes=6))},
            {"when": "That has not come yet. Choose when it was. Empty: now."},
        ),
    ],
    ids=["no title", "long title", "no link", "future"],
)
def test_each_error_is_shown_under_its_input(
    entries: dict[str, object], errors: dict[str, str]
) -> None:
    with pytest.raises(FieldErrors) as caught:
        opening.read(filled(view(), **entries), POLICY, NOW)

    assert caught.value.errors == errors


@pytest.mark.parametrize("name", [None, "x" * 100, "<!channel>"])
def test_odd_customer_names_do_not_break_the_form(name: str | None) -> None:
    odd = replace(POLICY, customers=(Customer(name),) if name else ())

    assert "Customer" in form_text(view(odd))
