"""Read a SQLite database, beside the bot that writes it or after it has stopped."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.errors import StorageError
from bot.store.engines.sqlite import SqliteTransaction, looking


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads a workspace in a file, and never blocks the writer."""

    _path: Path
    _workspace: str

    @contextmanager
    def transaction(self) -> Iterator[SqliteTransaction]:
        """Read the database as it is now. Raises StorageError if it cannot be read."""
        try:
            with closing(looking(self._path)) as connection:
                connection.execute("BEGIN")
                yield SqliteTransaction(connection, self._workspace)
        except sqlite3.DatabaseError as error:
            raise StorageError(str(error)) from error
