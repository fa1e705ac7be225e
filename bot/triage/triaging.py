"""Triage a text: which severity it may have, and what somebody decides about it."""

from dataclasses import dataclass, replace

from bot.classification.suggestions import Candidate, Opened, Suggestion, suggest
from bot.incidents.acts import Report
from bot.policy.severities import Severity
from bot.store.tables import records, suggestions
from bot.store.tables.suggestions import Decision
from bot.triage import same_things
from bot.triage.context import Context
from bot.triage.results import Result
from bot.triage.use_cases import Triage

NOT_ONE = "none"
# How many incidents a text is compared with, the newest.
_MOST_OPENED = 200


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
        found = self.suggest(words)
        return [
            Foreseen(one, self._opened(by, report, one)) for one in found.candidates
        ]

    def suggest(self, words: str) -> Suggestion:
        """Return what a text may be, by the weights and by what the team knows.

        A severity milder than all of the policy's is the mildest that it has.
        """
        policy = self._context.policy()
        with self._context.database.reading() as tx:
            rows = suggestions.opened_and_not_changed(tx, _MOST_OPENED)
        opened = [
            Opened(f"INC-{row['number']}", Severity(row["severity"]), row["title"])
            for row in rows
        ]
        found = suggest(words, policy.examples, opened=opened)
        by_severity: dict[Severity | None, Candidate] = {}
        for one in found.candidates:
            severity = one.severity
            if severity is not None:
                severity = min(severity, max(policy.severities))
            by_severity.setdefault(severity, replace(one, severity=severity))
        return Suggestion(tuple(by_severity.values()))

    def declined(self, about: str) -> Decision | None:
        """Return who said of a text that it is no incident, if anybody did."""
        with self._context.database.reading() as tx:
            return suggestions.declined(tx, about)

    def standing(self, about: str) -> Result | None:
        """Return the incident that was opened from a text, unless it was voided."""
        with self._context.database.reading() as tx:
            number = same_things.opened_from(tx, about)
        return None if number is None else self._triage.look(number)

    def of_thread(self, channel: str, ts: str, thread: str) -> Result | None:
        """Return the newest open incident whose card or message one of two is."""
        with self._context.database.reading() as tx:
            found = records.incidents_of_thread(tx, channel, ts, thread)
            going_on = [same_things.goes_on(tx, one) for one in found]
        number = next((one.number for one in going_on if one.is_open), None)
        return None if number is None else self._triage.look(number)

    def decline(
        self, by: str, about: str, candidates: tuple[str, ...]
    ) -> Result | None:
        """Note that a text is no incident; return the one that it is by now, if any."""
        system_now = self._context.system_clock()
        with self._context.database.transaction() as tx:
            # Whoever opens it claims the same key, so that one waits for the other.
            tx.one("claim_inbox", key=f"about:{about}", received_at=system_now)
            number = same_things.opened_from(tx, about)
            if number is None:
                now = self._context.clock()
                decision = Decision(about, candidates, NOT_ONE, by, now)
                suggestions.decide(tx, decision)
        return None if number is None else self._triage.look(number)

    def _opened(self, by: str, report: Report, one: Candidate) -> Result | None:
        if one.severity is None:
            return None
        return self._triage.foreseen(by, replace(report, severity=one.severity))
