"""The demo's bot: a process of its own, so that it can be killed like a real one.

It runs what `sevbot run` runs, and takes orders on a pipe: it does at once what is due,
so that the demo's time can jump from instant to instant. It ends when the demo closes
the pipe.
"""

import logging
import os
import signal
from enum import Enum
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Event, Lock
from typing import assert_never

from bot import app, logs
from bot.app import Bot
from bot.delivery.pacing import UNPACED
from bot.errors import BotError
from bot.running.senders import Senders
from bot.settings import Settings

logger = logging.getLogger(__name__)

_STARTS_WITHIN_S = 60
_ENDS_WITHIN_S = 10
# The fork server imports these once, so that each bot starts quickly.
_IMPORTED = ["bot.demo.bot_process", "bot.cli.main"]


class Word(Enum):
    """What is sent on the pipe: orders to the bot, and `DONE` as its answer."""

    FIRE = b"fire"  # queue what is due
    SETTLE = b"settle"  # and send all that may go
    DONE = b"done"


class BotProcess:
    """The bot's process as the demo sees it; creating one starts it."""

    def __init__(self, settings: Settings) -> None:
        context = get_context("forkserver")
        context.set_forkserver_preload(_IMPORTED)
        self._pipe, theirs = context.Pipe()
        self._asking = Lock()
        self.is_ready = False
        self._process = context.Process(
            target=run, args=(settings, theirs), name="demo-bot", daemon=True
        )
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    def await_ready(self) -> bool:
        """Wait until the bot has started; `False` if it ended before."""
        with self._asking:
            self.is_ready = self._hear(_STARTS_WITHIN_S)
        if not self.is_ready:
            self.kill()
        return self.is_ready

    def ask(self, word: Word) -> bool:
        """Give an order and wait until it is done; `False` if the bot ended before."""
        with self._asking:
            try:
                self._pipe.send_bytes(word.value)
            except OSError:
                return False
            return self._hear(None)

    def kill(self) -> None:
        """Kill it like `kill -9`, in the middle of what it is doing."""
        self._process.kill()
        self._process.join(_ENDS_WITHIN_S)

    def _hear(self, within: float | None) -> bool:
        try:
            return self._pipe.poll(within) and bool(self._pipe.recv_bytes())
        except (EOFError, OSError):
            return False


def run(settings: Settings, pipe: Connection) -> None:
    """Run the bot until the pipe is closed."""
    # Ctrl-C reaches every process of a terminal; the demo ends this one itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.to_stderr(logging.ERROR)
    prepared = app.prepared(settings, Event(), pace=UNPACED)
    assert prepared is not None, "nobody tells it to stop"
    with app.running(prepared) as senders:
        try:
            pipe.send_bytes(Word.DONE.value)
            _obey(prepared.bot, senders, pipe)
        except (EOFError, OSError):
            os._exit(0)  # Slack is gone too: no sockets to close.


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
