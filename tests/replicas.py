"""Two bots that share a record, used like one."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import cast

from bot.app import Bot
from bot.inbound.transports import Transport


@dataclass(slots=True)
class Transports:
    """Two connections to Slack, which sends each event to one of them."""

    both: tuple[Transport, Transport]

    @property
    def failure(self) -> str | None:
        return next(
            (transport.failure for transport in self.both if transport.failure), None
        )

    def start(self) -> None:
        for transport in self.both:
            transport.start()

    def is_connected(self) -> bool:
        return all(transport.is_connected() for transport in self.both)

    def note(self) -> str | None:
        return None

    def stop(self) -> None:
        for transport in self.both:
            transport.stop()


@dataclass(frozen=True, slots=True)
class Pair(Bot):
    """Two equal bots: each does its own background work."""

    other: Bot | None = None

    @property
    def both(self) -> tuple[Bot, Bot]:
        assert self.other is not None, "a pair has two"
        return self._one, self.other

    @property
    def _one(self) -> Bot:
        return Bot(**{one.name: getattr(self, one.name) for one in fields(Bot)})

    def tick(self) -> None:
        for bot in self.both:
            bot.tick()

    def housekeeping(self) -> None:
        for bot in self.both:
            bot.housekeeping()

    def settle(self) -> None:
        """Let one find most due work, and the other send most of it."""
        for bot in reversed(self.both):
            bot.tick()
        for bot in self.both:
            bot.outbox.drain()

    def close(self) -> None:
        for bot in self.both:
            bot.transport.stop()  # Over HTTP the second one has an address, too.
            bot.executor.shutdown(wait=True)
            bot.database.close()


def pair(build: Callable[[], Bot], *, is_http: bool) -> Bot:
    """Return two bots; over HTTP Slack knows the address of one of them."""
    one, other = build(), build()
    transport = (
        one.transport
        if is_http
        else cast("Transport", Transports((one.transport, other.transport)))
    )
    first = replace(one, transport=transport)
    given = {field.name: getattr(first, field.name) for field in fields(Bot)}
    return Pair(**given, other=other)
