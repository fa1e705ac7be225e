"""Our mark-up, and how it becomes rich text or the text of a notification.

Phrases are written in Slack's mrkdwn, but mrkdwn cannot quote: typed stars or backticks
format what follows, and there is no escape for them. So `escape` writes what people
typed without any character that could format. `rich` turns mark-up into rich text,
which shows a typed text as it was typed, and `spoken` into mrkdwn without the typed
marks that would format it. No invisible character is put in, since people copy commands
out of Slack.
Source: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

import html
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

RichElement: TypeAlias = dict[str, Any]

_MARKS = "*_~`"
_ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
    | {mark: f"&#{ord(mark)};" for mark in _MARKS}
)
_MARK = "&#(?:42|95|96|126);"
_TYPED_MARKS = re.compile(f"(?:{_MARK})+")
_TYPED_QUOTES = re.compile(r"^(?:&gt; ?)+", re.MULTILINE)
_TOKEN = re.compile(r"<(?P<tag>[^<>]+)>|`(?P<code>[^`]+)`|(?P<star>\*)")


def escape(text: str) -> str:
    """Return typed text with every character escaped that could mark it up."""
    return text.translate(_ESCAPED)


def has_typed_marks(text: str) -> bool:
    """Return whether a text still has marks that `escape` wrote."""
    return _TYPED_MARKS.search(text) is not None


def rich(text: str) -> list[RichElement]:
    """Return mark-up as elements of rich text."""
    found: list[RichElement] = []
    is_bold, end = False, 0
    for match in _TOKEN.finditer(text):
        found.extend(_words(text[end : match.start()], bold=is_bold))
        end = match.end()
        if match["star"]:
            is_bold = not is_bold
        elif match["code"]:
            found.extend(_words(match["code"], bold=is_bold, code=True))
        else:
            found.append(_styled(_special(match["tag"]), bold=is_bold))
    found.extend(_words(text[end:], bold=is_bold))
    return found


def spoken(text: str) -> str:
    """Return mark-up as mrkdwn, without typed marks that would format it."""
    return _TYPED_QUOTES.sub("", _TYPED_MARKS.sub(_harmless, text))


def _words(text: str, **styles: bool) -> Iterator[RichElement]:
    if text:
        yield _styled({"type": "text", "text": html.unescape(text)}, **styles)


def _styled(element: RichElement, **styles: bool) -> RichElement:
    style = {name: True for name, is_on in styles.items() if is_on}
    return {**element, "style": style} if style else element


def _special(tag: str) -> RichElement:
    """Return a mention, a date or a link, from between its angle brackets."""
    body, _, label = tag.partition("|")
    label = html.unescape(label)
    if body.startswith("@"):
        return {"type": "user", "user_id": body[1:]}
    if body.startswith("#"):
        return {"type": "channel", "channel_id": body[1:]}
    if body.startswith("!date^"):
        _, seconds, tokens = body.split("^")
        at = {"timestamp": int(seconds), "format": tokens, "fallback": label}
        return {"type": "date", **at}
    return {"type": "link", "url": html.unescape(body), "text": label}


def _harmless(match: re.Match[str]) -> str:
    """Return a typed mark if Slack would show it, and nothing if it could format.

    Within a word, as in some_name, or on its own, as in 2 * 3, it does not.
    """
    marks = html.unescape(match[0])
    before = match.string[: match.start()][-1:]
    after = match.string[match.end() :][:1]
    is_in_word = before.isalnum() and after.isalnum()
    is_alone = not before.strip() and not after.strip()
    is_kept = len(marks) == 1 and marks != "`" and (is_in_word or is_alone)
    return marks if is_kept else ""
