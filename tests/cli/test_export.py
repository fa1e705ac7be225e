"""What `sevbot export` writes is all that was asked for, and nothing runs in it."""

import csv
import json
import re
import sqlite3
import stat
import tracemalloc
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.incidents.acts import Report
from bot.policy.severities import Severity
from bot.store import opening
from bot.store.database import Database
from bot.store.maintenance import exporting
from bot.store.maintenance.exporting import COLUMNS
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.tick import Reminders
from bot.triage.use_cases import Triage
from tests import postgres
from tests.commands import Run
from tests.documents import PAGES, READ
from tests.factories import pacific, shipped_policy

TEN, TWO = pacific(24, "10:00"), pacific(24, "14:00")
LINK = "https://acme.slack.com/archives/C1/p1795543200000000"
TEXTS = ("=HYPERLINK(1)", "line one\nline “two”, with commas", "plain")


def context(database: Database, at: datetime) -> Context:
    return Context(database, shipped_policy, lambda: at, lambda: at, "T1")


def live(database: Database, incidents: int = 3) -> None:
    """Let some incidents be opened, and their reminders fall due."""
    triage = Triage(context(database, TEN))
    for number in range(incidents):
        customer = ("Acme", "Globex")[number % 2]
        report = Report(Severity.SEV2, TEXTS[number % 3], "C1", customer)
        if number == 1:
            report = replace(report, about=LINK, suggested=("sev3", "none"))
        triage.open(Act("U0ANA", f"key/{number}"), report)
    Reminders(context(database, TWO)).tick()


@pytest.fixture(params=["sqlite", "postgres"])
def record(
    request: pytest.FixtureRequest,
    run: Run,  # It empties the environment first.
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    url = f"sqlite:///{tmp_path / 'sevbot.db'}"
    if request.param == "postgres":
        url = postgres.record_of(tmp_path)
    with closing(opening.opened(url, "T1")) as database:
        live(database)
    monkeypatch.setenv("DATABASE_URL", url)
    return url


def tables(folder: Path, kind: str) -> dict[str, list[dict[str, object]]]:
    """Read an export back."""
    if kind == "sqlite":
        with closing(sqlite3.connect(folder / "export.sqlite")) as database:
            database.row_factory = sqlite3.Row
            return {
                table: list(map(dict, database.execute(f"SELECT * FROM {table}")))
                for table in COLUMNS
            }
    found: dict[str, list[dict[str, object]]] = {}
    for table in COLUMNS:
        text = (folder / f"{table}.{kind}").read_text(encoding="utf-8")
        if kind == "csv":
            found[table] = list(csv.DictReader(text.splitlines(keepends=True)))
        else:
            found[table] = [json.loads(line) for line in text.splitlines()]
    return found


@pytest.mark.parametrize("kind", ["csv", "jsonl", "sqlite"])
def test_an_export_holds_every_row_of_every_table(
    run: Run, tmp_path: Path, record: str, kind: str
) -> None:
    ran = run("export", "out", "--format", kind)

    found = tables(tmp_path / "out", kind)
    assert ran.status == 0, ran.err
    assert {table: len(rows) for table, rows in found.items()} == {
        "incidents": 3,
        "events": 3,
        "deadlines": 6,
        "reminders": len(found["reminders"]),
        "suggestions": 1,
    }
    (suggested,) = found["suggestions"]
    assert list(suggested.values())[1:5] == [LINK, "sev3 none", "sev2", "U0ANA"]
    assert ran.out.splitlines()[0].split() == ["3", "incidents"]
    assert found["reminders"]
    assert found["incidents"][1]["title"] == TEXTS[1]
    assert found["incidents"][0]["opened_at"] == "2026-11-24T18:00:00.000Z"
    assert all(tuple(rows[0]) == COLUMNS[table] for table, rows in found.items())


def test_a_formula_does_not_run_in_a_spreadsheet(
    run: Run, tmp_path: Path, record: str
) -> None:
    run("export", "out")

    titles = [one["title"] for one in tables(tmp_path / "out", "csv")["incidents"]]
    assert titles == ["'=HYPERLINK(1)", *TEXTS[1:]]


def test_details_of_events_are_json_in_json_lines(
    run: Run, tmp_path: Path, record: str
) -> None:
    run("export", "out", "--format", "jsonl")

    details = tables(tmp_path / "out", "jsonl")["events"][0]["details"]
    assert isinstance(details, dict)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (["--customer", "ACME"], ["1", "3"]),
        (["--customer", "Globex", "--severity", "sev2"], ["2"]),
        (["--severity", "sev1"], []),
        (["--until", "2026-11-24"], []),
        (["--since", "2026-11-24", "--until", "2026-11-25"], ["1", "2", "3"]),
        (["--since", "2026-11-24T10:00:01-08:00"], []),
        (["--since", "2026-11-24T10:00-08:00"], ["1", "2", "3"]),
    ],
)
def test_filters_choose_incidents_with_all_of_theirs(
    run: Run, tmp_path: Path, record: str, filters: list[str], expected: list[str]
) -> None:
    ran = run("export", "out", *filters)

    found = tables(tmp_path / "out", "csv")
    assert ran.status == 0, ran.err
    assert [one["number"] for one in found["incidents"]] == expected
    for table in ("events", "deadlines", "reminders"):
        assert {one["incident"] for one in found[table]} <= set(expected)
    assert len(found["events"]) == len(expected)


