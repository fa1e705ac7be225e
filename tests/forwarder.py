"""A forwarder between a bot and its PostgreSQL that breaks connections.

It also counts round trips.
"""

import re
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from threading import Event, Lock, Thread

_SOCKET = ".s.PGSQL.5432"
_COMMIT = re.compile(rb"\bCOMMIT\0")
_AT_ONCE = 65_536
_DRIPS_EVERY_S = 0.05  # More often than the driver looks by itself.
# Query, Sync and Flush: after one of these a client waits for the server. The driver
# sends a Flush right after some Syncs, and then waits once.
# https://www.postgresql.org/docs/current/protocol-message-formats.html
_FLUSH = ord("H")
_ASKING = b"QSH"


class Break(Enum):
    """How a connection ends when it commits."""

    UNSENT = auto()  # The server never hears of the commit.
    UNANSWERED = auto()  # It commits, and the answer is lost with the connection.
    SILENT = auto()  # It commits, then goes silent; the connection stays open.


@dataclass(slots=True)
class _Link:
    """One connection: the bot's end, the server's end, and what was seen on it."""

    bot: socket.socket
    server: socket.socket
    wrote: bool = False
    plans: set[bytes] = field(default_factory=set)
    broken: Break | None = None
    has_started: bool = False
    half: bytes = b""
    has_asked: bool = False

    def trips(self, said: bytes) -> int:
        """Return how often the bot begins to wait for the server in what it sends."""
        trips, self.half = 0, self.half + said
        # The first message has no type: its length comes first.
        while len(self.half) >= (head := 4 + self.has_started):
            length = head - 4 + int.from_bytes(self.half[head - 4 : head])
            if len(self.half) < length:
                break
            asks = self.has_started and self.half[0] in _ASKING
            trips += asks and not (self.has_asked and self.half[0] == _FLUSH)
            self.has_asked, self.has_started = asks, True
            self.half = self.half[length:]
        return trips

    def hang_up(self) -> None:
        for end in (self.bot, self.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Forwarder:
    """Forwards traffic between a bot and a server until a test breaks it.

    `at_commit` breaks the next transaction in which a statement contains `of`. While it
    `is_away` nobody is let in, and that break cuts all connections; with `leaves` it is
    away from that break on. It freezes when the bot has spoken `speaks` times; with
    `drips` it then gives single bytes of the answers instead. `trips` counts the round
    trips.
    """

    def __init__(
        self,
        folder: Path,
        server: Path,
        *,
        of: bytes = b"INSERT",
        speaks: int | None = None,
        drips: bool = False,
    ) -> None:
        self.folder = folder
        self.at_commit: Break | None = None
        self.is_away = self.leaves = False
        self.broke: list[Break] = []
        self.trips = 0
        self._of = of
        self._speaks = speaks
        self._drips = drips
        self._dripping, self._is_over = Event(), Event()
        self._named = re.compile(rb"(\w+)\0[^\0]*" + re.escape(of))
        self._server = str(server / _SOCKET)
        self._flows = Event()
        self._flows.set()
        self._lock = Lock()
        self._links: list[_Link] = []
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(folder / _SOCKET))
        self._door.listen()
        self._threads: list[Thread] = []
        self._run(self._let_in)

    def freeze(self) -> None:
        """Forward nothing, and keep the connections open."""
        self._flows.clear()

    def drip(self) -> None:
        """Forward the server's answers byte by byte."""
        self._dripping.set()

    def thaw(self) -> None:
        """Forward again, including what was held up."""
        self._dripping.clear()
        self._flows.set()

    def close(self) -> None:
        """Close all connections, and accept no more."""
        self._speaks = None
        self._is_over.set()
        self.thaw()
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self.hang_up()
        for thread in self._threads:
            thread.join()
        for link in self._links:
            link.bot.close()
            link.server.close()

    def hang_up(self) -> None:
        """Cut every connection."""
        with self._lock:
            for link in self._links:
                link.hang_up()

    def _run(self, job: Callable[..., None], *given: object) -> None:
        thread = Thread(target=job, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _let_in(self) -> None:
        while True:
            try:
                bot, _ = self._door.accept()
            except OSError:
                return
            if self.is_away:
                bot.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._server)
            link = _Link(bot, server)
            with self._lock:
                self._links.append(link)
            self._run(self._ask, link)
            self._run(self._answer, link)

    def _ask(self, link: _Link) -> None:
        """Forward what the bot sends."""
        while said := self._heard(link.bot):
            if self._speaks is not None:
                self._speaks -= 1
                if self._speaks == -1 and self._drips:
                    self.drip()
                elif self._speaks == -1:
                    self.freeze()
                    self._flows.wait()
            with self._lock:
                self.trips += link.trips(said)
            link.wrote |= self._is_of_interest(link, said)
            if link.wrote and self.at_commit is not None and _COMMIT.search(said):
                link.broken, self.at_commit = self.at_commit, None
                self.broke.append(link.broken)
                self.is_away |= self.leaves
                if link.broken is Break.UNSENT:
                    break
            with suppress(OSError):
                link.server.sendall(said)
            link.wrote &= not _COMMIT.search(said)
        self._end(link)

    def _is_of_interest(self, link: _Link, said: bytes) -> bool:
        """Return whether it is the statement to break, or the name of its plan."""
        link.plans.update(self._named.findall(said))
        named = any(b"\0" + plan + b"\0" in said for plan in link.plans)
        return named or self._of in said

    def _answer(self, link: _Link) -> None:
        """Forward what the server sends."""
        while said := self._heard(link.server):
            if link.broken is Break.UNANSWERED:
                break
            if link.broken is None:
                with suppress(OSError):
                    self._give(link.bot, said)
        self._end(link)

    def _give(self, bot: socket.socket, said: bytes) -> None:
        while said and self._dripping.is_set():
            bot.sendall(said[:1])
            said = said[1:]
            self._is_over.wait(_DRIPS_EVERY_S)
        bot.sendall(said)

    def _end(self, link: _Link) -> None:
        link.hang_up()
        if link.broken and self.is_away:
            self.hang_up()

    def _heard(self, end: socket.socket) -> bytes:
        try:
            said = end.recv(_AT_ONCE)
        except OSError:
            return b""
        self._flows.wait()
        return said
