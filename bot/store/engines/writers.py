"""Who writes to a SQLite file, one after another, and who waits for the disk together.

What a commit costs is the disk, whatever is in it. So brief transactions that wait for
their turn join the one before them, each in a savepoint of its own: one COMMIT for all,
and nobody is answered before it. What fails in one of them is undone for it alone.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Condition, Lock
from typing import NoReturn

from bot.errors import StorageError
from bot.store.database import LOCKED

# So that the first of a group waits some milliseconds for the last.
_MOST = 32
_UNDONE = "the commit failed"
_REASONS = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the database is read-only",
    sqlite3.SQLITE_IOERR: "the disk does not answer",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened",
    sqlite3.SQLITE_CORRUPT: "the database is damaged",
    sqlite3.SQLITE_NOTADB: "the file is not a database",
    sqlite3.SQLITE_PERM: "the database may not be written",
}


@dataclass(slots=True)
class _Group:
    """Transactions with one COMMIT. `error` is why none of them came about.

    Who waits for its end wakes the next who does: all at once would be in each other's
    way, and in that of the next group.
    """

    size: int = 0
    error: StorageError | None = None
    is_over: bool = False
    _end: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._end.acquire()

    def close(self) -> None:
        """Let all go on who wait."""
        self.is_over = True
        self._end.release()

    def wait(self, most_s: float) -> None:
        """Wait for the end, but so long at most."""
        if self._end.acquire(timeout=most_s):
            self._end.release()


class Writers:
    """The turns of those who write over one connection.

    Whoever waits longer than `busy_for` for a turn is told that the file is locked.
    `may_write` raises where nobody may, once the file is ours.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        busy_for: timedelta,
        may_write: Callable[[sqlite3.Connection], None],
    ) -> None:
        self._connection = connection
        self._may_write = may_write
        self._busy_for_s = busy_for.total_seconds()
        self._lock = Lock()
        self._briefly = Condition(self._lock)
        self._otherwise = Condition(self._lock)
        self._is_busy = False
        self._joining = 0
        self._group: _Group | None = None

    @contextmanager
    def transaction(self, *, is_brief: bool) -> Iterator[None]:
        """Have a transaction, and return when it is on the disk."""
        self._take(is_brief=is_brief)
        try:
            group = self._begun(is_brief=is_brief)
        except BaseException:
            self._give()
            raise
        try:
            with honest():
                yield
                if is_brief:
                    self._connection.execute("RELEASE one")
        except BaseException as error:
            self._undo(group, error, is_brief=is_brief)
            raise
        finally:
            self._end(group)

    @contextmanager
    def alone(self, *, patient: bool = False) -> Iterator[None]:
        """Have the connection while no transaction is open."""
        self._take(is_brief=False, patient=patient)
        try:
            yield
        finally:
            self._give()

    def use(self, connection: sqlite3.Connection) -> None:
        """Go on over another connection; for whoever is alone."""
        self._connection = connection

    def _take(self, *, is_brief: bool, patient: bool = False) -> None:
        """Wait for a turn. Who is brief may join a group that is not committed yet."""

        def may_begin() -> bool:
            group = self._group
            is_open = is_brief and group is not None and group.size < _MOST
            return not self._is_busy and (group is None or is_open)

        turn = self._briefly if is_brief else self._otherwise
        with turn:
            self._joining += is_brief
            try:
                within_s = None if patient else self._busy_for_s
                if not turn.wait_for(may_begin, within_s):
                    raise StorageError(LOCKED)
                self._is_busy = True
            finally:
                self._joining -= is_brief

    def _give(self) -> None:
        with self._lock:
            self._pass_on()

    def _pass_on(self) -> None:
        self._is_busy = False
        self._briefly.notify()
        self._otherwise.notify()

    def _begun(self, *, is_brief: bool) -> _Group:
        with honest():
            if self._group is None:
                # Immediately: a read that turns into a write would fail when busy.
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    self._may_write(self._connection)
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._group = _Group()
            if is_brief:
                self._connection.execute("SAVEPOINT one")
            return self._group

    def _undo(self, group: _Group, error: BaseException, *, is_brief: bool) -> None:
        if not self._connection.in_transaction:
            # After some errors SQLite itself rolls back what all of them wrote.
            group.error = StorageError(_UNDONE)
            if isinstance(error, StorageError):
                group.error = error
        elif is_brief:
            self._connection.execute("ROLLBACK TO one")
            self._connection.execute("RELEASE one")
        else:
            self._connection.execute("ROLLBACK")

    def _end(self, group: _Group) -> None:
        """Let the next one join, or commit for all. Raises StorageError if that fails.

        Whoever finds that nobody will join any more commits.
        """
        with self._lock:
            group.size += 1
            if not self._connection.in_transaction:
                self._close(group)
            self._pass_on()
        while not self._is_over(group):
            group.wait(self._busy_for_s)
        if group.error is not None:
            raise StorageError(group.error.reason) from group.error

    def _is_over(self, group: _Group) -> bool:
        """Tell whether a group is committed; do it, if nobody will join any more."""
        with self._lock:
            is_full = not self._joining or group.size >= _MOST
            if group.is_over or self._is_busy or not is_full:
                return group.is_over
            self._is_busy = True
        self._commit(group)
        return True

    def _commit(self, group: _Group) -> None:
        group.error = StorageError(_UNDONE)
        try:
            with honest():
                self._connection.execute("COMMIT")
            group.error = None
        except StorageError as error:
            group.error = error
        finally:
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
            with self._lock:
                self._close(group)
                self._pass_on()

    def _close(self, group: _Group) -> None:
        self._group = None
        group.close()


@contextmanager
def honest() -> Iterator[None]:
    """Say in plain words why the storage refused."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        refuse(error)


def refuse(error: sqlite3.DatabaseError) -> NoReturn:
    """Raise StorageError where the storage refused, else the error as it is."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code not in _REASONS:
        raise error
    raise StorageError(_REASONS[code]) from error
