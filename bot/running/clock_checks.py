"""Ask Slack or the record's server for the time: the machine's clock may be wrong.

What a bot with a wrong clock notes in the record misleads every bot after it.
"""

from datetime import timedelta

from bot.clock import Clock, SteadyClock, elapsed
from bot.slack.client import Slack
from bot.store.database import Database

_LOOK_EVERY = timedelta(seconds=2)
_ASK_SERVER_EVERY = timedelta(seconds=5)
_ASK_SLACK_EVERY = timedelta(seconds=10)
# A slower answer says little about now.
_SLOW_S = 1


class ClockCheck:
    """Compares a clock with Slack's, or with a server's where one holds the record.

    A test's clock, which is no steady one, is never in doubt.
    """

    def __init__(self, clock: Clock, slack: Slack, server: Database | None) -> None:
        self._clock = clock if isinstance(clock, SteadyClock) else None
        self._slack = slack
        self._server = server

    def look(self) -> timedelta:
        """Compare the clock, and return how long to wait for the next time."""
        if self._clock is not None and self._server is not None:
            self._ask(self._clock, self._server)
            return _ASK_SERVER_EVERY
        if self._clock is not None and (self.holds() or not self._clock.was_compared):
            self._compare(self._clock)
            return _ASK_SLACK_EVERY
        return _LOOK_EVERY

    def holds(self) -> bool:
        """Return whether the tick has to wait."""
        return self._ahead_by() is not None

    def may_send(self) -> bool:
        """Return whether this bot may send: not while its clock is not the server's."""
        return self._server is None or not self.holds()

    def note(self) -> str | None:
        """Return that the tick waits because the clock may be wrong, if it does."""
        ahead = self._ahead_by()
        if ahead is None or self._server is not None:
            return None
        return (
            f"the machine's clock is {_off(ahead)} the right time: reminders wait "
            "until Slack's clock agrees, for at most 10 minutes"
        )

    def refused(self) -> str | None:
        """Return that this bot takes no part, if its clock is not the server's."""
        ahead = self._ahead_by()
        if ahead is None or self._server is None:
            return None
        return (
            f"the machine's clock is {_off(ahead)} the database server's: this bot "
            "reminds nobody and sends nothing"
        )

    def _ahead_by(self) -> timedelta | None:
        return self._clock.ahead_by() if self._clock else None

    def _compare(self, clock: SteadyClock) -> None:
        began = elapsed()
        slack_now = self._slack.date()
        if elapsed() - began < _SLOW_S:
            clock.compare(slack_now)

    def _ask(self, clock: SteadyClock, server: Database) -> None:
        began = elapsed()
        with server.reading() as tx:
            row = tx.one("server_time")
        assert row is not None, "a server knows the time"
        if elapsed() - began < _SLOW_S:
            clock.follow_server(row["at"])


def _off(ahead: timedelta) -> str:
    word = "ahead of" if ahead > timedelta(0) else "behind"
    return f"{abs(ahead).total_seconds():.0f} s {word}"
