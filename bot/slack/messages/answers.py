"""Private answers to a command or a press that was refused or failed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.incidents.recipients import Recipient
from bot.policy.policies import Policy
from bot.slack import actions, typed
from bot.slack.blocks import (
    LONGEST_SECTION,
    Block,
    Message,
    button,
    say,
    section,
    shown,
)
from bot.slack.blocks import actions as row
from bot.slack.cutting import cut, cut_marked, pieces
from bot.slack.marked import escape
from bot.slack.phrases import headline

_MOST_GIVEN_BACK = 12_000
_PART = 2500
_LONGEST_SENTENCE = 1000


class Recorded(Protocol):
    """An incident after an act, who is told at once, and who is told next and when."""

    @property
    def incident(self) -> Incident: ...
    @property
    def deadlines(self) -> tuple[Deadline, ...]: ...
    @property
    def told(self) -> tuple[Recipient, ...]: ...
    @property
    def following(self) -> tuple[Recipient, datetime] | None: ...


def sentence(text: str) -> Message:
    """Return a sentence; what people typed in it is escaped already."""
    return say(text, [section(cut_marked(text, LONGEST_SECTION))])


def same_again(incident: Incident, policy: Policy, command: str, text: str) -> Message:
    """Ask whether the same text was meant to open a second incident."""
    said = (
        f"{incident.name} was opened from the same text just now. Nothing "
        "new was opened."
    )
    blocks = [section(f"{said} {headline(incident, policy)}")]
    value = actions.retry_value(command, text)
    if value is not None:
        blocks.append(row([button("Open another", actions.OPEN_ANOTHER, value)]))
    return say(said, blocks)


def user_error(sentence: str, text: str) -> Message:
    """Say what is wrong with a text, and give the text back.

    `sentence` is marked up, `text` as it was typed.
    """
    return given_back(sentence, typed.readable(text))


def given_back(sentence: str, written: str) -> Message:
    """Return a sentence of mark-up, and what was written, as it is to be shown."""
    said = f"{sentence} Nothing was recorded."
    blocks = [section(cut_marked(said, _LONGEST_SENTENCE)), *_written(written)]
    return say(said, blocks)


def not_recorded(reason: str, command: str, text: str) -> Message:
    """Say that nothing was stored and why, and give the text back to try again."""
    said = f"NOT recorded ({shown(reason, 300)})."
    return _try_again(said, "Try again.", text, actions.retry_value(command, text))


def in_doubt(reason: str, command: str, text: str, trigger: str) -> Message:
    """Say that it may or may not be stored, and give the text back to try again.

    The trigger finds an incident that was stored after all, so that it is not stored
    twice.
    """
    said = f"{not_known(shown(reason, 300))}."
    value = actions.retry_value(command, text, trigger)
    turn = "Try again: it is recorded only once."
    if value is None:
        turn = "If no card of it appears, type it again."
    return _try_again(said, turn, text, value)


def not_known(reason: str) -> str:
    """Return the start of a sentence: it may or may not be recorded."""
    return f"It is NOT KNOWN whether this was recorded ({reason})"


def _try_again(said: str, turn: str, text: str, value: str | None) -> Message:
    gist = shown(typed.readable(text), 300)
    blocks = [section(f"*{said}* {turn}"), *_written(typed.readable(text))]
    if value is not None:
        blocks.append(row([button("Try again", actions.TRY_AGAIN, value)]))
    return say(f"{said} Your text: “{gist}”. {turn}", blocks)


def _written(text: str) -> Iterator[Block]:
    """Yield what was typed, all of it where Slack has room."""
    label = "Your text: "
    for part in pieces(cut(text.strip(), _MOST_GIVEN_BACK), _PART):
        yield section(f"{label}{escape(part)}")
        label = ""
