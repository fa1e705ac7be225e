"""The record in a SQLite file: what it keeps, and its errors."""

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Thread

import pytest

from bot.errors import StorageError
from bot.store.database import Transaction
from bot.store.engines.sqlite import SqliteDatabase, to_text
from bot.store.opening import known_workspace
from bot.store.queries import queries
from bot.store.tables import rate_limits

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOON = timedelta(milliseconds=10)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sevbot.db"


@pytest.fixture
def database(path: Path) -> Iterator[SqliteDatabase]:
    with opened(path) as database:
        yield database


@contextmanager
def opened(path: Path, workspace: str = "T1") -> Iterator[SqliteDatabase]:
    database = SqliteDatabase(path, workspace, busy_for=SOON)
    try:
        yield database
    finally:
        database.close()


def note(database: SqliteDatabase, at: datetime = NOON) -> None:
    with database.transaction() as tx:
        tx.one("set_mark", name="tick", at=at)


def noted(database: SqliteDatabase) -> object:
    with database.transaction() as tx:
        row = tx.one("mark", name="tick")
    return row["at"] if row else None


def refusal(database: SqliteDatabase) -> str:
    """Return why a write was refused."""
    with pytest.raises(StorageError) as refused:
        note(database)
    return refused.value.reason


def test_committed_rows_are_there_for_the_next_process(path: Path) -> None:
    with opened(path) as first:
        note(first)

    with opened(path) as second:
        assert noted(second) == NOON


def test_only_its_owner_may_read_the_files_of_a_record(path: Path) -> None:
    before = os.umask(0)
    try:
        with opened(path) as database:
            note(database)
            modes = {
                one.name: one.stat().st_mode & 0o777 for one in path.parent.iterdir()
            }
    finally:
        os.umask(before)

    assert len(modes) == 3
    assert set(modes.values()) == {0o600}


def test_a_transaction_that_raises_leaves_nothing_behind(
    database: SqliteDatabase,
) -> None:
    def fail_after_a_write() -> None:
        with database.transaction() as tx:
            tx.one("set_mark", name="tick", at=NOON)
            raise KeyError("a fault of ours")

    with pytest.raises(KeyError):
        fail_after_a_write()

    assert noted(database) is None
    note(database)
    assert noted(database) == NOON


def test_a_write_is_on_disk_when_it_returns(
    path: Path, database: SqliteDatabase
) -> None:
    note(database)

    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT COUNT(*) FROM marks").fetchone() == (1,)


def test_a_commit_that_fails_is_refused_and_leaves_nothing(
    database: SqliteDatabase,
) -> None:
    def refuse(action: int, what: str | None, *_: object) -> int:
        is_commit = action == sqlite3.SQLITE_TRANSACTION and what == "COMMIT"
        return sqlite3.SQLITE_DENY if is_commit else sqlite3.SQLITE_OK

    database._connection.set_authorizer(refuse)
    with pytest.raises(sqlite3.Error):
        note(database)
    database._connection.set_authorizer(None)

    assert noted(database) is None
    note(database)
    assert noted(database) == NOON


def test_a_transaction_that_sqlite_rolled_back_is_refused(
    database: SqliteDatabase,
) -> None:
    def interrupted() -> None:
        with database.transaction() as tx:
            tx.one("set_mark", name="tick", at=NOON)
            database._connection.set_progress_handler(lambda: 1, 1)
            try:
                tx.one("set_mark", name="tock", at=NOON)
            finally:
                database._connection.set_progress_handler(None, 0)

    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        interrupted()

    assert noted(database) is None
    note(database)
    assert noted(database) == NOON


def test_a_reader_blocks_nobody_and_sees_one_instant(
    database: SqliteDatabase,
) -> None:
    with database.reading() as tx:
        before = tx.one("mark", name="tick")
        note(database)
        after = tx.one("mark", name="tick")

    assert before is None
    assert after is None
    assert noted(database) == NOON


