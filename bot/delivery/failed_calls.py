"""What becomes of a message that Slack refused."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.delivery import pacing
from bot.delivery.dead_letters import DeadLetters
from bot.errors import Fate, SlackError
from bot.store.database import Transaction
from bot.store.tables import leases, outbox_messages, rate_limits
from bot.store.tables.outbox_messages import MessageKind, OutboxMessage, State
from bot.triage.context import Context

logger = logging.getLogger(__name__)

_INSTALLATION_PAUSE = timedelta(seconds=30)
_LOG_EVERY = timedelta(minutes=1)


@dataclass(slots=True)
class FailedCalls:
    """Holds, tries again or gives up what Slack refused.

    `trouble` is Slack's error code while nothing can be sent. It is not stored, since
    every process has its own token from its own environment.
    """

    context: Context
    dead_letters: DeadLetters
    trouble: str | None = None
    _logged: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def log(self, event: str, about: str, error: SlackError) -> None:
        """Log a failed call, once a minute for each event and code."""
        now = self.context.system_clock()
        last = self._logged.get((event, error.code))
        if last is None or not timedelta(0) <= now - last < _LOG_EVERY:
            self._logged[event, error.code] = now
            extra = {"about": about, "error": error.code, "fate": error.fate}
            logger.warning(event, extra=extra)

    def settle(
        self,
        tx: Transaction,
        message: OutboxMessage,
        error: SlackError,
        wait: timedelta,
    ) -> bool:
        """Give up, or try again after `wait`; return whether it is over."""
        now, own = self.context.system_clock(), pacing.times(message)
        since = message.refused_since or now
        if pacing.is_refused(error, since, now, own):
            self.give_up(tx, message, error.code)
            return True
        not_before, refused_since = now + wait, None
        if error.fate is Fate.UNDOCUMENTED:
            not_before = min(not_before, since + own.give_up_after)
            refused_since = since
        leases.retry(
            tx,
            message,
            not_before=not_before,
            error=error.code,
            refused_since=refused_since,
        )
        if error.fate is Fate.INSTALLATION:
            self._hold_all(tx, error)
        return False

    def give_up(self, tx: Transaction, message: OutboxMessage, code: str) -> None:
        """Give a message up. Nobody hears of a lost edit: the next one repeats it.

        But a list whose edit is lost ends: what the edit was to add comes by itself.
        """
        if message.edit_of is None:
            self.dead_letters.give_up(tx, message, code)
            return
        extra = {"key": message.key, "error": code}
        logger.warning("an edit is given up", extra=extra)
        leases.finish(tx, message, State.DEAD, error=code)
        shown = outbox_messages.find(tx, message.edit_of)
        if shown is not None and shown.kind is MessageKind.DAYS_REST:
            key, now = shown.key, self.context.system_clock()
            leases.note_edited(tx, key, ts=shown.ts, rendered="", is_live=False)
            outbox_messages.unfold(tx, key, now)

    def sent(self, message: OutboxMessage) -> None:
        self.trouble = None
        self.dead_letters.sent(message)

    def _hold_all(self, tx: Transaction, error: SlackError) -> None:
        """Pause all sending until the app is repaired; messages stay queued."""
        self.trouble = error.code
        until = self.context.system_clock() + _INSTALLATION_PAUSE
        rate_limits.limit(tx, rate_limits.WORKSPACE, until)
