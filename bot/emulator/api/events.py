"""Events, which are delivered again up to three times if they are not acknowledged.

Source: https://docs.slack.dev/apis/events-api, on retries: almost at once, after one
minute and after five minutes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.emulator.people.exchanges import Answer, Exchanges, Sent

WAITS = (0.0, 60.0, 300.0)


@dataclass(frozen=True, slots=True)
class Due:
    """An event to deliver again: which attempt it will be, and from when on."""

    sent: Sent
    retry: int
    at: float


class Events:
    """Delivers events; `machine` returns the seconds by which retries are due."""

    def __init__(self, exchanges: Exchanges, machine: Callable[[], float]) -> None:
        self.exchanges = exchanges
        self._machine = machine
        self._due: list[Due] = []

    def send(self, sent: Sent) -> Answer:
        """Deliver an event, and again at once if it is not acknowledged."""
        answer = self.exchanges.deliver(sent)
        if not answer.ok:
            self._owe(sent, 1)
            retried = self.deliver_due()
            return retried[-1] if retried else answer
        return answer

    def deliver_due(self) -> list[Answer]:
        """Deliver the events again whose retry is due; return the answers."""
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
