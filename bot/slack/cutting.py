"""Cut text between words, and never inside a character."""

import re
import unicodedata
from collections.abc import Iterator

_JOINER = "\N{ZERO WIDTH JOINER}"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_TAGS = range(0xE0020, 0xE0080)
_ELLIPSIS = "…"
_MARKUP = re.compile(r"<[^<>]*>|&(?:amp|lt|gt|#[0-9]+);")


def cut(text: str, longest: int) -> str:
    """Return typed text cut to `longest` characters, with an ellipsis at the cut.

    The cut is between words if one ends nearby, and never inside a grapheme: what
    people see as one character.
    """
    if len(text) <= longest:
        return text
    return text[: _end(text, longest)].rstrip() + _ELLIPSIS


def cut_marked(text: str, longest: int) -> str:
    """Cut marked-up text the same way, never inside a mention, a date or an entity."""
    if len(text) <= longest:
        return text
    end = _end(text, longest)
    for match in _MARKUP.finditer(text):
        if match.start() < end < match.end():
            end = match.start()
    return text[:end].rstrip() + _ELLIPSIS


def pieces(text: str, longest: int) -> Iterator[str]:
    """Yield typed text in pieces of up to `longest` characters, cut the same way."""
    while len(text) > longest:
        end = _end(text, longest + 1) or longest
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    if text:
        yield text


def _end(text: str, longest: int) -> int:
    end = max(longest - 1, 0)
    while end > 0 and _is_inside_character(text, end):
        end -= 1
    space = text.rfind(" ", max(end - 20, 0), end + 1)
    return space if space > 0 else end


def _is_inside_character(text: str, at: int) -> bool:
    """Return whether a cut before `text[at]` would split a visible character."""
    after, before = text[at], text[at - 1]
    if _JOINER in (after, before) or unicodedata.category(after).startswith("M"):
        return True
    if ord(after) in _SKIN_TONES or ord(after) in _TAGS:
        return True
    if ord(after) in _FLAG_LETTERS and ord(before) in _FLAG_LETTERS:
        return _flag_letters_before(text, at) % 2 == 1
    return False


def _flag_letters_before(text: str, at: int) -> int:
    first = at
    while first > 0 and ord(text[first - 1]) in _FLAG_LETTERS:
        first -= 1
    return at - first
