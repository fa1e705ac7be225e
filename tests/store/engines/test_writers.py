"""Brief transactions that wait for the disk together, on SQLite."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import StorageError, UserError
from bot.store.engines.sqlite import SqliteDatabase
from tests.processes import until

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PATIENCE = timedelta(seconds=20)
THREE = ("one", "two", "three")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "sevbot.db", "T1", busy_for=PATIENCE)
    yield database
    database.close()


def note(database: SqliteDatabase, name: str) -> None:
    with database.transaction(is_brief=True) as tx:
        tx.one("set_mark", name=name, at=NOON)


def fail(database: SqliteDatabase, name: str) -> None:
    with database.transaction(is_brief=True) as tx:
        tx.one("set_mark", name=name, at=NOON)
        raise UserError("No.")


def noted(database: SqliteDatabase) -> list[str]:
    with database.transaction() as tx:
        return [name for name in THREE if tx.one("mark", name=name)]


def on_the_disk(path: Path) -> int:
    """Return how many marks somebody else reads."""
    with sqlite3.connect(path) as other:
        return int(other.execute("SELECT COUNT(*) FROM marks").fetchone()[0])


@contextmanager
def together(
    database: SqliteDatabase,
    *acts: Callable[[], object],
    coming: "list[Future[object]] | None" = None,
) -> Iterator["list[Future[object]]"]:
    """Let acts come while a brief transaction is under way, so that they join it."""
    coming = [] if coming is None else coming
    with ThreadPoolExecutor(len(acts)) as pool:
        with database.transaction(is_brief=True):
            coming.extend(pool.submit(act) for act in acts)
            assert until(lambda: database._writers._joining == len(acts))
        yield coming


def test_those_who_wait_are_committed_at_once(database: SqliteDatabase) -> None:
    said: list[str] = []
    database._connection.set_trace_callback(said.append)

    acts = [lambda name=name: note(database, name) for name in THREE]
    with together(database, *acts) as coming:
        for one in coming:
            one.result()

    assert said.count("COMMIT") == 1
    assert noted(database) == list(THREE)


def test_what_fails_in_one_is_undone_for_it_alone(database: SqliteDatabase) -> None:
    with together(
        database,
        lambda: note(database, "one"),
        lambda: fail(database, "two"),
        lambda: note(database, "three"),
    ) as coming:
        ends = [one.exception() for one in coming]

    assert [type(end) for end in ends] == [type(None), UserError, type(None)]
    assert noted(database) == ["one", "three"]


def test_nobody_is_answered_before_all_of_it_is_on_the_disk(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    def note_and_look(name: str) -> int:
        note(database, name)
        return on_the_disk(tmp_path / "sevbot.db")

    acts = [lambda name=name: note_and_look(name) for name in THREE]
    with together(database, *acts) as coming:
        found = [one.result() for one in coming]

    assert found == [3, 3, 3]


def test_a_commit_that_fails_is_refused_to_each_of_them(
    database: SqliteDatabase,
) -> None:
    def refuse(action: int, what: str | None, *_: object) -> int:
        is_commit = action == sqlite3.SQLITE_TRANSACTION and what == "COMMIT"
        return sqlite3.SQLITE_DENY if is_commit else sqlite3.SQLITE_OK

    database._connection.set_authorizer(refuse)
    acts = [lambda name=name: note(database, name) for name in THREE]
    coming: list[Future[object]] = []
    with (
        pytest.raises((StorageError, sqlite3.Error)),
        together(database, *acts, coming=coming),
    ):
        pass
    ends = [one.exception() for one in coming]
    database._connection.set_authorizer(None)

    assert all(isinstance(end, StorageError | sqlite3.Error) for end in ends)
    assert noted(database) == []


def test_what_sqlite_undid_for_one_of_them_is_refused_to_all(
    database: SqliteDatabase,
) -> None:
    def interrupted() -> None:
        with database.transaction(is_brief=True) as tx:
            database._connection.set_progress_handler(lambda: 1, 1)
            try:
                tx.one("set_mark", name="one", at=NOON)
            finally:
                database._connection.set_progress_handler(None, 0)

    coming: list[Future[object]] = []
    with (
        pytest.raises(StorageError),
        together(database, interrupted, coming=coming),
    ):
        pass

    assert isinstance(coming[0].exception(), StorageError)
    assert noted(database) == []


def test_who_is_not_brief_has_the_file_alone(database: SqliteDatabase) -> None:
    said: list[str] = []
    database._connection.set_trace_callback(said.append)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction(is_brief=True):
            long = pool.submit(noted, database)
        found = long.result()

    assert found == []
    assert said.count("COMMIT") == 2


def test_whoever_only_reads_holds_up_nobody_and_sees_one_instant(
    database: SqliteDatabase,
) -> None:
    with database.reading() as tx:
        before = tx.one("mark", name="one")
        note(database, "one")
        after = tx.one("mark", name="one")

    assert before is None
    assert after is None
    assert noted(database) == ["one"]
