"""Where a record's file lies, and what becomes of it when somebody deletes it there.

SQLite goes on with a file that has no name any more, and all of it is lost with the
process. But as long as the process lives, all that was recorded can still be read.
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
# To close another kind of descriptor would end all locks that SQLite has on the file.
_JUST_TO_ASK = getattr(os, "O_PATH", os.O_RDONLY)


class Place:
    """A file under the name by which it was opened."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._descriptor = os.open(path, _JUST_TO_ASK)
        self._own = os.fstat(self._descriptor)

    def is_kept(self) -> bool:
        """Tell whether the file has its name still."""
        try:
            return os.path.samestat(self._path.stat(), self._own)
        except OSError:
            return False

    def put_back(self, connection: sqlite3.Connection) -> None:
        """Give a deleted file's content its name again.

        Raises StorageError where the file is just elsewhere, or its folder is gone.
        """
        if self._path.exists():
            raise StorageError(REPLACED)
        try:
            if os.fstat(self._descriptor).st_nlink:
                raise StorageError(MOVED)
            with honest(), part_of(self._path) as part:
                connection.execute("VACUUM INTO ?", [str(part)])
                put(part, self._path)
        except OSError as error:
            raise StorageError(GONE) from error

    def close(self) -> None:
        """Ask no more."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
