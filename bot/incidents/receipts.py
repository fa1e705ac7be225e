"""What became of each reminder that was due. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from bot.incidents.deadlines import Kind
from bot.incidents.reach import Why
from bot.incidents.steps import StepKind


class Outcome(StrEnum):
    """What became of a reminder at one place. Each has exactly one."""

    SENT = "sent"
    MERGED = "merged"
    HELD = "held"
    SUPERSEDED = "superseded"
    DEAD = "dead"


class Reason(StrEnum):
    """Why a reminder was merged, held or superseded, as it is stored."""

    TOGETHER = "together"
    PASSED_ON = "passed_on"
    EDITED = "edited"
    NEWER = "newer"
    ONE_MESSAGE = "one_message"
    OUTSIDE = "outside"
    QUIET = "quiet"
    ANSWERED = "answered"
    MOVED = "moved"
    PAUSED = "paused"
    SAID = "said"
    CLOCK = "clock"
    BUDGET = "budget"

    @property
    def words(self) -> str:
        """The reason in words."""
        return _WORDS[self]


_WORDS = {
    Reason.TOGETHER: "several were due, and the newest stands for them",
    Reason.PASSED_ON: "nobody of this step could hear it, so the next step was told",
    Reason.EDITED: "the message that stands there was edited",
    Reason.NEWER: "a newer reminder says it",
    Reason.ONE_MESSAGE: "one message with another reminder",
    Reason.OUTSIDE: Why.OUTSIDE.value,
    Reason.QUIET: Why.QUIET.value,
    Reason.ANSWERED: "answered before it was sent",
    Reason.MOVED: "somebody else has it now",
    Reason.PAUSED: "it stands still, waiting on the customer",
    Reason.SAID: "another message of that minute says it",
    Reason.CLOCK: "the bot's clock was ahead",
    Reason.BUDGET: "they had their messages of the day, so a list has it",
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a reminder that was due at `due_at`, at one place.

    `place` is a person, a channel, or `thread` for the card's; empty for a step that
    was merged before it was known who would get it. `outcome` is `None` while the
    message waits, and if there is none although there should be: then `is_missing`.
    `at` is when it was sent, or until when it is held, and `replaced_at` when it was
    deleted since a newer message stands for it. `instead` got what was dead.
    """

    kind: Kind
    count: int
    step: StepKind
    due_at: datetime
    place: str
    outcome: Outcome | None
    why: str
    at: datetime | None = None
    replaced_at: datetime | None = None
    instead: str = ""
    is_missing: bool = False

    @property
    def about(self) -> str:
        """What the reminder was: update, due."""
        match self.step:
            case StepKind.PAGE:
                return "page"
            case StepKind.CHECK_IN:
                return "check-in"
            case StepKind.AHEAD:
                when = "ahead"
            case StepKind.DUE:
                when = "due"
            case StepKind.AFTER:
                when = "late"
            case StepKind.AFTER_AGAIN:
                when = "late again"
            case StepKind.SNOOZED:
                when = "after a snooze"
            case _:
                assert_never(self.step)
        return f"{self.kind.words}, {when}"

    @property
    def was_told(self) -> bool:
        """Return whether it reached its place, alone or within another message."""
        # What was held for somebody who then got a newer one never reached them.
        is_merged = self.outcome is Outcome.MERGED and self.why != Reason.NEWER.words
        return is_merged or self.outcome is Outcome.SENT

    @property
    def words(self) -> str:
        """The outcome in words."""
        if self.outcome is None:
            return "no outcome" if self.is_missing else "waits"
        return "held until" if self.outcome is Outcome.HELD else self.outcome.value
