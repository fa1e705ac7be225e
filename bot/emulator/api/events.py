"""Events: what the app did not acknowledge is delivered again, three times at most.

Source: Slack's Events API: at once, after a minute, after five minutes, then never.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.emulator.people.exchanges import Answer, Exchanges, Sent

WAITS = (0.0, 60.0, 300.0)


@dataclass(frozen=True, slots=True)
class Due:
    """An event that is owed once more: which try it will be, and from when on."""

    sent: Sent
    retry: int
    at: float


class Events:
    """Delivers events; `machine` gives the seconds by which retries are due."""

    def __init__(self, exchanges: Exchanges, machine: Callable[[], float]) -> None:
        self.exchanges = exchanges
        self._machine = machine
        self._due: list[Due] = []

    def send(self, sent: Sent) -> Answer:
        """Deliver an event, once more at once if nobody acknowledges it."""
        answer = self.exchanges.deliver(sent)
        if not answer.ok:
            self._owe(sent, 1)
            retried = self.deliver_due()
            return retried[-1] if retried else answer
        return answer

    def deliver_due(self) -> list[Answer]:
        """Deliver again what is due for it by now, and return the answers."""
        now = self._machine()
        due = [one for one in self._due if one.at <= now]
        self._due = [one for one in self._due if one.at > now]
        return [self._again(one) for one in due]

    def _again(self, due: Due) -> Answer:
        answer = self.exchanges.deliver(due.sent, retry=due.retry)
        if not answer.ok and due.retry < len(WAITS):
            self._owe(due.sent, due.retry + 1)
        return answer

    def _owe(self, sent: Sent, retry: int) -> None:
        self._due.append(Due(sent, retry, self._machine() + WAITS[retry - 1]))
