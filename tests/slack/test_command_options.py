"""Tests of bot.slack.command_options, through whole commands."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.slack.command_text import CustomerFrom, OpenRequest, Reading
from tests.factories import pacific, shipped_policy
from tests.slack.typed_commands import refused, request

IN_QUOTES = " If it belongs to the title, put it in double quotes:"


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
        ("plan='Standard Support'", "standard"),
        ("plan=„Standard Support“", "standard"),
        ("plan=Standard Support", "standard"),
        ("plan=Free Trial / Self\N{NON-BREAKING HYPHEN}Service", "self_service"),
        ("plan=standard,", "standard"),
        ("plan＝standard", "standard"),  # noqa: RUF001
        ("plan = standard", "standard"),
        ("plan= standard", "standard"),
        ("plan =standard", "standard"),
        ("ｐｌａｎ＝standard", "standard"),  # noqa: RUF001
        ("pl\u200ban=standard\u200b", "standard"),
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
        ("owner=@ben carter", "U0BEN"),
        ("owner=<@U0ANA|ana>,", "U0ANA"),
    ],
)
def test_an_owner_is_mentioned_or_named(option: str, owner: str) -> None:
    assert request(f"push fails {option}").owner == owner


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ('push says "plan=premium" and fails', 'push says "plan=premium" and fails'),
        ("push says “paln=x”", "push says “paln=x”"),
        ('"paln=x"', "paln=x"),
        ('push fails "paln=premium"', 'push fails "paln=premium"'),
        ("x=1 makes push fail", "x=1 makes push fail"),
        ("push fails when x=1", "push fails when x=1"),
        ("push fails if a=1, b=2 today", "push fails if a=1, b=2 today"),
        ("colour=red apps fail", "colour=red apps fail"),
        ("see x.y/?plan=premium today", "see x.y/?plan=premium today"),
        ("see x.y/?a=1&amp;plan=b today", "see x.y/?a=1&plan=b today"),
        ("see (<https://x.y/?plan=b>) today", "see (https://x.y/?plan=b) today"),
        ("the floor-plan=x is gone today", "the floor-plan=x is gone today"),
        ("the $plan=x is unset today", "the $plan=x is unset today"),
        ("len == 0 for all", "len == 0 for all"),
        ("push fails when a == b", "push fails when a == b"),
        ('the 5" disk is full', 'the 5" disk is full'),
        ("see <https://x.y/?a=b>", "see https://x.y/?a=b"),
        ("see <https://x.y/?a,plan=b>", "see https://x.y/?a,plan=b"),
        ("see https://x.y/?a,plan=b", "see https://x.y/?a,plan=b"),
        ("see HTTPS://x.y/?a,plan=b", "see HTTPS://x.y/?a,plan=b"),
        ("crash at line=42", "crash at line=42"),
        ("replication lag=30s", "replication lag=30s"),
        ("pan=5 plant=3 cat=9 links=2 today", "pan=5 plant=3 cat=9 links=2 today"),
        ("push fails with retry=3", "push fails with retry=3"),
        ("push fails for user=ana", "push fails for user=ana"),
        ("push says «plan=premium»", "push says «plan=premium»"),
        ('a 5\'10" man said "at=09:40"', 'a 5\'10" man said "at=09:40"'),
    ],
)
def test_text_that_only_resembles_an_option_stays_in_the_title(
    text: str, title: str
) -> None:
    assert request(text).title == title


@pytest.mark.parametrize(
    ("text", "title", "plan"),
    [
        (
            '27" screens flicker plan="Premium Support"',
            '27" screens flicker',
            "premium",
        ),
        ('27" and plan=premium the 24" too', '27" and the 24" too', "premium"),
        ('the "27" screen" plan=premium', 'the "27" screen"', "premium"),
        ('he said "no plan=premium', 'he said "no', "premium"),
        ("plan=Premium Support is down", "is down", "premium"),
        ("it is down plan=Premium Support.", "it is down", "premium"),
        ("it is down plan=Premium Support!? Now", "it is down Now", "premium"),
        ("it is down plan=premium. Now", "it is down Now", "premium"),
        ("plan=premium: it is down", "it is down", "premium"),
        ('"acme: it is down" plan=premium', "it is down", "premium"),
        ("plan=premium of &lt;b&gt;", "of <b>", "premium"),
        ("of &lt;b&gt;; plan=premium", "of <b>", "premium"),
        ("plan=premium of R&amp;", "of R&", "premium"),
        ("plan=premium is down", "is down", "premium"),
        ("it is down, plan=premium, owner=ana", "it is down", "premium"),
        ("it is down,plan=premium", "it is down", "premium"),
        ('it is down plan="standard". Now', "it is down Now", "standard"),
        ("owner=<@U0ANA>: is down plan=standard", "is down", "standard"),
        ("is down plan=standard link=<https://x.y>.", "is down", "standard"),
    ],
)
def test_an_option_is_read_and_the_rest_is_the_title(
    text: str, title: str, plan: str
) -> None:
    result = request(text)

    assert (result.title, result.plan) == (title, plan)


@pytest.mark.parametrize("key", ["LİNK", "lınk", "Link", "ｌｉｎｋ"])  # noqa: RUF001
def test_an_option_is_known_in_any_case_and_width(key: str) -> None:
    result = request(f"push fails {key}=https://x.y")

    assert (result.title, result.link) == ("push fails", "https://x.y")


@pytest.mark.parametrize(
    ("text", "name", "quoted"),
    [
        ("acme: login down pan=premium today", "pan", "pan=premium"),
        ("login down pan = premium today", "pan", "pan = premium"),
        ('login down pan="Premium Support" today', "pan", "pan=Premium Support"),
        ("login down (paln=premium) today", "paln", "paln=premium"),
        ("login down, onwer=ana, today", "onwer", "onwer=ana"),
        ("lnik=<https://x.y> login down", "lnik", "lnik=https://x.y"),
        ("login down ta=09:40 today", "ta", "ta=09:40"),
        ("login down plans=premium today", "plans", "plans=premium"),
        ("login down ownr=@zed today", "ownr", "ownr=@zed"),
    ],
)
def test_a_misspelt_option_is_refused_wherever_it_stands(
    text: str, name: str, quoted: str
) -> None:
    meant = {"pan": "plan", "paln": "plan", "plans": "plan"}
    meant |= {"onwer": "owner", "ownr": "owner", "lnik": "link", "ta": "at"}

    assert refused(text) == (
        f"There is no option {name}=; did you mean {meant[name]}=? If it belongs to "
        f'the title, put it in double quotes: "{quoted}".'
    )


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("login down (plan=premium)", "plan=premium"),
        ("login down [plan=premium] today", "plan=premium"),
        ("login down *plan=premium* today", "plan=premium"),
        ("login down `plan=premium`", "plan=premium"),
        ("login down 'plan=premium' today", "plan=premium"),
        ("login down &lt;plan=premium&gt; today", "plan=premium&gt;"),
        ("login down --plan=premium today", "plan=premium"),
        ("acme:plan=premium login down", "plan=premium"),
        ("login down.plan=premium today", "plan=premium"),
        ("login down (plan = premium)", "plan = premium"),
        ("login where t.plan='x' fails", "plan='x'"),
        ("login down [link=<https://x.y/z>]", "link=https://x.y/z"),
    ],
)
def test_an_option_with_something_before_it_is_refused(text: str, quoted: str) -> None:
    name = quoted[:4]
    example = {"plan": "standard", "link": "https://example.com/ticket/7"}[name]

    assert refused(text) == (
        f"Put a space before {name}= and only its value behind it, as in "
        f"{name}={example}. If it belongs to the title, put it in double quotes: "
        f'"{quoted}".'
    )


@given(
    before=st.sampled_from(["", "(", "*", "-", "'", "acme:", "x,", "x&lt;", "“x” "]),
    name=st.sampled_from(["plan", "PLAN", "owner", "at", "link"]),
    value=st.sampled_from(["premium", "<https://x.y|x.y>", '"a b"', "a&gt;b", "x)."]),
    after=st.sampled_from(["", ")", "*", " today", "?"]),
)
def test_what_looks_like_an_option_never_ends_in_the_title(
    before: str, name: str, value: str, after: str
) -> None:
    try:
        result = request(f"login down {before}{name}={value}{after}")
    except UserError:
        return

    assert "=" not in result.title


def test_what_is_refused_in_a_title_is_accepted_in_the_quotes_it_names() -> None:
    said = refused("login down (pan=premium) today")
    quoted = said[said.index('"') :].rstrip(".")

    assert request(f"login down ({quoted}) today").title == (
        'login down ("pan=premium") today'
    )


def test_a_link_keeps_the_ampersand_at_its_end() -> None:
    result = request("acme: push fails link=https://x.y/?a&amp;, and more")

    assert (result.title, result.link) == ("push fails and more", "https://x.y/?a&")


def test_a_name_may_end_with_the_mark_that_ends_a_sentence() -> None:
    first, *others = shipped_policy().plans
    plans = (replace(first, name="Go Big!"), *others)

    assert request("it is down plan=Go Big!", plans=plans).plan == first.id


def test_am_and_pm_belong_to_the_time_before_them() -> None:
    result = request("acme: push at=9:40 PM fails")

    assert result.reported_at == pacific(23, "21:40")
    assert result.title == "push fails"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            'push fails plan="Premium Support',
            (
                "The quote after plan= is not closed. Close it after the value, or "
                "leave it out."
            ),
        ),
        (
            "push fails plan=Free Trial",
            (
                'No support plan is named "Free". Try one of: premium, standard, '
                "self_service."
                f'{IN_QUOTES} "plan=Free".'
            ),
        ),
        (
            "push fails plan=&lt;gold&gt; today",
            (
                'No support plan is named "&lt;gold&gt;". Try one of: premium, '
                "standard, self_service."
                f'{IN_QUOTES} "plan=&lt;gold&gt;".'
            ),
        ),
        (
            "push fails (they have plan=Premium Support)",
            (
                'No support plan is named "Premium Support)". Try one of: premium, '
                "standard, self_service."
                f'{IN_QUOTES} "plan=Premium Support)".'
            ),
        ),
        (
            "push fails at=09:40 UTC",
            (
                'at="09:40 UTC" is not a time of the day. Write a time of the last 24 '
                "hours by your own clock, such as at=09:40."
                f'{IN_QUOTES} "at=09:40 UTC".'
            ),
        ),
        (
            "push fails owner=<mailto:a@b.c|a@b.c>",
            (
                'Nobody is known here as "a@b.c". Type owner=@ and pick the name from '
                "Slack's list."
                f'{IN_QUOTES} "owner=a@b.c".'
            ),
        ),
        (
            "push fails paln=premium",
            (
                "There is no option paln=; did you mean plan=? If it belongs to the "
                'title, put it in double quotes: "paln=premium".'
            ),
        ),
        (
            "push fails since=09:40 plan=premium",
            (
                "There is no option since=; there are plan=, owner=, at= and link=. "
                'If it belongs to the title, put it in double quotes: "since=09:40".'
            ),
        ),
        (
            "push fails ticket=<https://x.y/z>",
            (
                "There is no option ticket=; there are plan=, owner=, at= and link=. "
                'If it belongs to the title, put it in double quotes: "ticket=https://'
                'x.y/z".'
            ),
        ),
        (
            "push fails who=@zed",
            (
                "There is no option who=; there are plan=, owner=, at= and link=. "
                'If it belongs to the title, put it in double quotes: "who=@zed".'
            ),
        ),
        (
            "push fails plan=gold",
            (
                'No support plan is named "gold". Try one of: premium, standard, '
                "self_service."
                f'{IN_QUOTES} "plan=gold".'
            ),
        ),
        ("push fails plan=", "plan= says nothing. Write for example plan=standard."),
        ("a plan=premium plan=standard", "plan= stands twice. Write it once."),
        (
            "push fails owner=zed",
            (
                'Nobody is known here as "zed". Type owner=@ and pick the name from '
                "Slack's list."
                f'{IN_QUOTES} "owner=zed".'
            ),
        ),
        (
            "push fails at=25:00",
            (
                'at="25:00" is not a time of the day. Write a time of the last 24 '
                "hours by your own clock, such as at=09:40."
                f'{IN_QUOTES} "at=25:00".'
            ),
        ),
        (
            "push fails link=ftp://x.y",
            (
                '"ftp://x.y" is no link. Write one with http:// or https://, such as '
                "link=https://example.com/ticket/7."
                f'{IN_QUOTES} "link=ftp://x.y".'
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
