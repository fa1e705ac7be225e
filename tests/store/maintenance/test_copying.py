"""A record is copied from one engine to the other completely."""

from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from bot.errors import BotError
from bot.incidents.acts import Report
from bot.policy.severities import Severity
from bot.store import opening
from bot.store.database import Database, Row
from bot.store.maintenance import copying
from bot.store.maintenance.copying import TABLES
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.tick import Reminders
from bot.triage.use_cases import Triage
from tests import postgres
from tests.commands import Run
from tests.factories import pacific, shipped_policy
from tests.store.conftest import Open

TEN, TWO = pacific(24, "10:00"), pacific(24, "14:00")


def context(database: Database, at: datetime, workspace: str = "T1") -> Context:
    return Context(database, shipped_policy, lambda: at, lambda: at, workspace)


def live(database: Database, workspace: str, incidents: int = 3) -> None:
    """Let some incidents be opened, and their reminders fall due."""
    triage = Triage(context(database, TEN, workspace))
    for number in range(incidents):
        report = Report(Severity.SEV2, f"fault {number} is “odd” 100 %", "C1", "Acme")
        triage.open(Act("U0ANA", f"key/{number}"), report)
    Reminders(context(database, TWO)).tick()


def opens_next(database: Database, workspace: str) -> int:
    triage = Triage(context(database, TWO, workspace))
    report = Report(Severity.SEV1, "later", "C1", "Acme")
    return triage.open(Act("U0ANA", "later"), report).incident.number


def content(database: Database) -> dict[str, list[Row]]:
    """Return everything in a record, in a fixed order."""
    with database.whole() as whole:
        return {
            table: sorted(whole.each(f"SELECT * FROM {table}"), key=str)
            for table in TABLES
        }


@pytest.fixture
def full(tmp_path: Path, open_record: Open) -> Database:
    """A file in which two workspaces live."""
    url = f"sqlite:///{tmp_path / 'full.db'}"
    database = open_record(url, "T1")
    live(database, "T1")
    live(open_record(url, "T2"), "T2", incidents=1)
    return database


def test_a_team_moves_to_postgresql_and_back(
    full: Database, tmp_path: Path, postgres_url: str, open_record: Open
) -> None:
    server = open_record(postgres_url)
    back = open_record(f"sqlite:///{tmp_path / 'back.db'}")

    copied = copying.copy(full, server)
    copying.copy(server, back)

    assert content(full) == content(server) == content(back)
    assert copied == {table: len(rows) for table, rows in content(full).items()}
    assert copied["incidents"] == 4
    assert copied["outbox"] > 4


def test_a_copy_continues_where_the_original_stopped(
    full: Database, postgres_url: str, open_record: Open
) -> None:
    server = open_record(postgres_url)
    copying.copy(full, server)

    assert opens_next(server, "T1") == 4
    Reminders(context(server, TWO)).tick()


def test_a_copy_reports_its_progress(full: Database, postgres_url: str) -> None:
    told: list[tuple[str, int, int]] = []

    with closing(opening.opened(postgres_url, "")) as server:
        copied = copying.copy(full, server, lambda *said: told.append(said))

    assert {table for table, _, _ in told} == set(TABLES)
    for table, rows in copied.items():
        assert (table, rows, rows) in told


def test_a_record_with_incidents_is_not_overwritten_by_a_copy(
    full: Database, tmp_path: Path, open_record: Open
) -> None:
    other = open_record(f"sqlite:///{tmp_path / 'other.db'}")
    live(other, "T1", incidents=1)
    before = content(other)

    with pytest.raises(BotError, match="incidents already"):
        copying.copy(full, other)

    assert content(other) == before


def test_a_copy_that_fails_leaves_what_was_there(
    full: Database, postgres_url: str, open_record: Open
) -> None:
    def fail(table: str, done: int, _: int) -> None:
        if table == "deadlines" and done:
            raise InterruptedError

    server = open_record(postgres_url)

    with pytest.raises(InterruptedError):
        copying.copy(full, server, fail)

    assert not any(content(server).values())


def test_every_table_is_copied_except_generated_ones(
    postgres_url: str,
) -> None:
    query = "SELECT tablename::TEXT FROM pg_tables WHERE schemaname = 'public'"
    found = {name for (name,) in postgres.by_hand(postgres_url, query)}

    assert found - set(TABLES) == {
        "locks",
        "people_listing",
        "sevbot_migrations",
    }


def test_the_command_copies_and_counts(
    full: Database, tmp_path: Path, postgres_url: str, run: Run
) -> None:
    source = f"sqlite:///{tmp_path / 'full.db'}"

    copied = run("db", "copy", source, postgres_url)
    again = run("db", "copy", source, postgres_url)
    same = run("db", "copy", source, source)
    nowhere = run("db", "copy", "sqlite:///nowhere.db", postgres_url)

    assert copied.out.splitlines()[-1] == (
        "All of it is there, counted on both sides. Set DATABASE_URL to TO."
    )
    assert " 4 incidents\n" in copied.out
    assert again.err.splitlines()[-1] == (
        "sevbot: There are incidents already in the record to copy to."
    )
    assert same.err == "sevbot: FROM and TO are the same record.\n"
    assert nowhere.err == "sevbot: There is no nowhere.db.\n"
