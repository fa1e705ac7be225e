"""Keep the user group of the policy in Slack to whoever is primary now."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import Fate, SlackError
from bot.incidents import recipients
from bot.slack.client import Slack
from bot.slack.messages import user_group as messages
from bot.store.database import Transaction
from bot.store.tables import marks, outbox_messages, rate_limits
from bot.store.tables.marks import Mark
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage.context import Context

logger = logging.getLogger(__name__)

_LOOK_EVERY = timedelta(seconds=10)
_READ_EVERY = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(minutes=15)
_MAY_PASS = (Fate.NOT_DONE, Fate.UNKNOWN)


@dataclass(frozen=True, slots=True)
class UserGroups:
    """Reads the group, and writes it where it differs.

    One of the bots that share a record does so at a time. What they do is the same, so
    nothing is lost if two do after all.
    """

    _context: Context
    _slack: Slack

    def look(self) -> timedelta:
        """Let the group follow the shift; return how long to wait."""
        group = self._context.policy().on_call.user_group
        if not self._claim(group) or group is None:
            return _LOOK_EVERY
        now, policy = self._context.clock(), self._context.policy()
        person = recipients.on_call(policy, now).primary.person
        # With nobody on call it stays as it is. Slack lets no group be empty.
        if person is None:
            return _LOOK_EVERY
        try:
            self._follow(group, person)
        except SlackError as error:
            self._fails(group, person, error)
        return _LOOK_EVERY

    def _claim(self, group: str | None) -> bool:
        now = self._context.system_clock()
        with self._context.database.transaction() as tx:
            # People may fill a group that the policy lets go.
            marks.let_go(tx, but=group)
            if group is None:
                marks.drop(tx, Mark.USER_GROUP_FAILS)
                return False
            # The first tick, which reads them, may come later than this.
            self._context.note_covers(tx)
            if rate_limits.limited_until(tx, rate_limits.USER_GROUPS, now):
                return False
            failing = marks.at(tx, Mark.USER_GROUP_FAILS)
            # Half of how long it has been failing: so the wait doubles by itself.
            wait = max((now - failing) / 2, _READ_EVERY) if failing else _READ_EVERY
            return marks.claim(tx, Mark.USER_GROUP, now, now - min(wait, _LONGEST_WAIT))

    def _follow(self, group: str, person: str) -> None:
        members = self._slack.group_members(group)
        with self._context.database.transaction() as tx:
            on_call = self._context.policy().on_call
            known = on_call.everybody().keys() | {one.person for one in on_call.covers}
            strangers = members - known
            if strangers and not marks.is_taken_over(tx, group):
                since = self._failing_since(tx)
                refs = messages.strangers_refs(group, person, strangers)
                self._tell(tx, f"user_group/{group}/{since.isoformat()}/members", refs)
                return
        if members != {person}:
            self._slack.put_in_group(group, person)
            extra = {"group": group, "person": person}
            logger.info("user group follows the shift", extra=extra)
        with self._context.database.transaction() as tx:
            # Once it is the bot's, who goes from the policy is no stranger in it.
            marks.take_over(tx, group, self._context.system_clock())
            marks.drop(tx, Mark.USER_GROUP_FAILS)

    def _fails(self, group: str, person: str, error: SlackError) -> None:
        extra = {"group": group, "person": person, "error": error.code}
        logger.warning("user group does not follow the shift", extra=extra)
        with self._context.database.transaction() as tx:
            if error.retry_after is not None:
                until = self._context.system_clock() + error.retry_after
                rate_limits.limit(tx, rate_limits.USER_GROUPS, until)
            since = self._failing_since(tx)
            if error.fate not in _MAY_PASS:
                refs = messages.refused_refs(group, person, error.code)
                key = f"user_group/{group}/{since.isoformat()}/{error.code}/{person}"
                self._tell(tx, key, refs)

    def _failing_since(self, tx: Transaction) -> datetime:
        since = marks.at(tx, Mark.USER_GROUP_FAILS)
        if since is None:
            since = self._context.system_clock()
            marks.note(tx, Mark.USER_GROUP_FAILS, since)
        return since

    def _tell(self, tx: Transaction, key: str, refs: dict[str, str]) -> None:
        leads, kind = self._context.policy().channels.leads, MessageKind.USER_GROUP
        new = NewMessage(key, kind, Priority.NUDGE, conversation=leads, refs=refs)
        outbox_messages.queue(tx, new, **self._context.instants())
