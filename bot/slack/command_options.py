"""Take the options out of the text after a command: `plan=standard at=09:40`."""

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import NoReturn

from bot.errors import UserError
from bot.policy.names import APOSTROPHES, QUOTES
from bot.slack import typed
from bot.slack.blocks import shown

OPTIONS = {
    "plan": "standard",
    "owner": "@ana",
    "at": "09:40",
    "link": "https://example.com/ticket/7",
}
COMMAS = ",;，；、"  # noqa: RUF001  # As Chinese and Japanese keyboards type them.

# A quote after a letter or a digit opens nothing: it closes, or is inches.
_QUOTED = r'(?<!\w)"(?=\S)[^"]*(?<=\S)"(?!\w)|“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»'
_VALUE = (
    rf"(?P<in_quotes>[{QUOTES}][^{QUOTES}]*[{QUOTES}](?!\w)"
    rf"|[{APOSTROPHES}][^{APOSTROPHES}]*[{APOSTROPHES}](?!\w))"
    r"|(?P<marked><[^<>]*>)|(?P<bare>\S*)"
)
_PIECE = re.compile(
    rf"(?P<kept>https?://\S+|{_QUOTED})"
    rf"|(?<![^\s{COMMAS}])(?P<name>{'|'.join(OPTIONS)})"
    rf"(?: [=＝] |[=＝])(?:{_VALUE})(?:[.:!?]+(?!\S)|[{COMMAS}]*)",  # noqa: RUF001
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?<!\S)(?P<name>[^\W\d]\w*)[=＝](?P<value>[^\s=]\S*)\s*$")  # noqa: RUF001
_MOST_WORDS = 4  # Behind the first word of a value.


def split_options(
    raw: str, is_value: Callable[[str, str], bool]
) -> tuple[str, dict[str, str]]:
    """Return the text without its options, and the options' raw values by name.

    `is_value` says whether an option takes several words for one value. If it does,
    they need no quotes.

    Raises UserError for an option that is unknown, doubled, empty, or not closed.
    """
    options: dict[str, str] = {}
    kept, masked, end = [], [], 0
    while match := _PIECE.search(raw, end):
        kept.append(raw[end : match.start()])
        masked.append(raw[end : match.start()])
        end = match.end()
        if match["kept"]:
            kept.append(match["kept"])
            masked.append("x" * len(match["kept"]))
            continue
        name, value = match["name"].lower(), _value(match)
        if match["bare"]:
            value, end = _longest(raw, match, is_value)
        if not value:
            raise UserError(f"{name}= says nothing. {_example(name)}")
        if name in options:
            raise UserError(f"{name}= stands twice. Write it once.")
        options[name] = value
    rest, mask = "".join([*kept, raw[end:]]), "".join([*masked, raw[end:]])
    if unknown := _TRAILING.search(mask):
        _refuse(rest[unknown.start() :].strip(), unknown["name"])
    return rest.rstrip(f" {COMMAS}") if options else rest, options


def _value(match: re.Match[str]) -> str:
    if match["in_quotes"]:
        return match["in_quotes"][1:-1].strip()
    if match["bare"] and match["bare"][0] in QUOTES:
        name = match["name"].lower()
        raise UserError(
            f"The quote after {name}= is not closed. Close it after the value, or "
            "leave it out."
        )
    return str(match["marked"] or match["bare"].strip(COMMAS))


def _longest(
    raw: str, match: re.Match[str], is_value: Callable[[str, str], bool]
) -> tuple[str, int]:
    """Return an option's longest value without quotes, and where it ends."""
    name, start = match["name"].lower(), match.start("bare")
    following = _PIECE.search(raw, match.end())
    before = raw[start : following.start() if following else len(raw)]
    first, *longer = (word.end() for word in re.finditer(r"\S+", before))
    for end in reversed(longer[:_MOST_WORDS]):
        if is_value(name, value := before[:end].rstrip(COMMAS)):
            return value, start + end
    return before[:first].strip(COMMAS), start + first


def _refuse(written: str, name: str) -> NoReturn:
    near = get_close_matches(name.lower(), OPTIONS, n=1)
    known = f"did you mean {near[0]}=?" if near else f"there are {_all_options()}."
    raise UserError(
        f"There is no option {shown(name, 60)}=; {known} If it belongs to the title, "
        f'put it in double quotes: "{shown(typed.unescape(written), 120)}".'
    )


def _all_options() -> str:
    *others, last = (f"{name}=" for name in OPTIONS)
    return f"{', '.join(others)} and {last}"


def _example(name: str) -> str:
    return f"Write for example {name}={OPTIONS[name]}."
