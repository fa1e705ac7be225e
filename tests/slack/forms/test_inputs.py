"""Tests of what all forms have in common."""

from hypothesis import given
from hypothesis import strategies as st

from bot.slack.forms import (
    change,
    customer,
    hand_off,
    more,
    opening,
    receipts,
    resolving,
    update,
    voiding,
    why,
)
from bot.slack.phrases import Voice
from tests.factories import ANA, incident, owed_at_opening, pacific, shipped_policy
from tests.slack.reading import form_text

POLICY = shipped_policy()
NOW = pacific(24, "16:40")


@given(st.text(max_size=250), st.none() | st.text(min_size=1, max_size=300))
def test_no_title_or_customer_breaks_a_form(title: str, named: str | None) -> None:
    odd = incident(title=title, customer=named, owner="U0ANA")

    forms = [
        update.view(odd, Voice(POLICY, NOW, ANA)),
        resolving.view(odd, Voice(POLICY, NOW, ANA)),
        change.view(odd, POLICY, "Nobody is paged."),
        customer.view(odd, POLICY),
        hand_off.view(odd, POLICY),
        voiding.view(odd, POLICY),
        more.view(odd, POLICY),
        why.view(odd, owed_at_opening(odd), Voice(POLICY, NOW, ANA)),
    ]

    assert all("INC-42" in form_text(form) for form in forms)


def test_no_two_forms_have_one_id() -> None:
    forms = (opening, update, resolving, change, customer, hand_off, voiding)
    ids = [one.ID for one in (*forms, more, why, receipts)]

    assert len(set(ids)) == len(ids)
