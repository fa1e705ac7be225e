"""Whose is it? A menu that searches says whose an incident is."""

from dataclasses import replace

import pytest

from bot.policy.policies import Customer
from tests.stories.conftest import Tell
from tests.story import Story

SOHNE = "Acme & Söhne"


@pytest.fixture
def unknown(tuesday: Story) -> Story:
    """Return a story with an incident whose customer nobody has named."""
    others = (Customer(SOHNE, (), "premium"), Customer("x" * 149, (), "premium"))
    tuesday.use_policy(customers=(*shipped(tuesday), *others))
    tuesday.command("dee", "/sev2 push of apps fails")
    return tuesday


def shipped(story: Story) -> tuple[Customer, ...]:
    return story.policy().customers


def offered(story: Story, text: str, who: str = "ana") -> list[str]:
    """Return the names that the card's menu offers."""
    answer = story.slack.as_(who).search(text, story.card())
    assert answer.ok
    return [option["text"]["text"] for option in answer.options]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("acme", ["Acme", SOHNE]),
        ("sohne", [SOHNE]),
        ("globx", ["Globex"]),
        ("zzz", []),
        ("", []),
        ("x", []),
    ],
    ids=["a name", "a part", "a slip", "nobody", "nothing", "too long for Slack"],
)
def test_the_menu_offers_what_was_typed_a_part_of(
    unknown: Story, text: str, names: list[str]
) -> None:
    assert offered(unknown, text) == names


def test_a_choice_on_the_card_sets_the_customer(unknown: Story) -> None:
    answer = unknown.slack.as_("ana").choose(SOHNE, unknown.card(), wait_private=True)
    unknown.settle()

    assert unknown.read(answer.private).startswith(f"INC-1 is {SOHNE}'s now.")
    assert f"INC-1 · {SOHNE}\n" in unknown.read(unknown.card())
    assert "Whose is it?" not in unknown.read(unknown.card())


def test_a_choice_in_the_private_answer_replaces_it(unknown: Story) -> None:
    (private,) = unknown.slack.private("dee")
    assert "[Whose is it?]" in unknown.read(private)

    unknown.slack.as_("dee").choose(SOHNE, private, wait_private=True)
    unknown.settle()

    (private,) = unknown.slack.private("dee")
    assert unknown.read(private).startswith(f"*INC-1 · 🔶 Sev2 · {SOHNE} (")


def test_a_part_of_a_name_before_the_colon_is_suggested(unknown: Story) -> None:
    unknown.use_policy(customers=unknown.policy().customers[-2:])

    answer = unknown.command("dee", "/sev2 acme: login fails")

    assert f"Did you mean {SOHNE}?" in unknown.read(answer.private)
    assert unknown.press("dee", f"Yes, it is {SOHNE}", answer.private).ok


def test_an_incident_with_a_customer_does_not_ask_whose_it_is(tuesday: Story) -> None:
    answer = tuesday.command("dee", "/sev2 acme: push fails")

    assert "Whose is it?" not in tuesday.read(answer.private)
    assert "Whose is it?" not in tuesday.read(tuesday.card())


def test_a_guest_is_offered_no_customers(unknown: Story) -> None:
    unknown.become("ana", is_restricted=True)

    assert offered(unknown, "acme") == []


def test_the_menu_offers_no_more_than_slack_takes_of_20_000(unknown: Story) -> None:
    many = [Customer(f"Customer {n} GmbH", (), "premium") for n in range(20_000)]
    unknown.use_policy(customers=tuple(many))

    assert len(offered(unknown, "customer")) == 100
    assert offered(unknown, "19999") == ["Customer 19999 GmbH"]


def test_the_menu_searches_20_000_customers_over_http(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", is_http=True)
    told.command("dee", "/sev2 push of apps fails")
    many = [Customer(f"Customer {n} GmbH", (), "premium") for n in range(20_000)]
    told.use_policy(customers=tuple(many))

    assert offered(told, "19999") == ["Customer 19999 GmbH"]


def test_a_customer_who_went_from_the_policy_meanwhile_is_refused(
    unknown: Story,
) -> None:
    menu = unknown.slack.as_("ana").search("acme", unknown.card())
    assert menu.ok
    unknown.use_policy(
        customers=tuple(one for one in shipped(unknown) if one.name != SOHNE)
    )
    card = unknown.card()
    (block,) = (one for one in card.blocks if one.get("block_id") == "INC-1/whose")
    (element,) = block["elements"]
    gone = {
        "type": "button",
        "text": {"type": "plain_text", "text": SOHNE},
        "value": f"1|{SOHNE}",
        "action_id": element["action_id"],
    }

    said = unknown.asked(
        "ana", SOHNE, replace(card, blocks=({**block, "elements": [gone]},)), stale=True
    )

    assert SOHNE in said
    assert "customer unknown" in unknown.read(unknown.card())
