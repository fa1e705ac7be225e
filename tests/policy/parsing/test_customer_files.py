"""Customers from a CSV file, and its problems with their lines."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.policy.parsing.source import read_stored
from bot.policy.policies import Customer
from tests.policy_texts import changed, holidays, policy_of, problems_of

TEXT = changed(("customers:\n", "customers_file: c.csv\ncustomers:\n"))
HEAD = "name,aliases,plan,calendar,channel\n"
COLUMNS = "write name, aliases, plan, calendar, channel and zone as the first line"


def wrong(csv: str) -> list[str]:
    return problems_of(TEXT, {"c.csv": csv})


def test_customers_of_the_csv_follow_those_of_the_policies_file() -> None:
    csv = HEAD + 'Wayne,"wayne corp; batman ;",basic,office,C0WAYNE\nStark,,,,\n'

    policy = policy_of(TEXT, {"c.csv": csv})

    assert [customer.name for customer in policy.customers] == [
        "Acme", "Globex", "Wayne", "Stark",
    ]  # fmt: skip
    assert policy.customers[2:] == (
        Customer("Wayne", ("wayne corp", "batman"), "basic", "office", "C0WAYNE"),
        Customer("Stark"),
    )


def test_columns_may_be_left_out_and_come_in_any_order() -> None:
    policy = policy_of(TEXT, {"c.csv": "plan,name\ngold,Wayne\n\n"})

    assert policy.customers[2:] == (Customer("Wayne", plan="gold"),)


def test_a_zone_is_a_column_whose_faults_are_named() -> None:
    text, berlin = "name,zone\nWayne,{}\n", ZoneInfo("Europe/Berlin")

    policy = policy_of(TEXT, {"c.csv": text.format("Europe/Berlin")})
    (problem,) = problems_of(TEXT, {"c.csv": text.format("Berlim")})

    assert policy.customers[2:] == (Customer("Wayne", zone=berlin),)
    assert problem.startswith('c.csv line 2, zone: "Berlim" is no time zone; write an')


def test_a_name_may_hold_a_comma_in_quotes() -> None:
    policy = policy_of(TEXT, {"c.csv": 'name,plan\n"Wayne, Inc.",gold\r\n'})

    assert policy.find_customer("wayne, inc.") is not None


@pytest.mark.parametrize(
    "csv",
    [
        'name, aliases ,plan\nWayne, "wayne corp;batman", gold\n',
        " Name,ALIASES,Plan\nWayne,wayne corp; batman,gold\n",
        "name,aliases,plan,\nWayne,wayne corp;batman,gold,\n",
        "name,aliases,plan\n , ,\n\nWayne,wayne corp;batman,gold,,\n,,\n",
        '\n"name","aliases","plan"\r\n"Wayne","wayne corp;batman","gold"\r\n',
        "name,aliases,plan\rWayne,wayne corp;batman,gold\r",
    ],
    ids=[
        "spaces around cells",
        "header in capitals",
        "comma at the end of every row",
        "blank rows",
        "every cell in quotes",
        "line ends of an old Mac",
    ],
)
def test_what_is_meant_clearly_is_read(csv: str) -> None:
    wayne = Customer("Wayne", ("wayne corp", "batman"), plan="gold")

    assert policy_of(TEXT, {"c.csv": csv}).customers[2:] == (wayne,)


def test_a_quote_inside_quotes_is_written_twice() -> None:
    policy = policy_of(TEXT, {"c.csv": 'name,plan\n"The ""W""",gold\n'})

    assert policy.customers[2].name == 'The "W"'


def test_a_file_exported_from_a_web_page_is_read_as_it_is_shown() -> None:
    csv = "name,aliases\nAT&amp;T,M&amp;M&#39;s; R&amp;D\n"

    policy = policy_of(TEXT, {"c.csv": csv})

    assert policy.customers[2:] == (Customer("AT&T", ("M&M's", "R&D")),)


