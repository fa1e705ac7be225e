"""Read the calendars that the policy names while the bot runs.

One of the bots that share a record reads each of them, and all go by what it stored. So
the last good copy counts until a calendar can be read again.
"""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.feeds import reading
from bot.feeds.reading import FeedError, Sources
from bot.policy.feeds import joined
from bot.policy.policies import Policy
from bot.policy.rotations import Feed
from bot.slack.messages import feed as messages
from bot.store.database import Transaction
from bot.store.tables import feeds, outbox_messages
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage.context import Context

logger = logging.getLogger(__name__)

_LOOK_EVERY = timedelta(minutes=1)
# The leads hear once of each copy that is older.
_OLD = timedelta(hours=24)


class Feeds:
    """Reads calendars, and tells the leads of those that cannot be read for a day."""

    def __init__(self, context: Context, sources: Sources) -> None:
        self._context = context
        self._sources = sources
        # When each failed, and whether there is a copy of it.
        self._failing: dict[str, tuple[datetime, bool]] = {}

    def look(self, policy: Policy | None = None) -> timedelta:
        """Read the calendars whose turn it is; return how long to wait.

        Without `policy` they are those of the policy in force.
        """
        named = (policy or self._context.policy()).on_call.feeds
        for one in named:
            self._look_at(one)
        with self._context.database.reading() as tx:
            read = feeds.read_at(tx) if self._failing else {}
        names = {one.name for one in named}
        self._failing = {
            name: (failed_at, name in read)
            for name, (failed_at, _) in self._failing.items()
            # Another bot may have read it since.
            if name in names and (name not in read or read[name][0] <= failed_at)
        }
        return _LOOK_EVERY

    def note(self) -> str | None:
        """Return that a calendar could not be read, if so; the log says why."""
        failing = sorted(self._failing.items())
        copies = ", ".join(name for name, (_, has_copy) in failing if has_copy)
        never = ", ".join(name for name, (_, has_copy) in failing if not has_copy)
        said = []
        if copies:
            what = f"the calendar of {copies} cannot be read"
            said.append(f"{what}: the last copy of it counts")
        if never:
            what = f"the calendar of {never} cannot be read"
            said.append(f"{what}: nobody is on call by it")
        return "; ".join(said) or None

    def _look_at(self, feed: Feed) -> None:
        source = _source(feed)
        with self._context.database.transaction() as tx:
            if not feeds.claim(tx, feed.name, source, self._context.system_clock()):
                return
        now = self._context.clock()
        try:
            found = reading.read(feed, self._sources, now)
        except FeedError as error:
            extra = {"rotation": feed.name, "error": str(error)}
            logger.warning("a calendar was not read", extra=extra)
            self._failing[feed.name] = now, False
            with self._context.database.transaction() as tx:
                self._tell_failure(tx, feed, str(error), now)
            return
        self._failing.pop(feed.name, None)
        with self._context.database.transaction() as tx:
            before = feeds.stretches(tx).get(feed.name)
            stretches = joined(before, found.stretches, now)
            strangers = {_hash(one): one for one in found.unknown}
            told = feeds.told(tx, feed.name)
            if feeds.save(tx, feed.name, source, stretches, now, told=strangers):
                news = [one for key, one in strangers.items() if key not in told]
                self._tell_strangers(tx, feed, news, now)

    def _tell_failure(
        self, tx: Transaction, feed: Feed, why: str, now: datetime
    ) -> None:
        read_at, _ = feeds.read_at(tx).get(feed.name, (None, None))
        if read_at is not None and now - read_at < _OLD:
            return
        copy = read_at.isoformat() if read_at else _source(feed)
        refs = messages.fails_refs(feed.name, why, read_at)
        self._tell(tx, f"feed/{feed.name}/fails/{copy}", refs)

    def _tell_strangers(
        self, tx: Transaction, feed: Feed, unknown: Sequence[str], now: datetime
    ) -> None:
        if unknown:
            refs = messages.strangers_refs(feed.name, unknown)
            self._tell(tx, f"feed/{feed.name}/unknown/{now.isoformat()}", refs)

    def _tell(self, tx: Transaction, key: str, refs: dict[str, str]) -> None:
        leads = self._context.policy().channels.leads
        new = NewMessage(
            key, MessageKind.FEED, Priority.NUDGE, conversation=leads, refs=refs
        )
        outbox_messages.queue(tx, new, **self._context.instants())


def _source(feed: Feed) -> str:
    """Return a hash of where a calendar is and how it is read."""
    how = feed.file, feed.zone.key, feed.hand_over, sorted(feed.people.items())
    return _hash(repr(how))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
