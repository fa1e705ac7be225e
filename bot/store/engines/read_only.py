"""Read a SQLite database, beside the bot that writes it or after it has stopped."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.errors import StorageError
from bot.store.engines.sqlite import SqliteTransaction


class Reading:
    """Reads a workspace in a file, and never blocks the writer."""

    def __init__(self, path: Path, workspace: str) -> None:
        self._path = path
        self._workspace = workspace

    @contextmanager
    def transaction(self) -> Iterator[SqliteTransaction]:
        """Begin a transaction that sees the database as it is now.

        Raises StorageError if there is no file or it cannot be read.
        """
        try:
            # Not mode=ro: after a bot was killed, a reader has to recover the WAL and
            # write its shared-memory index. https://www.sqlite.org/wal.html#readonly
            connection = sqlite3.connect(
                f"{self._path.as_uri()}?mode=rw", uri=True, isolation_level=None
            )
            with closing(connection):
                connection.execute("PRAGMA query_only = ON")
                connection.execute("BEGIN")
                yield SqliteTransaction(connection, self._workspace)
        except sqlite3.DatabaseError as error:
            raise StorageError(str(error)) from error
