"""A SQLite record that is only read, beside the bot that writes it or after its end."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.errors import StorageError
from bot.store.engines.sqlite import SqliteTransaction


class Reading:
    """Reads the file of one workspace, and never holds up whoever writes it."""

    def __init__(self, path: Path, workspace: str) -> None:
        self._path = path
        self._workspace = workspace

    @contextmanager
    def transaction(self) -> Iterator[SqliteTransaction]:
        """Begin to read the record as it stands now.

        Raises StorageError where there is no file, or it cannot be read.
        """
        try:
            # Not `ro`: the log of a bot that was killed must be taken in.
            connection = sqlite3.connect(
                f"{self._path.as_uri()}?mode=rw", uri=True, isolation_level=None
            )
            with closing(connection):
                connection.execute("PRAGMA query_only = ON")
                connection.execute("BEGIN")
                yield SqliteTransaction(connection, self._workspace)
        except sqlite3.DatabaseError as error:
            raise StorageError(str(error)) from error
