"""Open people's conversations with the bot, so that messages can go there."""

import secrets
from dataclasses import dataclass

from bot.delivery import pacing
from bot.delivery.failed_calls import FailedCalls
from bot.errors import SlackError
from bot.slack.client import Slack
from bot.store.database import Transaction
from bot.store.tables import rate_limits, unaddressed
from bot.triage import leavers
from bot.triage.context import Context

_HAS_LEFT = "user_disabled"


@dataclass(frozen=True, slots=True)
class Conversations:
    context: Context
    slack: Slack
    failed_calls: FailedCalls

    def open_one(self) -> bool:
        """Open one DM; return whether that succeeded or was refused for good."""
        with self.context.database.transaction() as tx:
            people = unaddressed.people(tx, self.context.system_clock())
        if not people:
            return False
        person, tried = next(iter(people.items()))
        try:
            conversation = self.slack.open_conversation(person)
        except SlackError as error:
            self.failed_calls.log("slack opens no conversation", person, error)
            with self.context.database.transaction() as tx:
                is_over = self._unreachable(tx, person, error, tried)
            note_left(self.context, person, error)
            return is_over
        with self.context.database.transaction() as tx:
            unaddressed.address(tx, person, conversation)
        return True

    def _unreachable(
        self, tx: Transaction, person: str, error: SlackError, tried: int
    ) -> bool:
        if error.retry_after is not None:
            until = self.context.system_clock() + error.retry_after
            rate_limits.limit(tx, rate_limits.OPENING, until)
        longest = pacing.PAGE.longest_backoff
        wait = error.retry_after or pacing.growing(tried + 1, longest)
        token = secrets.token_hex(8)
        over = [
            self.failed_calls.settle(tx, message, error, wait)
            for message in unaddressed.claim(tx, person, token)
        ]
        return any(over)


def note_left(context: Context, person: str | None, error: SlackError) -> None:
    """Note that a person has left, if Slack says so: no event may have come."""
    if person is not None and error.code == _HAS_LEFT:
        leavers.note_left(context, person)
