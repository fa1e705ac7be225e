"""Builders for Block Kit, and the words for instants and spans.

A builder raises ValueError for what Slack would refuse. Texts are our mark-up (see
`marked`), in which what people typed must be escaped; `shown` does that as well.
Source: https://docs.slack.dev/reference/block-kit
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from bot.slack.cutting import cut, cut_marked
from bot.slack.marked import escape, has_typed_marks, rich, spoken

Block: TypeAlias = dict[str, Any]
Element: TypeAlias = dict[str, Any]
View: TypeAlias = dict[str, Any]

MOST_BLOCKS = 50
LONGEST_TEXT = 4000  # chat.update refuses more.
LONGEST_SECTION = 3000
LONGEST_HEADER = 150
LONGEST_FIELD = 2000
LONGEST_BUTTON = 75
LONGEST_OPTION_VALUE = 150
LONGEST_VALUE = 2000
LONGEST_IN_ALL = 13_200  # Not documented; more is `msg_blocks_too_long`.

_UTC = ZoneInfo("UTC")
_NEAR = {-1: "yesterday", 1: "tomorrow"}


class Style(StrEnum):
    """How much of an instant a date token shows, in Slack's own tokens.

    Source: https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """

    TIME = "{time}"
    DAY = "{date_long_pretty} {time}"


@dataclass(frozen=True, slots=True)
class Message:
    """A message to post, in Slack's own mark-up; `say` makes one from ours.

    `text` must stand alone: phones and screen readers show it.
    """

    text: str
    blocks: tuple[Block, ...] = ()

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a message says something in its text")
        if has_typed_marks(self.text):
            raise ValueError("a message's text is Slack's own mark-up")
        _at_most(self.text, LONGEST_TEXT, "a message's text")
        if len(self.blocks) > MOST_BLOCKS:
            raise ValueError(f"a message has at most {MOST_BLOCKS} blocks")
        if not fits(self.blocks):
            raise ValueError(f"blocks hold at most {LONGEST_IN_ALL} characters")


def fits(blocks: Sequence[Block]) -> bool:
    """Return whether one message can hold these blocks."""
    length = sum(_text_lengths(list(blocks)))
    return len(blocks) <= MOST_BLOCKS and length <= LONGEST_IN_ALL


def say(text: str, blocks: Iterable[Block] = ()) -> Message:
    """Return a message; `text` is what phones show, cut where it is too long."""
    return Message(cut_marked(spoken(text), LONGEST_TEXT), tuple(blocks))


def shown(text: str, longest: int) -> str:
    """Return typed text escaped, on one line, cut to `longest` characters.

    Characters are counted as people see them.
    """
    return escape(cut(" ".join(text.split()), longest))


def mention(user: str) -> str:
    """Return the mark-up that shows a person's name, and notifies in a channel."""
    return f"<@{user}>"


def channel_link(channel: str) -> str:
    """Return the mark-up that shows a channel's name."""
    return f"<#{channel}>"


def place(id_: str) -> str:
    """Return a person's mention, a channel's link, or what rings, whatever it is."""
    if id_.startswith("ring:"):
        return f"what rings as “{id_.removeprefix('ring:')}”"
    return mention(id_) if id_.startswith(("U", "W")) else channel_link(id_)


def link(url: str, label: str) -> str:
    """Return a link; `label` is typed text."""
    safe = url.replace("|", "%7C").replace("<", "%3C").replace(">", "%3E")
    return f"<{safe.replace('&', '&amp;')}|{escape(label).replace('|', '¦')}>"


def when(
    at: datetime, before: str = "", zone: ZoneInfo = _UTC, *, style: Style = Style.DAY
) -> str:
    """Return a date token, which Slack shows in each reader's own zone.

    `before` is the word before it, such as "due". It is part of the token, since Slack
    writes "Today" with a capital where a token begins with the day. The fallback, for
    old clients, is the instant in `zone` with the zone's name.
    """
    word = f"{before} " if before else ""
    local_at = at.astimezone(zone)
    fallback = (
        f"{local_at:%a} {local_at.day} {local_at:%b %Y %H:%M} {_zone_of(at, zone)}"
    )
    return f"<!date^{int(at.timestamp())}^{word}{style}|{word}{fallback}>"


def local(at: datetime, zone: ZoneInfo, now: datetime, *, named: bool = False) -> str:
    """Return an instant as short local text: 13:00, tomorrow 09:05, Fri 27 Nov 09:05.

    It has no day for today, and no year within half a year. `named` adds the zone, for
    readers in other zones. So does an hour that DST repeats.
    """
    local_at, today = at.astimezone(zone), now.astimezone(zone).date()
    days = (local_at.date() - today).days
    text = f"{local_at:%H:%M}"
    if days in _NEAR:
        text = f"{_NEAR[days]} {text}"
    elif days:
        year = f" {local_at.year}" if abs(days) > 182 else ""
        text = f"{local_at:%a} {local_at.day} {local_at:%b}{year} {text}"
    if named or _comes_twice(local_at):
        return f"{text} {_zone_of(at, zone)}"
    return text


def span(length: timedelta) -> str:
    """Return a length of time in a few words: 40 min, 1 h 10, 3 h, 2 days."""
    minutes = round(abs(length) / timedelta(minutes=1))
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02}" if minutes else f"{hours} h"
    days, hours = divmod(hours + (minutes >= 30), 24)
    words = f"{days} day{'s' * (days != 1)}"
    return f"{words} {hours} h" if hours and days < 3 else words


