"""How like two texts are, by the parts of their words."""

from bot.classification.features import parts
from bot.classification.tokens import tokens


def profile(text: str) -> frozenset[str]:
    """Return what of a text is compared: numbers, and the parts of its words."""
    found: set[str] = set()
    for token in tokens(text):
        if token.kind == "word":
            found.update(parts(token.text))
        elif token.kind not in {"stop", "other"}:
            found.add(token.text)
    return frozenset(found)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of what two profiles have in common: 0.0 to 1.0."""
    return 2 * len(one & other) / ((len(one) + len(other)) or 1)
