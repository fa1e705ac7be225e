"""A record on each engine. PostgreSQL's sessions keep no state."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.store import opening
from bot.store.database import Database
from bot.store.engines.postgres import PostgresDatabase
from tests import postgres

Open = Callable[..., Database]
_FORGET = """
CLOSE ALL;
RESET ALL;
RESET SESSION AUTHORIZATION;
UNLISTEN *;
SELECT pg_advisory_unlock_all();
DISCARD TEMP;
DISCARD SEQUENCES;
"""


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a record not yet created, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'record.db'}"
    return postgres.empty()


@pytest.fixture
def postgres_url(tmp_path: Path) -> str:
    """The URL of an empty record in PostgreSQL."""
    return postgres.record_of(tmp_path)


@pytest.fixture
def bare_url() -> str:
    """The URL of a database in PostgreSQL without any table."""
    return postgres.empty()


@pytest.fixture
def open_record() -> Iterator[Open]:
    """Open a record any number of times: `open_record(url)`."""
    with ExitStack() as stack:

        def opened(url: str, workspace: str = "T1") -> Database:
            database = opening.opened(url, workspace)
            stack.callback(database.close)
            if isinstance(database, PostgresDatabase):
                forgetful(database)
            return database

        yield opened


def forgetful(database: PostgresDatabase) -> None:
    """Reset each connection after each transaction, except its prepared plans.

    Those are not there behind a pooler.
    """
    pool: Any = database._pool
    pool._reset = lambda connection: connection.execute(_FORGET)
