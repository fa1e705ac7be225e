"""Triage a text: which severity it may have, and what somebody decides about it."""

from dataclasses import dataclass, replace

from bot.classification.suggestions import Candidate, suggest
from bot.incidents.acts import Report
from bot.store.tables import suggestions
from bot.store.tables.suggestions import Decision
from bot.triage.context import Context
from bot.triage.use_cases import Result, Triage

NOT_ONE = "none"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a text may be, and what opening it leads to; `None` for no incident."""

    candidate: Candidate
    result: Result | None


class Triaging:
    """Suggests severities. Looking at a text changes nothing."""

    def __init__(self, context: Context, triage: Triage) -> None:
        self._context = context
        self._triage = triage

    def look(self, by: str, words: str, report: Report) -> list[Foreseen]:
        """Return what a text may be, best first: one where that is sure, or two."""
        found = suggest(words, self._context.policy().examples)
        return [
            Foreseen(one, self._opened(by, report, one)) for one in found.candidates
        ]

    def standing(self, about: str) -> Result | None:
        """Return the incident that was opened from a text, unless it was voided."""
        with self._context.database.reading() as tx:
            number = suggestions.opened_from(tx, about)
        return None if number is None else self._triage.look(number)

    def decline(
        self, by: str, about: str, candidates: tuple[str, ...]
    ) -> Result | None:
        """Note that a text is no incident; return the one that it is by now, if any."""
        with self._context.database.transaction() as tx:
            number = suggestions.opened_from(tx, about)
            if number is None:
                now = self._context.clock()
                decision = Decision(about, candidates, NOT_ONE, by, now)
                suggestions.decide(tx, decision)
        return None if number is None else self._triage.look(number)

    def _opened(self, by: str, report: Report, one: Candidate) -> Result | None:
        if one.severity is None:
            return None
        return self._triage.foreseen(by, replace(report, severity=one.severity))
