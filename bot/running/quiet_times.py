"""Read from Slack whose phones make no sound: Do Not Disturb of the people on call."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from bot.errors import SlackError
from bot.incidents import recipients
from bot.slack.client import Slack
from bot.triage.context import Context

logger = logging.getLogger(__name__)

_EVERY = timedelta(minutes=1)
_ASK_FOR_SCOPE_EVERY = timedelta(hours=1)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class QuietTimes:
    """Notes until when each person on call is not disturbed.

    It stays noted while Slack does not answer: the end of it says when it is over.
    """

    _context: Context
    _slack: Slack

    def read(self) -> timedelta:
        """Ask about everybody who is on call now; return how long to wait."""
        now, policy = self._context.clock(), self._context.policy()
        on_call = recipients.on_call_between(policy, now, now + _MOMENT)
        for who in sorted({person for person, _, _ in on_call}):
            try:
                begins, ends = self._slack.quiet_time(who)
            except SlackError as error:
                if error.code == "missing_scope":
                    return _ASK_FOR_SCOPE_EVERY
                extra = {"person": who, "error": error.code}
                logger.warning("cannot see whether somebody is disturbed", extra=extra)
                continue
            until = ends if begins <= now < ends else None
            with self._context.database.transaction() as tx:
                tx.write("save_quiet", id=who, quiet_until=until)
        return _EVERY
