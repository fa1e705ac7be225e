"""A record's file is deleted, moved or replaced while a bot has it open."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import StorageError
from bot.store.engines.sqlite import SqliteDatabase
from bot.store.maintenance import checking

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "sevbot.db"


@pytest.fixture
def database(path: Path) -> Iterator[SqliteDatabase]:
    with closing(SqliteDatabase(path, "T1")) as database:
        yield database


def note(database: SqliteDatabase, name: str) -> None:
    with database.transaction() as tx:
        tx.one("set_mark", name=name, at=NOON)


def is_noted(database: SqliteDatabase, name: str) -> bool:
    with database.transaction() as tx:
        return tx.one("mark", name=name) is not None


def refusal(database: SqliteDatabase) -> str:
    with pytest.raises(StorageError) as refused:
        note(database, "refused")
    return refused.value.reason


def test_a_deleted_file_is_put_back_with_everything_recorded(
    database: SqliteDatabase, path: Path
) -> None:
    note(database, "before")
    path.unlink()

    note(database, "after")
    database.close()

    checking.must_be_whole(path)
    with closing(SqliteDatabase(path, "T1")) as next_one:
        assert is_noted(next_one, "before")
        assert is_noted(next_one, "after")


def test_a_file_deleted_with_its_log_is_put_back_too(
    database: SqliteDatabase, path: Path
) -> None:
    note(database, "before")
    for file in path.parent.iterdir():
        file.unlink()

    note(database, "after")
    database.close()

    with closing(SqliteDatabase(path, "T1")) as next_one:
        assert is_noted(next_one, "before")
        assert is_noted(next_one, "after")


def test_a_file_can_be_put_back_more_than_once(
    database: SqliteDatabase, path: Path
) -> None:
    for name in ("one", "two"):
        note(database, name)
        path.unlink()

    assert is_noted(database, "one")
    assert is_noted(database, "two")
    assert path.exists()


def test_without_its_folder_writes_are_refused_and_nothing_is_lost(
    database: SqliteDatabase, path: Path
) -> None:
    note(database, "before")
    shutil.rmtree(path.parent)
    refused = refusal(database)

    path.parent.mkdir()

    assert refused == "the database file is gone"
    assert is_noted(database, "before")
    assert not is_noted(database, "refused")
    assert path.exists()


def test_a_file_that_is_moved_away_is_waited_for(
    database: SqliteDatabase, path: Path
) -> None:
    note(database, "before")
    aside = path.parent.with_name("aside")
    path.parent.rename(aside)
    refused = refusal(database)

    aside.rename(path.parent)

    assert refused == "the database file was moved away"
    assert is_noted(database, "before")
    assert not is_noted(database, "refused")


def test_another_file_in_its_place_is_left_alone(
    database: SqliteDatabase, path: Path
) -> None:
    path.unlink()
    path.write_text("a backup, say")

    refused = refusal(database)

    assert refused == "another file is in the database's place; restart sevbot"
    assert path.read_text() == "a backup, say"
