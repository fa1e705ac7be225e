"""What a person reads: ids as names, instants in their zone, blocks as lines."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from bot.emulator.api.refusals import Json
from bot.emulator.people import dates
from bot.emulator.records import Message, Person
from bot.emulator.workspace import Workspace

SEQUENCE = re.compile(r"<([^<>]+)>")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text, and how it is shown: bold, code and so on."""

    text: str
    styles: frozenset[str] = frozenset()


class Reader:
    """Renders for one person, named by name or id."""

    def __init__(self, workspace: Workspace, name: str) -> None:
        self._workspace = workspace
        self._person: Person = workspace.find_person(name)

    def message(self, message: Message) -> str:
        """Return a message, its blocks line by line if it has any."""
        if not message.blocks:
            return self.marked(message.text)
        return "\n".join(line for b in message.blocks for line in self._block(b))

    def rich(self, block: Json) -> Iterator[Span]:
        """Yield the spans of rich text; each of its parts begins a line."""
        for index, part in enumerate(block["elements"]):
            if index:
                yield Span("\n")
            for one in part["elements"]:
                styles = (name for name, is_on in one.get("style", {}).items() if is_on)
                yield Span(self._rich_element(one), frozenset(styles))

    def _rich_element(self, element: Json) -> str:
        match element["type"]:
            case "text":
                return str(element["text"])
            case "link":
                return str(element.get("text") or element["url"])
            case "user":
                return self._sequence(f"@{element['user_id']}")
            case "channel":
                return self._sequence(f"#{element['channel_id']}")
            case _:
                at, tokens = element["timestamp"], element["format"]
                return self._date(f"!date^{at}^{tokens}|{element.get('fallback', '')}")

    def marked(self, text: str) -> str:
        """Return text with markup read as Slack reads it."""
        parts: list[str] = []
        end = 0
        for match in SEQUENCE.finditer(text):
            parts.append(html.unescape(text[end : match.start()]))
            parts.append(self._sequence(match.group(1)))
            end = match.end()
        return "".join([*parts, html.unescape(text[end:])])

    def _block(self, block: Json) -> Iterator[str]:
        match block["type"]:
            case "section":
                held = [block[key] for key in ("text", "accessory") if key in block]
                if held:
                    yield " ".join(map(self._element, held))
                for field in block.get("fields", ()):
                    yield self._element(field).replace("\n", " ")
            case "header":
                yield self._element(block["text"])
            case "context" | "actions":
                yield " ".join(self._element(e) for e in block["elements"])
            case "rich_text":
                yield from _marked_again(self.rich(block)).split("\n")
            case "divider":
                yield "---"
            case _:
                yield f"{self._element(block['label'])}: " + self._element(
                    block["element"]
                )

    def _element(self, element: Json) -> str:
        match element["type"]:
            case "mrkdwn":
                return self.marked(element["text"])
            case "plain_text":
                return str(element["text"])
            case "button":
                return f"[{element['text']['text']}]"
            case kind:
                placeholder = element.get("placeholder", {}).get("text")
                return f"[{placeholder or kind}]"

    def _sequence(self, inside: str) -> str:
        if inside.startswith("!date^"):
            return self._date(inside)
        body, _, label = inside.partition("|")
        if body.startswith("@"):
            person = self._workspace.people.get(body[1:])
            return f"@{person.shown}" if person else f"@{label or body[1:]}"
        if body.startswith("#"):
            channel = self._workspace.channels.get(body[1:])
            return f"#{channel.name}" if channel else f"#{label or body[1:]}"
        if body.startswith("!"):
            return html.unescape(label) if label else f"@{body[1:].split('^')[0]}"
        return html.unescape(label or body)

    def _date(self, inside: str) -> str:
        head, _, fallback = inside.partition("|")
        _, seconds, tokens, *_ = [*head.split("^"), ""]
        if not seconds.isdigit() or not tokens:
            return html.unescape(fallback)
        zone = self._person.zone
        at = datetime.fromtimestamp(int(seconds), UTC).astimezone(zone)
        now = self._workspace.clock().astimezone(zone)
        return html.unescape(dates.written(tokens, at, now))


def _marked_again(spans: Iterable[Span]) -> str:
    """Return spans as one text, with the marks that stand for their styles."""
    parts = []
    for is_bold, run in groupby(spans, key=lambda span: "bold" in span.styles):
        star = "*" if is_bold else ""
        marked = (f"`{it.text}`" if "code" in it.styles else it.text for it in run)
        parts += [star, *marked, star]
    return "".join(parts)
