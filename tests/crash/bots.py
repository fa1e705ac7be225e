"""Real bots, forked from a parent that has imported everything, and killed."""

import gc
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from mmap import mmap
from random import Random
from ssl import create_default_context
from threading import Event, Lock
from typing import Any, cast

from bot import app
from bot.app import Bot, Prepared
from bot.clock import Clock, SteadyClock, elapsed
from bot.delivery.outbox import Outbox
from bot.inbound.socket_mode import SocketMode
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.parsing.source import PolicySource
from bot.running import workspaces
from bot.running.clock_checks import ClockCheck
from bot.running.scheduler import Wake
from bot.slack.client import Slack
from bot.store.database import Database, Row, Transaction
from bot.store.tables import leases
from bot.store.tables.outbox_messages import OutboxMessage, State
from bot.triage.policy_changes import InForce, PolicyWatch
from tests.crash.stage import SCALE, Stage, policy

# Every two seconds of the bot's: twice as long as its own scheduler would wait.
_TICK_EVERY_S = 2 / SCALE
# The local Slack needs none, but the library reads them for every socket.
_CERTIFICATES = create_default_context()

logger = logging.getLogger(__name__)

Change = Callable[[Bot], None]


@dataclass(frozen=True, slots=True)
class Fork:
    """A bot in a child process, and what it reports, dead or alive."""

    pid: int
    _shared: mmap

    @property
    def sending(self) -> int:
        """Return how many messages it claimed and did not finish."""
        return self._shared[0]

    @property
    def is_ready(self) -> bool:
        """Return whether commands can arrive."""
        return self._shared[1] > 0


def untouched(bot: Bot) -> None:
    """Leave a bot as it is."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """How wrong the clock of a bot is: from its start on, and after a while."""

    ahead: timedelta = timedelta(0)
    jumps_by: timedelta = timedelta(0)
    after_s: float = 0

    def ahead_at(self, age_s: float) -> timedelta:
        return self.ahead + (self.jumps_by if age_s > self.after_s else timedelta(0))


def wrong(chance: Random) -> Wrong:
    """Return a clock that is right, a little or far beside it, or that jumps."""
    spans = (timedelta(seconds=8), timedelta(minutes=3), timedelta(hours=2))
    ahead, jump = (chance.choice(spans) * chance.choice((-1, 1)) for _ in range(2))
    right = timedelta(0)
    return chance.choice(
        (
            Wrong(),
            Wrong(),
            Wrong(ahead),
            Wrong(right, jump, chance.random()),
        )
    )


def forked(stage: Stage, change: Change = untouched, wrong: Wrong = Wrong()) -> Fork:
    """Start a bot in a child process.

    `change` may break it on purpose. It runs until it is killed, or we are.
    """
    parent, shared = os.getpid(), mmap(-1, 2)
    pid = os.fork()
    if pid:
        return Fork(pid, shared)
    status = 70
    try:
        _live(stage, change, wrong, (parent, shared))
        status = 0
    except BaseException:
        logger.exception("a bot ended")
    finally:
        os._exit(status)


def kill(bot: Fork) -> None:
    """Kill a bot with SIGKILL, and reap it."""
    os.kill(bot.pid, signal.SIGKILL)
    os.waitpid(bot.pid, 0)


def is_over(bot: Fork) -> bool:
    """Return whether a bot has ended, and reap it."""
    return os.waitpid(bot.pid, os.WNOHANG)[0] == bot.pid


def freeze() -> None:
    """Keep the parent's objects out of the children's garbage collection."""
    gc.collect()
    gc.freeze()


def _live(stage: Stage, change: Change, wrong: Wrong, family: tuple[int, mmap]) -> None:
    parent, shared = family
    logging.basicConfig(
        filename=stage.log,
        level=logging.ERROR,
        format="%(process)d %(levelname)s %(message)s",
        force=True,
    )
    prepared = _prepared(stage, change, wrong)
    _count_sending(prepared.bot.outbox, shared)
    with app.running(prepared):
        while os.getppid() == parent:
            shared[1] = prepared.bot.transport.is_connected()
            prepared.wake()
            time.sleep(_TICK_EVERY_S)


@dataclass(frozen=True, slots=True)
class _Server:
    """The database's server, whose clock is right and runs as fast as the bots'."""

    clock: Clock

    @contextmanager
    def reading(self) -> Iterator["_Server"]:
        yield self

    def one(self, query: str) -> Row:
        assert query == "server_time"
        return {"at": self.clock()}


@dataclass(frozen=True, slots=True)
class _SlacksClock:
    """Slack's clock, which runs as fast as the bots'; its header `Date` does not."""

    date: Clock


def _prepared(stage: Stage, change: Change, wrong: Wrong) -> Prepared:
    """Do what `app.prepared` does, with a system clock of our own."""
    settings, wake, in_force = stage.settings, Wake(), InForce(policy())
    identity = workspaces.identify(settings, Event())
    assert identity is not None, "nobody tells it to stop"
    clock, began = stage.slack_clock, elapsed()
    steady = SteadyClock(
        lambda: stage.system_clock() + wrong.ahead_at(elapsed() - began),
        lambda: elapsed() * SCALE,
    )
    bot = app.build(
        settings, in_force, identity, clock=clock, system_clock=steady, wake=wake
    )
    server = cast("Database", _Server(stage.system_clock)) if stage.is_shared else None
    slack = cast("Slack", _SlacksClock(stage.system_clock))
    check = ClockCheck(steady, slack, server)
    bot = replace(bot, clock_check=check)
    check.look()
    change(bot)
    for client in (bot.outbox._slack.web, bot.outbox._slack._urgent):
        client.timeout /= SCALE  # type: ignore[assignment]
    assert isinstance(bot.transport, SocketMode)
    bot.transport._handler.client.web_client.ssl = _CERTIFICATES
    source = PolicySource(stage.policies, public_holidays)
    source.last_read = source.content()
    watch = PolicyWatch(source, in_force, bot.context)
    watch.begin()
    bot.recovery.begin()
    return Prepared(bot, wake, watch)


def _count_sending(outbox: Outbox, shared: mmap) -> None:
    deliver, lock = outbox._deliver, Lock()

    def delivering(delivery: Any) -> None:
        with lock:
            shared[0] += 1
        try:
            deliver(delivery)
        finally:
            with lock:
                shared[0] -= 1

    setattr(outbox, "_deliver", delivering)  # noqa: B010


def without_reconciliation(bot: Bot) -> None:
    """Let every lookup find nothing, so that unconfirmed messages are sent blindly."""
    setattr(bot.outbox._slack, "standing", lambda *_, **__: iter(()))  # noqa: B010


def marking_first(bot: Bot) -> None:
    """Mark each message as sent before it is sent, and no more than Slack's no undoes.

    So what a dead sender left unconfirmed counts as sent.
    """

    def mark(
        _: object, tx: Transaction, message: OutboxMessage, *__: object, **___: object
    ) -> None:
        leases.finish(tx, message, State.SENT)

    # Of the class, which has no other bot in this process.
    setattr(type(bot.outbox._reconciliation), "_open", mark)  # noqa: B010
