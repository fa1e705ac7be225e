"""What a person reads: ids as names, instants in their zone, blocks as lines."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from bot.emulator.api.refusals import Json
from bot.emulator.people import dates
from bot.emulator.records import Message, Person
from bot.emulator.workspace import Workspace

SEQUENCE = re.compile(r"<([^<>]+)>")


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
                yield from self._section(block)
            case "context":
                yield " ".join(self._element(e) for e in block["elements"])
            case "actions":
                yield " ".join(self._element(e) for e in block["elements"])
            case "divider":
                yield "---"
            case "input":
                yield f"{self._element(block['label'])}: " + self._element(
                    block["element"]
                )
            case _:
                yield self._element(block["text"])

    def _section(self, block: Json) -> Iterator[str]:
        lines = [self._element(block["text"])] if "text" in block else []
        lines += [self._element(field) for field in block.get("fields", ())]
        if "accessory" in block:
            lines[0] += f" {self._element(block['accessory'])}"
        yield from lines

    def _element(self, element: Json) -> str:
        match element["type"]:
            case "mrkdwn":
                return self.marked(element["text"])
            case "plain_text":
                return str(element["text"])
            case "button":
                return f"[{element['text']['text']}]"
            case "overflow":
                return f"[{' / '.join(o['text']['text'] for o in element['options'])}]"
            case "image":
                return f"({element['alt_text']})"
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
