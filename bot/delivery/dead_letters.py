"""What becomes of a message that cannot be delivered: a person hears of it."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from bot.clock import Clock
from bot.incidents.nudges import Because
from bot.policy.policies import Policy
from bot.store.database import Transaction
from bot.store.tables import items, mail, records
from bot.store.tables.mail import Draft, Finish, Letter, MessageKind, Priority, State

logger = logging.getLogger(__name__)

_TROUBLE = "trouble/"


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Gives messages up. `clock` is that of obligations, `machine` paces the outbox."""

    policy: Callable[[], Policy]
    clock: Clock
    machine: Clock

    def give_up(self, tx: Transaction, letter: Letter, error: str) -> None:
        """End a message that Slack will never take; a reminder finds another reader."""
        if mail.finish(tx, letter, State.DEAD, error=error) is Finish.LOST:
            return
        instead = self._reroute(tx, letter)
        self._report(tx, letter, error, trouble="dead", instead=instead)
        if letter.kind is MessageKind.CARD and letter.incident is not None:
            self._tell_typist(tx, letter, error)

    def hold(self, tx: Transaction, letter: Letter, error: str) -> None:
        """End a message that may have arrived; a person looks whether it did."""
        outcome = mail.finish(tx, letter, State.DEAD, error=f"unknown: {error}")
        if outcome is not Finish.LOST:
            self._report(tx, letter, error, trouble="unknown")

    def _reroute(self, tx: Transaction, letter: Letter) -> str:
        """Tell somebody on call what an unreachable person should have been told.

        Who is told the same by a message of their own is not told twice. Returns
        whoever knows, or nothing.
        """
        is_reminder = letter.kind in (MessageKind.REMINDER, MessageKind.MORNING)
        if letter.person is None or not is_reminder:
            return ""
        missed = (*missed_by(letter), letter.person)
        stand_in = _on_call_but(self.policy(), missed)
        if stand_in is None:
            return ""
        found = items.within(tx, letter.key)
        untold = [
            replace(item, because=Because.STAND_IN)
            for item in found
            if not items.is_told(tx, item, stand_in)
        ]
        if untold or not found:
            self._queue(
                tx,
                Draft(
                    key=f"{letter.key}/instead",
                    kind=letter.kind,
                    priority=letter.priority,
                    person=stand_in,
                    incident=letter.incident,
                    refs={**letter.refs, "missed_by": " ".join(missed)},
                    items=untold,
                ),
            )
        return stand_in

    def _report(
        self,
        tx: Transaction,
        letter: Letter,
        error: str,
        *,
        trouble: str,
        instead: str = "",
    ) -> None:
        """Tell the fallback channel; where that is what failed, the lead."""
        policy = self.policy()
        lead = policy.on_call.lead or policy.on_call.primary
        if is_report(letter) and letter.person is not None:
            logger.error("nobody can be told of a lost message", extra={"error": error})
            return
        goes_to_lead = is_report(letter) or letter.lane == policy.channels.fallback
        refs = {
            "trouble": trouble,
            "about": letter.key,
            "attempt": str(letter.attempts),
            "error": error,
            "instead": instead,
        }
        draft = Draft(
            key=_report_key(letter),
            kind=MessageKind.NOTICE,
            priority=min(letter.priority, Priority.NUDGE),
            person=lead if goes_to_lead else None,
            lane=None if goes_to_lead else policy.channels.fallback,
            refs=letter.refs if is_report(letter) else refs,
        )
        self._queue(tx, draft)

    def _tell_typist(self, tx: Transaction, letter: Letter, error: str) -> None:
        incident = records.incident(tx, letter.incident or 0)
        if incident is None:
            return
        draft = Draft(
            key=f"{_report_key(letter)}/typist",
            kind=MessageKind.NOTICE,
            priority=Priority.NUDGE,
            person=incident.opened_by,
            refs={
                "trouble": "card",
                "about": letter.key,
                "attempt": str(letter.attempts),
                "error": error,
            },
        )
        self._queue(tx, draft)

    def _queue(self, tx: Transaction, draft: Draft) -> None:
        mail.queue(tx, draft, now=self.clock(), machine_now=self.machine())


def is_report(letter: Letter) -> bool:
    """Tell whether a message reports on another one that was lost."""
    return letter.key.startswith(_TROUBLE)


def reports_of(tx: Transaction, letter: Letter) -> Iterator[str]:
    """Yield the keys of the reports on the last loss of a message.

    Of one that was lost itself, that is also what the lead got in its place.
    """
    key = _report_key(letter)
    yield from (key, f"{key}/typist")
    report = mail.find(tx, key)
    if report is not None and report.state is State.DEAD:
        yield _report_key(report)


def channel_of(kind: MessageKind, policy: Policy) -> str | None:
    """Return the channel that the policy names for a kind; `None` if it names none."""
    match kind:
        case MessageKind.CARD:
            return policy.channels.incidents
        case MessageKind.DIGEST:
            return policy.channels.digest
        case (
            MessageKind.REMINDER
            | MessageKind.NOTE
            | MessageKind.MORNING
            | MessageKind.OFFER
            | MessageKind.NOTICE
            | MessageKind.EDIT
        ):
            return None
        case _:
            assert_never(kind)


def is_lost(letter: Letter, report: Letter) -> bool:
    """Tell whether a message is still as lost as a report on it says."""
    is_latest = str(letter.attempts) == report.refs["attempt"]
    return letter.state is State.DEAD and is_latest


def missed_by(letter: Letter) -> tuple[str, ...]:
    """Return those who could not be told before whom it goes to, in their order."""
    return tuple(letter.refs.get("missed_by", "").split())


def _report_key(letter: Letter) -> str:
    return f"{_TROUBLE}{letter.key}/{letter.attempts}"


def _on_call_but(policy: Policy, missed: tuple[str, ...]) -> str | None:
    """Return the primary, or who comes next; `None` if none of them can be told."""
    on_call = policy.on_call
    for person in (on_call.primary, on_call.backup, on_call.lead):
        if person is not None and person not in missed:
            return person
    return None
