"""Tests of bot.slack.forms.entries and bot.slack.forms.inputs."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.policy.policies import Customer, Policy, Severity
from bot.slack.blocks import View
from bot.slack.command_text import OpenRequest
from bot.slack.forms import entries, views
from bot.slack.forms.entries import ChangeEntry, OpenEntry, UpdateEntry
from bot.slack.forms.inputs import FieldErrors
from tests.factories import (
    ANA,
    incident,
    pacific,
    shipped_policy,
)
from tests.slack.reading import filled

POLICY = shipped_policy()
NOW = pacific(24, "16:40")
INCIDENT = incident(Severity.SEV2, owner="U0ANA")
MANY = replace(
    POLICY, customers=tuple(Customer(f"Customer {number}") for number in range(91))
)


def stamp(at: datetime) -> int:
    return int(at.timestamp())


def update_form(of: Severity = Severity.SEV2) -> View:
    return views.update_form(incident(of), POLICY, ANA, NOW)


def open_form(policy: Policy = POLICY, customer: str | None = None) -> View:
    return views.open_form(policy, Severity.SEV2, "C0SUPPORT", customer)


def test_a_filled_form_describes_an_incident() -> None:
    form = filled(
        open_form(),
        severity="sev3",
        customer="=Globex",
        title=" push of\x00 apps fails ",
        plan="premium",
        when=stamp(pacific(24, "09:40")),
        link="https://x.y/7",
    )

    assert entries.read_open(form, POLICY, NOW) == OpenEntry(
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


def test_an_incident_may_be_opened_without_a_customer() -> None:
    form = filled(open_form(), title="push fails")

    entry = entries.read_open(form, POLICY, NOW)

    assert entry.severity is Severity.SEV2
    assert entry.request == OpenRequest(customer=None, plan=None, title="push fails")


def test_a_typed_customer_that_is_unknown_is_answered_with_did_you_mean() -> None:
    form = filled(open_form(MANY), customer="Custommer 7", title="x")

    with pytest.raises(FieldErrors) as caught:
        entries.read_open(form, MANY, NOW)

    assert caught.value.errors["customer"].startswith(
        "No customer is called “Custommer 7”. Did you mean Customer 7"
    )


@pytest.mark.parametrize(
    ("given_entries", "errors"),
    [
        ({"title": " \t "}, {"title": "Say what is wrong."}),
        ({"title": "x" * 251}, {"title": "250 characters are the most."}),
        (
            {"title": "x", "link": "x.y"},
            {"link": "Write a link that begins with http:// or https://."},
        ),
        (
            {"title": "x", "when": stamp(NOW + timedelta(hours=1))},
            {"when": "That has not come yet. Choose when it was, or leave it empty."},
        ),
    ],
    ids=["no title", "long title", "no link", "future"],
)
def test_what_is_wrong_stands_under_its_input(
    given_entries: dict[str, object], errors: dict[str, str]
) -> None:
    with pytest.raises(FieldErrors) as caught:
        entries.read_open(filled(open_form(), **given_entries), POLICY, NOW)

    assert caught.value.errors == errors


def test_an_update_is_read_with_all_that_was_said() -> None:
    form = filled(
        update_form(),
        told="We look into it.\nMore later.",
        next="A fix at 18:00.",
        when=stamp(pacific(23, "18:05")),
        link="https://x.y/7",
        waits=True,
    )

    assert entries.read_update(form, NOW) == UpdateEntry(
        number=42,
        told="We look into it.\nMore later.",
        following="A fix at 18:00.",
        link="https://x.y/7",
        at=pacific(23, "18:05"),
        waits=True,
    )


def test_an_update_without_an_instant_is_of_now() -> None:
    entry = entries.read_update(filled(update_form(), told="We look."), NOW)

    assert entry == UpdateEntry(42, "We look.", "", "", None, waits=False)


def test_a_phone_whose_clock_is_a_little_ahead_means_now() -> None:
    ahead = stamp(NOW + timedelta(seconds=40))

    entry = entries.read_update(filled(update_form(), told="x", when=ahead), NOW)

    assert entry.at == NOW


def test_an_update_says_what_the_customer_was_told() -> None:
    with pytest.raises(FieldErrors) as caught:
        entries.read_update(filled(update_form(), told="  "), NOW)

    assert caught.value.errors == {"told": "Say what the customer was told."}


def test_resolving_without_having_told_the_customer_is_refused() -> None:
    form = filled(views.resolve_form(INCIDENT, ANA, NOW), note="Rolled back.")

    with pytest.raises(FieldErrors) as caught:
        entries.read_resolve(form, NOW)

    assert caught.value.errors == {
        "confirmed": "Tell the customer first, then resolve it."
    }


def test_a_change_names_only_what_is_changed() -> None:
    form = views.change_form(INCIDENT, POLICY)

    entry = entries.read_change(filled(form, severity="sev1", reason="All\ndown."))

    assert entry == ChangeEntry(42, Severity.SEV1, None, "All down.")
    assert entries.read_change(
        filled(form, plan="standard", reason="x")
    ) == ChangeEntry(42, None, "standard", "x")


def test_a_change_that_changes_nothing_is_refused() -> None:
    form = filled(views.change_form(INCIDENT, POLICY), reason="x")

    with pytest.raises(FieldErrors) as caught:
        entries.read_change(form)

    assert caught.value.errors == {
        "severity": "Choose another severity or another plan."
    }


def test_a_change_needs_a_reason() -> None:
    form = filled(views.change_form(INCIDENT, POLICY), severity="sev1", reason=" ")

    with pytest.raises(FieldErrors) as caught:
        entries.read_change(form)

    assert caught.value.errors == {"reason": "Say why; it stands in the thread."}


def test_a_plan_that_the_policy_dropped_can_still_be_changed() -> None:
    dropped = replace(INCIDENT, plan="gold")

    entry = entries.read_change(
        filled(views.change_form(dropped, POLICY), plan="premium", reason="x")
    )

    assert entry == ChangeEntry(42, None, "premium", "x")


def test_a_corrected_customer_may_be_typed_where_they_are_many() -> None:
    form = views.customer_form(INCIDENT, MANY)

    with pytest.raises(FieldErrors) as caught:
        entries.read_customer(filled(form, customer=" "), MANY)

    assert caught.value.errors == {"customer": "Say which customer it is."}


def test_one_of_the_two_must_be_chosen() -> None:
    with pytest.raises(FieldErrors):
        entries.read_void(filled(views.void_form(INCIDENT)))
