"""`sevbot due`: both due times of a case, for people and for programs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import TrialClock
from tests.commands import Ran, Run, write

THURSDAY = "2026-11-26T15:00:00+01:00"


def spans(ledger: list[dict[str, Any]]) -> list[tuple[str, str, bool, int, str]]:
    keys = ("from", "to", "open", "counted_s", "why")
    assert all(tuple(line) == keys for line in ledger)
    return [tuple(line.values()) for line in ledger]


def test_due_prints_the_json_that_other_programs_read(run: Run) -> None:
    write("policies.yaml")

    ran = run("due", "sev2", "standard", "--at", "2026-11-25T15:00-08:00", "--json")

    answer = ran.json
    assert list(answer) == ["first_response", "follow_up"]
    assert list(answer["first_response"]) == ["due_at", "late_at", "ledger"]
    assert answer["first_response"]["due_at"] == "2026-11-27T23:00:00Z"
    assert answer["first_response"]["late_at"] == "2026-11-27T23:00:00Z"
    assert spans(answer["first_response"]["ledger"]) == [
        ("2026-11-25T23:00:00Z", "2026-11-26T01:00:00Z", True, 7200, "open"),
        ("2026-11-26T01:00:00Z", "2026-11-27T17:00:00Z", False, 0,
         "holiday: Thanksgiving Day"),
        ("2026-11-27T17:00:00Z", "2026-11-27T23:00:00Z", True, 21600, "open"),
    ]  # fmt: skip
    assert answer["follow_up"]["due_at"] == "2026-11-30T23:00:00Z"
    assert answer["follow_up"]["assumes"] == "first response sent when due"
    assert "aim" not in answer["follow_up"]


def test_due_says_of_a_file_that_it_counts_later(run: Run) -> None:
    write("policies.yaml")
    with Path("policies.yaml").open("a", encoding="utf-8") as file:
        file.write("effective_from: 2027-01-01\n")

    early = run("due", "sev2", "standard", "--at", "2026-12-31T16:00-08:00", "--json")
    late = run("due", "sev2", "standard", "--at", "2027-01-04T16:00-08:00", "--json")

    assert early.json["first_response"]["due_at"]
    assert early.err == "This file counts from Fri 01 Jan 2027 on.\n"
    assert late.err == ""


def test_due_for_continuous_work_is_null_and_names_our_aim(run: Run) -> None:
    write("policies.yaml")

    answer = run(
        "due", "sev1", "premium", "--at", "2026-11-20T18:00:00-08:00", "--json"
    ).json

    # Friday 18:00 plus 4 business hours is Monday 13:00; half a day later it closes.
    assert answer["first_response"]["due_at"] == "2026-11-23T21:00:00Z"
    assert answer["follow_up"]["due_at"] is None
    assert answer["follow_up"]["late_at"] is None
    assert answer["follow_up"]["ledger"] == []
    assert answer["follow_up"]["aim"]["due_at"] == "2026-11-24T01:00:00Z"
    assert answer["follow_up"]["aim"]["late_at"] == "2026-11-24T17:00:00Z"
    assert answer["follow_up"]["aim"]["ledger"][0]["counted_s"] == 4 * 3600


def test_due_says_when_it_is_to_be_resolved_where_that_is_promised(run: Run) -> None:
    resolution = "resolution:\n  sev2: {standard: 2 business days}\n\n"
    write("policies.yaml", ("interpretations:\n", f"{resolution}interpretations:\n"))
    at = ("--at", "2026-11-23T16:00-08:00")

    answer = run("due", "sev2", "standard", *at, "--json").json

    assert answer["resolution"]["due_at"] == "2026-11-26T00:00:00Z"
    assert (
        "\nResolution\n  2 Business Days\n" in run("due", "sev2", "standard", *at).out
    )
    assert "resolution" not in run("due", "sev1", "standard", *at, "--json").json


def test_due_counts_on_the_clock_of_the_customers_zone(run: Run) -> None:
    write("policies.yaml", ("  Globex:\n", "  Globex:\n    zone: Asia/Tokyo\n"))
    at = ("--at", "2026-11-25T16:00+09:00", "--customer", "globex")

    ran = run("due", "sev2", "standard", *at)

    assert "Calendar office in Asia/Tokyo, Asia/Tokyo" in ran.out
    assert "due Fri 27 Nov 2026 16:00" in ran.out


def test_due_without_a_target_is_null(run: Run) -> None:
    write("policies.yaml", ("self_service: 3 business days", "self_service: none"))

    answer = run("due", "sev4", "self_service", "--at", THURSDAY, "--json").json

    assert answer["first_response"] == {"due_at": None, "late_at": None, "ledger": []}
    assert answer["follow_up"]["assumes"] == "first response sent when reported"
    # Thursday 06:00 in Los Angeles is closed, and so is it two weeks later.
    assert answer["follow_up"]["due_at"] == "2026-12-10T01:00:00Z"


def test_due_prints_the_ledger_for_people_in_the_calendars_own_time(run: Run) -> None:
    write("policies.yaml")

    ran = run("due", "2", "Premium Support", "--at", "2026-11-25T13:00-08:00")

    lines = [line.strip() for line in ran.out.splitlines()]
    assert lines[:2] == [
        "Sev2, Premium Support, reported Wed 25 Nov 2026 13:00",
        "Calendar office, America/Los_Angeles",
    ]
    assert lines[3:6] == [
        "First response",
        "4 Business Hours",
        "due Wed 25 Nov 2026 17:00, late from Fri 27 Nov 2026 09:00 on",
    ]
    assert lines[7].split() == [
        "Wed",
        "25",
        "Nov",
        "13:00",
        "Wed",
        "25",
        "Nov",
        "17:00",
        "4",
        "h",
        "open",
    ]
    assert lines[8].split() == ["4", "h", "in", "all"]
    assert "Follow-up (assumes: first response sent when due)" in lines
    assert "due Fri 27 Nov 2026 13:00" in lines


def test_due_for_continuous_work_separates_our_aim_from_the_contract(run: Run) -> None:
    write("policies.yaml")

    out = run("due", "sev1", "premium", "--at", THURSDAY).out

    assert "  Continuous work until resolution\n  names no due time\n" in out
    assert "News meanwhile: our own aim, not the contract's\n" in out


def test_due_reads_a_time_without_an_offset_in_the_calendars_zone(run: Run) -> None:
    write("policies.yaml")

    ran = run("due", "sev2", "premium", "--at", "2026-11-25 13:00")

    assert ran.out.startswith(
        "2026-11-25 13:00 is read in America/Los_Angeles, the zone of the calendar "
        "office.\nSev2, Premium Support, reported Wed 25 Nov 2026 13:00\n"
    )


def test_due_keeps_notes_about_the_zone_out_of_json(run: Run) -> None:
    write("policies.yaml")

    ran = run("due", "sev2", "premium", "--at", "2026-11-25T13:00", "--json")

    assert ran.json["first_response"]["due_at"] == "2026-11-26T01:00:00Z"
    assert "is read in America/Los_Angeles" in ran.err


def test_due_counts_in_a_calendar_or_in_a_customers(run: Run) -> None:
    tokyo = "  tokyo: {zone: Asia/Tokyo, hours: {mon-fri: 9:00-17:00}, holidays: none}"
    write(
        "policies.yaml",
        ("\ncalendars:\n", f"\ncalendars:\n{tokyo}\n"),
        ("  Globex:\n", "  Globex:\n    calendar: tokyo\n"),
    )
    case = ("due", "sev2", "standard", "--at", "2026-11-25T09:00Z", "--json")

    by_default = run(*case).json["first_response"]["due_at"]
    by_name = run(*case, "--calendar", "tokyo").json["first_response"]["due_at"]
    by_customer = run(*case, "--customer", "globex").json["first_response"]["due_at"]

    assert by_default == "2026-11-26T01:00:00Z"
    assert by_name == by_customer == "2026-11-26T08:00:00Z"


def test_due_takes_names_and_instants_as_they_were_copied(run: Run) -> None:
    write("policies.yaml", ("  Globex:\n", "  O'Reilly: {plan: standard}\n  Globex:\n"))

    plain = run(
        "due", "sev2", "self_service", "--at", "2026-11-25T09:00-08:00", "--json"
    )
    copied = run(
        "due",
        "Sev2\u200b",
        "Free\u00a0Trial / Self\N{EN DASH}Service",
        "--at",
        "2026-11-25T09:00\N{MINUS SIGN}08:00\u200e",
        "--customer",
        "O\N{RIGHT SINGLE QUOTATION MARK}Reilly",
        "--json",
    )
    in_office = run("due", "sev2", "standard", "--calendar", "Office\u200b", "--json")

    assert copied.json == plain.json
    assert in_office.status == 0


def test_due_expands_holidays_around_the_instant_that_is_asked_about(run: Run) -> None:
    write("policies.yaml")

    answer = run(
        "due", "sev3", "premium", "--at", "1999-11-24T15:00-08:00", "--json"
    ).json

    assert answer["first_response"]["ledger"][1]["why"] == "holiday: Thanksgiving Day"


def test_due_begins_now_on_the_trials_clock(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("policies.yaml")
    TrialClock(Path("clock.json")).travel(datetime(2026, 11, 24, 18, tzinfo=UTC))
    monkeypatch.setenv("SEVBOT_CLOCK", "clock.json")

    answer = run("due", "sev1", "standard", "--json").json

    assert answer["first_response"]["due_at"] == "2026-11-24T22:00:00Z"


def test_due_begins_now_on_the_system_clock(run: Run) -> None:
    write("policies.yaml", ("premium: 4 business hours", "premium: 1 hour"))

    answer = run("due", "sev1", "premium", "--json").json

    due_at = datetime.fromisoformat(answer["first_response"]["due_at"])
    assert abs(due_at - datetime.now(UTC) - timedelta(hours=1)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("sev5", "premium"), '"sev5" is no severity. Did you mean sev4?'),
        (("sev1", "premum"), '"premum" is no plan. Did you mean premium?'),
        (
            ("sev1", "gold"),
            '"gold" is no plan. Try one of: premium, standard, self_service.',
        ),
        (
            ("sev1", "premium", "--at", "yesterday"),
            (
                '"yesterday" is no instant. Write 2026-11-20T16:50-08:00, or '
                "2026-11-20T16:50 for the calendar's own zone."
            ),
        ),
        (
            ("sev1", "premium", "--at", "2026-11-20"),
            (
                '"2026-11-20" is no instant. Write 2026-11-20T16:50-08:00, or '
                "2026-11-20T16:50 for the calendar's own zone."
            ),
        ),
        (
            ("sev1", "premium", "--at", "9999-12-31T23:00Z"),
            '"9999-12-31T23:00Z" is too far. Write 1970 to 2199.',
        ),
        (
            ("sev1", "premium", "--calendar", "ofice"),
            '"ofice" is no calendar. Did you mean office?',
        ),
        (
            ("sev1", "premium", "--customer", "Wayne"),
            '"Wayne" is no customer. Try one of: Acme, Globex, Initech, Umbrella.',
        ),
        (
            ("sev1", "premium", "--customer", "Acme", "--calendar", "office"),
            "Write --calendar or --customer, not both.",
        ),
    ],
)
def test_an_unknown_case_is_refused_in_one_line(
    run: Run, arguments: tuple[str, ...], sentence: str
) -> None:
    write("policies.yaml")

    assert run("due", *arguments) == Ran(1, "", f"sevbot: {sentence}\n")
