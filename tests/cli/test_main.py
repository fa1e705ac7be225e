"""The commands about the policy, as they are typed."""

from importlib.metadata import version
from pathlib import Path

import pytest

from bot.policy import wording
from bot.policy.parsing.policy_file import default_text
from bot.policy.targets import NOTHING
from tests.commands import Ran, Run, write
from tests.paths import ROOT

PAGE = ROOT / "tests" / "data" / "support-policy.md"


def test_without_a_command_the_help_is_printed(run: Run) -> None:
    ran = run()

    assert ran.status == 0
    assert all(name in ran.out for name in ("check", "due", "policy"))


@pytest.mark.parametrize(
    "command",
    [["check"], ["due"], ["policy"], ["policy", "show"], ["policy", "schema"],
     ["policy", "check"], ["policy", "init"]],
)  # fmt: skip
def test_each_command_has_help(run: Run, command: list[str]) -> None:
    ran = run(*command, "--help")

    assert ran.status == 0
    assert ran.out.startswith(f"Usage: sevbot {' '.join(command)}")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["doctr"], "No such command 'doctr'. Did you mean 'doctor'?"),
        (["rum"], "No such command 'rum'. Did you mean 'run'?"),
        (["--versoin"], "No such option: --versoin (Possible options: --version)"),
        (["due", "sev1"], "Missing argument 'PLAN'. Example: sevbot due sev2 standard"),
        (["due", "sev1", "premium", "--when", "now"], "No such option: --when"),
        (["policy"], "Missing command. Type: sevbot policy --help"),
    ],
)
def test_a_mistyped_command_is_refused_in_one_line(
    run: Run, arguments: list[str], sentence: str
) -> None:
    ran = run(*arguments)

    assert ran.status == 2
    assert ran.out == ""
    assert ran.err.startswith(f"sevbot: {sentence}")
    assert ran.err.count("\n") == 1


def test_version_is_printed(run: Run) -> None:
    assert run("--version") == Ran(0, f"sevbot {version('sevbot')}\n", "")


def test_check_accepts_a_good_file(run: Run) -> None:
    write("policies.yaml")

    ran = run("check")

    assert ran == Ran(
        0,
        "policies.yaml is good: 3 plans, 1 calendar, 4 customers.\n"
        "Outside of a person's working day and shifts, and in their quiet hours, only "
        "Sev1 of premium, standard rings: the policy wakes people for it. The rest "
        "waits; outside of quiet hours not if it is due before their next working "
        "day. Besides pages a person gets at most 12 messages a day.\n",
        "",
    )


def test_check_says_when_it_checked_the_shipped_file(run: Run) -> None:
    ran = run("check")

    assert ran.status == 0
    assert ran.out.startswith("The one that comes with sevbot is good")
    assert ran.err == (
        "There is no policies.yaml here: the one that comes with sevbot counts.\n"
    )


def test_a_warning_of_a_library_is_not_printed(
    run: Run, recwarn: pytest.WarningsRecorder
) -> None:
    write("policies.yaml", ("country: US\n\n", "country: IN\n\n"))

    ran = run("check")

    assert "policies.yaml is good" in ran.out
    assert (ran.err, recwarn.list) == ("", [])


def test_check_prints_each_problem_on_a_line_and_fails(run: Run) -> None:
    write("p.yaml", ("every two weeks", "biweekly"), ("U0LEA", "lea"))

    ran = run("check", "p.yaml")

    lines = ran.err.splitlines()
    assert ran.status == 1
    assert ran.out == ""
    assert [line.split(": ")[0].split(", ")[1] for line in lines] == [
        "follow_up.sev4.self_service",
        "on_call.lead",
    ]
    assert all(line.startswith("p.yaml line ") for line in lines)


