"""A local Slack in a process of its own, driven as if it were here.

with slack_process() as slack:
    slack.add_person("ana")
    slack.faults.by_chance("chat.postMessage", {Fault.FAIL_AFTER: 0.1}, seed=7)
    ...  # start the app with slack.api_url, slack.bot_token, slack.app_token
    slack.as_("ana").command("/sev2", "acme: push fails")

What is called, read or set here is done there, on a connection of its own, so that
forked processes can share one. Records are values, as of the time of the call.
"""

import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Client, Connection, Listener
from operator import attrgetter, methodcaller
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar, cast

from bot.clock import TrialClock
from bot.emulator.api.tiers import Tiers
from bot.emulator.driver import LocalSlack
from bot.emulator.faults import Faults
from bot.emulator.people.actors import Actor
from bot.emulator.workspace import system_clock
from tests.paths import ROOT

T = TypeVar("T")
Work = Callable[[Any], Any]

_AT_ONCE = 64
_ENDS_WITHIN_S = 10
_LOOK_EVERY_S = 0.02


class _Twin:
    """A proxy for an object of a kind; `way` leads to it from the local Slack."""

    def __init__(self, address: str, kind: type, *way: Work) -> None:
        # Not through our own `__setattr__`, which sets attributes of the remote object.
        vars(self).update(_address=address, _kind=kind, _way=way)

    def __getattr__(self, name: str) -> Any:
        if callable(getattr(self._kind, name, None)):
            return lambda *given, **named: self._ask(
                methodcaller(name, *given, **named)
            )
        return self._ask(attrgetter(name))

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask(methodcaller("__setattr__", name, value))

    def _ask(self, work: Work) -> Any:
        with Client(self._address) as connection:
            connection.send((*self._way, work))
            returned, error = connection.recv()
        if error is not None:
            raise error
        return returned


class _SlackTwin(_Twin):
    """The proxy for LocalSlack itself."""

    def as_(self, name: str) -> Any:
        return _Twin(self._address, Actor, methodcaller("as_", name))

    @property
    def faults(self) -> Any:
        return _Twin(self._address, Faults, attrgetter("faults"))

    @property
    def tiers(self) -> Any:
        return _Twin(self._address, Tiers, attrgetter("tiers"))

    def wait_until(self, condition: Callable[[], T], timeout: float = 5.0) -> T:
        until = time.monotonic() + timeout
        while not (found := condition()):
            if time.monotonic() > until:
                raise AssertionError(f"it did not happen within {timeout} s")
            time.sleep(_LOOK_EVERY_S)
        return found


def connected(address: str) -> LocalSlack:
    """Return a proxy of the LocalSlack that is driven at this address."""
    return cast("LocalSlack", _SlackTwin(address, LocalSlack))


@contextmanager
def slack_process(
    clock: Path | None = None, ack_within: float = 3.0
) -> Iterator[LocalSlack]:
    """Run a local Slack in its own process, and always end it.

    `clock` is the file of a `TrialClock`; without one it is the system clock.
    """
    command = [sys.executable, "-m", __name__, str(clock or ""), str(ack_within)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, "the local Slack did not start"
        try:
            yield connected(address)
        finally:
            process.stdin.close()
            try:
                process.wait(_ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()


def main() -> None:
    """Serve until the input ends, which it does with the process that started it."""
    clock, ack_within = sys.argv[1:]
    logging.basicConfig(level=logging.ERROR)
    # Ctrl-C reaches every process of a terminal.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    now = TrialClock(Path(clock)) if clock else system_clock
    with (
        LocalSlack(now, ack_within=float(ack_within)) as slack,
        Listener(family="AF_UNIX", backlog=_AT_ONCE) as listener,
    ):
        Thread(target=_accept, args=(listener, slack), daemon=True).start()
        print(listener.address, flush=True)  # noqa: T201  # For who started it.
        sys.stdin.read()


def _accept(listener: Listener, slack: LocalSlack) -> None:
    while True:
        connection = listener.accept()
        Thread(target=_do, args=(connection, slack), daemon=True).start()


def _do(connection: Connection, slack: LocalSlack) -> None:
    with connection, suppress(EOFError, OSError):  # The asking bot was killed.
        asked = connection.recv()
        try:
            found: Any = slack
            for step in asked:
                found = step(found)
            connection.send((found, None))
        except Exception as error:  # noqa: BLE001  # It is raised where it was asked.
            connection.send((None, error))


if __name__ == "__main__":
    main()
