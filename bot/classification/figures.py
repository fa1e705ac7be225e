"""How often suggestions were right, where the right answers are known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.classification.weights import Label
from bot.policy.severities import Severity


@dataclass(frozen=True, slots=True)
class Judged:
    """What was named for a message, best first, and which labels would have been right.

    `right` begins with the label proper; others would do as well.
    """

    named: Sequence[Label]
    right: Sequence[Label]

    @property
    def is_sure(self) -> bool:
        """Whether one label alone was named."""
        return len(self.named) == 1

    @property
    def is_right(self) -> bool:
        """Whether a right label is among those named."""
        return any(label in self.right for label in self.named)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of judged messages. `missed` are Sev1 with neither Sev1 nor Sev2 named."""

    messages: int
    right: int
    sure: int
    sure_and_right: int
    sev1: int
    missed: int
    surely_lower: int
    chatter: int
    surely_incident: int


def figures(judged: Iterable[Judged]) -> Figures:
    """Count what was right, and the two kinds of mistake that cost most."""
    seen = list(judged)
    sure = [one for one in seen if one.is_sure]
    sev1 = [one for one in seen if one.right[0] is Severity.SEV1]
    chatter = [one for one in seen if one.right[0] is None]
    grave = {Severity.SEV1, Severity.SEV2}
    return Figures(
        messages=len(seen),
        right=sum(one.is_right for one in seen),
        sure=len(sure),
        sure_and_right=sum(one.is_right for one in sure),
        sev1=len(sev1),
        missed=sum(not grave & {*one.named} for one in sev1),
        surely_lower=sum(one.is_sure and not one.is_right for one in sev1),
        chatter=len(chatter),
        surely_incident=sum(one.is_sure and not one.is_right for one in chatter),
    )


def as_text(found: Figures) -> str:
    """Return the figures as sentences, a line each."""
    return "\n".join(
        (
            f"{found.messages} with a label: the right one was named for "
            f"{_of(found.right, found.messages)}.",
            f"One alone was named for {_of(found.sure, found.messages)}, and right for "
            f"{_of(found.sure_and_right, found.sure)}.",
            "Sev1: neither Sev1 nor Sev2 was named for "
            f"{_of(found.missed, found.sev1)}, a lower one alone for "
            f"{_of(found.surely_lower, found.sev1)}.",
            "No incident: an incident alone was named for "
            f"{_of(found.surely_incident, found.chatter)}.",
        )
    )


def _of(part: int, whole: int) -> str:
    share = f" ({part / whole:.0%})" if whole else ""
    return f"{part} of {whole}{share}"
