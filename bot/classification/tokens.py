"""The words of a message as its writer meant them, and where each stands in it."""

import re
import unicodedata
from collections.abc import Iterator

from bot.values import value

# What a message is about stands in its first pages; the rest of a longer one is a log.
LONGEST = 8_000

# Japanese has no spaces between words; where the script changes one mostly ends.
_KANA, _KANJI = r"\u3041-\u30ff", r"\u3400-\u9fff"
_JAPANESE = rf"[\u3041-\u309f]+|[\u30a0-\u30ff]+|[{_KANJI}]+"
# Word characters but these, and the edges of a word of them.
_WORD = rf"[^\W{_KANA}{_KANJI}]"
_FIRST, _LAST = rf"(?<!{_WORD})", rf"(?!{_WORD})"
# `\w` lacks accents and vowel signs of their own, and characters without a width, which
# may stand inside a word.
_LETTER = (
    rf"(?:[^\W\d_{_KANA}{_KANJI}]|[\u0300-\u036f\u064b-\u065f\u0900-\u0dff"
    r"\u0e31-\u0e4e\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff])"
)
_TOKEN = re.compile(
    rf"""
      (?P<code>```.*?(?:```|\Z))
    | (?P<quote>^[ \t]*(?:>|&gt;)[^\n]*)
    | (?P<link><?https?://[^\s>]+>?)
    | (?P<mention><[@#!][^>\s]{{1,80}}>)
    | (?P<entity>&(?:lt|gt|amp);)
    | (?P<emoji>:[a-z][a-z0-9_+-]{{1,40}}:)
    | (?P<time>{_FIRST}\d{{1,2}}
        (?:[:.h]\d\d{_LAST}|\ ?(?:am|pm|uhr|h){_LAST}|時)(?:\ ?(?:am|pm|uhr|h)\b)?)
    | (?P<percent>{_FIRST}\d{{1,3}}(?:[.,]\d+)?\ ?(?:%|percent\b|prozent\b))
    | (?P<number>{_FIRST}\d{{1,3}}(?:[\ ,.'\u2019\u00a0\u202f]\d{{3}})+{_LAST}
        |{_FIRST}\d+(?:[.,]\d+)?k{_LAST}|{_FIRST}\d+{_LAST}(?![.,]\d))
    | (?P<version>{_FIRST}v?\d+(?:[.,]\d+)+{_LAST})
    | (?P<measure>{_FIRST}\d+(?:[.,]\d+)?(?!\d|_){_WORD}+)
    | (?P<id>\#\d+|{_FIRST}(?:(?!\d|_){_WORD})+[-_]?\d(?:{_WORD}|-)*)
    | (?P<word>{_LETTER}+(?:['\u2019]{_LETTER}+)*|{_JAPANESE})
    | (?P<stop>[.!?;:…。\n]+)
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
        # Some characters are only marks: nothing of them is left.
        if seen := folded(match.group()):
            yield Token(match.lastgroup or "", seen, match.start(), match.end())
