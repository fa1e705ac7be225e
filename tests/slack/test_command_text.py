"""Tests of bot.slack.command_text."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.emulator.people.typed_text import escape
from bot.errors import UserError
from bot.policy.names import untypable
from bot.policy.policies import Customer
from bot.slack.command_text import (
    CustomerFrom,
    Form,
    Help,
    OpenRequest,
    Reading,
    near_customers,
)
from tests.factories import shipped_policy
from tests.slack.typed_commands import parsed, refused, request


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
        ("acme- push fails", "Acme", "push fails"),
        ("acme– push fails", "Acme", "push fails"),  # noqa: RUF001
        ("acme—push fails", "Acme", "push fails"),
        ("acme--push fails", "Acme", "push fails"),
        ("acme – push fails", "Acme", "push fails"),  # noqa: RUF001
        ("acme -5 degrees", "Acme", "-5 degrees"),
        ("acme > 5 fail", "Acme", "> 5 fail"),
        ("- acme: push fails", "Acme", "push fails"),
        ("• acme push fails", "Acme", "push fails"),
        ("> acme: push fails", "Acme", "push fails"),
        ("#acme push fails", "Acme", "push fails"),
        ("<#C1|acme>: push fails", "Acme", "push fails"),
        ("【acme】 push fails", "Acme", "push fails"),
        ("「acme」：push fails", "Acme", "push fails"),  # noqa: RUF001
        ("‹acme› push fails", "Acme", "push fails"),  # noqa: RUF001
        ("acme… push fails", "Acme", "push fails"),
        ("*acme:* push fails", "Acme", "push fails"),
        ("**acme:** push fails", "Acme", "push fails"),
        ("acme: *all* fails", "Acme", "*all* fails"),
        ("acme:) push fails", "Acme", ") push fails"),
        ("acme:: push fails", "Acme", "push fails"),
        ("acme: - push fails", "Acme", "push fails"),
        ('"acme: push fails"', "Acme", "push fails"),
        ("`acme: push fails`", "Acme", "push fails"),
        ("“acme push fails”", "Acme", "push fails"),
        ('"acme" says "down"', "Acme", 'says "down"'),
        ("globex's console is down", "Globex", "console is down"),
        ("Acme Corp’s console is down", "Acme", "console is down"),  # noqa: RUF001
        ("ACME'S: console is down", "Acme", "console is down"),
        ("*globex*'s console is down", "Globex", "console is down"),
        ("globex's console: is down", None, "globex's console: is down"),
        ("globexs console is down", None, "globexs console is down"),
        ("acme - push fails", "Acme", "push fails"),
        ("error 500: push fails", None, "error 500: push fails"),
        ("acmesoft push fails", None, "acmesoft push fails"),
        ("acme-like push fails", None, "acme-like push fails"),
        ("acme push: it fails", None, "acme push: it fails"),
        ("push fails at acme", None, "push fails at acme"),
        (": push fails", None, ": push fails"),
        ("acme：push fails", "Acme", "push fails"),  # noqa: RUF001
        ("acme:push fails", "Acme", "push fails"),
        ("acme,push fails", "Acme", "push fails"),
        ("acme -- push fails", "Acme", "push fails"),
        ("“acme corp”: push fails", "Acme", "push fails"),
        ("acme push fails since 10:15", "Acme", "push fails since 10:15"),
        ("acme push fails since 10：15", "Acme", "push fails since 10：15"),  # noqa: RUF001
        ("acme push fails :fire:", "Acme", "push fails :fire:"),
        ("acme :fire: push fails", "Acme", ":fire: push fails"),
        (":fire: acme: push fails", "Acme", ":fire: push fails"),
        (":wave::skin-tone-2: acme push", "Acme", ":wave::skin-tone-2: push"),
        ("🔥 acme: push fails", "Acme", "🔥 push fails"),
        ("⚠️👩🏽‍💻 acme push fails", "Acme", "⚠️👩🏽‍💻 push fails"),
        (":fire: push fails", None, ":fire: push fails"),
        (":fire:", None, ":fire:"),
        ("*acme corp*: push fails", "Acme", "push fails"),
        ("`acme` push fails", "Acme", "push fails"),
        ("'acme': push fails", "Acme", "push fails"),
        ("[acme] push fails", "Acme", "push fails"),
        ("acme! push fails", "Acme", "push fails"),
        ("acme. push: it fails", None, "acme. push: it fails"),
        ("acme :( push fails", "Acme", ":( push fails"),
        ("acme see <https://x.y|x.y>", "Acme", "see x.y"),
        ("acme see https://x.y:80/z", "Acme", "see https://x.y:80/z"),
        ("acme tell <mailto:a@b.c>", "Acme", "tell mailto:a@b.c"),
        ("acme push：it fails", None, "acme push：it fails"),  # noqa: RUF001
        ("acme\u200b: push fails", "Acme", "push fails"),
        ("\ufeffacme push fails", "Acme", "push fails"),
        ("ACME\u00a0corp: push fails", "Acme", "push fails"),
    ],
)
def test_a_customer_comes_before_the_colon_or_first(
    text: str, customer: str | None, title: str
) -> None:
    result = request(text)

    assert (result.customer, result.title) == (customer, title)


def test_the_longest_name_wins() -> None:
    customers = (Customer("Initech"), Customer("Initech Labs"))

    result = request("initech labs push fails", customers=customers)

    assert (result.customer, result.title) == ("Initech Labs", "push fails")


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("Foo: Bar", "foo: bar: push fails", "push fails"),
        ("Foo: Bar", "foo: bar push fails", "push fails"),
        ("Foo: Bar", '"Foo: Bar": push fails', "push fails"),
        ("Foo:", "foo: push fails", "push fails"),
        ("Wayne, Inc.", "wayne, inc. push fails", "push fails"),
        ('The "Best"', "the “best”: push fails", "push fails"),
        ("O'Reilly", "O\N{RIGHT SINGLE QUOTATION MARK}Reilly push fails", "push fails"),
        ("東京", "東京：画面が開かない", "画面が開かない"),  # noqa: RUF001
        ("AT&T", "at&amp;t push fails", "push fails"),
        ("AT&amp;T", "at&amp;t push fails", "push fails"),
        ("AT&T", "at&amp;t's push fails", "push fails"),
        ("O'Reilly", "o’reilly’s push fails", "push fails"),  # noqa: RUF001
        ("Levi's", "levi's push fails", "push fails"),
        ("Levi's", "levi's's push fails", "push fails"),
        ("Umbrella Labs", "umbrella labs' push fails", "push fails"),
        ("x.com", "<http://x.com|x.com>: push fails", "push fails"),
    ],
)
def test_marks_that_are_part_of_a_name_belong_to_it(
    name: str, text: str, title: str
) -> None:
    result = request(text, customers=(Customer("Bar"), Customer(name)))

    assert (result.customer, result.title) == (name, title)


@given(
    st.builds(
        "{}a{}b{}".format,
        st.sampled_from(["", "(", "#", '"', ".", "_", "<", "@"]),
        st.text("ab1 :,;-\"'(.*_~/#@<>&!?—🔥é+|", max_size=6),
        st.sampled_from(["", ")", "...", '"', "!", ">", "'s"]),
    )
)
@example(":a")
@example("plan=a")
def test_every_name_that_a_policy_may_hold_can_be_typed(name: str) -> None:
    if untypable(name) is not None:
        return

    result = request(f"{escape(name)}: push fails", customers=(Customer(name),))

    assert (result.customer, result.title) == (name, "push fails")


def test_a_name_that_begins_with_a_picture_is_found_with_it() -> None:
    result = request(
        "🔥 fire: push fails", customers=(Customer("🔥 Fire"), Customer("Acme"))
    )

    assert (result.customer, result.title) == ("🔥 Fire", "push fails")


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
        ("globx：push fails", ("Globex",)),  # noqa: RUF001
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


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", Form()),
        (" \t\n ", Form()),
        ("acme", Form("Acme")),
        ("acme:", Form("Acme")),
        ("-", Form()),
        (": -", Form()),
        ('acme: ""', Form("Acme")),
    ],
)
def test_no_title_asks_for_the_form(text: str, form: Form) -> None:
    assert parsed(text) == form


def test_the_form_of_a_customers_channel_has_the_customer_chosen() -> None:
    assert parsed("", channel="C0ACME") == Form("Acme")


@pytest.mark.parametrize("text", ["help", " Help ", "?", "--help", "-h", "Help."])
def test_help_is_help(text: str) -> None:
    assert parsed(text) == Help()


def test_markup_in_a_title_is_kept_as_typed() -> None:
    result = request("&lt;b&gt; <!channel> <@U0ANA|ana> &amp; <#C1|general> fail")

    assert result.title == "<b> <!channel> @ana & #general fail"


def test_control_characters_in_a_title_become_one_space() -> None:
    assert request("push\x00\x1b[31m\u202e of\napps").title == "push [31m of apps"


def test_help_is_help_though_something_unseen_came_along() -> None:
    assert parsed("\ufeffhelp\u200b") == Help()


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
            exclude_characters='="“”:',
            exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"],
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


def test_a_plan_is_found_by_a_name_that_slack_escapes_or_links() -> None:
    first, *others = shipped_policy().plans
    plans = (replace(first, name="R&D at acme.com"), *others)
    typed = "R&amp;D at <http://acme.com|acme.com>"

    result = parsed(f'acme: slow plan="{typed}"', plans=plans)

    assert isinstance(result, OpenRequest)
    assert result.plan == first.id
