"""Take the options out of the text after a command: `plan=standard at=09:40`."""

import re
from collections.abc import Callable

from bot.errors import UserError
from bot.policy.names import APOSTROPHES, COMMAS, QUOTES, folded
from bot.slack import typed
from bot.slack.blocks import shown

OPTIONS = {
    "plan": "standard",
    "owner": "@ana",
    "at": "09:40",
    "link": "https://example.com/ticket/7",
}

# A quote after a letter or a digit opens nothing: it closes, or is inches.
_QUOTED = r'(?<!\w)"(?=\S)[^"]*(?<=\S)"(?!\w)|“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»'
_VALUE = (
    rf"(?P<in_quotes>[{QUOTES}][^{QUOTES}]*[{QUOTES}](?!\w)"
    rf"|[{APOSTROPHES}][^{APOSTROPHES}]*[{APOSTROPHES}](?!\w))"
    r"|(?P<marked><[^<>]*>)|(?P<bare>\S*)"
)
_PIECE = re.compile(
    rf"(?P<kept>(?i:https?)://\S+|{_QUOTED})"
    rf"|(?<!\w)(?P<name>[^\W\d]\w*) ?[=＝](?: (?!\w+ ?[=＝]))?"  # noqa: RUF001
    rf"(?P<value>{_VALUE})(?:[.:!?]+(?!\S)|[{COMMAS}]*)"
)
# Before a name that is part of an address, a variable or a longer word.
_JOINED = re.compile(r"[?&/#%$@=\\]$|\w-$")
_ENDING = f".:!?{COMMAS}"
_CLOSING = f")]}}*_~`{_ENDING}{QUOTES}{APOSTROPHES}"
_MOST_WORDS = 4  # Behind the first word of a value.


def split_options(
    raw: str, is_value: Callable[[str, str], bool]
) -> tuple[str, dict[str, str]]:
    """Return the text without its options, and the options' raw values by name.

    `is_value` says whether an option takes words for a value. Several that it takes
    need no quotes, and a name that is none belongs to the title with any other value.

    Raises UserError for an option that is misspelt, misplaced, doubled, empty, or not
    closed.
    """
    options: dict[str, str] = {}
    kept, end = [], 0
    while match := _PIECE.search(raw, end):
        name = _option(raw, match, is_value)
        if name is None:
            end, start = match.end("name" if match["name"] else "kept"), end
            kept.append(raw[start:end])
            continue
        kept.append(raw[end : match.start()])
        value, end = _value(name, match), match.end()
        if match["bare"]:
            value, end = _longest(raw, name, match, is_value)
        if not value:
            raise UserError(f"{name}= says nothing. {_example(name)}")
        if name in options:
            raise UserError(f"{name}= stands twice. Write it once.")
        options[name] = value
    rest = "".join([*kept, raw[end:]]).rstrip()
    _refuse_unknown_at_the_end(rest, is_value)
    return _before(f" {COMMAS}", rest) if options else rest, options


def _option(
    raw: str, match: re.Match[str], is_value: Callable[[str, str], bool]
) -> str | None:
    """Return the option that a piece is; `None` if it belongs to the title.

    Raises UserError for what is probably meant as an option.
    """
    before = typed.unescape(raw[: match.start()])
    if match["kept"] or _JOINED.search(before):
        return None
    name = folded(match["name"])
    if name in OPTIONS:
        if before[-1:] in f" {COMMAS}":
            return name
        raise UserError(
            f"Put a space before {name}= and only its value behind it, as in "
            f"{name}={OPTIONS[name]}. {_in_quotes(match)}"
        )
    near = None if match["value"].startswith("=") else _near(name)
    if near is None or not _fits(raw, near, match, is_value):
        return None
    raise UserError(f"{_unknown(match)} did you mean {near}=? {_in_quotes(match)}")


def _fits(
    raw: str, option: str, match: re.Match[str], is_value: Callable[[str, str], bool]
) -> bool:
    """Return whether what is behind another name could be a value of an option."""
    if not match["value"]:
        return False
    value = _value(option, match)
    if match["bare"]:
        value, _ = _longest(raw, option, match, is_value)
    return is_value(option, value) or is_value(option, _before(_CLOSING, value))


