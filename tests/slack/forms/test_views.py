"""Tests of bot.slack.forms.views."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.incidents.incidents import EventKind, VoidReason
from bot.policy.policies import Customer, Policy, Severity
from bot.slack.blocks import View
from bot.slack.forms import entries, views
from bot.slack.forms.entries import CustomerEntry, HandOffEntry, ResolveEntry, VoidEntry
from bot.slack.forms.inputs import FieldErrors
from bot.slack.messages.answers import same_again
from tests.factories import (
    ANA,
    happen,
    incident,
    owed_at_opening,
    pacific,
    shipped_policy,
)
from tests.slack.reading import field, filled, form_text

POLICY = shipped_policy()
NOW = pacific(24, "16:40")
INCIDENT = incident(Severity.SEV2, owner="U0ANA")
NOTHING_SENT = "Nothing is sent to the customer by this form."
MANY = replace(
    POLICY, customers=tuple(Customer(f"Customer {number}") for number in range(91))
)


def update_form(of: Severity = Severity.SEV2) -> View:
    return views.update_form(incident(of), POLICY, ANA, NOW)


def open_form(policy: Policy = POLICY, customer: str | None = None) -> View:
    return views.open_form(policy, Severity.SEV2, "C0SUPPORT", customer)


def test_the_form_to_open_says_what_each_severity_means() -> None:
    text = form_text(open_form())

    for severity in Severity:
        assert f"*{severity.label}:* {POLICY.severities[severity].means}" in text
    assert "Nothing is sent to the customer." in text


def test_the_form_to_open_has_the_severity_and_the_customer_chosen() -> None:
    form = open_form(customer="Acme")

    severity = field(form, entries.SEVERITY)["element"]["initial_option"]
    customer = field(form, entries.CUSTOMER)["element"]["initial_option"]
    assert severity["text"]["text"].startswith("Sev2: Major functionality")
    assert customer["text"]["text"] == "Acme (Premium Support)"


def test_many_customers_are_typed_rather_than_chosen() -> None:
    form = open_form(MANY)

    assert field(form, entries.CUSTOMER)["element"]["type"] == "plain_text_input"
    entry = entries.read_open(
        filled(form, customer="CUSTOMER  7", title="x"), MANY, NOW
    )
    assert entry.request.customer == "Customer 7"


def test_the_first_update_is_the_first_response() -> None:
    form = update_form()

    assert form["title"]["text"] == "First response sent"
    assert form_text(form).splitlines()[0] == (
        "Sev2 INC-42 Acme: push of apps fails. "
        "Acme reported it 09:00 and has not heard yet."
    )
    assert form_text(form).endswith(NOTHING_SENT)


def test_a_further_update_says_when_the_customer_last_heard() -> None:
    responded, _ = happen(
        INCIDENT,
        owed_at_opening(INCIDENT),
        EventKind.UPDATED,
        pacific(24, "03:12"),
        told="x",
    )

    form = views.update_form(responded, POLICY, ANA, NOW)

    assert form["title"]["text"] == "Log update"
    assert "Acme last heard 03:12." in form_text(form)


def test_waiting_is_offered_only_where_it_stops_the_clock() -> None:
    assert "Waiting [checkboxes]" in form_text(update_form(Severity.SEV2))
    assert "Waiting" not in form_text(update_form(Severity.SEV1))


def test_resolving_says_that_the_customer_was_told() -> None:
    form = views.resolve_form(INCIDENT, ANA, NOW)

    box = field(form, entries.CONFIRMED)
    assert box["element"]["options"][0]["text"]["text"] == (
        "The customer was told that it is resolved"
    )
    assert form_text(form).endswith(NOTHING_SENT)
    assert entries.read_resolve(
        filled(form, note="Rolled back.", confirmed=True), NOW
    ) == ResolveEntry(42, "Rolled back.", None)


def test_a_corrected_customer_is_one_of_the_policys() -> None:
    form = views.customer_form(INCIDENT, POLICY)

    offered = [
        one["text"]["text"]
        for one in field(form, entries.CUSTOMER)["element"]["options"]
    ]
    assert offered[:2] == ["Acme (Premium Support)", "Globex (Standard Support)"]
    assert entries.read_customer(filled(form, customer="=Globex"), POLICY) == (
        CustomerEntry(42, "Globex")
    )


def test_a_hand_off_says_who_keeps_it_meanwhile() -> None:
    form = views.hand_off_form(INCIDENT)

    assert "<@U0ANA> keeps it until they accept." in form_text(form)
    assert entries.read_hand_off(filled(form, to="U0BEN")) == HandOffEntry(42, "U0BEN")
    with pytest.raises(FieldErrors):
        entries.read_hand_off(filled(form))


@pytest.mark.parametrize("reason", list(VoidReason))
def test_a_mistake_and_a_drill_are_told_apart(reason: VoidReason) -> None:
    form = views.void_form(INCIDENT)

    entry = entries.read_void(filled(form, void=reason.name.lower()))

    assert entry == VoidEntry(42, reason)


def test_more_offers_what_applies_to_an_open_incident() -> None:
    text = form_text(views.more(INCIDENT, POLICY))

    assert text.splitlines()[1:] == [
        "The severity or the support plan is another. [Change]",
        "It is another customer's. [Correct the customer]",
        "Somebody else should have it. [Hand off]",
        "It was opened by mistake, or as a drill. [Mistake or drill]",
        "How the times came about. [Why these times?]",
    ]


def test_more_lets_a_waiting_incident_go_on() -> None:
    waiting = replace(INCIDENT, waiting_since=NOW)

    text = form_text(views.more(waiting, POLICY))

    assert "They answered. The update clock goes on. [Customer answered]" in text


def test_more_lets_a_closed_incident_be_reopened() -> None:
    resolved, _ = happen(
        INCIDENT, owed_at_opening(INCIDENT), EventKind.RESOLVED, NOW, note="x"
    )

    assert form_text(views.more(resolved, POLICY)).splitlines()[1:] == [
        "It is resolved, and should not be. [Reopen]",
        "How the times came about. [Why these times?]",
    ]


def test_why_these_times_is_a_form_without_anything_to_send() -> None:
    form = views.why(INCIDENT, owed_at_opening(INCIDENT), POLICY, ANA, NOW)

    assert "submit" not in form
    assert "= 4 h, due Tue 24 Nov 13:00" in form_text(form)


def test_a_receipt_shows_a_sentence_or_an_answer() -> None:
    assert form_text(views.receipt("Logged.")) == "Logged."
    answer = same_again(INCIDENT, "/sev2", "acme: push fails")
    assert views.receipt(answer)["blocks"] == list(answer.blocks)


@given(st.text(max_size=250), st.none() | st.text(min_size=1, max_size=300))
def test_no_title_or_customer_breaks_a_form(title: str, customer: str | None) -> None:
    odd = incident(title=title, customer=customer, owner="U0ANA")

    forms = [
        views.update_form(odd, POLICY, ANA, NOW),
        views.resolve_form(odd, ANA, NOW),
        views.change_form(odd, POLICY),
        views.customer_form(odd, POLICY),
        views.hand_off_form(odd),
        views.void_form(odd),
        views.more(odd, POLICY),
        views.why(odd, owed_at_opening(odd), POLICY, ANA, NOW),
    ]

    assert all("INC-42" in form_text(form) for form in forms)


def test_a_policy_with_odd_customers_has_forms_all_the_same() -> None:
    for customers in ((), (Customer("x" * 100),), (Customer("<!channel>"),)):
        odd = replace(POLICY, customers=customers)

        assert "Customer" in form_text(open_form(odd))
        assert "Customer" in form_text(views.customer_form(INCIDENT, odd))
