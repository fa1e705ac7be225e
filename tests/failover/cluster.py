"""A primary, and a standby that has every commit before it is acknowledged."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from tests.postgres import Postgres

_IN_STEP_WITHIN_S = 30
_LOOK_EVERY_S = 0.02
_CUT_OFF_FOR_S = 0.5
_DATABASE = "record"
_IN_STEP = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
_STREAMS = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"
_SENDERS = "SELECT pid FROM pg_stat_replication"


class Loss(StrEnum):
    """How a primary is lost."""

    KILLED = "killed"  # Every process of it, at once.
    FROZEN = "frozen"  # It answers nothing, and hangs up on nobody.
    CUT_OFF = "cut off"  # From its standby at first; then it is killed.


class Cluster:
    """Two servers in folders of their own; one is the primary.

    Unless `synchronous`, a commit is acknowledged before the standby has it.
    """

    def __init__(self, folder: Path, bin: Path, *, synchronous: bool) -> None:
        self._bin = bin
        self._synchronous = synchronous
        self._folders = [folder / "a", folder / "b"]
        for one in self._folders:
            one.mkdir()
        folder.chmod(0o755)
        self._started: list[Postgres] = []

    def start(self) -> None:
        """Start both, and wait until the standby follows."""
        self._primary = Postgres(self._folders[0], self._bin)
        self._run(self._primary)
        self._primary.say(f"CREATE DATABASE {_DATABASE}")
        self._follow(self._folders[1])

    @property
    def url(self) -> str:
        """The URL that names both."""
        hosts = ",".join(str(one) for one in self._folders)
        return f"postgresql://sevbot@/{_DATABASE}?host={hosts}"

    def lose(self, how: Loss) -> None:
        """Lose the primary."""
        if how is Loss.CUT_OFF:
            for (sender,) in self._primary.say(_SENDERS):
                os.kill(sender, signal.SIGSTOP)
            time.sleep(_CUT_OFF_FOR_S)
        if how is Loss.FROZEN:
            self._primary.freeze()
        else:
            self._primary.kill()

    def promote(self) -> None:
        """Let the standby be the primary. It waits for no standby until it has one."""
        self._standby.say("SELECT pg_promote(true, 30)")

    def rebuild(self, how: Loss) -> None:
        """Rebuild the old primary as a standby of the new one."""
        lost, self._primary = self._primary, self._standby
        if how is Loss.FROZEN:
            lost.kill()
        shutil.rmtree(lost.folder / "data")
        self._follow(lost.folder)

    def say(self, statement: str) -> list[tuple[object, ...]]:
        """Ask the primary behind the bots' back."""
        return self._primary.say(statement, _DATABASE)

    def close(self) -> None:
        """End all that runs, frozen or not."""
        for one in self._started:
            one.kill()

    def _follow(self, folder: Path) -> None:
        self._standby = Postgres(folder, self._bin, of=self._primary)
        self._run(self._standby)
        if self._synchronous:
            self._primary.say("ALTER SYSTEM SET synchronous_standby_names = '*'")
            self._primary.say("SELECT pg_reload_conf()")
        wanted = _IN_STEP if self._synchronous else _STREAMS
        until(lambda: bool(self._primary.say(wanted)), _IN_STEP_WITHIN_S)

    def _run(self, server: Postgres) -> None:
        self._started.append(server)
        server.start()


def until(condition: Callable[[], bool], within_s: float) -> None:
    """Poll until a condition holds. Raises TimeoutError."""
    give_up_at = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > give_up_at:
            raise TimeoutError("it did not happen in time")
        time.sleep(_LOOK_EVERY_S)