def test_workspaces_in_one_file_are_isolated(path: Path) -> None:
    with opened(path, "T1") as ours, opened(path, "T2") as theirs:
        note(ours)

        assert noted(theirs) is None


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOON, "2026-11-24T12:00:00.000Z"),
        (NOON.replace(microsecond=123999), "2026-11-24T12:00:00.123Z"),
        (
            datetime(2026, 11, 24, 4, tzinfo=timezone(timedelta(hours=-8))),
            "2026-11-24T12:00:00.000Z",
        ),
    ],
    ids=["a whole second", "to the millisecond", "of another zone"],
)
def test_instants_are_utc_text_of_fixed_width_and_come_back(
    path: Path, database: SqliteDatabase, at: datetime, text: str
) -> None:
    note(database, at)

    with closing(sqlite3.connect(path)) as shell:
        stored = shell.execute("SELECT at FROM marks").fetchone()
    assert stored == (text,) == (to_text(at),)
    assert noted(database) == datetime.fromisoformat(text)


def test_instants_sort_as_text() -> None:
    instants = [NOON + timedelta(milliseconds=n * 37) for n in range(100)]

    assert sorted(map(to_text, instants)) == list(map(to_text, instants))


def test_a_database_that_another_process_locks_says_so(
    path: Path, database: SqliteDatabase
) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")

        assert refusal(database) == "the database is locked"

    note(database)
    assert noted(database) == NOON


def test_a_thread_that_waits_too_long_for_the_lock_fails(
    database: SqliteDatabase,
) -> None:
    reasons = []

    with database.transaction():
        other = Thread(target=lambda: reasons.append(refusal(database)))
        other.start()
        other.join()

    assert reasons == ["the database is locked"]


def test_a_database_that_may_only_be_read_says_so(path: Path) -> None:
    with opened(path) as database:
        database._connection.execute("PRAGMA query_only = ON")

        assert refusal(database) == "the database is read-only"


def test_a_full_disk_says_so_and_keeps_what_was_there(path: Path) -> None:
    with opened(path) as database:
        note(database)
        database._connection.execute("PRAGMA max_page_count = 1")

        with pytest.raises(StorageError) as refused, database.transaction() as tx:
            tx.one("save_inbox", key="a" * 100_000, received_at=NOON, answer="")

        assert refused.value.reason == "the disk is full"
        assert noted(database) == NOON


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            b"not a database, but a letter to a friend" * 100,
            "the file is not a database",
        ),
        (None, "the database cannot be opened"),
    ],
    ids=["another file", "a folder"],
)
def test_a_file_that_is_no_database_is_refused_at_the_start(
    path: Path, content: bytes | None, reason: str
) -> None:
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    with pytest.raises(StorageError) as refused:
        SqliteDatabase(path, "T1")

    assert refused.value.reason == reason


def test_a_damaged_file_says_so(path: Path) -> None:
    with opened(path) as database:
        note(database)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))

    with pytest.raises(StorageError) as refused, opened(path) as database:
        note(database)

    assert refused.value.reason == "the database is damaged"


def test_opening_a_file_again_does_not_change_its_schema(path: Path) -> None:
    def shape() -> list[tuple[str]]:
        with closing(sqlite3.connect(path)) as shell:
            return shell.execute(
                "SELECT sql FROM sqlite_master ORDER BY name"
            ).fetchall()

    with opened(path):
        first = shape()
    with opened(path), opened(path):
        again = shape()

    assert first == again
    assert len(first) > 10


