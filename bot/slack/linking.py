"""Link the incidents that a message names to their cards."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.slack.blocks import Block, Element, Message

_NAME = re.compile(r"\bINC-(\d{1,9})\b")


def named(message: Message) -> set[int]:
    """Return the incidents that a message names without a link."""
    texts = (one["text"] for block in message.blocks for one in _texts(block))
    return {int(found[1]) for text in texts for found in _NAME.finditer(text)}


def linked(message: Message, permalinks: Mapping[int, str]) -> Message:
    """Return a message in which these incidents are links wherever it names them."""
    return replace(
        message, blocks=tuple(_linked(one, permalinks) for one in message.blocks)
    )


def _texts(block: Block) -> Iterator[Element]:
    """Yield the running text of a paragraph, without what is a link or code already."""
    for section in block["elements"] if block["type"] == "rich_text" else ():
        for element in section["elements"]:
            if element["type"] == "text" and "code" not in element.get("style", ()):
                yield element


def _linked(block: Block, permalinks: Mapping[int, str]) -> Block:
    texts = [*_texts(block)]
    if not texts:
        return block
    sections = [
        {
            **section,
            "elements": [
                part
                for one in section["elements"]
                for part in (_parts(one, permalinks) if one in texts else [one])
            ],
        }
        for section in block["elements"]
    ]
    return {**block, "elements": sections}


def _parts(element: Element, permalinks: Mapping[int, str]) -> Iterator[Element]:
    text, end = element["text"], 0
    for found in _NAME.finditer(text):
        if (url := permalinks.get(int(found[1]))) is None:
            continue
        if end < found.start():
            yield {**element, "text": text[end : found.start()]}
        yield {**element, "type": "link", "url": url, "text": found[0]}
        end = found.end()
    if end < len(text):
        yield {**element, "text": text[end:]}
