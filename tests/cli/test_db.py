"""`sevbot db`: backup, check, restore and erase, as they are typed."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import system_clock
from bot.store.maintenance import backups
from bot.store.maintenance.backups import name_of
from tests.commands import Run
from tests.lives import by_hand, damage, life

SERVER = "postgresql://bot:word@127.0.0.1:9/bot"


@pytest.fixture
def record(run: Run, tmp_path: Path) -> Path:
    """A record where the default says, with one incident that is closed, one open."""
    path = tmp_path / "sevbot.db"
    with life(path) as it:
        it.close(it.open("sekret title"))
        it.open("second", "Globex")
    return path


def test_a_backup_is_written_beside_the_record_by_default(
    run: Run, record: Path
) -> None:
    ran = run("db", "backup")

    (made,) = record.parent.glob("sevbot-*.db")
    assert ran.status == 0
    assert re.sub(r"[\d.]+ [kM]B", "SIZE", ran.out) == (
        f"Wrote {made.name}: SIZE, 2 incidents. It was read back: whole, no reference "
        "broken, and this version opens it.\n"
    )


def test_a_backup_goes_into_a_folder_or_to_a_file(
    run: Run, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (record.parent / name).mkdir()
    monkeypatch.setenv("SEVBOT_BACKUPS", "one")

    ran = [run("db", "backup", *to) for to in ([], ["two"], ["three.db"])]

    assert [one.status for one in ran] == [0, 0, 0]
    assert len(list(record.parent.glob("one/sevbot-*.db"))) == 1
    assert len(list(record.parent.glob("two/sevbot-*.db"))) == 1
    assert (record.parent / "three.db").exists()


def test_a_backup_that_cannot_be_written_fails_with_one_sentence(
    run: Run, record: Path
) -> None:
    ran = run("db", "backup", "sevbot.db")

    assert ran.status == 1
    assert ran.err == "sevbot: sevbot.db exists and was left as it is.\n"


def test_a_missing_folder_is_named_and_not_created_as_a_file(
    run: Run, record: Path
) -> None:
    ran = run("db", "backup", "backups")

    assert ran.status == 1
    assert ran.err == "sevbot: There is no folder backups.\n"
    assert not (record.parent / "backups").exists()


def test_a_server_is_backed_up_and_restored_with_its_own_tools(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", SERVER)

    backup, restore = run("db", "backup"), run("db", "restore", "x.db")

    assert (backup.status, restore.status) == (1, 1)
    assert backup.err == "sevbot: The record is in PostgreSQL: pg_dump backs it up.\n"
    assert restore.err == (
        "sevbot: The record is in PostgreSQL: pg_restore puts it back.\n"
    )


def test_db_check_reports_a_good_record(run: Run, record: Path) -> None:
    ran = run("db", "check")

    assert ran.status == 0
    assert ran.out.splitlines() == [
        "sevbot.db is whole: 2 incidents, no reference is broken.",
        "SEVBOT_BACKUPS is not set: nothing backs it up by itself.",
        "Numbers, promises, reminders and messages hold together.",
    ]


def test_db_check_reports_an_inconsistent_record_and_fails(
    run: Run, record: Path
) -> None:
    by_hand(record, "UPDATE counters SET value = 3 WHERE name = 'incidents'")

    ran = run("db", "check")

    assert ran.status == 1
    assert ran.err == "Numbers are missing: INC-3.\n"


def test_db_check_reports_a_damaged_file_and_fails(run: Run, record: Path) -> None:
    damage(record)

    ran = run("db", "check")

    assert ran.status == 1
    assert ran.err == "sevbot: sevbot.db: the database is damaged.\n"


def test_a_backup_can_be_checked_too(run: Run, record: Path) -> None:
    run("db", "backup", "copy.db")

    ran = run("db", "check", "copy.db")

    assert ran.status == 0
    assert ran.out.startswith("copy.db is whole: 2 incidents")
    assert "SEVBOT_BACKUPS" not in ran.out


@pytest.mark.parametrize(
    ("days", "status", "age"),
    [(0, 0, "0 h"), (1, 0, "24 h"), (3, 1, "3 days")],
    ids=["of just now", "of yesterday", "too old"],
)
def test_the_newest_backup_must_not_be_too_old(
    run: Run,
    record: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
    status: int,
    age: str,
) -> None:
    monkeypatch.setenv("SEVBOT_BACKUPS", ".")
    made = name_of(system_clock() - timedelta(days=days), is_daily=True)
    backups.write(record, record.with_name(made))

    ran = run("db", "check")

    assert ran.status == status
    assert f"The newest good backup is {age} old: {made}\n" in ran.out + ran.err


def test_a_folder_without_a_backup_fails_the_check(
    run: Run, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEVBOT_BACKUPS", ".")

    ran = run("db", "check")

    assert ran.status == 1
    assert ran.err == "There is no good backup in ..\n"


def test_a_restored_record_is_what_the_backup_was(run: Run, record: Path) -> None:
    run("db", "backup", "copy.db")
    with life(record) as it:
        it.open("third")

    refused, restored = (
        run("db", "restore", "copy.db"),
        run("db", "restore", "copy.db", "--replace"),
    )

    assert refused.status == 1
    assert "--replace" in refused.err
    assert restored.status == 0
    lines = restored.out.splitlines()
    assert lines[0] == "sevbot.db is copy.db now."
    assert re.fullmatch(r"What was there is sevbot\.db\.replaced-.+Z\.", lines[1])
    assert by_hand(record, "SELECT COUNT(*) FROM incidents") == [(2,)]


def test_restoring_a_missing_backup_is_refused(run: Run, record: Path) -> None:
    ran = run("db", "restore", "away.db")

    assert (ran.status, ran.err) == (1, "sevbot: There is no away.db.\n")


def test_erasing_a_customer_says_what_stays(run: Run, record: Path) -> None:
    ran = run("db", "erase", "--customer", "ACME", "--yes")

    assert ran.status == 0
    assert ran.out.splitlines() == [
        "INC-1: Title, link, customer, what was told, reasons and notes go, for good. "
        "Numbers, times, severities, plans and people stay, and so does what stands in "
        "Slack.",
        "Erased the texts of 1 incident.",
        "Backups that were made before still hold them, until they go.",
    ]
    assert b"sekret" not in record.read_bytes()


def test_db_erase_asks_first(run: Run, record: Path, asked: Callable[..., str]) -> None:
    said_no = asked("db", "erase", "--incident", "1", answer="n")
    kept = by_hand(record, "SELECT title FROM incidents WHERE number = 1")
    said_yes = asked("db", "erase", "--incident", "1", answer="y")

    assert "Erase that? [y/N]" in said_no
    assert kept == [("sekret title",)]
    assert "Erased the texts of 1 incident." in said_yes


@pytest.fixture
def asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a command that asks, and give it an answer."""

    def asked(*arguments: str, answer: str) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{answer}\n"))
        return run(*arguments).out

    return asked


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--customer", "Acmee"], 'No incident is of "Acmee". Did you mean Acme?'),
        (["--customer", "Umbrella"], 'No incident is of "Umbrella".'),
        (["--incident", "7"], "There is no INC-7."),
        (["--incident", "2"], "INC-2 is open; close it first."),
        (["--customer", "Globex"], "INC-2 is open; close it first."),
        ([], "Write --customer NAME or --incident N."),
        (
            ["--customer", "Acme", "--incident", "1"],
            "Write --customer NAME or --incident N.",
        ),
    ],
)
def test_db_erase_says_what_it_cannot_erase(
    run: Run, record: Path, arguments: list[str], sentence: str
) -> None:
    ran = run("db", "erase", *arguments, "--yes")

    assert ran.status == 1
    assert ran.err == f"sevbot: {sentence}\n"


