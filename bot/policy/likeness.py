"""How alike two names or two texts are, from 0 to 1. Pure, and linear."""

import re
import unicodedata
from collections.abc import Iterable

from bot.policy.names import folded

# What a part of a name counts, as "acme" of "Acme & Söhne".
PART = 0.9
_WORD = re.compile(r"\w+")


def names(written: str, name: str) -> float:
    """Return how alike two names are.

    Accents do not count. If each word of `written` begins a word of `name` it is
    `PART`. Else it is the share of letters and of pairs of letters that both have, so
    that a slip of the keyboard costs little.
    """
    one, other = _words(written), _words(name)
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    if all(any(word.startswith(begun) for word in other) for begun in one):
        return PART
    a, b = " ".join(one), " ".join(other)
    both = sum(min(a.count(letter), b.count(letter)) for letter in set(a))
    letters = 2 * both / (len(a) + len(b))
    return PART * (letters + _shared(_pieces(a, 2), _pieces(b, 2))) / 2


def texts(one: str, other: str) -> float:
    """Return how alike two texts are, whatever the order and endings of their words."""
    return _shared(_threes(one), _threes(other))


def near(name: str, known: Iterable[str], *, most: int, cutoff: float) -> list[str]:
    """Return up to `most` of these names that are similar, nearest first."""
    found = ((names(name, one), one) for one in known)
    alike = sorted((pair for pair in found if pair[0] >= cutoff), reverse=True)
    return [one for _, one in alike[:most]]


def _words(text: str) -> list[str]:
    bare = folded(text)
    if not bare.isascii():
        decomposed = unicodedata.normalize("NFKD", bare)
        bare = "".join(one for one in decomposed if not unicodedata.combining(one))
    return _WORD.findall(bare) or [bare] * bool(bare)


def _threes(text: str) -> set[str]:
    return set().union(*(_pieces(word, 3) for word in _words(text)))


def _pieces(word: str, length: int) -> set[str]:
    """Return the groups of letters of a word, its ends among them."""
    padded = f" {word} "
    ends = max(len(padded) - length, 0) + 1
    return {padded[start : start + length] for start in range(ends)}


def _shared(one: set[str], other: set[str]) -> float:
    """Return the share that two sets have in common (Sørensen and Dice)."""
    both = len(one) + len(other)
    return 2 * len(one & other) / both if both else 0.0