def test_a_migration_that_fails_leaves_no_half_of_it(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE people (mine INTEGER)")

    with pytest.raises(sqlite3.OperationalError, match="people already exists"):
        SqliteDatabase(path, "T1")

    with closing(sqlite3.connect(path)) as shell:
        tables = shell.execute("SELECT name FROM sqlite_master").fetchall()
    assert ("incidents",) not in tables


def test_a_file_remembers_the_workspace_that_used_it_last(path: Path) -> None:
    unused = known_workspace(f"sqlite:///{path}")
    with opened(path, "T1") as database:
        fresh = known_workspace(f"sqlite:///{path}")
        note(database)

    assert (unused, fresh, known_workspace(f"sqlite:///{path}")) == (None, None, "T1")


def test_a_budget_refills_as_time_passes(database: SqliteDatabase) -> None:
    every = timedelta(seconds=1)

    with database.transaction() as tx:
        for _ in range(3):
            rate_limits.use_budget(tx, "posts", NOON, every)
        spent = opens_at(tx, "budget:posts")
        rate_limits.use_budget(tx, "posts", NOON + timedelta(minutes=1), every)
        later = opens_at(tx, "budget:posts")

    assert spent == NOON + timedelta(seconds=3)
    assert later == NOON + timedelta(seconds=61)


def test_a_rate_limit_is_never_shortened(
    database: SqliteDatabase,
) -> None:
    with database.transaction() as tx:
        rate_limits.limit(tx, rate_limits.POSTING, NOON + timedelta(minutes=1))
        rate_limits.limit(tx, rate_limits.POSTING, NOON)

        assert opens_at(tx, rate_limits.POSTING) == NOON + timedelta(minutes=1)


def opens_at(tx: Transaction, name: str) -> datetime:
    row = tx.one("rate_limit", name=name)
    assert row is not None
    at: datetime = row["limited_until"]
    return at


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("claim_message", "outbox_posts"),
        ("claim_message", "outbox_edits"),
        ("unaddressed", "outbox_unaddressed"),
        ("claim_unaddressed", "outbox_unaddressed"),
        ("address", "outbox_unaddressed"),
        ("unfinished", "outbox_heads"),
        ("oldest_unsent_page", "outbox_heads"),
        ("forget_messages", "outbox_old_edits"),
        ("lost_leases", "outbox_sending"),
        ("hurry_pages", "outbox_unconfirmed"),
        ("next_look", "outbox_verify"),
        ("mark_stale", "outbox_heads"),
        ("queue_edits", "outbox_live"),
        ("due_deadlines", "deadlines_next_nudge"),
        ("lock_due_incidents", "deadlines_next_nudge"),
        ("save_fired", "sqlite_autoindex_deadlines_1"),
        ("lock_late_incidents", "deadlines_late"),
        ("mark_missed", "deadlines_late"),
        ("next_instants", "deadlines_next_nudge"),
        ("next_instants", "incidents_offered"),
        ("expired_offers", "incidents_offered"),
        ("open_offers", "incidents_offered"),
        ("live_lists", "outbox_live"),
        ("fallen_deadlines", "deadlines_fallen"),
    ],
)
def test_frequent_queries_read_no_history(
    database: SqliteDatabase, query: str, index: str
) -> None:
    sql = re.sub(r"^ *FOR UPDATE.*\n", "", queries()[query], flags=re.MULTILINE)
    values = dict.fromkeys(re.findall(r":(\w+)", sql))

    plan = database._connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)

    steps = [str(row[3]) for row in plan]
    assert any(index in step for step in steps)
    assert not any(step.startswith(("SCAN outbox", "SCAN deadlines")) for step in steps)


@pytest.mark.parametrize(
    "write",
    [
        lambda tx: tx.one("set_mark", name="tick", at=NOON),
        lambda tx: tx.ask_many("set_mark", [{"name": "tick", "at": NOON}]),
        lambda tx: tx.write("set_mark", name="tick", at=NOON),
        lambda tx: tx.write_many("set_mark", [{"name": "tick", "at": NOON}]),
    ],
    ids=["one", "many", "write", "write_many"],
)
def test_a_refusal_is_in_plain_words_within_the_transaction(
    database: SqliteDatabase, write: Callable[[Transaction], object]
) -> None:
    """Code that continues after other errors must not catch this one."""
    with database.transaction() as tx:
        database._connection.execute("PRAGMA query_only = ON")
        with pytest.raises(StorageError, match="read-only"):
            write(tx)
        database._connection.execute("PRAGMA query_only = OFF")
