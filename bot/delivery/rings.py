"""Make a noise outside of Slack, or stop it: the outbox's messages to such targets.

A thread of its own sends them, so that a target that hangs delays nothing in Slack, and
trouble with Slack no ring. They need no reconciliation: a target knows a second try by
the key of the first.
"""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery import pacing, ring_calls
from bot.delivery.failed_calls import FailedCalls
from bot.delivery.ring_calls import Alert, What
from bot.delivery.web_calls import Networks, WebCallError
from bot.errors import Fate, SlackError
from bot.incidents.incidents import Incident
from bot.settings import Ring
from bot.slack.marks import marked
from bot.store.database import Transaction
from bot.store.tables import items, leases, outbox_messages, records
from bot.store.tables.outbox_messages import (
    MessageKind,
    OutboxMessage,
    Posted,
    State,
    message_of,
)
from bot.triage.context import Context

logger = logging.getLogger(__name__)

_LOOK_EVERY = timedelta(seconds=1)
_UNKNOWN = "ring_not_set"
# PagerDuty takes 1,024 characters.
_LONGEST = 500
# These may pass; anything else will be answered likewise the next time.
_MAY_PASS = ("no_answer", "not_reached", "http_408", "http_425", "http_429", "http_5")


@dataclass(frozen=True, slots=True)
class Rings:
    """Sends what rings to the targets, given by their names in the policy."""

    _context: Context
    _failed_calls: FailedCalls
    _given: Mapping[str, Ring]
    _private: Networks
    _link: Callable[[Transaction, int], str | None]

    def send_due(self) -> timedelta:
        """Send all that may go now, and return how long to wait."""
        while self.send_one():
            pass
        return _LOOK_EVERY

    def send_one(self) -> bool:
        """Handle one message; `False` if none may go now."""
        now = self._context.system_clock()
        with self._context.database.reading() as tx:
            if tx.one("rings_wait", system_now=now) is None:
                return False
        with self._context.database.transaction() as tx:
            message = self._claim(tx, now)
            if message is None:
                return False
            name = message.place.removeprefix(outbox_messages.RING)
            alert, ring = self._alert(tx, message), self._given.get(name)
            if alert is None:
                leases.finish(tx, message, State.SUPERSEDED)
                return True
            if ring is None:
                self._failed_calls.give_up(tx, message, _UNKNOWN)
                return True
        error = self._call(ring, alert)
        with self._context.database.transaction() as tx:
            if error is None:
                posted = Posted(self._context.clock())
                leases.finish(tx, message, State.SENT, posted=posted)
            else:
                self._failed_calls.log("nothing rang", message.key, error)
                wait = pacing.backoff(message)
                self._failed_calls.settle(tx, message, error, wait)
        return True

    def _claim(self, tx: Transaction, now: datetime) -> OutboxMessage | None:
        row = tx.one(
            "claim_ring",
            system_now=now,
            lease_until=now + pacing.PAGE.lease,
            token=secrets.token_hex(8),
        )
        return message_of(row) if row else None

    def _call(self, ring: Ring, alert: Alert) -> SlackError | None:
        """Call a target; return what it means if that failed."""
        try:
            ring_calls.send(ring, alert, self._context.system_clock(), self._private)
        except WebCallError as error:
            may_pass = str(error).startswith(_MAY_PASS)
            fate = Fate.UNDOCUMENTED if may_pass else Fate.REFUSED
            return SlackError(f"ring_{error}", fate)
        except Exception:  # It must not stay unsent for ever: a person hears of it.
            logger.exception("ring failed")
            return SlackError("ring_failed", Fate.REFUSED)
        return None

    def _alert(self, tx: Transaction, message: OutboxMessage) -> Alert | None:
        """Return what to say; `None` if somebody answered before it rang."""
        assert message.incident is not None, "it rings about an incident"
        incident = records.incident(tx, message.incident)
        assert incident is not None, "a message's incident is recorded"
        if message.kind is MessageKind.RING_OVER:
            return self._worded(tx, message, incident, message.refs["deadline"])
        (item,) = items.within(tx, message.key)
        owed = [
            one
            for one in records.deadlines(tx, incident.number)
            if (one.kind, one.count) == (item.kind, item.count) and one.is_open
        ]
        return self._worded(tx, message, incident, owed[0].id) if owed else None

    def _worded(
        self, tx: Transaction, message: OutboxMessage, incident: Incident, about: str
    ) -> Alert:
        workspace = self._context.workspace
        is_over = message.kind is MessageKind.RING_OVER
        severity = marked(incident.severity, self._context.policy())
        who = incident.customer or "customer unknown"
        return Alert(
            what=What.OVER if is_over else What.RING,
            id=f"{workspace}/{message.key}",
            key=f"sevbot/{workspace}/{about}",
            summary=f"{severity} {incident.name} {who}: {incident.title}"[:_LONGEST],
            details={
                "incident": incident.name,
                "severity": incident.severity,
                "customer": incident.customer,
                "title": incident.title,
            },
            link=self._link(tx, incident.number),
        )