def test_check_reads_the_file_that_the_environment_names(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEVBOT_POLICIES", "gone.yaml")

    assert run("check") == Ran(1, "", "gone.yaml does not exist\n")


def test_check_warns_of_short_fridays_and_still_succeeds(run: Run) -> None:
    write(
        "policies.yaml",
        (
            "      mon-fri: 09:00-17:00",
            "      mon-thu: 09:00-17:00\n      fri: 09:00-13:00",
        ),
    )

    ran = run("check")

    warnings = [line for line in ran.out.splitlines() if line.startswith("warning: ")]
    assert ran.status == 0
    assert len(warnings) == 3
    assert "for Standard Support, Sev2 can be due later than Sev3: from " in warnings[0]


def test_an_unusable_setting_is_refused_in_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEVBOT_PORT", "many")

    ran = run("check")

    assert ran.status == 1
    assert ran.err.startswith("sevbot: SEVBOT_PORT must be ")
    assert ran.err.count("\n") == 1


def test_policy_show_prints_both_tables_in_the_published_wording(run: Run) -> None:
    write("policies.yaml")

    ran = run("policy", "show")

    words = " ".join(ran.out.replace("│", " ").split())
    assert ran.status == 0
    assert "Sev1 4 Business Hours 4 Business Hours 8 Business Hours" in words
    assert "Sev4 Status updates weekly Status updates weekly" in words


def test_policy_show_prints_our_aims_in_words_that_read_back(run: Run) -> None:
    aims = "aims:\n  sev1: {premium: every 2 hours}\n\ninterpretations:\n"
    write("policies.yaml", ("interpretations:\n", aims))

    shown = run("policy", "show", "--format", "json").json

    assert list(shown) == ["plans", "first_response", "follow_up", "aims"]
    words = shown["aims"]["sev1"]
    assert words["premium"] == "Status updates every 2 hours"
    assert wording.words(wording.follow_up(words["premium"])) == "every 2 hours"
    assert wording.follow_up(words["standard"]) == NOTHING


def test_policy_show_prints_resolutions_and_the_json_of_check_stays(run: Run) -> None:
    resolution = "resolution:\n  sev1: {premium: 8 business hours}\n\n"
    write("policies.yaml", ("interpretations:\n", f"{resolution}interpretations:\n"))

    shown = run("policy", "show", "--format", "json").json
    said, rows = (run("policy", "check", str(PAGE), *how) for how in ((), ("--json",)))

    assert list(shown) == ["plans", "first_response", "follow_up", "resolution"]
    assert shown["resolution"]["sev1"]["premium"] == "8 Business Hours"
    assert (said.status, rows.status) == (1, 0)
    assert said.out.startswith("Resolution, Sev1, Premium Support: the page says noth")
    assert {row["table"] for row in rows.json} == {"first_response", "follow_up"}


def test_policy_show_prints_markdown(run: Run) -> None:
    write("policies.yaml", ("Premium Support", "Gold|Best"))

    lines = run("policy", "show", "--format", "markdown").out.splitlines()

    assert lines[2:6] == [
        "| Severity | Gold\\|Best | Standard Support | Free Trial / Self-Service |",
        "| --- | --- | --- | --- |",
        "| Sev1 | 4 Business Hours | 4 Business Hours | 8 Business Hours |",
        "| Sev2 | 4 Business Hours | 8 Business Hours | 1 Business Day |",
    ]
    assert lines[-3] == (
        "| Sev2 | Status updates twice per business day | Status updates every day "
        "| Status updates every two business days |"
    )


def test_policy_show_prints_json(run: Run) -> None:
    write("policies.yaml")

    shown = run("policy", "show", "--format", "json").json

    assert list(shown) == ["plans", "first_response", "follow_up"]
    assert shown["plans"]["self_service"] == "Free Trial / Self-Service"
    assert shown["first_response"]["sev2"]["standard"] == "8 Business Hours"
    assert shown["follow_up"]["sev1"]["premium"] == "Continuous work until resolution"


def test_policy_schema_prints_json(run: Run) -> None:
    schema = run("policy", "schema").json

    assert schema["$schema"].startswith("https://json-schema.org/")
    assert "calendars" in schema["properties"]


def test_check_says_from_which_day_on_a_file_counts(run: Run) -> None:
    write(
        "policies.yaml", ('at: "09:15"\n', 'at: "09:15"\neffective_from: 2031-03-03\n')
    )

    assert "It counts from Mon 03 Mar 2031 on.\n" in run("check").out


@pytest.mark.parametrize("asked", [["show"], ["check", str(PAGE)]])
def test_of_a_file_that_counts_later_it_is_said(run: Run, asked: list[str]) -> None:
    edit = ('at: "09:15"\n', 'at: "09:15"\neffective_from: 2031-03-03\n')
    write("policies.yaml", edit)

    later = run("policy", *asked)
    write("policies.yaml")

    assert later.err == "This file counts from Mon 03 Mar 2031 on.\n"
    assert run("policy", *asked).err == ""


def test_policy_init_writes_a_file_that_is_good(run: Run) -> None:
    began = run("policy", "init")

    assert began == Ran(
        0, "Wrote policies.yaml. Edit it, then run: sevbot check policies.yaml\n", ""
    )
    assert Path("policies.yaml").read_text(encoding="utf-8") == default_text()
    assert run("check").status == 0


def test_policy_init_never_overwrites(run: Run) -> None:
    Path("mine.yaml").write_text("mine")

    ran = run("policy", "init", "mine.yaml")

    assert ran == Ran(1, "", "sevbot: mine.yaml exists and was left as it is.\n")
    assert Path("mine.yaml").read_text() == "mine"


def test_policy_init_says_where_it_cannot_write(run: Run) -> None:
    ran = run("policy", "init", "nowhere/policies.yaml")

    assert ran == Ran(
        1,
        "",
        "sevbot: nowhere/policies.yaml cannot be written: No such file or directory.\n",
    )


@pytest.mark.parametrize(
    "arguments",
    [["check", "a\x1b[2J\u202e"], ["due", "a\x1b[2J\u202e", "premium"],
     ["a\x1b[2J\u202e"], ["check", "--a\x1b[2J\u202e"]],
)  # fmt: skip
def test_the_terminal_shows_control_characters_as_text(
    run: Run, arguments: list[str]
) -> None:
    ran = run(*arguments)

    assert "a\\u001b[2J" in ran.err or "a\\x1b[2J" in ran.err
    assert not {"\x1b", "\u202e"} & set(ran.err)


def test_policy_check_finds_nothing_on_the_page_of_the_shipped_policy(run: Run) -> None:
    write("policies.yaml")

    assert run("policy", "check", str(PAGE)) == Ran(0, f"{PAGE.name}: 24 same\n", "")


def test_policy_check_says_each_cell_that_differs(run: Run) -> None:
    write(
        "policies.yaml",
        ("    premium: weekly", "    premium: hourly"),
        ("    self_service: 3 business days", "    self_service: best effort"),
    )
    text = PAGE.read_text(encoding="utf-8").replace("twice per week", "bi-weekly")
    Path("page.md").write_text(text.replace("| 8 Business Hours |", "| |", 1))

    ran = run("policy", "check", "page.md")

    assert ran.status == 1
    assert ran.out.splitlines() == [
        "First response, Sev1, Free Trial / Self-Service: the page says nothing; "
        'the policy says "8 Business Hours"',
        'First response, Sev4, Free Trial / Self-Service: the page says "3 Business '
        'Days"; the policy says "best effort"',
        'Follow-up, Sev3, Free Trial / Self-Service: the page says "Status updates '
        'bi-weekly", which is not understood; the policy says "Status updates twice '
        'per week"',
        'Follow-up, Sev4, Premium Support: the page says "Status updates weekly"; the '
        'policy says "hourly"',
        "page.md: 20 same, 2 differs, 1 not understood, 1 missing",
    ]


def test_policy_check_prints_json_and_fails_unless_all_is_the_same(run: Run) -> None:
    write("policies.yaml", ("    premium: weekly", "    premium: hourly"))

    ran = run("policy", "check", str(PAGE), "--json")

    assert ran.status == 1
    assert [row for row in ran.json if row["verdict"] != "same"] == [
        {
            "table": "follow_up",
            "severity": "sev4",
            "plan": "premium",
            "page": "Status updates weekly",
            "policy": "hourly",
            "verdict": "differs",
        }
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "page.html does not exist"),
        ("a".encode("utf-16"), "page.html line 1: this is not UTF-8"),
        ("é".encode("latin-1"), "page.html line 1: this is not UTF-8"),
        (b"a" * 10_000_000, "page.html cannot be read: it has more than 5 MB"),
    ],
    ids=["no file", "UTF-16", "Latin-1", "10 MB"],
)
def test_policy_check_says_why_it_cannot_read_a_page(
    run: Run, content: bytes | None, sentence: str
) -> None:
    write("policies.yaml")
    if content is not None:
        Path("page.html").write_bytes(content)

    ran = run("policy", "check", "page.html")

    assert ran.status == 1
    assert ran.out == ""
    assert ran.err.startswith(sentence)
