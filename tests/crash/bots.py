"""Real bots, forked from a parent that has imported everything, and killed."""

import gc
import logging
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

from bot import app
from bot.app import Bot, Prepared, Wake
from bot.policy_changes import InForce, PolicyWatch
from bot.policy_source import PolicySource
from bot.public_holidays import public_holidays
from bot.store.database import Row, Transaction
from tests.crash.stage import SCALE, Stage, policy

# Once a second of the bot's, as its scheduler would tick were it as fast as its clock.
_TICK_EVERY_S = 1 / SCALE

logger = logging.getLogger(__name__)

Change = Callable[[Bot], None]


def untouched(bot: Bot) -> None:
    """Leave a bot as it is."""


def forked(stage: Stage, change: Change = untouched) -> int:
    """Start a bot in a child of ours and return its process id.

    `change` may break it on purpose. It runs until it is killed, or we are.
    """
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 70
    try:
        _live(stage, change, parent)
        status = 0
    except BaseException:
        logger.exception("a bot ended")
    finally:
        os._exit(status)


def kill(pid: int) -> None:
    """Kill a bot as the kernel does, and bury it."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def is_over(pid: int) -> bool:
    """Tell whether a bot has ended, and bury it then."""
    return os.waitpid(pid, os.WNOHANG)[0] == pid


def freeze() -> None:
    """Keep what the parent has out of the children's collections: no page is copied."""
    gc.collect()
    gc.freeze()


def _live(stage: Stage, change: Change, parent: int) -> None:
    logging.basicConfig(
        filename=stage.log,
        level=logging.ERROR,
        format="%(process)d %(levelname)s %(message)s",
        force=True,
    )
    prepared = _prepared(stage)
    change(prepared.bot)
    with app.running(prepared):
        while os.getppid() == parent:
            prepared.wake()
            time.sleep(_TICK_EVERY_S)


def _prepared(stage: Stage) -> Prepared:
    """Do what `app.prepared` does, with a machine's clock that is not the machine's."""
    settings, wake, in_force = stage.settings, Wake(), InForce(policy())
    identity = app.identify(settings, Event())
    assert identity is not None, "nobody tells it to stop"
    clock, machine = stage.slack_clock, stage.machine
    bot = app.build(
        settings, in_force, identity, clock=clock, machine=machine, wake=wake
    )
    for client in (bot.outbox._slack.web, bot.outbox._slack._urgent):
        client.timeout /= SCALE  # type: ignore[assignment]
    source = PolicySource(stage.policies, public_holidays)
    source.last_read = source.content()
    watch = PolicyWatch(source, in_force, bot.database, clock, machine)
    watch.begin()
    return Prepared(bot, wake, watch, identity.team)


def without_settlement(bot: Bot) -> None:
    """Let every look-up find nothing, so that what is in doubt is sent blindly."""
    setattr(bot.outbox._slack, "standing", lambda *_, **__: iter(()))  # noqa: B010


def dying_at(crossing: str) -> Change:
    """Return what kills a bot when it gets to a place, such as `before claim_message`.

    Places lie before and after every statement, every commit and every call to Slack.
    """

    def pass_by(place: str) -> None:
        if place == crossing:
            os.kill(os.getpid(), signal.SIGKILL)

    def change(bot: Bot) -> None:
        _watch_statements(bot, pass_by)
        _watch_calls(bot, pass_by)

    return change


class _Watched:
    """A transaction that tells of each statement before and after it."""

    def __init__(self, tx: Transaction, pass_by: Callable[[str], None]) -> None:
        self._tx = tx
        self._pass_by = pass_by

    def one(self, query: str, **values: object) -> Row | None:
        rows = self.all(query, **values)
        return rows[0] if rows else None

    def all(self, query: str, **values: object) -> list[Row]:
        self._pass_by(f"before {query}")
        rows = self._tx.all(query, **values)
        self._pass_by(f"after {query}")
        return rows

    def many(self, query: str, rows: Iterable[Row]) -> list[bool]:
        return [self.one(query, **row) is not None for row in rows]


def _watch_statements(bot: Bot, pass_by: Callable[[str], None]) -> None:
    begin = bot.database.transaction

    @contextmanager
    def transaction(**options: bool) -> Iterator[Transaction]:
        with begin(**options) as tx:
            yield _Watched(tx, pass_by)
            pass_by("before commit")
        pass_by("after commit")

    setattr(bot.database, "transaction", transaction)  # noqa: B010


def _watch_calls(bot: Bot, pass_by: Callable[[str], None]) -> None:
    for client in (bot.outbox._slack.web, bot.outbox._slack._urgent):
        perform = client._perform_urllib_http_request_internal

        def watched(url: str, request: Any, perform: Any = perform) -> Any:
            method = url.rpartition("/")[2]
            pass_by(f"before {method}")
            answer = perform(url, request)
            pass_by(f"after {method}")
            return answer

        setattr(client, "_perform_urllib_http_request_internal", watched)  # noqa: B010
