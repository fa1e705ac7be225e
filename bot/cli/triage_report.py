"""Which suggestions misled, as text."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from bot.policy.severities import named_severity
from bot.store.tables.suggestions import Decision


def as_text(decided: Sequence[tuple[Decision, str]], zone: ZoneInfo) -> str:
    """Return how many suggestions held, and what each that misled proved to be."""
    if not decided:
        return "Nobody has decided about a suggestion yet."
    misled = [one for one in decided if one[1] not in one[0].candidates]
    held = len(decided) - len(misled)
    return "\n".join(
        (
            f"{len(decided)} decided: {held} held, {len(misled)} misled.",
            *_lines(misled, zone),
        )
    )


def _lines(misled: Sequence[tuple[Decision, str]], zone: ZoneInfo) -> Iterator[str]:
    for decision, proved in misled:
        at = decision.at.astimezone(zone)
        suggested = " or ".join(map(_named, decision.candidates))
        which = f"INC-{decision.incident}, " if decision.incident is not None else ""
        # What was typed has no link, and what was erased none any more.
        link = decision.about if decision.about.startswith("http") else "no link"
        yield (
            f"{at:%Y-%m-%d %H:%M}  suggested {suggested}, proved {_named(proved)}: "
            f"{which}{link}"
        )


def _named(label: str) -> str:
    severity = named_severity(label)
    return severity.label if severity else "no incident"
