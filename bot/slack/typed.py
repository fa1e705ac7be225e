"""Read what people type, as Slack delivers it: plain text, links and instants.

Slack escapes three characters, and puts people, channels and links in angle brackets.
Source: https://docs.slack.dev/messaging/formatting-message-text
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.incidents.acts import CLOCKS_DIFFER
from bot.policy.names import folded

LONGEST_LINK = 1000

_DAY = timedelta(days=1)
_MARKED = re.compile(
    r"<(?P<sign>[@#!])(?P<id>[^<>|]*)(?:\|(?P<name>[^<>]*))?>"
    r"|<(?P<url>(?:https?://|mailto:|tel:)[^<>|]*)(?:\|(?P<label>[^<>]*))?>"
)
_EVERYBODY = ("channel", "here", "everyone")
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d) ?(?:([ap])\.?m\.?)?", re.ASCII)
# What people write behind a time. Of these only am and pm are understood.
_BEHIND_TIME = re.compile(
    r"\S+(?: (?i:[ap]\.?m\.?|today|yesterday|tomorrow|utc|gmt)"
    r"| (?:[PMCE][SD]T|CES?T|BST|[IJ]ST)| \d{4}-\d\d-\d\d)+"
)
# They show nothing, or change the writing direction. Joiners stay, which shape letters
# and emoji.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)

Lookup = Callable[[str], str | None]


def clean(text: str) -> str:
    """Return text with each control character replaced by a space.

    What cannot be seen is left out: it hides a name or an option, and changes of the
    writing direction could make a title read as something else. Half a surrogate pair
    becomes U+FFFD, since it cannot be encoded as UTF-8.
    """
    return "".join(map(_cleaned, _INVISIBLE.sub("", text)))


def clean_lines(text: str) -> str:
    """Return text as `clean` does, with its line breaks."""
    return "\n".join(clean(line).rstrip() for line in text.splitlines()).strip()


def unescape(text: str) -> str:
    """Undo the escaping of Slack's three markup characters."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def nobody(_id: str) -> None:
    """Return no name: a lookup that knows nobody."""


def readable(raw: str, name_of: Lookup = nobody) -> str:
    """Return escaped text as it looked when it was typed.

    `name_of` returns a person's name by id, `None` if unknown.
    """

    def text_of(match: re.Match[str]) -> str:
        if match["url"]:
            return match["label"] or match["url"]
        sign, id_, name = match["sign"], match["id"], match["name"]
        if sign == "@":
            return f"@{name or name_of(id_) or id_}"
        if sign == "#":
            return f"#{name or id_}"
        if id_ in _EVERYBODY:
            return f"<!{id_}>"
        return name or f"@{id_.partition('^')[2] or id_}"

    return unescape(_MARKED.sub(text_of, raw))


def link(raw: str) -> str:
    """Return the URL of a link. Raises ValueError for what is not http or https."""
    match = _MARKED.fullmatch(raw.strip())
    url = unescape(match["url"] if match and match["url"] else raw.strip())
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("not a link") from None
    is_web = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    if not is_web or len(url) > LONGEST_LINK or len(url.split()) != 1:
        raise ValueError("not a link")
    return url


def is_link(raw: str) -> bool:
    """Return whether text is a URL of http or https."""
    try:
        return bool(link(raw))
    except ValueError:
        return False


def is_time(text: str) -> bool:
    """Return whether text is a time of day, or a word and what stands behind one."""
    return bool(_TIME.fullmatch(folded(text)) or _BEHIND_TIME.fullmatch(text))


def recent_instant(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the latest instant of the last 24 hours at which the clock showed `text`.

    A time that is ahead by no more than clocks differ is now. A time that DST repeats
    means the later of the two, unless that is in the future. Raises ValueError for a
    time that DST skips, and for text that is not a time of day.
    """
    match = _TIME.fullmatch(folded(text))
    if match is None:
        raise ValueError("not a time of the day")
    hour, minute = int(match[1]), int(match[2])
    if match[3]:
        if not 1 <= hour <= 12:
            raise ValueError("not a time of the day")
        hour = hour % 12 + (12 if match[3] == "p" else 0)
    today = now.astimezone(zone).replace(
        hour=hour, minute=minute, second=0, microsecond=0, tzinfo=None
    )
    # Just before midnight a clock that is ahead shows tomorrow.
    for day in (today + _DAY, today, today - _DAY):
        instants = _instants(day, zone)
        if been := [at for at in instants if now - _DAY <= at <= now]:
            return max(been)
        if any(now < at <= now + CLOCKS_DIFFER for at in instants):
            return now
    raise ValueError("not within the last 24 hours")


def _instants(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return when the clock shows a local time: once, twice if DST repeats it, never.

    A time that DST skips also gets an instant, but at that the clock shows another
    time. https://peps.python.org/pep-0495/
    """
    instants = [
        local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)
    ]
    return [at for at in instants if at.astimezone(zone).replace(tzinfo=None) == local]


def _cleaned(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return character
