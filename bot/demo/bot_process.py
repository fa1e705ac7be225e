"""The demo's bot: a process of its own, so that it dies as a real one does.

It is what `sevbot run` runs. Besides it obeys words on a pipe: it does at once what is
due, so that the demo's time can go from instant to instant. Where the other end of the
pipe is gone so is the demo, and it ends.
"""

import logging
import os
import signal
from dataclasses import dataclass
from enum import Enum
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Event, Lock
from typing import assert_never

from pydantic import SecretStr

from bot import app, logs
from bot.app import Bot
from bot.delivery.pacing import UNPACED
from bot.errors import BotError
from bot.running.scheduler import Senders
from bot.settings import Settings

logger = logging.getLogger(__name__)

_STARTS_WITHIN_S = 60
_ENDS_WITHIN_S = 10
# A bot is forked from a process that has imported all this, so that it starts at once.
_IMPORTED = ["bot.demo.bot_process", "bot.cli.main"]


class Word(Enum):
    """What is said on the pipe: `FIRE` and `SETTLE` there, `DONE` back."""

    FIRE = b"fire"  # queue what is due
    SETTLE = b"settle"  # and send all that may go
    DONE = b"done"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bot works: its Slack, and the files of its record, time and policy."""

    api_url: str
    bot_token: str
    app_token: str
    record: Path
    clock: Path
    policies: Path

    def settings(self) -> Settings:
        """Return the settings of `sevbot run`."""
        return Settings(
            slack_bot_token=SecretStr(self.bot_token),
            slack_app_token=SecretStr(self.app_token),
            slack_api_url=self.api_url,
            database_url=f"sqlite:///{self.record}",
            policies=self.policies,
            clock=self.clock,
            backups=None,  # Whatever the environment says of the team's own bot.
        )


class BotProcess:
    """A bot that starts now, as whoever started it sees it."""

    def __init__(self, place: Place) -> None:
        context = get_context("forkserver")
        context.set_forkserver_preload(_IMPORTED)
        self._pipe, theirs = context.Pipe()
        self._asking = Lock()
        self.is_ready = False
        self._process = context.Process(
            target=run, args=(place, theirs), name="demo-bot", daemon=True
        )
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int | None:
        """Return its number."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Tell whether it has not ended yet, for whatever reason."""
        return not wait([self._process.sentinel], timeout=0)

    def await_ready(self) -> bool:
        """Wait until it runs by itself; `False` if it ended before."""
        with self._asking:
            self.is_ready = self._hear(_STARTS_WITHIN_S)
        if not self.is_ready:
            self.kill()
        return self.is_ready

    def ask(self, word: Word) -> bool:
        """Have something done; `False` if it ended before that was done."""
        with self._asking:
            try:
                self._pipe.send_bytes(word.value)
            except OSError:
                return False
            return self._hear(None)

    def kill(self) -> None:
        """End it as `kill -9` does, in the middle of whatever it is doing."""
        self._process.kill()
        self._process.join(_ENDS_WITHIN_S)

    def _hear(self, within: float | None) -> bool:
        try:
            return self._pipe.poll(within) and bool(self._pipe.recv_bytes())
        except (EOFError, OSError):
            return False


def run(place: Place, pipe: Connection) -> None:
    """Be the bot, until the pipe ends."""
    # Ctrl-C reaches every process of a terminal; the demo ends this one by itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.to_stderr(logging.ERROR)
    prepared = app.prepared(place.settings(), Event(), pace=UNPACED)
    assert prepared is not None, "nobody tells it to stop"
    with app.running(prepared) as senders:
        try:
            pipe.send_bytes(Word.DONE.value)
            _obey(prepared.bot, senders, pipe)
        except (EOFError, OSError):
            os._exit(0)  # There is no Slack any more to say goodbye to.


def _obey(bot: Bot, senders: Senders, pipe: Connection) -> None:
    while True:
        word = Word(pipe.recv_bytes())
        try:
            bot.tick()
        except BotError as error:
            logger.warning("a turn failed", extra={"error": str(error)})
        match word:
            case Word.SETTLE:
                senders.settle()
            case Word.FIRE:
                senders.wake()
            case Word.DONE:
                raise ValueError("DONE is the answer, not a request")
            case _:
                assert_never(word)
        pipe.send_bytes(Word.DONE.value)
