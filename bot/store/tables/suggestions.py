"""What became of the texts that were triaged."""

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction


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
    """Return the incident that was opened from a text, unless it was voided."""
    row = tx.one("opened_from", about=about)
    return int(row["number"]) if row else None


def decided(tx: Transaction, about: str) -> Decision | None:
    """Return what was decided about a text, if anything was."""
    row = tx.one("suggestion", about=about)
    if row is None:
        return None
    return Decision(
        about=row["about"],
        candidates=tuple(row["candidates"].split()),
        decision=row["decision"],
        by=row["by_person"],
        at=row["decided_at"],
        incident=row["incident"],
    )