def hours(length: timedelta) -> str:
    """Return a length of open time, in hours and never days: 40 min, 1 h 10, 26 h."""
    minutes = round(abs(length) / timedelta(minutes=1))
    if minutes < 60:
        return span(length)
    whole, minutes = divmod(minutes, 60)
    return f"{whole} h {minutes:02}" if minutes else f"{whole} h"


def plain(text: str, longest: int) -> Element:
    """Return plain text, in which Slack reads no markup."""
    if not text.strip():
        raise ValueError("a text says something")
    words = _at_most(text, longest, "a plain text")
    return {"type": "plain_text", "text": words, "emoji": False}


def header(text: str) -> Block:
    """Return a heading, in which Slack reads no markup."""
    return {"type": "header", "text": plain(text, LONGEST_HEADER)}


def fields(facts: Iterable[tuple[str, str]]) -> Block:
    """Return facts of our own words side by side, each under its name."""
    found = [_mrkdwn(f"*{name}:*\n{fact}", LONGEST_FIELD) for name, fact in facts]
    if not 1 <= len(found) <= 10:
        raise ValueError("a section has 1 to 10 fields")
    return {"type": "section", "fields": found}


def section(text: str) -> Block:
    """Return a paragraph, in which typed text is shown as it was typed."""
    if not text.strip():
        raise ValueError("a text says something")
    elements = rich(text)
    shown_text = "".join(one.get("text", "") for one in elements)
    _at_most(shown_text, LONGEST_SECTION, "a paragraph")
    inside = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "elements": [inside]}


def beside(text: str, element: Element) -> Block:
    """Return a paragraph of our own words with a button beside it."""
    return {"type": "section", "text": _mrkdwn(text), "accessory": element}


def sections(lines: Iterable[str]) -> Iterator[Block]:
    """Yield these lines in as few paragraphs as hold them."""
    held: list[str] = []
    for line in lines:
        if held and len("\n".join((*held, line))) > LONGEST_SECTION:
            yield section("\n".join(held))
            held = []
        held.append(line)
    if held:
        yield section("\n".join(held))


def context(text: str) -> Block:
    """Return a small, dim paragraph of our own words."""
    return {"type": "context", "elements": [_mrkdwn(text)]}


def without_buttons(message: Message) -> Message:
    """Return the message with its words alone."""
    blocks = (one for one in message.blocks if one["type"] != "actions")
    return Message(message.text, tuple(blocks))


def actions(elements: Sequence[Element], *, block_id: str | None = None) -> Block:
    """Return a row of buttons and menus, with unique action ids."""
    if not 1 <= len(elements) <= 25:
        raise ValueError("a row has 1 to 25 buttons")
    ids = [element["action_id"] for element in elements]
    if len(set(ids)) < len(ids):
        raise ValueError(f"an action id stands twice in a row: {ids}")
    return _named({"type": "actions", "elements": list(elements)}, block_id)


def button(  # Each is one of Slack's own fields.
    text: str,
    action_id: str,
    value: str,
    *,
    label: str | None = None,
    confirm: Element | None = None,
) -> Element:
    """Return a button. `label` is what screen readers say where `text` is terse."""
    element: Element = {
        "type": "button",
        "text": plain(text, LONGEST_BUTTON),
        "action_id": _at_most(action_id, 255, "an action id"),
        "value": _at_most(value, LONGEST_VALUE, "a button's value"),
    }
    if label is not None:
        element["accessibility_label"] = _at_most(label, LONGEST_BUTTON, "a label")
    if confirm is not None:
        element["confirm"] = confirm
    return element


def confirmation(title: str, text: str, yes: str, no: str) -> Element:
    """Return the question that is asked before a button acts."""
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }


def option(text: str, value: str) -> Element:
    """Return one choice of a menu."""
    if not value:
        raise ValueError("a choice has a value")
    _at_most(value, LONGEST_OPTION_VALUE, "a choice's value")
    return {"text": plain(text, LONGEST_BUTTON), "value": value}


def select(
    action_id: str,
    placeholder: str,
    options: Sequence[Element],
    *,
    initial: Element | None = None,
) -> Element:
    """Return a menu of up to 100 choices."""
    if not 1 <= len(options) <= 100:
        raise ValueError("a menu has 1 to 100 choices")
    element: Element = {
        "type": "static_select",
        "action_id": _at_most(action_id, 255, "an action id"),
        "placeholder": plain(placeholder, 150),
        "options": list(options),
    }
    if initial is not None:
        if initial not in options:
            raise ValueError("the first choice is one of the menu's")
        element["initial_option"] = initial
    return element


def _mrkdwn(text: str, longest: int = LONGEST_SECTION) -> Element:
    """Return marked-up text, in which Slack makes no links of its own."""
    if not text.strip():
        raise ValueError("a text says something")
    marked = _at_most(spoken(text), longest, "a marked-up text")
    return {"type": "mrkdwn", "text": marked, "verbatim": True}


def _named(block: Block, block_id: str | None) -> Block:
    if block_id is not None:
        block["block_id"] = _at_most(block_id, 255, "a block id")
    return block


def _at_most(text: str, longest: int, what: str) -> str:
    if len(text) > longest:
        raise ValueError(f"{what} has at most {longest} characters, not {len(text)}")
    return text


def _text_lengths(value: object) -> Iterator[int]:
    """Yield the length of every text in blocks."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield len(value["text"])
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _text_lengths(each)


def _zone_of(at: datetime, zone: ZoneInfo) -> str:
    """Return the zone's short name, or its offset if it has no name."""
    name = at.astimezone(zone).tzname() or ""
    return f"UTC{name}" if name[:1] in ("+", "-") else name


def _comes_twice(local_at: datetime) -> bool:
    other = local_at.replace(fold=1 - local_at.fold)
    return other.utcoffset() != local_at.utcoffset()
