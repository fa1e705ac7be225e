"""What people do in a story: the steps of which the demo's stories are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.emulator.faults import Condition


class Place(StrEnum):
    """Where the message stands on which a person acts."""

    DM = "their newest direct message about an incident"
    CARD = "an incident's card"
    SUPPORT = "#support"
    PRIVATE = "what only they see there"


@dataclass(frozen=True, slots=True)
class On:
    """The message that a person acts on: the newest there which says `words`."""

    words: str
    place: Place = Place.DM

    @property
    def channel(self) -> str:
        """Return the conversation in which it stands."""
        channels = {Place.DM: "dm", Place.CARD: "incidents"}
        return channels.get(self.place, "support")


def newest(incident: str) -> On:
    """Point at the newest message about an incident to the person who acts."""
    return On(incident)


def card(incident: str) -> On:
    """Point at an incident's card."""
    return On(incident, Place.CARD)


def said(words: str) -> On:
    """Point at what somebody wrote in #support."""
    return On(words, Place.SUPPORT)


def answer(words: str) -> On:
    """Point at what only the person who acts sees in #support."""
    return On(words, Place.PRIVATE)


def local(when: str, zone: ZoneInfo) -> datetime:
    """Return an instant that a story names by the team's clock."""
    return datetime.fromisoformat(when).replace(tzinfo=zone)


@dataclass(frozen=True, slots=True)
class At:
    """Time passes until `when`, local time of the team; the caption says what happens.

    If nobody acts, `see` is the person whose screen shows it best, and the channel.
    """

    when: str
    caption: str
    see: tuple[str, str] | None = None

    def instant(self, zone: ZoneInfo) -> datetime:
        return local(self.when, zone)


@dataclass(frozen=True, slots=True)
class Types:
    """Somebody types a command, in #support."""

    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Writes:
    """Somebody writes a message, in #support or in a thread there."""

    who: str
    text: str
    under: On | None = None


@dataclass(frozen=True, slots=True)
class Triages:
    """Somebody chooses *Triage this message* in a message's menu."""

    who: str
    on: On


@dataclass(frozen=True, slots=True)
class Marks:
    """Somebody puts on a message the emoji that logs it as the update."""

    who: str
    on: On


@dataclass(frozen=True, slots=True)
class Presses:
    who: str
    button: str
    on: On


@dataclass(frozen=True, slots=True)
class FillsIn:
    """Somebody presses a button and submits the form that it opens.

    `inside` is a button in that form which leads to the one that is filled in.
    Instants among the entries are local times of the team.
    """

    who: str
    button: str
    on: On
    entries: Mapping[str, str | list[str] | datetime]
    inside: str | None = None


@dataclass(frozen=True, slots=True)
class SlackIs:
    """Slack goes down, or is well again."""

    condition: Condition


Act = Types | Writes | Triages | Marks | Presses | FillsIn | SlackIs


def words(act: Act) -> tuple[str, str]:
    """Return who does what, and the words that they type, press or choose."""
    match act:
        case Types(who, text):
            return f"{who.capitalize()} types", text
        case Writes(who, text):
            return f"{who.capitalize()} writes", text
        case Triages(who):
            return f"{who.capitalize()} chooses", "Triage this message"
        case Marks(who):
            return f"{who.capitalize()} puts", "the emoji on it"
        case Presses(who, button):
            return f"{who.capitalize()} presses", f"[{button}]"
        case FillsIn(who, button, inside=inside):
            then = f" [{inside}]" if inside else ""
            return f"{who.capitalize()} presses", f"[{button}]{then}"
        case SlackIs(condition):
            is_well = condition is Condition.WELL
            return "Slack", "is well again" if is_well else "goes down"
        case _:
            assert_never(act)


def hands_off(who: str, on: On, to: str) -> FillsIn:
    """Offer an incident to somebody else, from its card."""
    return FillsIn(who, "More", on, {"to": to}, inside="Hand off")
