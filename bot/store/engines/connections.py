"""Connections to PostgreSQL whose server has to answer in time.

The server's own timeouts, and those of the network, do not see a server that is frozen
on a connection that lives: a suspended machine, a disk that hangs, a pooler whose queue
does not move. So we look at our own clock, too.
"""

from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row

from bot.errors import StorageError

T = TypeVar("T")

AWAY = "the database cannot be reached"

# A little longer than a statement may take by the server's clock, which can say why.
STATEMENT_WITHIN_S = 2.2
# A statement that ran so many times gets a plan to keep.
_OFTEN = 2
_CONNECTING = {
    "connect_timeout": 2,
    # Told to libpq: a server that vanished is noticed although nobody hung up.
    "tcp_user_timeout": 3000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
}


class TimedConnection(psycopg.Connection[DictRow]):
    """A connection that is given up when its server does not answer in time."""

    answers_within_s = STATEMENT_WITHIN_S

    def wait(self, gen: PQGen[T], *how: Any, **more: Any) -> T:
        """Wait for the server, through which every statement passes.

        Raises ConnectionTimeout, and the connection is closed then.
        """
        try:
            return super().wait(_within(gen, self.answers_within_s), *how, **more)
        except errors.ConnectionTimeout:
            self.close()
            raise


def connected(url: str) -> psycopg.Connection[DictRow]:
    """Connect outside of the pool. Raises StorageError that says why it fails."""
    try:
        return psycopg.Connection[DictRow].connect(url, **arguments(url))
    except psycopg.OperationalError as error:
        why = str(error).splitlines()[-1].rpartition(": ")[2].strip()
        raise StorageError(f"{AWAY}: {why}") from error


def arguments(url: str) -> dict[str, Any]:
    """Return how to connect, where the URL does not say otherwise."""
    said = conninfo_to_dict(url)
    given: dict[str, Any] = {
        name: value for name, value in _CONNECTING.items() if name not in said
    }
    if "," in str(said.get("host", "")) and "target_session_attrs" not in said:
        given["target_session_attrs"] = "read-write"
    return {
        **given,
        "autocommit": True,
        "prepare_threshold": None,
        "row_factory": dict_row,
        # Our statements number their parameters: nothing is to be looked for in them.
        "cursor_factory": psycopg.RawCursor,
    }


def keep_plans(connection: psycopg.Connection[DictRow]) -> None:
    """Let the server keep the plans of our statements, where that is safe.

    Behind a pooler the next transaction may be in a session that does not know them. It
    shows: a pooler gives its clients another process id than that of the server.
    """
    row = connection.execute("SELECT pg_backend_pid() AS pid").fetchone()
    if row is not None and row["pid"] == connection.info.backend_pid:
        connection.prepare_threshold = _OFTEN


def _within(gen: PQGen[T], seconds: float) -> PQGen[T]:
    """Go on with what the driver waits for; it looks in ten times a second."""
    give_up_at = monotonic() + seconds
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and monotonic() > give_up_at:
                raise errors.ConnectionTimeout("the server does not answer")
            wanted = gen.send(ready)
    except StopIteration as end:
        result: T = end.value
        return result
