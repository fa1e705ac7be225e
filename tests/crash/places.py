"""Where a bot can be killed: before and after each statement, commit and call.

Most places are passed by whatever people do. Some are passed only when something rare
happens, which is then made to happen; and some by no bot that only lives and dies.
"""

import os
import signal
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from mmap import mmap
from typing import Any

from bot.app import Bot
from bot.delivery.pacing import PAGE
from bot.emulator.faults import Fault
from bot.store.database import Answer, Row, Transaction
from bot.store.queries import queries
from tests.crash.bots import Change, untouched
from tests.crash.stage import LONGEST_DELAY, SCALE, Stage

_CALLS = (
    "chat.postMessage", "chat.update", "chat.delete", "conversations.history",
    "conversations.replies", "conversations.open",
)  # fmt: skip
_ERASING = "texts are erased by a policy that says so, and by sevbot db erase"
_SET_BACK = "only where the clock of obligations was set back"
_REPORT = "read by the weekly review, sevbot report and sevbot export"
_QUIET = "only where nothing was recorded for five seconds"
# Why a bot that is killed and restarted does not reach it.
ELSEWHERE: Mapping[str, str] = {
    "advance_numbers": "only where the record is older than Slack: a restored backup",
    "send_again": "only where somebody presses the button of a dead message",
    "postpone_deadline": "only where a policy raises",
    "inbox_answer": "only where a listener fails after its commit",
    "oldest_unsent_page": "only where monitoring asks for the health",
    "people": "only where an owner is typed by name",
    "has_reminder": "only where somebody takes over who was told already",
    "remove_item": "only where a message of many stands there without some of them",
    "unfinished": "a trial's, to know whether all is sent",
    "newest_messages": "the demo's, to show them",
    "forget_misses": _SET_BACK,
    "sent_reminders": _SET_BACK,
    "server_time": "answered here by a clock that runs as fast as the bots'",
    "last_workspace": "read at start while Slack is away, beside the transactions",
    "to_erase": _ERASING,
    "recorded_customers": _ERASING,
    "incidents_of_customer": _ERASING,
    "erase_incident": _ERASING,
    "erase_event": _ERASING,
    "customer_events": _ERASING,
    "forget_policies": _ERASING,
    "count_opened": _REPORT,
    "deadlines_between": _REPORT,
    "deadlines_since": _REPORT,
    "events_between": _REPORT,
    "events_since": _REPORT,
    "incidents_opened": _REPORT,
    "policy_text": _REPORT,
    "reminders_between": _REPORT,
    "told_between": _REPORT,
    "forget_held": _SET_BACK,
    "hold_item": "only where somebody's day is over, and here whatever is due wakes",
    "forget_key": _QUIET,
    "try_deadlines": _QUIET,
    "try_events": _QUIET,
    "try_incidents": _QUIET,
    "try_outbox": _QUIET,
    "oldest_sendable": "only where monitoring asks for the health",
    "continue_listing": "only where the people of a workspace fill several pages",
    "note_left": "only where Slack says of a person who was written to that they left",
    "policy_since": "only where the policy's file became wrong, which is seen later",
}
# Without a thread, which would outlive the round, and once, for then it comes back.
_TO_BE_EDITED = """
SELECT card.key, card.conversation, card.ts
FROM outbox AS edit
JOIN outbox AS card ON card.key = edit.edit_of
WHERE edit.state = 'queued' AND card.kind = 'card'
  AND card.state = 'sent' AND card.ts IS NOT NULL AND card.was_deleted = 0
  AND NOT EXISTS (SELECT 1 FROM outbox AS reply WHERE reply.thread_of = card.key)
LIMIT 1
"""
_TO_BE_ANSWERED = """
SELECT card.key, card.conversation, card.ts
FROM outbox AS card
WHERE card.kind = 'card' AND card.state = 'sent'
  AND card.ts IS NOT NULL AND card.verify_at IS NULL AND card.was_deleted = 0
  AND EXISTS (SELECT 1 FROM outbox AS reply WHERE reply.thread_of = card.key)
  AND NOT EXISTS (
    SELECT 1
    FROM outbox AS reply
    WHERE reply.thread_of = card.key
      AND (reply.state <> 'queued' OR reply.attempts > 0)
  )
LIMIT 1
"""
_MANY_MINUTES = timedelta(minutes=16)
_LONG_AGO = "2026-11-24T00:00:00.000Z"


def places() -> Iterator[str]:
    """Go through all that a bot can pass, such as `before claim_message`."""
    names = (one for one in ("commit", *_CALLS, *queries()) if one not in ELSEWHERE)
    return (f"{when} {name}" for name, when in product(names, ("before", "after")))


class Trap:
    """Kills a bot at the first of some places that it reaches, and says which."""

    def __init__(self, places: Iterable[str]) -> None:
        self._places = dict(enumerate(places, start=1))
        self._numbers = {place: number for number, place in self._places.items()}
        self._shared = mmap(-1, 2)

    @property
    def sprung(self) -> str | None:
        """Return the place where the bot died; `None` if it reached none of them."""
        return self._places.get(int.from_bytes(self._shared[:2]))

    def __call__(self, bot: Bot) -> None:
        """Watch a bot."""
        _watch_statements(bot, self._pass_by)
        _watch_calls(bot, self._pass_by)

    def _pass_by(self, place: str) -> None:
        if place in self._numbers:
            self._shared[:2] = self._numbers[place].to_bytes(2)
            os.kill(os.getpid(), signal.SIGKILL)


def _nothing(stage: Stage) -> None:
    """Leave the stage as it is."""