def test_only_its_owner_may_read_an_export(
    run: Run, tmp_path: Path, record: str
) -> None:
    run("export", "out")

    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in [tmp_path / "out", *(tmp_path / "out").iterdir()]
    }
    assert modes.pop("out") == 0o700
    assert set(modes.values()) == {0o600}


def test_nothing_that_is_there_is_overwritten(
    run: Run, tmp_path: Path, record: str
) -> None:
    (tmp_path / "out").mkdir()

    ran = run("export", "out")

    assert ran.err == "sevbot: out is there already. Name a folder that is not.\n"
    assert not any((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing/out"], "sevbot: missing/out cannot be written: No such file"),
        (["out", "--since", "yesterday"], "yesterday"),
        (["out", "--since", "2026-11-24T10:00"], "has no offset, as -08:00 or Z."),
        (["out", "--severity", "sev5"], "'sev5'"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    run: Run, tmp_path: Path, record: str, arguments: list[str], sentence: str
) -> None:
    ran = run("export", *arguments)

    assert ran.status
    assert sentence in ran.err
    assert not [*tmp_path.glob("out*")]


def test_without_a_record_there_is_nothing_to_export(run: Run, tmp_path: Path) -> None:
    ran = run("export", "out")

    assert ran.err == "sevbot: There is no record yet.\n"
    assert not [*tmp_path.iterdir()]


def test_a_long_record_takes_no_more_memory(tmp_path: Path) -> None:
    every = exporting.Filter(
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        frozenset(Severity),
        lambda _: True,
    )
    peaks = []
    for incidents in (150, 600):
        url = f"sqlite:///{tmp_path / f'{incidents}.db'}"
        with closing(opening.opened(url, "T1")) as database:
            live(database, incidents)
            tracemalloc.start()
            with exporting.json_lines(tmp_path / f"{incidents}") as target:
                counts = exporting.export(database, every, target)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert counts["incidents"] == incidents

    assert peaks[1] < 1.5 * peaks[0]


def test_every_column_is_explained() -> None:
    text = READ[PAGES["export"]]
    for table, columns in COLUMNS.items():
        section = text.partition(f"\n### {table}\n")[2].partition("\n###")[0]
        named = re.findall(r"^\| (`.+?) \|", section, flags=re.MULTILINE)
        assert sorted(re.findall(r"`(\w+)`", " ".join(named))) == sorted(columns)
