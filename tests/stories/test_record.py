"""The record in SQLite, read with nothing but `sqlite3`."""

import json
import sqlite3
from pathlib import Path

import pytest

from bot.incidents.acts import Report
from bot.policy.severities import Severity
from bot.store.engines.sqlite import SqliteDatabase
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.use_cases import Triage
from tests.story import IS_POSTGRES, Story, SystemClock, pacific, shipped_policy

pytestmark = pytest.mark.skipif(IS_POSTGRES, reason="it reads a file of SQLite")


def rows(story: Story, query: str) -> list[tuple[object, ...]]:
    """Return what the shell would print."""
    connection = sqlite3.connect(story.folder / "sevbot.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_the_record_has_the_documented_tables(tuesday: Story) -> None:
    names = {name for (name,) in rows(tuesday, "SELECT name FROM sqlite_master")}

    assert names >= {
        "incidents",
        "events",
        "deadlines",
        "outbox",
        "rate_limits",
        "inbox",
        "policies",
        "counters",
        "people",
    }


def test_an_incident_reads_well_in_a_shell(tuesday: Story) -> None:
    tuesday.command(
        "dee", "/sev2 acme: push fails at=09:40 link=https://desk.example/7"
    )
    tuesday.take("ana")

    assert rows(
        tuesday,
        "SELECT workspace, number, severity, plan, customer, title, link, status, "
        "owner, opened_by, channel, reported_at, opened_at FROM incidents",
    ) == [
        (
            "T0ACME",
            1,
            "sev2",
            "premium",
            "Acme",
            "push fails",
            "https://desk.example/7",
            "open",
            "U0ANA",
            "U0DEE",
            "C0SUPPORT",
            "2026-11-24T17:40:00.000Z",
            "2026-11-24T18:00:00.000Z",
        )
    ]


def test_every_act_is_an_event_that_stays(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.take("ana")
    tuesday.advance(minutes=30)
    tuesday.fill_in(
        "ana", "First response sent", told="On it", when=tuesday.ago(minutes=10)
    )
    tuesday.fill_in("ana", "Resolve", note="Rolled back", confirmed=["yes"])

    found = rows(
        tuesday,
        "SELECT kind, at, recorded_at, by_person, details FROM events ORDER BY id",
    )

    assert [(kind, by) for kind, _, _, by, _ in found] == [
        ("opened", "U0DEE"),
        ("taken", "U0ANA"),
        ("updated", "U0ANA"),
        ("resolved", "U0ANA"),
    ]
    assert found[2][1:3] == ("2026-11-24T18:20:00.000Z", "2026-11-24T18:30:00.000Z")
    assert json.loads(str(found[2][4])) == {"told": "On it", "first": "yes"}
    assert json.loads(str(found[3][4])) == {"note": "Rolled back"}


def test_every_target_is_a_deadline_with_its_outcome(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails owner=@dee")
    tuesday.advance(hours=5)
    tuesday.fill_in("dee", "First response sent", told="Sorry")
    tuesday.fill_in("dee", "Resolve", note="Rolled back", confirmed=["yes"])

    assert rows(
        tuesday,
        "SELECT kind, count, target, due_at, late_at, missed_at, outcome "
        "FROM deadlines WHERE kind IN ('first_response', 'update') ORDER BY kind",
    ) == [
        (
            "first_response",
            1,
            "4 business hours",
            "2026-11-24T22:00:00.000Z",
            "2026-11-24T22:00:00.000Z",
            "2026-11-24T22:00:00.000Z",
            "late",
        ),
        (
            "update",
            1,
            "twice per business day",
            "2026-11-25T19:00:00.000Z",
            "2026-11-25T19:00:00.000Z",
            None,
            "kept",
        ),
    ]


def test_the_policy_of_a_deadline_is_kept(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")

    (version,) = rows(tuesday, "SELECT DISTINCT policy FROM deadlines")[0]
    assert version == tuesday.policy().version


def test_instants_are_text_of_one_width_that_sorts(tuesday: Story) -> None:
    tuesday.command("dee", "/sev1 acme: checkout is down")
    tuesday.advance(hours=2)

    written = [
        at
        for table, column in (
            ("events", "at"),
            ("deadlines", "due_at"),
            ("deadlines", "next_nudge_at"),
            ("outbox", "queued_at"),
            ("inbox", "received_at"),
        )
        for (at,) in rows(tuesday, f"SELECT {column} FROM {table}")
        if at is not None
    ]

    assert len(written) > 10
    assert {len(str(at)) for at in written} == {24}
    assert all(str(at).endswith("Z") for at in written)


def test_refused_commands_leave_no_gap_in_the_numbers(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: one")
    tuesday.command("dee", "/sev2 acme: two plan=gold")
    tuesday.command("dee", "/sev2 acme: one")
    tuesday.command("dee", "/sev2 acme: three")

    assert rows(tuesday, "SELECT number, title FROM incidents") == [
        (1, "one"),
        (2, "three"),
    ]


def test_nothing_refused_is_stored(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: slow plan=gold")

    for table in ("incidents", "events", "deadlines", "inbox"):
        assert rows(tuesday, f"SELECT * FROM {table}") == []


def test_each_workspace_counts_its_own_incidents(tmp_path: Path) -> None:
    names: list[tuple[str, str]] = []
    for workspace in ("T0ONE", "T0TWO", "T0ONE"):
        database = SqliteDatabase(tmp_path / "sevbot.db", workspace)
        context = Context(
            database,
            shipped_policy,
            lambda: pacific("2026-11-24 10:00"),
            SystemClock(),
            workspace,
        )
        triage = Triage(context)
        act = Act("U0DEE", f"command:{len(names)}")
        report = Report(Severity.SEV2, "push fails", "C0SUPPORT")
        incident = triage.open(act, report).incident
        names.append((incident.workspace, incident.name))
        database.close()

    assert names == [("T0ONE", "INC-1"), ("T0TWO", "INC-1"), ("T0ONE", "INC-2")]


@pytest.mark.parametrize("table", ["incidents", "deadlines"])
def test_the_database_itself_refuses_what_makes_no_sense(
    tuesday: Story, table: str
) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    column = {"incidents": "status", "deadlines": "outcome"}[table]

    with pytest.raises(sqlite3.IntegrityError):
        rows(tuesday, f"UPDATE {table} SET {column} = 'nonsense'")
