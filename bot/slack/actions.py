"""The ids of buttons and shortcuts, and what the values of buttons contain.

A value identifies things and grants no rights: anybody who sees a button may press it.
"""

import json
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import TypeVar

from bot.incidents.deadlines import Kind
from bot.policy.severities import Severity
from bot.slack.blocks import LONGEST_VALUE
from bot.slack.payloads import PayloadError

T = TypeVar("T")

TAKE = "take"
TAKE_IN_LIST = "take_in_list"
FIRST_RESPONSE = "first_response"
LOG_UPDATE = "log_update"
RESOLVE = "resolve"
MORE = "more"
STILL_ON_IT = "still_on_it"
SNOOZE = "snooze"
HAND_OFF = "hand_off"
ACCEPT = "accept"
DECLINE = "decline"
RESUME = "resume"
REOPEN = "reopen"
CHANGE = "change"
CORRECT_CUSTOMER = "correct_customer"
VOID = "void"
SAME_THING = "same_thing"
WHY = "why"
TRY_AGAIN = "try_again"
OPEN_ANOTHER = "open_another"
IS_CUSTOMER = "is_customer"
WHOSE = "whose"
SEND_AGAIN = "send_again"
PREVIOUS = "previous"
NEXT = "next"
OPEN_AS = {severity: f"open_as_{severity}" for severity in Severity}
OPEN_IN_FORM = "open_in_form"
NOT_AN_INCIDENT = "not_an_incident"
# What is decided about a text is over with it: the answer takes the question's place.
DECISIONS = frozenset({*OPEN_AS.values(), NOT_AN_INCIDENT})
UPDATE_OF = "update_of"
TAKE_BACK = "take_back"
KEEP = "keep"
ASK_FOR_COVER = "ask_for_cover"
ACCEPT_COVER = "accept_cover"
WITHDRAW_COVER = "withdraw_cover"
MONTH = "month"

# Shortcuts on messages.
TRIAGE_MESSAGE = "triage_message"
WAS_UPDATE = "was_update"
WHY_TOLD = "why_told"


@dataclass(frozen=True, slots=True)
class Triaged:
    """A text for which severities were suggested, as buttons and forms carry it.

    `about` is the link of the message with the text, or else the key of the command.
    `said_at` is when that message was written, in seconds, and `candidates` are what
    was suggested, best first.
    """

    about: str
    title: str
    customer: str | None
    channel: str
    said_at: float | None
    candidates: tuple[str, ...]

    @property
    def link(self) -> str | None:
        """The link of the message, if it was one."""
        return None if self.said_at is None else self.about

    def reported_at(self, now: datetime) -> datetime | None:
        """Return when the message was written, `None` for a text that was typed."""
        if self.said_at is None:
            return None
        return min(datetime.fromtimestamp(self.said_at, UTC), now)


@dataclass(frozen=True, slots=True)
class UpdateChoice:
    """The incident that a message was an update of, and which message that was."""

    number: int
    channel: str
    ts: str
    thread: str
    author: str


@dataclass(frozen=True, slots=True)
class Retry:
    """A command that was not recorded, as it was typed.

    `trigger` is the id of its delivery if it may have been recorded after all.
    """

    command: str
    text: str
    trigger: str = ""


def _ours(read: Callable[[str], T]) -> Callable[[str], T]:
    """Make a reader raise PayloadError for a value that is not ours."""

    @wraps(read)
    def checked(value: str) -> T:
        try:
            return read(value)
        except (ValueError, TypeError) as error:
            raise PayloadError("This is no value of a button of ours.") from error

    return checked


def value(*parts: object) -> str:
    """Return the value of a button; a part that is `None` is left out."""
    return "|".join(str(part) for part in parts if part is not None)


@_ours
def read_incident(value: str) -> int:
    """Return the incident's number from any value but a retry's."""
    return int(value.partition("|")[0])


@_ours
def read_taking(value: str) -> tuple[int, str | None, int, str]:
    """Return the incident of Take it, or of Take over and from whom it is taken.

    Customer answered names nobody. In a list of `/incident` the page and what was
    wanted follow.
    """
    number, owner, page, wanted = [*value.split("|", 3), "", "", ""][:4]
    return int(number), owner or None, int(page or 0), wanted


@_ours
def read_snooze(value: str) -> tuple[int, Kind, int, str]:
    """Return the incident, its deadline's kind and count, and the label of a choice."""
    number, deadline, choice = value.split("|", 2)
    _, kind, count = deadline.split("/")
    return int(number), Kind(kind), int(count), choice


@_ours
def read_customer(value: str) -> tuple[int, str]:
    """Return the incident and the customer of "Yes, it is Acme" or "Whose is it?"."""
    number, _, customer = value.partition("|")
    return int(number), customer


def triaged_value(triaged: Triaged) -> str:
    """Return the value of the buttons below a suggestion."""
    fields = astuple(triaged)
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


@_ours
def read_triaged(value: str) -> Triaged:
    """Read the value of a button below a suggestion."""
    about, title, customer, channel, said_at, candidates = json.loads(value)
    return Triaged(about, title, customer, channel, said_at, tuple(candidates))


@_ours
def read_update(value: str) -> UpdateChoice:
    """Read the value of an incident that a message was an update of."""
    number, channel, ts, thread, author = value.split("|")
    return UpdateChoice(int(number), channel, ts, thread, author)


@_ours
def read_same(value: str) -> tuple[int, int]:
    """Read the value of Same thing: the newer incident and the older one."""
    newer, _, older = value.partition("|")
    return int(newer), int(older)


@_ours
def read_page(value: str) -> tuple[int, str]:
    """Read the value of Next or Previous."""
    page, _, wanted = value.partition("|")
    return int(page), wanted


def retry_value(command: str, text: str, trigger: str = "") -> str | None:
    """Return the value of Try again and of Open another; `None` if it is too long."""
    value = f"{command}|{trigger} {text}" if trigger else f"{command} {text}"
    return value if len(value) <= LONGEST_VALUE else None


def read_retry(value: str) -> Retry:
    """Read the value of Try again."""
    first, _, text = value.partition(" ")
    command, _, trigger = first.partition("|")
    return Retry(command, text, trigger)