def test_each_problem_names_the_line_of_the_csv() -> None:
    csv = HEAD + "Wayne,,glod,ofice,#wayne\n\nStark,,silver,,\n"

    problems = wrong(csv)

    assert problems[:2] == [
        (
            'c.csv line 2, plan: "glod" is no plan; write gold or basic; '
            "did you mean gold?"
        ),
        (
            'c.csv line 2, calendar: "ofice" is no calendar; write office; '
            "did you mean office?"
        ),
    ]
    assert problems[2].startswith('c.csv line 2, channel: "#wayne" is not allowed')
    assert problems[3:] == [
        'c.csv line 4, plan: "silver" is no plan; write gold or basic'
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            "acme,,,,",
            (
                'c.csv line 2: "acme" already names Acme (policies.yaml line 37); '
                "write a name that is free"
            ),
        ),
        (
            "Wayne,globex,,,",
            (
                'c.csv line 2: "globex" already names Globex (policies.yaml line 38); '
                "write a name that is free"
            ),
        ),
        (
            "Wayne,,,,C0ACME",
            (
                'c.csv line 2, channel: "C0ACME" already belongs to Acme '
                "(policies.yaml line 37); write another, or none"
            ),
        ),
        (
            " ,,gold,,",
            "c.csv line 2, name: nothing is written here; write the customer's name",
        ),
        (
            "Wayne,,,,,Inc.",
            (
                'c.csv line 2: ["Inc."] is beyond the last column; '
                "put what holds a comma in quotes"
            ),
        ),
        ('"Wayne,,,,', "c.csv line 2: this is not CSV: unexpected end of data"),
        (
            "\u200b,,gold,,",
            "c.csv line 2, name: nothing is written here; write the customer's name",
        ),
        (
            "Wayne,\u200b,,,",
            'c.csv line 2, aliases.1: "\\u200b" shows nothing; write a text',
        ),
        (
            "Wayne,gold",
            (
                "c.csv line 2: this row ends before plan, calendar and channel; "
                "write a comma for each empty cell"
            ),
        ),
        (
            "'Wayne',,,,",
            'c.csv line 2: "\'Wayne\'" is in other quotes than "; write those',
        ),
        (
            "Wayne,“a;b”,,,",
            'c.csv line 2: "“a;b”" is in other quotes than "; write those',
        ),
        (
            'Wayne,a "b" c,,,',
            (
                "c.csv line 2: a quote stands inside a cell; put the cell in quotes, "
                'and write "" for the one inside'
            ),
        ),
        (
            "Way\x93ne,,,,",
            (
                "c.csv line 2: U+0093 is no character that anybody can see; "
                "write what is meant, or delete it"
            ),
        ),
    ],
)
def test_an_unusable_row_is_refused(row: str, sentence: str) -> None:
    assert wrong(HEAD + row + "\n") == [sentence]


@pytest.mark.parametrize(
    ("csv", "problem"),
    [
        (
            "name,plan,plan\nWayne,gold,basic\n",
            "c.csv line 1, plan: this column stands here twice; keep one of them",
        ),
        ("Name,name\nWayne,x\n", "c.csv line 1, name: this column stands here twice; "),
        ("name;plan\nWayne;gold\n", 'c.csv line 1: ";" is between the columns; write'),
        ("name\tplan\n", r'c.csv line 1: "\t" is between the columns; write commas'),
        ("name,\nWayne,gold\n", 'c.csv line 2: ["gold"] is beyond the last column; '),
        (
            'name,plan\n"Wayne,gold\nStark,gold"\nx,\n',
            r'c.csv line 2: "Wayne,gold\nStark,gold" goes over several lines; ',
        ),
        (
            'name,plan\n\nWayne,gold\nStark,"go"ld\n',
            "c.csv line 4: this is not CSV: ',' expected after '\"'",
        ),
    ],
)
def test_a_fault_is_told_with_the_line_on_which_it_begins(
    csv: str, problem: str
) -> None:
    assert wrong(csv)[0].startswith(problem)


