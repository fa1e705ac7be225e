"""Tell a first start from a lost record: neither has given a number yet.

The record is also empty if a volume was not mounted or a server was set up again.
The cards in Slack tell the two apart.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from bot.errors import BotError, SlackError
from bot.slack.client import Slack
from bot.slack.standing import Standing
from bot.store.database import Transaction
from bot.store.tables import locks, marks, outbox_messages
from bot.store.tables.marks import Mark
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage.context import Context

_CARD = re.compile(r"INC-(\d+)/card")
# Numbers rise with time, so the greatest is among the newest. A card that was deleted
# comes back below newer ones.
_NEWEST = 200
_LOOK_BACK = timedelta(days=400)


def examine(context: Context, slack: Slack) -> None:
    """Note that a new record begins here.

    Raises BotError if Slack shows cards, whose record was lost. Where Slack cannot be
    read the leads are told once. A record that was begun is never questioned again.
    """
    with context.database.reading() as tx:
        if not _is_new(tx):
            return
    why = ""
    try:
        channel = context.policy().channels.incidents
        number = highest_card(slack, channel, context.system_clock())
    except SlackError as error:
        number, why = 0, error.code
    with context.database.transaction() as tx:
        locks.take(tx, locks.TICK)
        if not _is_new(tx):  # Another replica was faster.
            return
        if number:
            raise BotError(
                f"The record is empty, but Slack shows the card of INC-{number}. So "
                "the record was lost, or DATABASE_URL names another one. Mount it, or "
                "restore a backup with `sevbot db restore FILE`. To begin a new one "
                "with numbers after that: `sevbot db new`."
            )
        begin(tx, context.system_clock())
        if why:
            new = NewMessage(
                key="new_record",
                kind=MessageKind.NEW_RECORD,
                priority=Priority.NUDGE,
                conversation=context.policy().channels.leads,
                refs={"error": why},
            )
            outbox_messages.queue(tx, new, **context.instants())


def begin(tx: Transaction, system_now: datetime, after: int = 0) -> None:
    """Begin a record whose numbers go on after one."""
    if after:
        tx.write("advance_numbers", value=after)
    marks.note(tx, Mark.CREATED, system_now)


def highest_card(slack: Slack, channel: str, system_now: datetime) -> int:
    """Return the highest number on the cards in a channel, or 0. Raises SlackError."""
    oldest = system_now - _LOOK_BACK
    found = slack.standing(channel, oldest=oldest, is_urgent=True)
    return max(numbers(islice(found, _NEWEST)), default=0)


def numbers(standing: Iterable[Standing]) -> list[int]:
    """Return the numbers of the incidents whose cards stand there, in order."""
    found = (_CARD.fullmatch(one.key) for one in standing)
    return sorted({int(one[1]) for one in found if one})


def _is_new(tx: Transaction) -> bool:
    known = marks.noted(tx)
    begun = Mark.CREATED in known or Mark.TICK in known
    return not begun and tx.one("last_number") is None
