"""A refused form keeps what was entered, whatever kind of input it was entered in."""

from dataclasses import replace
from typing import Any

import pytest

from bot.emulator.api.blocks_rules import check_view
from bot.emulator.people.forms import initial_values
from bot.policy.severities import Severity
from bot.slack.blocks import View
from bot.slack.command_text import OpenRequest
from bot.slack.forms import (
    change,
    customer,
    hand_off,
    opening,
    refused,
    resolving,
    update,
    voiding,
)
from bot.slack.forms.opening import OpenEntry
from bot.slack.phrases import Voice
from tests.factories import ANA, incident, pacific, shipped_policy
from tests.slack.reading import filled, form_text, stamp

POLICY, NOW = shipped_policy(), pacific(24, "12:00")
AT = stamp(pacific(24, "09:40"))
LINK = "https://x.example/a_b"
SEV3 = incident(Severity.SEV3)
ENTRY = OpenEntry(Severity.SEV1, "C0SUPPORT", OpenRequest(None, plan=None, title=""))
FORMS: dict[str, tuple[View, dict[str, Any]]] = {
    "open": (
        opening.view(POLICY, ENTRY, foreseen="Nobody is paged."),
        {
            "severity": "sev2",
            "customer": "=Globex",
            "title": "*push* fails",
            "plan": "standard",
            "when": AT,
            "link": LINK,
        },
    ),
    "update": (
        update.view(SEV3, Voice(POLICY, NOW, ANA)),
        {"told": "a\nb", "next": "c", "when": AT, "link": LINK, "waits": True},
    ),
    "resolve": (
        resolving.view(SEV3, Voice(POLICY, NOW, ANA)),
        {"note": "done", "confirmed": True, "when": AT},
    ),
    "change": (
        change.view(SEV3, POLICY, "Nobody is paged."),
        {"severity": "sev1", "plan": "standard", "reason": "worse"},
    ),
    "customer": (customer.view(SEV3, POLICY), {"customer": "=Globex"}),
    "hand off": (hand_off.view(SEV3, POLICY), {"to": "U0BEN"}),
    "void": (voiding.view(SEV3, POLICY), {"void": "drill"}),
}


@pytest.mark.parametrize(("view", "entries"), FORMS.values(), ids=list(FORMS))
def test_a_refused_form_shows_why_and_every_entry(
    view: View, entries: dict[str, Any]
) -> None:
    form = filled(view, **entries)
    assert set(form.values) == set(entries), "every input is filled in"

    once = refused.again(form, "INC-2 is another's.")
    twice = refused.again(replace(form, view=once), "INC-2 is mine.")

    for shown in (once, twice):
        check_view(shown)
        kept = {
            block_id: {name: {k: v for k, v in state.items() if k != "type"}}
            for block_id, states in initial_values(shown["blocks"]).items()
            for name, state in states.items()
        }
        assert kept == form.values
    assert {**twice, "blocks": twice["blocks"][1:]} == {
        **once,
        "blocks": once["blocks"][1:],
    }
    assert form_text(twice).startswith("INC-2 is mine. Nothing was recorded.")
    assert {name: view.get(name) for name in ("callback_id", "private_metadata")} == {
        name: twice.get(name) for name in ("callback_id", "private_metadata")
    }


@pytest.mark.parametrize(("view", "entries"), FORMS.values(), ids=list(FORMS))
def test_a_form_that_is_over_gives_every_entry_back(
    view: View, entries: dict[str, Any]
) -> None:
    states = filled(view, **entries)
    kinds = {
        b["block_id"]: b["element"]["type"] for b in view["blocks"] if "element" in b
    }
    values = {
        name: {name: {"type": kinds[name], **state[name]}}
        for name, state in states.values.items()
    }

    text = form_text(refused.for_good(replace(states, values=values), "It is over."))

    assert text.startswith("It is over. Nothing was recorded.")
    for block in view["blocks"]:
        if block["type"] == "input" and block["element"]["type"] != "plain_text_input":
            assert f"\n{block['label']['text']}: " in text
    for name, kind in kinds.items():
        assert kind != "plain_text_input" or entries[name] in text