def test_a_stored_file_is_read_by_the_rules_of_its_day() -> None:
    texts = {"policies.yaml": TEXT, "c.csv": "name,plan,plan\nWayne,gold,basic\n"}

    policy = read_stored(texts, holidays, date(2026, 11, 22))

    assert policy.customers[2:] == (Customer("Wayne", plan="basic"),)


def test_a_repeated_name_is_refused_with_both_lines() -> None:
    assert wrong("name\nWayne\nWAYNE\n") == [
        (
            'c.csv line 3: "WAYNE" already names Wayne (c.csv line 2); '
            "write a name that is free"
        )
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Socie\u0301te\u0301", "Soci\u00e9t\u00e9"),
        ("O'Reilly", "O\N{RIGHT SINGLE QUOTATION MARK}Reilly"),
        ("Wayne", "Way\u200bne"),
        ("Rolls-Royce", "Rolls\N{EN DASH}Royce"),
    ],
    ids=ascii,
)
def test_two_names_that_look_alike_are_refused_with_both_lines(
    first: str, second: str
) -> None:
    assert wrong(f"name,aliases\nStark,{first}\n{second},\n") == [
        (
            f'c.csv line 3: "{second}" already names Stark (c.csv line 2); '
            "write a name that is free"
        )
    ]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("--", "no letter and no digit in it"),
        (":", "no letter and no digit in it"),
        ("★ ★", "no letter and no digit in it"),
        ("\u0301", "no letter and no digit in it"),
        ("Foo:", 'a command takes ":" for the end of a name'),
        ("Foo：", 'a command takes ":" for the end of a name'),  # noqa: RUF001
        ("Foo、", 'a command takes "、" for the end of a name'),
        ("Foo –", 'a command takes "-" for the end of a name'),  # noqa: RUF001
        (":fire: Foo", 'a command takes ":" for the end of a name'),
        ("plan=Foo", 'a command takes "=" for an option'),
    ],
)
def test_a_name_that_nobody_can_type_is_refused_with_its_line(
    name: str, why: str
) -> None:
    sentence = f'"{name}" cannot be typed: {why}; write another name'
    listed = TEXT.replace("  Globex:", f"  {name!r}:")

    assert wrong(f"name,aliases\nFoo,\nWayne,{name}\n") == [f"c.csv line 3: {sentence}"]
    assert problems_of(listed, {"c.csv": "name\nFoo\n"}) == [
        f"policies.yaml line 38, customers.{name}: {sentence}"
    ]


def test_a_stored_policy_is_read_though_names_in_it_look_alike() -> None:
    files = {
        "policies.yaml": TEXT,
        "c.csv": "name,plan\nWayne,gold\nWay\u200bne,\n--,\n",
    }

    policy = read_stored(files, holidays, date(2026, 11, 22))

    found = policy.find_customer("wayne")
    assert found is not None
    assert found.plan == "gold"


def test_a_file_without_a_header_is_refused() -> None:
    missing = f"c.csv line 1, name: this column is missing; {COLUMNS}"

    assert wrong("") == [missing]
    assert wrong("Wayne,gold\n")[0] == missing


def test_a_misspelt_column_is_refused() -> None:
    assert wrong("name,chanel\nWayne,C0WAYNE\n") == [
        f'c.csv line 1: "chanel" is no column; {COLUMNS}; did you mean channel?'
    ]


def test_a_missing_file_is_reported_at_its_setting() -> None:
    assert problems_of(TEXT) == [
        "policies.yaml line 35, customers_file: c.csv does not exist"
    ]


def test_problems_of_both_files_are_reported_together() -> None:
    text = TEXT.replace("means: odd", "means:")

    problems = problems_of(text, {"c.csv": HEAD + "Wayne,,glod,,\n"})

    assert [problem.split(":")[0] for problem in problems] == [
        "policies.yaml line 7, severities.sev3.means",
        "c.csv line 2, plan",
    ]
