"""Connections to PostgreSQL with a deadline for every answer.

A frozen server escapes its own timeouts and those of TCP, since the connection is still
alive: a suspended virtual machine, a disk that hangs, a pooler whose queue is stuck. So
the client keeps its own deadline.
"""

import re
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
# The server's sentences for what only a person can mend. Before a connection stands the
# driver gives no SQLSTATE. In another language they are waited out like anything else.
_LASTING = re.compile(
    r"password authentication failed|no password supplied|does not exist"
    r"|no pg_hba\.conf entry|no such (user|database)|SSL was required"
    r"|certificate verify failed|not permitted to log in"
)
_NOT_UTF_8 = "the database is not in UTF-8; make one with ENCODING 'UTF8'"

# Longer than the server's own `statement_timeout`, whose error says more than ours.
STATEMENT_WITHIN_S = 2.2
# For reading on what arrived while this process itself stood still.
_READ_ON_FOR_S = 0.5
_NO_URL = (
    "PostgreSQL does not understand DATABASE_URL; in its user and password a special "
    "character is written as % and its code, a space as %20"
)
# Prepare a statement after this many executions.
# https://www.psycopg.org/psycopg3/docs/advanced/prepare.html
_OFTEN = 2
_CONNECTING = {
    "connect_timeout": 2,
    # A host that vanishes sends no FIN, and TCP alone would retransmit for minutes.
    # https://www.postgresql.org/docs/current/libpq-connect.html
    "tcp_user_timeout": 3000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
}


class TimedConnection(psycopg.Connection[DictRow]):
    """A connection that closes itself if the server does not answer in time."""

    answers_within_s = STATEMENT_WITHIN_S
    # A migration, a copy or a check may go through a large table.
    long_within_s = 120.0

    def be_patient(self) -> None:
        """Give each statement that follows much time."""
        self.answers_within_s = self.long_within_s

    def wait(self, gen: PQGen[T], *how: Any, **more: Any) -> T:
        """Wait for the server; psycopg calls this for every statement.

        Raises ConnectionTimeout after closing the connection: a late answer would be
        taken for that of the next statement.
        """
        try:
            return super().wait(_within(gen, self.answers_within_s), *how, **more)
        except errors.ConnectionTimeout:
            self.close()
            raise


def connected(url: str) -> TimedConnection:
    """Connect outside of the pool. Raises StorageError saying why that failed."""
    given = arguments(url)
    try:
        connection = TimedConnection.connect(url, **given)
    except psycopg.OperationalError as error:
        # With several hosts there is a line for each.
        lines = str(error).splitlines()
        lasting = next((one for one in lines if _LASTING.search(one)), None)
        why = (lasting or lines[-1]).rpartition(": ")[2].strip()
        raise StorageError(f"{AWAY}: {why}", may_pass=lasting is None) from error
    # In SQL_ASCII the server checks no text, and the driver gives bytes back; others
    # lack most characters.
    # https://www.postgresql.org/docs/current/multibyte.html
    if connection.info.parameter_status("server_encoding") != "UTF8":
        connection.close()
        raise StorageError(_NOT_UTF_8)
    return connection


def arguments(url: str) -> dict[str, Any]:
    """Return connection parameters; the URL wins. Raises StorageError for a bad one."""
    try:
        said = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # The driver quotes the part that it does not understand, maybe the password.
        raise StorageError(_NO_URL) from None
    given: dict[str, Any] = {
        name: value for name, value in _CONNECTING.items() if name not in said
    }
    # With several hosts libpq takes the first that answers, which may be a standby.
    if "," in str(said.get("host", "")) and "target_session_attrs" not in said:
        given["target_session_attrs"] = "read-write"
    return {
        **given,
        "client_encoding": "UTF8",
        "autocommit": True,
        "prepare_threshold": None,
        "row_factory": dict_row,
        # Our statements use $1 already, so psycopg need not parse them.
        "cursor_factory": psycopg.RawCursor,
    }


def keep_plans(connection: psycopg.Connection[DictRow]) -> None:
    """Allow prepared statements, unless a pooler sits in between.

    A pooler may run the next transaction in another session, which does not know them.
    A pooler shows itself by giving its clients another process id than the server's.
    """
    row = connection.execute("SELECT pg_backend_pid() AS pid").fetchone()
    if row is not None and row["pid"] == connection.info.backend_pid:
        connection.prepare_threshold = _OFTEN


def _within(gen: PQGen[T], seconds: float) -> PQGen[T]:
    """Run the driver's generator until a deadline.

    psycopg wakes it ten times a second even if nothing has arrived. A server whose
    answer drips in byte by byte is given up like one that is silent.
    """
    give_up_at, is_late = monotonic() + seconds, False
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if monotonic() > give_up_at:
                if is_late or not ready:
                    raise errors.ConnectionTimeout("the server does not answer")
                give_up_at, is_late = monotonic() + _READ_ON_FOR_S, True
            wanted = gen.send(ready)
    except StopIteration as end:
        result: T = end.value
        return result
