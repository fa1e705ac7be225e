"""Tests of bot.slack.command_text."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.policy.policies import Customer
from bot.slack.blocks import escape
from bot.slack.command_text import (
    CustomerFrom,
    Form,
    Help,
    OpenRequest,
    Reading,
    near_customers,
    parse_command,
)
from tests.factories import PACIFIC, pacific, shipped_policy

NOW = pacific(24, "10:00")
PEOPLE = {"ana": "U0ANA", "ben carter": "U0BEN"}
LABELS = ("Initech", "Initech Labs")


def parsed(text: str, *, channel: str = "C0SUPPORT") -> OpenRequest | Help | Form:
    return parse_command(
        text,
        policy=shipped_policy(),
        channel=channel,
        typist_zone=PACIFIC,
        now=NOW,
        people=PEOPLE.get,
    )


def request(text: str, *, channel: str = "C0SUPPORT") -> OpenRequest:
    result = parsed(text, channel=channel)
    assert isinstance(result, OpenRequest)
    return result


def refused(text: str) -> str:
    with pytest.raises(UserError) as caught:
        parsed(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "customer", "title"),
    [
        ("acme: push of apps fails", "Acme", "push of apps fails"),
        ("ACME  corp : push fails", "Acme", "push fails"),
        ("acme: error 500: push fails", "Acme", "error 500: push fails"),
        ("acme push fails", "Acme", "push fails"),
        ("acme corp push fails", "Acme", "push fails"),
        ("Umbrella Labs are down", "Umbrella", "are down"),
        ("acme, push fails", "Acme", "push fails"),
        ("acme - push fails", "Acme", "push fails"),
        ("error 500: push fails", None, "error 500: push fails"),
        ("acmesoft push fails", None, "acmesoft push fails"),
        ("acme-like push fails", None, "acme-like push fails"),
        ("acme push: it fails", None, "acme push: it fails"),
        ("push fails at acme", None, "push fails at acme"),
        (": push fails", None, ": push fails"),
    ],
)
def test_a_customer_comes_before_the_colon_or_first(
    text: str, customer: str | None, title: str
) -> None:
    result = request(text)

    assert (result.customer, result.title) == (customer, title)


def test_the_longest_name_wins() -> None:
    customers = (Customer("Initech"), Customer("Initech Labs"))
    policy = replace(shipped_policy(), customers=customers)

    result = parse_command(
        "initech labs push fails",
        policy=policy,
        channel="C0SUPPORT",
        typist_zone=PACIFIC,
        now=NOW,
        people=PEOPLE.get,
    )

    assert isinstance(result, OpenRequest)
    assert (result.customer, result.title) == ("Initech Labs", "push fails")


def test_the_channel_counts_where_the_text_names_nobody() -> None:
    result = request("error 500: push fails", channel="C0ACME")

    assert (result.customer, result.title) == ("Acme", "error 500: push fails")
    assert result.reading == Reading(CustomerFrom.CHANNEL)


def test_the_text_counts_before_the_channel() -> None:
    result = request("globex: push fails", channel="C0ACME")

    assert result.customer == "Globex"
    assert result.reading == Reading(CustomerFrom.COLON)


@pytest.mark.parametrize(
    ("text", "suggestions"),
    [
        ("acmee: push fails", ("Acme",)),
        ("globx push fails", ("Globex",)),
        ("umbrela labs are down", ("Umbrella",)),
        ("acme push: it fails", ("Acme",)),
        ("error 500: push fails", ()),
        ("some apps fail", ()),
        ("acme: push fails", ()),
    ],
)
def test_a_similar_customer_name_is_suggested_but_not_used(
    text: str, suggestions: tuple[str, ...]
) -> None:
    assert request(text).reading.suggestions == suggestions


def test_all_options_are_read_in_any_position() -> None:
    result = request(
        "at=09:40 acme: push plan=standard fails owner=<@U0BEN|ben> "
        "link=<https://x.y/z?a=1&amp;b=2|x.y>"
    )

    assert result == OpenRequest(
        customer="Acme",
        plan="standard",
        title="push fails",
        owner="U0BEN",
        reported_at=pacific(24, "09:40"),
        link="https://x.y/z?a=1&b=2",
        reading=Reading(CustomerFrom.COLON),
    )


@pytest.mark.parametrize(
    ("option", "plan"),
    [
        ("plan=premium", "premium"),
        ("PLAN=Premium", "premium"),
        ('plan="standard support"', "standard"),
        ("plan=“Free Trial / Self-Service”", "self_service"),
    ],
)
def test_a_plan_is_named_by_its_id_or_its_name(option: str, plan: str) -> None:
    assert request(f"push fails {option}").plan == plan


@pytest.mark.parametrize(
    ("option", "owner"),
    [
        ("owner=<@U0ANA>", "U0ANA"),
        ("owner=<@W0ANA|ana smith>", "W0ANA"),
        ("owner=@ana", "U0ANA"),
        ("owner=ana", "U0ANA"),
        ('owner="ben carter"', "U0BEN"),
    ],
)
def test_an_owner_is_mentioned_or_named(option: str, owner: str) -> None:
    assert request(f"push fails {option}").owner == owner


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ('push says "plan=premium" and fails', 'push says "plan=premium" and fails'),
        ("push says “paln=x”", "push says “paln=x”"),
        ('push fails "paln=premium"', 'push fails "paln=premium"'),
        ("x=1 makes push fail", "x=1 makes push fail"),
        ("push fails when a == b", "push fails when a == b"),
        ('the 5" disk is full', 'the 5" disk is full'),
        ("see <https://x.y/?a=b>", "see https://x.y/?a=b"),
    ],
)
def test_text_that_only_resembles_an_option_stays_in_the_title(
    text: str, title: str
) -> None:
    assert request(text).title == title


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "push fails paln=premium",
            (
                "There is no option paln=; did you mean plan=? If it belongs to the "
                'title, put it in double quotes: "paln=premium".'
            ),
        ),
        (
            "push fails colour=red plan=premium",
            (
                "There is no option colour=; there are plan=, owner=, at= and link=. "
                'If it belongs to the title, put it in double quotes: "colour=red".'
            ),
        ),
        (
            "push fails x=&lt;!channel&gt;",
            (
                "There is no option x=; there are plan=, owner=, at= and link=. If it "
                'belongs to the title, put it in double quotes: "x=&lt;!channel&gt;".'
            ),
        ),
        (
            "push fails plan=gold",
            (
                'No support plan is named "gold". Try one of: premium, standard, '
                "self_service."
            ),
        ),
        ("push fails plan=", "plan= says nothing. Write for example plan=standard."),
        ("a plan=premium plan=standard", "plan= stands twice. Write it once."),
        (
            "push fails owner=zed",
            (
                'Nobody is known here as "zed". Type owner=@ and pick the name from '
                "Slack's list."
            ),
        ),
        (
            "push fails at=25:00",
            (
                'at="25:00" is not a time of the day. Write a time of the last 24 '
                "hours by your own clock, such as at=09:40."
            ),
        ),
        (
            "push fails link=ftp://x.y",
            (
                '"ftp://x.y" is no link. Write one with http:// or https://, such as '
                "link=https://example.com/ticket/7."
            ),
        ),
        ("plan=premium", "What is wrong? Write a title before the options."),
        ("acme: plan=premium", "What is wrong? Write a title before the options."),
        (
            "x" * 251,
            (
                "The title has 251 characters; 250 are the most. Keep the gist; the "
                "rest fits into the thread of the card."
            ),
        ),
    ],
)
def test_unreadable_text_is_answered_with_what_to_type(
    text: str, sentence: str
) -> None:
    assert refused(text) == sentence


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", Form()),
        (" \t\n ", Form()),
        ("acme", Form("Acme")),
        ("acme:", Form("Acme")),
    ],
)
def test_no_title_asks_for_the_form(text: str, form: Form) -> None:
    assert parsed(text) == form


def test_the_form_of_a_customers_channel_has_the_customer_chosen() -> None:
    assert parsed("", channel="C0ACME") == Form("Acme")


@pytest.mark.parametrize("text", ["help", " Help "])
def test_help_is_help(text: str) -> None:
    assert parsed(text) == Help()


def test_markup_in_a_title_is_kept_as_typed() -> None:
    result = request("&lt;b&gt; <!channel> <@U0ANA|ana> &amp; <#C1|general> fail")

    assert result.title == "<b> <!channel> @ana & #general fail"


def test_control_characters_in_a_title_become_one_space() -> None:
    assert request("push\x00\x1b[31m\u202e of\napps").title == "push [31m of apps"


def test_names_are_found_by_similarity() -> None:
    customers = shipped_policy().customers

    assert near_customers("acmee", customers) == ("Acme",)
    assert near_customers("zzz", customers) == ()


@given(st.text(max_size=400))
def test_any_text_is_read_or_answered_with_a_sentence(text: str) -> None:
    try:
        result = parsed(text)
    except UserError as error:
        assert "<" not in str(error)  # noqa: PT017
        return

    assert isinstance(result, OpenRequest | Help | Form)


@given(
    st.text(
        st.characters(
            exclude_characters='="“”:\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069',
            exclude_categories=["Cs", "Cc", "Zl", "Zp"],
        ),
        max_size=240,
    )
)
def test_a_title_is_kept_whole(text: str) -> None:
    written = " ".join(f"xx {text}".split())

    assert request(escape(written)).title == written


@given(st.text('ab=" plan:owner@<>&;|', max_size=120))
def test_texts_full_of_grammar_characters_never_crash(text: str) -> None:
    try:
        result = parsed(text)
    except UserError as error:
        assert str(error).endswith((".", "?"))  # noqa: PT017
        return

    assert isinstance(result, OpenRequest | Help | Form)


def test_ten_thousand_characters_are_refused_quickly() -> None:
    assert refused("word " * 2000).startswith("The title has 9999 characters;")
