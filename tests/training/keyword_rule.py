"""The plain keyword rule that the model is compared with."""

import re

from bot.classification.weights import Label
from bot.policy.severities import Severity

# The policy's own words and those that everybody would think of, the worst first.
_RULE: tuple[tuple[Label, str], ...] = (
    (None, r"\b(thanks|thank you|resolved|fixed|works again|drill|postmortem)\b"),
    (
        Severity.SEV1,
        r"\b(down|outage|unreachable|nobody|no one|sev1|whole|all users)\b",
    ),
    (Severity.SEV2, r"\b(slow|degraded|many|fail|fails|failing|failed|broken|sev2)\b"),
    (Severity.SEV4, r"\b(how|where|feature|wish|documentation|docs|would|price)\b"),
    (Severity.SEV3, r"\b(error|wrong|bug|one|unexpected|why|sev3|does not|doesn't)\b"),
)


def named(text: str) -> tuple[Label, ...]:
    """Return the first two labels whose words occur, or one where no other does."""
    found = [label for label, words in _RULE if re.search(words, text, re.IGNORECASE)]
    return tuple(found[:2]) or (None, Severity.SEV3)