@dataclass(frozen=True, slots=True)
class Provocation:
    """What leads a bot to some places: before its start, in it, or while it runs."""

    names: frozenset[str]
    before: Callable[[Stage], None] = _nothing
    change: Change = untouched
    during: Callable[[Stage], None] = _nothing

    def helps(self, left: Collection[str]) -> bool:
        """Return whether it may lead to one of these places."""
        return any(place.partition(" ")[2] in self.names for place in left)


def _let_time_pass(stage: Stage) -> None:
    """End every wait, once no request is in flight."""
    time.sleep(LONGEST_DELAY / timedelta(seconds=SCALE))
    stage.system_clock.advance(_MANY_MINUTES)


def _land_late(stage: Stage) -> None:
    """Let a post land after a lookup missed it, and look again much later."""
    late = LONGEST_DELAY / SCALE
    stage.slack.faults.add("chat.postMessage", Fault.LANDS_LATE, times=3, wait_for=late)


def _forget_conversations(stage: Stage) -> None:
    stage.say("UPDATE people SET dm = NULL")
    stage.slack.faults.add("conversations.open", Fault.FAIL_BEFORE)


def _turn_back(stage: Stage) -> None:
    stage.system_clock.advance(-timedelta(hours=1))


def _let_somebody_leave(stage: Stage) -> None:
    """Release the work of somebody who is not on call."""
    stage.say(f"UPDATE people SET leaving_at = '{_LONG_AGO}' WHERE id = 'U0DEE'")


def _remove_a_card(stage: Stage) -> None:
    """Remove a card that is about to be edited or answered, as an administrator may."""
    found = [*stage.say(_TO_BE_EDITED), *stage.say(_TO_BE_ANSWERED)]
    for key, channel, ts in found:
        stage.say(f"UPDATE outbox SET rendered = '' WHERE key = '{key}'")
        stage.remove(channel, ts)


def _stalled(bot: Bot) -> None:
    """Pause a sender of pages after Slack's answer until its lease is lost."""
    post = bot.outbox._slack.post

    def stalling(*given: Any, **how: Any) -> str:
        ts = post(*given, **how)
        if how["is_urgent"]:
            time.sleep(1.2 * PAGE.lease.total_seconds() / SCALE)
        return ts

    setattr(bot.outbox._slack, "post", stalling)  # noqa: B010


PROVOCATIONS = (
    Provocation(frozenset({"reconcile_posted", "suspect_message"}), change=_stalled),
    Provocation(
        frozenset({
            "conversations.open", "unaddressed", "address", "save_dm",
            "claim_unaddressed",
        }),
        before=_forget_conversations,
    ),
    Provocation(frozenset({"shorten_waits", "lift_rate_limits"}), before=_turn_back),
    Provocation(
        frozenset({
            "lock_leavers", "work_of_leavers", "lock_free_incident", "forget_leaver",
        }),
        before=_let_somebody_leave,
    ),
    Provocation(frozenset({"repost_card", "chat.delete"}), before=_remove_a_card),
    Provocation(frozenset({"chat.delete"}), during=_land_late),
    Provocation(
        frozenset(place.partition(" ")[2] for place in places()), before=_let_time_pass
    ),
)  # fmt: skip


class _Watched:
    """A transaction that reports each statement before and after it."""

    def __init__(self, tx: Transaction, pass_by: Callable[[str], None]) -> None:
        self._tx = tx
        self._pass_by = pass_by

    def one(self, query: str, **values: object) -> Row | None:
        rows = self.all(query, **values)
        return rows[0] if rows else None

    def all(self, query: str, **values: object) -> list[Row]:
        self._pass_by(f"before {query}")
        rows = self._tx.all(query, **values)
        self._pass_by(f"after {query}")
        return rows

    def ask(self, query: str, **values: object) -> Answer:
        rows = self.all(query, **values)
        return lambda: rows

    def write(self, query: str, **values: object) -> None:
        self.all(query, **values)

    def ask_many(self, query: str, rows: Iterable[Row], **same: object) -> Answer:
        found = [row for given in rows for row in self.all(query, **given, **same)]
        return lambda: found

    def write_many(self, query: str, rows: Iterable[Row], **same: object) -> None:
        self.ask_many(query, rows, **same)

    def be_brief(self) -> None:
        self._tx.be_brief()


def _watch_statements(bot: Bot, pass_by: Callable[[str], None]) -> None:
    begin, read = bot.database.transaction, bot.database.reading

    @contextmanager
    def transaction(**options: bool) -> Iterator[Transaction]:
        with begin(**options) as tx:
            yield _Watched(tx, pass_by)
            pass_by("before commit")
        pass_by("after commit")

    def reading() -> AbstractContextManager[Transaction]:
        return _watched(read(), pass_by)

    setattr(bot.database, "transaction", transaction)  # noqa: B010
    setattr(bot.database, "reading", reading)  # noqa: B010


@contextmanager
def _watched(
    read: AbstractContextManager[Transaction], pass_by: Callable[[str], None]
) -> Iterator[Transaction]:
    with read as tx:
        yield _Watched(tx, pass_by)


def _watch_calls(bot: Bot, pass_by: Callable[[str], None]) -> None:
    for client in (bot.outbox._slack.web, bot.outbox._slack._urgent):
        perform = client._perform_urllib_http_request_internal

        def watched(url: str, request: Any, perform: Any = perform) -> Any:
            method = url.rpartition("/")[2]
            pass_by(f"before {method}")
            answer = perform(url, request)
            pass_by(f"after {method}")
            return answer

        setattr(client, "_perform_urllib_http_request_internal", watched)  # noqa: B010