def _near(name: str) -> str | None:
    """Return the option that somebody mistyped by one or two letters.

    One letter alone is a variable, and one of two letters can only be half wrong.
    """
    if len(name) > 1:
        for option in OPTIONS:
            if _letters_off(name, option) <= min(2, len(option) // 2):
                return option
    return None


def _letters_off(one: str, other: str) -> int:
    """Return how many letters to add, drop, change or swap, exactly up to three."""
    if abs(len(one) - len(other)) > 2 or not one or not other:
        return max(len(one), len(other))
    if one[0] == other[0]:
        return _letters_off(one[1:], other[1:])
    ways = [(one[1:], other), (one, other[1:]), (one[1:], other[1:])]
    if one[:2] == other[1::-1]:
        ways.append((one[2:], other[2:]))
    return 1 + min(_letters_off(*way) for way in ways)


def _refuse_unknown_at_the_end(rest: str, is_value: Callable[[str, str], bool]) -> None:
    *_, last = [None, *_PIECE.finditer(rest)]
    if last is None or last["kept"] or last.end() < len(rest):
        return
    is_apart = rest[: last.start()][-1:] in " "
    is_tight = last.start("value") == last.end("name") + 1
    if not is_apart or not is_tight or len(last["name"]) == 1:
        return
    # A name alone may be anybody's: "login fails for user=ana" is a title.
    is_person = last["value"].startswith(("@", "<@"))
    others = (option for option in OPTIONS if option != "owner")
    if is_person or any(_fits(rest, option, last, is_value) for option in others):
        *first, final = (f"{name}=" for name in OPTIONS)
        known = f"there are {', '.join(first)} and {final}."
        raise UserError(f"{_unknown(last)} {known} {_in_quotes(last)}")


def _unknown(match: re.Match[str]) -> str:
    return f"There is no option {shown(match['name'], 60)}=;"


def _in_quotes(match: re.Match[str]) -> str:
    written = typed.readable(match.string[match.start() : match.end("value")])
    return _quoted(written.rstrip(_CLOSING) if match["bare"] else written)


def in_title(name: str, value: str) -> str:
    """Say what to type where an option and its value belong to the title."""
    return _quoted(f"{name}={typed.readable(value)}")


def _quoted(words: str) -> str:
    where = "If it belongs to the title, put it in double quotes"
    return f'{where}: "{shown(words.replace(chr(34), ""), 120)}".'


def _value(name: str, match: re.Match[str]) -> str:
    if match["in_quotes"]:
        return match["in_quotes"][1:-1].strip()
    if match["bare"] and match["bare"][0] in QUOTES:
        raise UserError(
            f"The quote after {name}= is not closed. Close it after the value, or "
            "leave it out."
        )
    return match["marked"] or ""


def _longest(
    raw: str, name: str, match: re.Match[str], is_value: Callable[[str, str], bool]
) -> tuple[str, int]:
    """Return an option's longest value without quotes, and where it ends."""
    start = match.start("bare")
    following = _PIECE.search(raw, match.end())
    before = raw[start : following.start() if following else len(raw)]
    first, *longer = (word.end() for word in re.finditer(r"\S+", before))
    for end in reversed(longer[:_MOST_WORDS]):
        value = _before(COMMAS, before[:end])
        if is_value(name, value):
            return value, start + end
        # A bracket behind it does not make its first word the value.
        if is_value(name, _before(_CLOSING, value)):
            return _before(_ENDING, value), start + end
    return _before(_ENDING, before[:first].lstrip(COMMAS)), start + first


def _before(marks: str, raw: str) -> str:
    """Return what is before the marks at the end; the `;` of `&gt;` is none of them."""
    bare = raw.rstrip(marks)
    is_cut = bare != raw and bare.endswith(("&amp", "&lt", "&gt"))
    return f"{bare};" if is_cut else bare


def _example(name: str) -> str:
    return f"Write for example {name}={OPTIONS[name]}."
