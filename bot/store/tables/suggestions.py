"""What became of the texts that were triaged."""

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a text, of the `candidates` that were suggested.

    `about` is the message's link or the command's key, `decision` a severity or
    "none".
    """

    about: str
    candidates: tuple[str, ...]
    decision: str
    by: str
    at: datetime
    incident: int | None = None


def decide(tx: Transaction, decision: Decision) -> None:
    """Record a decision; a later one about the same text replaces it."""
    tx.write(
        "decide_suggestion",
        about=decision.about,
        candidates=" ".join(decision.candidates),
        decision=decision.decision,
        incident=decision.incident,
        by_person=decision.by,
        decided_at=decision.at,
    )


def opened_from(tx: Transaction, about: str) -> int | None:
    """Return the incident that was opened from a text, if any, void or not."""
    row = tx.one("suggestion", about=about)
    return None if row is None else row["incident"]


def declined(tx: Transaction, about: str) -> Decision | None:
    """Return who said of a text that it is no incident, if anybody did."""
    row = tx.one("suggestion", about=about)
    return None if row is None or row["incident"] is not None else _decision(row)


def decided(tx: Transaction) -> list[tuple[Decision, str]]:
    """Return every decision, oldest first, with what the text proved to be.

    That is the incident's severity by now, or "none" for one that was voided, unless it
    was the same thing as another.
    """
    rows = tx.all("decided_suggestions")
    return [(_decision(row), str(row["proved"])) for row in rows]


def opened_and_not_changed(tx: Transaction, most: int) -> list[Row]:
    """Return the newest incidents whose severity nobody changed."""
    return tx.all("opened_and_not_changed", most=most)


def _decision(row: Row) -> Decision:
    return Decision(
        about=row["about"],
        candidates=tuple(row["candidates"].split()),
        decision=row["decision"],
        by=row["by_person"],
        at=row["decided_at"],
        incident=row["incident"],
    )
