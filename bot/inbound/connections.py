"""HTTP connections that strangers cannot use up.

Uvicorn waits for ever for the rest of a request, and accepts connections until the
process has no descriptor left, even to read a file or to call Slack.
"""

import asyncio
import resource
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_REQUEST_WITHIN_S = {h11.IDLE: 10, h11.SEND_BODY: 10}
_ANSWERED_WITHIN_S = 30
_MOST_UNFINISHED = 256


def most_unfinished() -> int:
    """Return how many connections may be unfinished, well below our descriptors."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if descriptors == resource.RLIM_INFINITY:
        return _MOST_UNFINISHED
    return min(_MOST_UNFINISHED, descriptors // 4)


class Connection(H11Protocol):
    """A connection with deadlines: for the headers, for the body, for the answer.

    If too many wait for their clients, the one that has waited longest is closed.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._phase: tuple[object, object] | None = None
        self.waits_since = 0.0
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def is_unfinished(self) -> bool:
        """Return whether it waits for its client, and not for us."""
        cycle = self.cycle
        is_read = cycle is not None and not cycle.more_body
        return not is_read or cycle.response_complete or self.flow.write_paused

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a connection; at the limit the oldest unfinished one gives way."""
        super().connection_made(transport)
        self._time()
        ours = [one for one in self.connections if isinstance(one, Connection)]
        unfinished = [one for one in ours if one.is_unfinished]
        if len(unfinished) > most_unfinished():
            min(unfinished, key=lambda one: one.waits_since).give_up()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._time()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._time()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Stop: answer what has arrived, and wait for nothing else."""
        if self.is_unfinished:
            self.give_up()
        else:
            super().shutdown()

    def give_up(self) -> None:
        """Close at once, whatever is under way."""
        self.connections.discard(self)
        self.transport.abort()

    def _time(self) -> None:
        """Set the deadline of what begins now: no single byte can put it off."""
        phase = self.conn.their_state, self.cycle
        if phase == self._phase:
            return
        self._phase, self.waits_since = phase, self.loop.time()
        if self._deadline is not None:
            self._deadline.cancel()
        within_s = _REQUEST_WITHIN_S.get(self.conn.their_state, _ANSWERED_WITHIN_S)
        self._deadline = self.loop.call_later(within_s, self.give_up)
