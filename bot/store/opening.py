"""Open the database that DATABASE_URL names."""

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from bot.errors import BotError
from bot.settings import DATABASE_SHAPE
from bot.store.database import Database, Row
from bot.store.engines import sqlite
from bot.store.engines.sqlite import SqliteDatabase

_POSTGRES = ("postgresql://", "postgres://")


def is_postgres(url: str) -> bool:
    return url.startswith(_POSTGRES)


def sqlite_path(url: str) -> Path:
    """Return the file of a `sqlite:///…` URL. Raises BotError for any other URL."""
    scheme, _, path = url.partition(":///")
    if scheme != "sqlite" or not path:
        raise BotError(f"DATABASE_URL {DATABASE_SHAPE}.")
    return Path(path)


def opened(url: str, workspace: str) -> Database:
    """Open a database, and migrate it. Raises StorageError, or BotError for the URL."""
    if is_postgres(url):
        database: Database = postgres().PostgresDatabase(url, workspace)
        return database
    return SqliteDatabase(sqlite_path(url), workspace)


def last_policy(url: str) -> Mapping[str, str] | None:
    """Return the files of the policy that was accepted last; `None` if none was."""
    row = _first(url, "last_policy")
    return json.loads(row["text"]) if row else None


def known_workspace(url: str) -> str | None:
    """Return the workspace that a database was used for last; `None` if it has none."""
    row = _first(url, "last_workspace")
    return row["workspace"] if row else None


def _first(url: str, query: str) -> Row | None:
    if is_postgres(url):
        row: Row | None = postgres().first(url, query)
        return row
    return sqlite.first(sqlite_path(url), query)


def postgres() -> ModuleType:
    """Return the PostgreSQL engine. Its driver is an optional dependency."""
    if find_spec("psycopg") is None or find_spec("psycopg_pool") is None:
        raise BotError(
            "DATABASE_URL names PostgreSQL, and its driver is not installed. "
            "Install sevbot[postgres]."
        )
    from bot.store.engines import postgres  # noqa: PLC0415

    return postgres
