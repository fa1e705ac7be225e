"""Names as people see them: which two are the same."""

import re
import unicodedata
from functools import lru_cache
from html import unescape
from html.entities import html5

COLONS = ":：﹕︓∶꞉"  # noqa: RUF001  # Alike on purpose.
COMMAS = ",;，；、"  # noqa: RUF001  # As Chinese and Japanese keyboards type them.
QUOTES = '"“”„‟«»″〝〞״'  # Around something; ″ and ״ are also inches.
APOSTROPHES = "'’‘‚‛ʼʻ′`´׳ꞌ"  # noqa: RUF001

# Shown as nothing, but letters or marks in Unicode: fillers, variation selectors.
# https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0" + "".join(
    map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
)
# One letter to its readers, two in Unicode: which one depends on the keyboard.
_TWINS = {"〜": "~", "ş": "ș", "ţ": "ț", "ك": "ک", "ي": "ی"}
# Turkish has an i with and without a dot in both cases; people type either.
_DOTTED_I = re.compile("[i\u0131]\N{COMBINING DOT ABOVE}+|\u0131")
# Letters that look Latin in one case at least, since the case does not count.
# https://www.unicode.org/reports/tr39/#Confusable_Detection
_LOOK_LATIN = str.maketrans(
    "авекмнорстухіјѕһ" + "αβεζηικμνορτυχ", "abekmhopctyxijsh" + "abezhikmnoptyx"
)
# The semicolon is required: R&D and A&centre hold none.
_ENTITY = re.compile(r"&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]*);", re.IGNORECASE)


class _Plain(dict[int, str]):
    """What each character is compared as, for `str.translate`. It fills on demand."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        match unicodedata.category(character):
            case "Cf":
                plain = ""
            case "Cc":
                plain = " "
            case "Pd":
                plain = "-"
            case _:
                plain = character
        self[code] = plain
        return plain


_PLAIN = _Plain(
    str.maketrans(
        dict.fromkeys(COLONS, ":")
        | dict.fromkeys(QUOTES, '"')
        | dict.fromkeys(APOSTROPHES, "'")
        | dict.fromkeys("−⁻˗⁃", "-")  # noqa: RUF001  # Unicode's dashes lack these.
        | dict.fromkeys(_BLANK, "")
        | {"\N{BRAILLE PATTERN BLANK}": " "}
        | _TWINS
    )
)


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """Return a name for comparison: equal for names that look the same to readers.

    Case does not count, nor what a keyboard or a program chose: the kind of quotes,
    dashes and spaces, how a letter is composed or escaped for HTML, from which alphabet
    it is where it looks the same, and what cannot be seen. It is empty for a name that
    shows nothing.
    """
    seen = _seen(name)
    while "&" in seen and (unescaped := _seen(as_shown(seen))) != seen:
        seen = unescaped
    return seen


def as_shown(text: str) -> str:
    """Return text as a browser shows it if it came out of HTML: `AT&amp;T` is AT&T."""
    return _ENTITY.sub(_character, text)


def _seen(name: str) -> str:
    seen = name.translate(_PLAIN).casefold()
    if not seen.isascii():
        seen = unicodedata.normalize("NFKD", seen).casefold()
        seen = unicodedata.normalize("NFKC", seen.translate(_LOOK_LATIN))
        seen = seen.translate(_PLAIN)
        seen = unicodedata.normalize("NFC", _DOTTED_I.sub("i", seen))
    return " ".join(re.sub("--+", "-", seen).split())


def _character(entity: re.Match[str]) -> str:
    # `html.unescape` alone would also read the beginning of a name: &notes; as ¬es;
    is_known = entity[1][0] == "#" or entity[0][1:] in html5
    return unescape(entity[0]) if is_known else entity[0]


def untypable(name: str) -> str | None:
    """Return why nobody can name something so in a command; `None` if they can."""
    seen = folded(name)
    if not any(map(str.isalnum, seen)):
        return "no letter and no digit in it"
    if "=" in seen:
        return 'a command takes "=" for an option'
    for end in (seen[0], seen[-1]):
        if end in f":-{COMMAS}":
            return f'a command takes "{end}" for the end of a name'
    return None
