"""Notice that the database file was deleted while it is open, and put it back.

On Unix an open file outlives its name. SQLite would go on writing to it, and everything
would be lost when the process ends. Until then all of it can still be read and copied.
Source: https://www.sqlite.org/howtocorrupt.html, on unlinking a file in use.
"""

import os
import sqlite3
from pathlib import Path

from bot.errors import StorageError
from bot.store.engines.refusals import honest
from bot.store.files import part_of, put

GONE = "the database file is gone"
MOVED = "the database file was moved away"
REPLACED = "another file is in the database's place; restart sevbot"
CUT_SHORT = "the database file was cut short; stop sevbot and restore a backup"
# POSIX drops a process's locks on a file as soon as it closes any descriptor of that
# file, SQLite's locks included. A descriptor opened with O_PATH has no such effect.
# https://www.sqlite.org/howtocorrupt.html, on closing a file that is in use.
_JUST_TO_ASK = getattr(os, "O_PATH", os.O_RDONLY)


class Place:
    """A file and the name under which it was opened."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._descriptor = os.open(path, _JUST_TO_ASK)
        self._own = os.fstat(self._descriptor)
        self._size = 0

    def is_kept(self) -> bool:
        """Return whether the name still belongs to this file.

        Raises StorageError if it was cut short: a database never shrinks by itself.
        """
        try:
            now = self._path.stat()
        except OSError:
            return False
        if not os.path.samestat(now, self._own):
            return False
        if now.st_size < self._size:
            raise StorageError(CUT_SHORT)
        self._size = now.st_size
        return True

    def put_back(self, connection: sqlite3.Connection) -> None:
        """Write a deleted file again. Raises StorageError if it was only moved."""
        if self._path.exists():
            raise StorageError(REPLACED)
        try:
            # It still has a name somewhere. A copy under the old one would make two
            # databases that differ from now on.
            if os.fstat(self._descriptor).st_nlink:
                raise StorageError(MOVED)
            with honest(), part_of(self._path) as part:
                connection.execute("VACUUM INTO ?", [str(part)])
                put(part, self._path)
        except OSError as error:
            raise StorageError(GONE) from error

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