def test_erasing_a_customer_names_their_open_incidents(run: Run, record: Path) -> None:
    with life(record) as it:
        number = it.open("third")

    ran = run("db", "erase", "--customer", "Acme", "--yes")

    assert ran.status == 0
    assert (
        f"INC-{number}: open, so all of it stays. Close it, then run this again."
        in ran.out
    )


def test_erasing_a_customer_takes_each_way_of_writing_the_name(
    run: Run, record: Path
) -> None:
    with life(record) as it:
        number = it.open("third")
        it.close(number, "sekret note")
    by_hand(
        record, f"UPDATE incidents SET customer = 'Ac\u200bme' WHERE number = {number}"
    )

    ran = run("db", "erase", "--customer", "acme", "--yes")

    assert "Erased the texts of 2 incidents." in ran.out
    assert by_hand(
        record, "SELECT count(*) FROM incidents WHERE customer LIKE 'Ac%me'"
    ) == [(0,)]


def test_erasing_says_that_the_policy_file_names_the_customer(
    run: Run, record: Path
) -> None:
    with life(record) as it, it.database.transaction() as tx:
        given = {"version": "1", "holidays": "{}", "accepted_at": it.now}
        tx.one("save_policy", text='{"policies.yaml": "customers: {Acme: }"}', **given)

    ran = run("db", "erase", "--customer", "Acme", "--yes")

    assert ran.out.splitlines()[-1] == (
        "The policy's file names Acme, and so the record keeps that."
    )


def test_without_a_record_there_is_nothing_to_erase(run: Run, tmp_path: Path) -> None:
    ran = run("db", "erase", "--incident", "1", "--yes")

    assert (ran.status, ran.err) == (1, "sevbot: There is no record yet.\n")
    assert list(tmp_path.iterdir()) == []


def test_a_start_on_a_damaged_record_names_the_way_out(
    run: Run, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    monkeypatch.setenv("SEVBOT_BACKUPS", ".")
    good = backups.write(record, record.with_name(name_of(system_clock())))
    damage(record)

    ran = run("run")

    assert ran.status == 1
    assert ran.err.startswith("sevbot: sevbot.db: the database is damaged. The newest ")
    assert ran.err.endswith(f"to take it: sevbot db restore {good.file.name}\n")
    assert ran.err.count("\n") == 1
