"""The words of a message as its writer meant them, and where each stands in it."""

import re
import unicodedata
from collections.abc import Iterator

from bot.values import value

# What a message is about stands in its first pages; the rest of a longer one is a log.
LONGEST = 8_000

# `\w` lacks accents and vowel signs of their own, and characters without a width, which
# may stand inside a word.
_LETTER = (
    r"(?:[^\W\d_]|[\u0300-\u036f\u064b-\u065f\u0900-\u0dff\u0e31-\u0e4e"
    r"\u00ad\u200b-\u200f\u2060\ufeff])"
)
_TOKEN = re.compile(
    rf"""
      (?P<code>```.*?(?:```|\Z))
    | (?P<quote>^[ \t]*(?:>|&gt;)[^\n]*)
    | (?P<link><?https?://[^\s>]+>?)
    | (?P<mention><[@#!][^>\s]{{1,80}}>)
    | (?P<entity>&(?:lt|gt|amp);)
    | (?P<emoji>:[a-z][a-z0-9_+-]{{1,40}}:)
    | (?P<time>\b\d{{1,2}}(?:[:.h]\d\d\b|\ ?(?:am|pm|uhr|h)\b)(?:\ ?(?:am|pm|uhr|h)\b)?)
    | (?P<percent>\b\d{{1,3}}(?:[.,]\d+)?\ ?(?:%|percent\b|prozent\b))
    | (?P<number>\b\d{{1,3}}(?:[\ ,.'\u2019\u00a0\u202f]\d{{3}})+\b
        |\b\d+(?:[.,]\d+)?k\b|\b\d+\b(?![.,]\d))
    | (?P<version>\bv?\d+(?:[.,]\d+)+\b)
    | (?P<measure>\b\d+(?:[.,]\d+)?[^\W\d_]\w*)
    | (?P<id>\#\d+|\b[^\W\d_]+[-_]?\d[\w-]*)
    | (?P<word>{_LETTER}+(?:['\u2019]{_LETTER}+)*)
    | (?P<stop>[.!?;:…\n]+)
    | (?P<other>[^\s\w])
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE | re.DOTALL,
)


@value
class Token:
    """A token of a message; `text` is folded, `start` and `end` are in the original."""

    kind: str
    text: str
    start: int
    end: int


def folded(word: str) -> str:
    """Return a word without case, styles and characters that have no width."""
    if word.isascii():
        return word.casefold()
    plain = unicodedata.normalize("NFKC", word).casefold()
    seen = (c for c in plain if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", "".join(seen)).replace("\u2019", "'")


def tokens(text: str) -> Iterator[Token]:
    """Read a message's tokens, in one pass; code and quotes are one token each."""
    for match in _TOKEN.finditer(text[:LONGEST]):
        kind = match.lastgroup or ""
        yield Token(kind, folded(match.group()), match.start(), match.end())
