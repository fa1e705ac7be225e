"""Ways in which a story's record breaks, on either engine, and comes back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import psycopg
import pytest

from bot.store import opening
from bot.store.engines.sqlite import SqliteDatabase
from tests import postgres
from tests.story import Story

_CUT = """
SELECT pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE datname = current_database()
  AND pid <> pg_backend_pid()
"""


def by_hand(story: Story, statement: str) -> list[tuple[object, ...]]:
    """Do something to the record behind the bot's back; return what it answers."""
    if opening.is_postgres(story.database_url):
        return postgres.by_hand(story.database_url, statement)
    with closing(sqlite3.connect(story.folder / "sevbot.db")) as file:
        answer = file.execute(statement).fetchall()
        file.commit()
        return answer


def add_shape(url: str) -> None:
    """Note a migration that only a newer version of the bot knows."""
    if opening.is_postgres(url):
        postgres.by_hand(
            url, "INSERT INTO sevbot_migrations (name) VALUES ('of_tomorrow')"
        )
        return
    with closing(sqlite3.connect(opening.sqlite_path(url))) as file:
        file.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('sevbot', 'of_tomorrow', '')"
        )
        file.commit()


@contextmanager
def locked(story: Story) -> Iterator[None]:
    """Let another process write without an end."""
    if opening.is_postgres(story.database_url):
        with psycopg.connect(story.database_url) as connection:
            connection.execute("LOCK TABLE inbox IN EXCLUSIVE MODE")
            yield
            connection.rollback()
        return
    other = sqlite3.connect(story.folder / "sevbot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def read_only(story: Story) -> Iterator[None]:
    """Let the database refuse every write."""
    if opening.is_postgres(story.database_url):
        _may_be_written(story, "on")
        yield
        _may_be_written(story, "off")
        return
    connection = _file(story)
    connection.execute("PRAGMA query_only = ON")
    try:
        yield
    finally:
        connection.execute("PRAGMA query_only = OFF")


@contextmanager
def full(story: Story) -> Iterator[None]:
    """Let the database grow no more, and use up what room it has."""
    if opening.is_postgres(story.database_url):
        pytest.skip("a server's disk is not ours to fill")
    connection = _file(story)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with suppress(sqlite3.OperationalError):
        for number in range(1000):
            connection.execute("INSERT INTO inbox VALUES ('', ?, '', '')", [number])
    try:
        yield
    finally:
        connection.execute("PRAGMA max_page_count = 1000000")


def _file(story: Story) -> sqlite3.Connection:
    database = story.bot.database
    assert isinstance(database, SqliteDatabase)
    return database._connection


def _may_be_written(story: Story, is_refused: str) -> None:
    """Do what a failover does: the primary refuses writes and closes connections."""
    name = story.database_url.partition("@/")[2].partition("?")[0]
    # From now on this error means a new connection.
    by_hand(
        story, f"ALTER DATABASE {name} SET default_transaction_read_only = {is_refused}"
    )
    by_hand(story, _CUT)


@contextmanager
def unreadable_once(story: Story, changed: str) -> Iterator[None]:
    """Let the database refuse everything from the next change of a table on.

    The change itself is committed: with it comes a migration that only a newer version
    of the bot knows.
    """
    if opening.is_postgres(story.database_url):
        pytest.skip("SQLite's triggers do it in a line")
    noted = (
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('sevbot', 'of_tomorrow', '')"
    )
    by_hand(story, f"CREATE TRIGGER newer AFTER {changed} BEGIN {noted}; END")
    try:
        yield
    finally:
        by_hand(story, "DROP TRIGGER newer")
        by_hand(story, "DELETE FROM _sqlite_migrations WHERE name = 'of_tomorrow'")
