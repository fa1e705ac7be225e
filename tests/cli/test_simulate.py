"""What `sevbot policy simulate` says that another policy would have changed."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli import policies
from bot.policy.covers import CoverRequest
from bot.policy.parsing.policy_file import default_text
from bot.store import opening
from bot.store.tables import covers
from bot.triage import stored_policies
from tests import icals
from tests.cli.test_oncall import SUPPORT
from tests.cli.test_report import NOW, week
from tests.commands import Run, write
from tests.stories.test_policy_changes import without_sev4

__all__ = ["week"]
STRICTER = ("    standard: 1 business day\n", "    standard: 2 business hours\n")


def test_targets_messages_and_customers_that_change_are_named(week: Run) -> None:
    write("new.yaml", STRICTER)

    ran = week("policy", "simulate", "new.yaml", "--since", "8d")

    assert ran.status == 0, ran.err
    assert "3 incidents, lived through twice" in ran.out
    assert "Missed: 3 of 5 under the policy in force, 4 of 5 under the new" in ran.out
    assert "| Sev3 | Standard Support | 1 of 2 | 0 of 2 | 1 more |" in ran.out
    assert "| Globex | 1 | 2 | 1 more |" in ran.out
    assert (
        "| INC-1 | Sev3 | Globex | first response 1: due Mon 23 Nov 17:00, then Mon 23 "
        "Nov 11:00 | 1 to 2 |" in ran.out
    )


def test_resolutions_that_are_promised_are_counted_apart(week: Run) -> None:
    promised = "resolution:\n  sev3: {standard: 1 business day}\n\n"
    write("new.yaml", ("interpretations:\n", f"{promised}interpretations:\n"))

    ran = week("policy", "simulate", "new.yaml", "--since", "8d")

    assert "Missed: 3 of 5 under the policy in force, 3 of 5 under the new" in ran.out
    assert (
        "Resolved in time: none fell due under the policy in force, 0 of 1" in ran.out
    )
    assert "| Globex | 1 | 2 | 1 more |" in ran.out


def test_the_same_policy_changes_nothing(week: Run) -> None:
    write("new.yaml")

    ran = week("policy", "simulate", "new.yaml", "--since", "8d")

    assert "Nothing would have been due at another time." in ran.out
    assert "No customer would have been answered late" in ran.out
    assert "more |" not in ran.out
    assert "fewer |" not in ran.out


def test_a_picture_needs_nothing_else(week: Run, tmp_path: Path) -> None:
    write("new.yaml", STRICTER)

    page = week("policy", "simulate", "new.yaml", "--format", "html").out

    assert page.count("<svg") == 2
    assert not any(one in page for one in ("http:", "https:", "src=", "<script"))


def test_a_plan_in_use_that_is_gone_is_named_with_what_is_left_out(week: Run) -> None:
    text = default_text().replace("standard", "silver").replace("Standard", "Silver")
    Path("new.yaml").write_text(text, encoding="utf-8")

    ran = week("policy", "simulate", "new.yaml", "--since", "8d")

    assert ran.status == 0, ran.err
    lost = "INC-2, INC-3, INC-4, INC-5 cannot"
    assert f"The policy has no plan standard: {lost}" in ran.out
    assert "The bot would not load it while INC-2 is open." in ran.out


@pytest.mark.parametrize("lacking", ["policies.yaml", "new.yaml"])
def test_a_severity_that_either_policy_lacks_is_named(week: Run, lacking: str) -> None:
    write("policies.yaml")
    write("new.yaml")
    Path(lacking).write_text(without_sev4(), encoding="utf-8")

    ran = week("policy", "simulate", "new.yaml", "--since", "8d")

    assert ran.status == 0, ran.err
    assert "The policy has no Sev4: INC-3, INC-4 cannot be lived through" in ran.out


def test_a_file_that_counts_later_is_not_the_policy_in_force(
    week: Run, tmp_path: Path
) -> None:
    write("policies.yaml")
    write("new.yaml")
    url = f"sqlite:///{tmp_path / 'sevbot.db'}"
    with closing(opening.opened(url, "T1")) as database, database.transaction() as tx:
        stored_policies.remember(tx, policies.read(None, NOW.date()), NOW)
    write("policies.yaml", STRICTER)
    with Path("policies.yaml").open("a", encoding="utf-8") as file:
        file.write("effective_from: 2027-01-01\n")

    ran = week("policy", "simulate", "new.yaml", "--since", "8d")

    assert "Nothing would have been due at another time." in ran.out


def test_messages_of_a_covered_shift_go_to_who_covers(
    week: Run, tmp_path: Path
) -> None:
    for name in "policies.yaml", "new.yaml":
        write(name, ("on_call:\n  primary: U0ANA\n", SUPPORT))
    begins, ends = NOW - timedelta(days=7), NOW
    covered = CoverRequest(
        "view:1", "support", "U0ANA", begins, ends, "U0ANA", "U0EVA", begins
    )
    url = f"sqlite:///{tmp_path / 'sevbot.db'}"
    with closing(opening.opened(url, "T1")) as database, database.transaction() as tx:
        covers.ask(tx, [covered])
        assert covers.accept(tx, "view:1", "U0EVA", begins)

    ran = week("policy", "simulate", "new.yaml", "--since", "8d")

    assert "| U0EVA |" in ran.out


def planned(*events: str) -> None:
    """Write a new policy whose primary a calendar beside it plans."""
    text = icals.planned("ical: support.ics").replace("Ben: U0BEN", "Eva: U0EVA")
    Path("new.yaml").write_text(text, encoding="utf-8")
    if events:
        Path("support.ics").write_text(icals.calendar(*events), encoding="utf-8")


def test_a_calendar_says_who_would_have_been_told(week: Run) -> None:
    write("policies.yaml")
    planned(icals.event("Eva", "20261001T090000Z", "20261201T090000Z"))

    ran = week("policy", "simulate", "new.yaml", "--since", "8d")

    assert "| U0EVA |" in ran.out, ran.err
    assert "calendar of support" not in ran.out


def test_what_a_calendar_does_not_tell_is_said(week: Run) -> None:
    write("policies.yaml")
    planned()
    missing = week("policy", "simulate", "new.yaml", "--since", "8d")
    planned(icals.event("Eva", "20261129T090000Z", "20261201T090000Z"))

    late = week("policy", "simulate", "new.yaml", "--since", "8d")

    assert (
        "The calendar of support could not be read (support.ics cannot be read: No "
        "such file or directory): nobody is on call by it here." in missing.out
    )
    assert (
        "Nothing is known of the calendar of support before Sun 29 Nov" in late.out
    ), late.out


def test_gaps_erased_customers_and_a_late_begin_are_said(
    week: Run, tmp_path: Path
) -> None:
    write("new.yaml", STRICTER)
    with closing(sqlite3.connect(tmp_path / "sevbot.db")) as file, file:
        for name in ("events", "deadlines"):
            file.execute(f"DELETE FROM {name} WHERE incident = 3")
        file.execute("PRAGMA foreign_keys = OFF")
        file.execute("DELETE FROM incidents WHERE number = 3")
        file.execute(
            "UPDATE incidents SET title = '(text erased)', "
            "customer = '(customer erased)' WHERE number = 5"
        )

    ran = week("policy", "simulate", "new.yaml")

    assert ran.status == 0, ran.err
    assert "The record begins on Mon 23 Nov 2026" in ran.out
    assert "The record lacks INC-3: these figures are without them." in ran.out
    assert "The customer of 1 incident is erased" in ran.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["new.yaml", "--since", "soon"], '--since: "soon"'),
        (["none.yaml"], "none.yaml does not exist"),
        (["new.yaml", "--db", "sqlite:///none.db"], "There is no record yet."),
        (["new.yaml", "--since", "1s"], "1 incident, lived"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    week: Run, arguments: list[str], sentence: str
) -> None:
    write("new.yaml")

    ran = week("policy", "simulate", *arguments)

    assert sentence in ran.err + ran.out
