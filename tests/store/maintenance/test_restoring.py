"""A backup replaces a record, and nothing is lost."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import BotError
from bot.store.engines.sqlite import SqliteDatabase, to_text
from bot.store.maintenance import backups, checking, restoring
from tests.lives import by_hand, damage, life
from tests.paths import ROOT

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ASIDE = "sevbot.db.replaced-2026-11-24T120000Z"
HOLD = """
import sys
from bot.store.engines.sqlite import SqliteDatabase
database = SqliteDatabase(sys.argv[1], "T1")
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A record with two incidents; the backup has only the first."""
    path = tmp_path / "sevbot.db"
    with life(path) as it:
        it.open("first")
        backups.write(path, tmp_path / "backup.db")
        it.open("second")
    return path


@pytest.fixture
def backup(record: Path) -> Path:
    return record.with_name("backup.db")


@contextmanager
def held(record: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold a record open in another process, as an idle bot does."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(record)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        try:
            yield process
        finally:
            process.kill()


def titles(path: Path) -> list[str]:
    return [str(title) for (title,) in by_hand(path, "SELECT title FROM incidents")]


def refusal(backup: Path, record: Path, *, replaces: bool = False) -> str:
    with pytest.raises(BotError) as refused:
        restoring.restore(backup, record, NOON, replaces=replaces)
    return str(refused.value)


def test_a_backup_takes_the_place_of_a_record_that_is_gone(
    record: Path, backup: Path
) -> None:
    record.unlink()

    aside = restoring.restore(backup, record, NOON, replaces=False)

    assert aside is None
    assert titles(record) == ["first"]


def test_a_damaged_record_is_moved_aside_with_its_log(
    record: Path, backup: Path
) -> None:
    damage(record)
    broken = record.read_bytes()
    log = record.with_name("sevbot.db-wal")
    log.write_bytes(b"what was written last")

    aside = restoring.restore(backup, record, NOON, replaces=False)

    assert aside == record.with_name(ASIDE)
    assert aside.read_bytes() == broken
    assert aside.with_name(f"{ASIDE}-wal").read_bytes() == b"what was written last"
    assert not log.exists()
    assert titles(record) == ["first"]


def test_a_good_record_is_replaced_only_on_request(record: Path, backup: Path) -> None:
    said = refusal(backup, record)

    assert said == (
        f"{record} is good and was left as it is. With --replace it is moved aside "
        "first."
    )
    assert titles(record) == ["first", "second"]


def test_a_replaced_good_record_is_kept_whole_under_another_name(
    record: Path, backup: Path
) -> None:
    aside = restoring.restore(backup, record, NOON, replaces=True)

    assert aside == record.with_name(ASIDE)
    assert checking.must_be_whole(aside) == 2
    assert titles(aside) == ["first", "second"]
    assert titles(record) == ["first"]


def test_a_restored_record_knows_that_it_was_restored(
    record: Path, backup: Path
) -> None:
    with SqliteDatabase(backup, "T2").transaction() as tx:
        tx.one("set_mark", name="tick", at=NOON)

    restoring.restore(backup, record, NOON, replaces=True)

    marks = by_hand(record, "SELECT workspace, at FROM marks WHERE name = 'restored'")
    assert sorted(marks) == [("T1", to_text(NOON)), ("T2", to_text(NOON))]
    assert by_hand(backup, "SELECT at FROM marks WHERE name = 'restored'") == []


def test_a_record_that_a_process_has_open_is_left_alone(
    record: Path, backup: Path
) -> None:
    with held(record):
        said = refusal(backup, record, replaces=True)

    assert said == (
        f"Something has {record} open, most likely a running bot. Stop it first."
    )
    assert titles(record) == ["first", "second"]


def test_a_damaged_record_that_a_process_has_open_is_left_alone(
    record: Path, backup: Path
) -> None:
    with held(record):
        damage(record)

        assert "Stop it first." in refusal(backup, record)


def test_a_killed_process_blocks_no_restore(record: Path, backup: Path) -> None:
    with held(record) as process:
        process.kill()
        process.wait()

    restoring.restore(backup, record, NOON, replaces=True)

    assert titles(record) == ["first"]


def test_a_killed_processs_log_is_kept_with_the_old_record(
    record: Path, backup: Path
) -> None:
    kept = [SqliteDatabase(record, "T1")]
    with kept[0].transaction() as tx:
        tx.one("set_mark", name="start", at=NOON)
    whole, log = record.read_bytes(), record.with_name("sevbot.db-wal").read_bytes()
    kept.pop().close()
    record.write_bytes(whole)
    record.with_name("sevbot.db-wal").write_bytes(log)

    aside = restoring.restore(backup, record, NOON, replaces=True)

    assert aside is not None
    started = by_hand(aside, "SELECT at FROM marks WHERE name = 'start'")
    assert started == [(to_text(NOON),)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a letter to a friend" * 1000, "the file is not a database"),
        (b"", "it is not a record of sevbot"),
    ],
    ids=["another file", "an empty file"],
)
def test_a_file_that_is_no_backup_is_refused(
    record: Path, tmp_path: Path, content: bytes, reason: str
) -> None:
    file = tmp_path / "other.db"
    file.write_bytes(content)

    said = refusal(file, record, replaces=True)

    assert said == f"{file} was not restored: {reason}."
    assert titles(record) == ["first", "second"]


def test_a_damaged_backup_is_refused(record: Path, backup: Path) -> None:
    damage(backup)

    said = refusal(backup, record, replaces=True)

    assert said == f"{backup} was not restored: the database is damaged."
    assert not record.with_name(ASIDE).exists()


def test_a_backup_of_a_newer_version_is_refused(record: Path, backup: Path) -> None:
    by_hand(
        backup,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('sevbot', 'of_tomorrow', '2027')",
    )

    said = refusal(backup, record, replaces=True)

    assert said.endswith("a newer sevbot wrote it; update this one.")


def test_a_restored_record_keeps_the_old_permissions(
    record: Path, backup: Path
) -> None:
    record.chmod(0o640)

    restoring.restore(backup, record, NOON, replaces=True)

    assert record.stat().st_mode & 0o777 == 0o640
