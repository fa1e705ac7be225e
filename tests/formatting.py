"""How Slack formats mrkdwn: which marks pair, and what they do to the text.

Source: https://docs.slack.dev/messaging/formatting-message-text
"""

import html
import re
from collections.abc import Iterator
from typing import Any

from bot.emulator.driver import LocalSlack
from bot.emulator.people.reading import Reader, Span
from bot.emulator.records import Message

_FENCE = re.compile(r"```(.+?)```", re.DOTALL)
_QUOTE = re.compile(r"(?:&gt;|>) ?(.*)")
_CODE = re.compile(r"`([^`\n]+)`")
_SEQUENCE = re.compile(r"<[^<>]+>")
_STYLES = {"*": "bold", "_": "italic", "~": "strike"}


def spans(slack: LocalSlack, message: Message, reader: str) -> list[Span]:
    """Return what a person sees in a message, with a line break after each text."""
    read = Reader(slack.workspace, reader)
    found = [*_read(read, message.text)] if not message.blocks else []
    for text in _texts(list(message.blocks)):
        match text["type"]:
            case "rich_text":
                found.extend(read.rich(text))
            case "mrkdwn":
                found.extend(_read(read, text["text"]))
            case _:
                found.append(Span(text["text"]))
        found.append(Span("\n"))
    return found


def _read(reader: Reader, text: str) -> Iterator[Span]:
    for span in mrkdwn(text):
        is_raw = "pre" in span.styles
        said = html.unescape(span.text) if is_raw else reader.marked(span.text)
        yield Span(said, span.styles)


def _texts(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the text objects and the rich text in blocks, in order."""
    if isinstance(value, dict):
        if value.get("type") in ("plain_text", "mrkdwn", "rich_text"):
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)


def mrkdwn(text: str) -> Iterator[Span]:
    """Yield marked-up text in spans, without their marks.

    What stands in angle brackets stays as it is, and so do entities.
    """
    end = 0
    for fence in _FENCE.finditer(text):
        yield from _lines(text[end : fence.start()])
        yield Span(fence[1].strip("\n"), frozenset({"pre"}))
        end = fence.end()
    yield from _lines(text[end:])


def _lines(text: str) -> Iterator[Span]:
    for index, line in enumerate(text.split("\n")):
        if index:
            yield Span("\n")
        if quote := _QUOTE.fullmatch(line):
            yield from _inline(quote[1], frozenset({"quote"}))
        else:
            yield from _inline(line, frozenset())


def _inline(text: str, styles: frozenset[str]) -> Iterator[Span]:
    begin = at = 0
    while at < len(text):
        if sequence := _SEQUENCE.match(text, at):
            at = sequence.end()
            continue
        if (found := _styled(text, at)) is None:
            at += 1
            continue
        style, end = found
        if begin < at:
            yield Span(text[begin:at], styles)
        inside, inner = text[at + 1 : end], styles | {style}
        if style == "code":
            yield Span(inside, inner)
        else:
            yield from _inline(inside, inner)
        begin = at = end + 1
    if begin < len(text):
        yield Span(text[begin:], styles)


def _styled(text: str, at: int) -> tuple[str, int] | None:
    """Return the style that a mark opens, and where the mark is that closes it."""
    if code := _CODE.match(text, at):
        return "code", code.end() - 1
    mark, style = text[at], _STYLES.get(text[at])
    opens = not _is_word(text[at - 1 : at]) and text[at + 1 : at + 2].strip()
    if style is None or not opens:
        return None
    end = text.find(mark, at + 2)
    while end > 0:
        if text[end - 1].strip() and not _is_word(text[end + 1 : end + 2]):
            return style, end
        end = text.find(mark, end + 1)
    return None


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
