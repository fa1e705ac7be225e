"""Tests of bot.slack.forms.customer."""

from dataclasses import replace

import pytest

from bot.policy.policies import Customer
from bot.policy.severities import Severity
from bot.slack.forms import customer
from bot.slack.forms.inputs import FieldErrors
from bot.slack.forms.policy_inputs import CUSTOMER
from tests.factories import incident, shipped_policy, with_customers
from tests.slack.reading import field, filled, form_text

POLICY = shipped_policy()
INCIDENT = incident(Severity.SEV2, owner="U0ANA")
MANY = with_customers(91)


def test_a_corrected_customer_is_one_of_the_policys() -> None:
    form = customer.view(INCIDENT, POLICY)

    offered = [
        one["text"]["text"] for one in field(form, CUSTOMER)["element"]["options"]
    ]
    assert offered[:2] == ["Acme (Premium Support)", "Globex (Standard Support)"]
    assert customer.read(filled(form, customer="=Globex"), POLICY) == ((42, "Globex"))


def test_a_corrected_customer_is_typed_when_there_are_many() -> None:
    form = customer.view(INCIDENT, MANY)

    with pytest.raises(FieldErrors) as caught:
        customer.read(filled(form, customer=" "), MANY)

    assert caught.value.errors == {"customer": "Say which customer it is."}


@pytest.mark.parametrize("name", [None, "x" * 100, "<!channel>"])
def test_odd_customer_names_do_not_break_the_form(name: str | None) -> None:
    odd = replace(POLICY, customers=(Customer(name),) if name else ())

    assert "Customer" in form_text(customer.view(INCIDENT, odd))
