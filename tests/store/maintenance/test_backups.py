"""Backups of a record in a SQLite file: whole, checked, and kept by age."""

import os
import resource
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from bot.errors import BotError, StorageError
from bot.store.maintenance import backups, checking
from bot.store.maintenance.backups import Backup, kept, name_of
from tests.lives import by_hand, damage, life
from tests.paths import ROOT

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ROOM = 40_000


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A record with two incidents in it."""
    path = tmp_path / "sevbot.db"
    with life(path) as it:
        it.open()
        it.close(it.open("second"))
    return path


def daily(folder: Path, *ages: int) -> None:
    """Put a daily backup of each of some ages, in days, into a folder."""
    for age in ages:
        (folder / name_of(NOON - age * DAY, is_daily=True)).touch()


def ages(folder: Path) -> list[int]:
    """Return the ages of the backups in a folder, in days."""
    return [(NOON - at).days for at, _ in backups.listed(folder)]


def test_a_backup_is_a_whole_record_in_one_file(record: Path, tmp_path: Path) -> None:
    to = tmp_path / "copy.db"

    made = backups.write(record, to)

    assert made == Backup(to, to.stat().st_size, incidents=2)
    assert checking.must_be_whole(to) == 2
    assert not list(tmp_path.glob("copy.db-*"))
    with life(to) as restored:
        assert restored.triage.look(2).incident.title == "second"


def test_a_backup_can_be_made_during_writes(tmp_path: Path) -> None:
    record, stopping = tmp_path / "sevbot.db", Event()

    def write() -> None:
        while not stopping.is_set():
            it.close(it.open())

    with life(record) as it:
        writer = Thread(target=write)
        writer.start()
        made = [backups.write(record, tmp_path / f"{n}.db") for n in range(5)]
        stopping.set()
        writer.join()

    for one in made:
        events = by_hand(one.file, "SELECT COUNT(*) FROM events")
        open_now = by_hand(
            one.file, "SELECT COUNT(*) FROM incidents WHERE status = 'open'"
        )
        assert events == [(2 * one.incidents - int(str(open_now[0][0])),)]
    assert [one.incidents for one in made] == sorted(one.incidents for one in made)


def test_a_backup_can_be_made_while_the_write_lock_is_held(
    record: Path, tmp_path: Path
) -> None:
    with life(record) as it, it.database.transaction() as tx:
        tx.one("set_mark", name="tick", at=NOON)
        made = backups.write(record, tmp_path / "copy.db")

    assert made.incidents == 2


def test_only_its_owner_may_read_a_backup(record: Path, tmp_path: Path) -> None:
    made = backups.write(record, tmp_path / "copy.db")

    assert made.file.stat().st_mode & 0o777 == 0o600


def test_an_existing_file_is_never_overwritten(record: Path, tmp_path: Path) -> None:
    to = tmp_path / "copy.db"
    to.write_text("mine")

    with pytest.raises(BotError) as refused:
        backups.write(record, to)

    assert str(refused.value) == f"{to} exists and was left as it is."
    assert to.read_text() == "mine"


def test_backing_up_into_a_missing_folder_is_refused(
    record: Path, tmp_path: Path
) -> None:
    to = tmp_path / "away" / "copy.db"

    with pytest.raises(BotError) as refused:
        backups.write(record, to)

    assert str(refused.value) == f"There is no folder {to.parent}."


def test_backing_up_to_an_unwritable_place_is_refused(record: Path) -> None:
    to = Path("/proc/sevbot.db")

    with pytest.raises(BotError) as refused:
        backups.write(record, to)

    assert str(refused.value).startswith(f"The backup {to} was not written: ")


def test_a_full_disk_leaves_no_partial_backup(record: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    ended = subprocess.run(
        [sys.executable, "-m", "bot", "db", "backup", str(folder)],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": f"sqlite:///{record}",
        },
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"sevbot: The backup {folder}/sevbot-")
    assert ended.stderr.count("\n") == 1
    assert list(folder.iterdir()) == []


def test_a_damaged_record_is_no_backup(record: Path, tmp_path: Path) -> None:
    damage(record)

    with pytest.raises(BotError, match="the database is damaged"):
        backups.write(record, tmp_path / "copy.db")

    assert [file.name for file in tmp_path.iterdir() if "copy" in file.name] == []


def test_backing_up_a_missing_record_is_refused(tmp_path: Path) -> None:
    record = tmp_path / "sevbot.db"

    with pytest.raises(BotError) as refused:
        backups.write(record, tmp_path / "copy.db")

    assert str(refused.value) == f"There is no {record}."


def test_the_newest_backup_that_is_whole_is_found(record: Path, tmp_path: Path) -> None:
    good = backups.write(record, tmp_path / name_of(NOON - DAY))
    bad = backups.write(record, tmp_path / name_of(NOON, is_daily=True))
    damage(bad.file)
    (tmp_path / "sevbot-notes.db").write_text("no backup")

    assert backups.newest_good(tmp_path) == (NOON - DAY, good)


def test_seven_days_and_four_weeks_are_kept(tmp_path: Path) -> None:
    daily(tmp_path, *range(60))

    backups.throw_away_old(tmp_path, NOON)

    # Of each week its Sunday; noon of the 24th is a Tuesday.
    assert ages(tmp_path) == [0, 1, 2, 3, 4, 5, 6, 9, 16]


def test_of_several_in_a_day_the_last_is_kept() -> None:
    made = [NOON - hours * timedelta(hours=1) for hours in range(30)]

    assert kept(made) == {NOON, NOON.replace(hour=23) - DAY}


def test_no_backup_is_deleted_while_none_is_made(tmp_path: Path) -> None:
    daily(tmp_path, 400, 401, 402)

    assert backups.throw_away_old(tmp_path, NOON) == []
    assert len(ages(tmp_path)) == 3


def test_backups_made_by_hand_are_never_deleted(tmp_path: Path) -> None:
    by_hand_made = tmp_path / name_of(NOON - 300 * DAY)
    by_hand_made.touch()
    other = tmp_path / "sevbot.db"
    other.touch()
    daily(tmp_path, *range(10))

    backups.throw_away_old(tmp_path, NOON)

    assert by_hand_made.exists()
    assert other.exists()


def test_leftovers_of_a_killed_process_are_deleted(tmp_path: Path) -> None:
    old, fresh = (tmp_path / f".{name_of(NOON)}.{n}.part" for n in (1, 2))
    for file, age in ((old, timedelta(hours=2)), (fresh, timedelta(minutes=1))):
        file.touch()
        at = (NOON - age).timestamp()
        os.utime(file, (at, at))

    backups.throw_away_old(tmp_path, NOON)

    assert not old.exists()
    assert fresh.exists()


def test_a_good_record_looks_sound_and_stays_as_it_is(record: Path) -> None:
    before = record.read_bytes()

    backups.must_look_sound(record, None)

    assert record.read_bytes() == before


def test_a_record_that_is_not_there_yet_is_no_damage(tmp_path: Path) -> None:
    backups.must_look_sound(tmp_path / "sevbot.db", None)

    assert list(tmp_path.iterdir()) == []


def test_a_damaged_record_names_the_newest_good_backup(
    record: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    good = backups.write(record, folder / name_of(NOON, is_daily=True))
    damage(record)

    with pytest.raises(BotError) as refused:
        backups.must_look_sound(record, folder)

    assert str(refused.value) == (
        f"{record}: the database is damaged. The newest good backup is of 2026-11-24 "
        f"12:00 UTC; to take it: sevbot db restore {good.file}"
    )


@pytest.mark.parametrize(
    ("folder", "sentence"),
    [
        (None, "SEVBOT_BACKUPS names no folder with backups"),
        (".", "There is no good backup in "),
        ("away", "The backups in "),
    ],
    ids=["no folder named", "an empty folder", "a missing folder"],
)
def test_a_damaged_record_without_a_backup_says_so(
    tmp_path: Path, folder: str | None, sentence: str
) -> None:
    record = tmp_path / "sevbot.db"
    record.write_bytes(b"a letter to a friend" * 1000)

    with pytest.raises(BotError) as refused:
        backups.must_look_sound(record, tmp_path / folder if folder else None)

    assert str(refused.value).startswith(f"{record}: the file is not a database. ")
    assert sentence in str(refused.value)


def test_only_the_beginning_of_a_large_record_is_checked(record: Path) -> None:
    by_hand(record, "VACUUM")
    whole, page = record.read_bytes(), 4096
    # The last pages may hold the end of the tables' own list.
    record.write_bytes(whole[: -14 * page] + b"\xff" * 3 * page + whole[-11 * page :])
    size = len(whole)

    checking.must_look_whole(record, most=size - 1)

    with pytest.raises(StorageError):
        checking.must_look_whole(record, most=size)
