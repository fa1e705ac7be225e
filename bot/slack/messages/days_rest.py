"""The list of what comes after a person's messages of the day: one, and edited."""

from collections.abc import Sequence
from datetime import datetime

from bot.slack.blocks import LONGEST_TEXT, Message, context, fits, section
from bot.slack.cutting import cut_marked
from bot.slack.messages.notice import notice
from bot.slack.phrases import day_of
from bot.slack.readers import Person

_LONGEST_LINE = 300


def message(said: Sequence[Message], reader: Person, begun_at: datetime) -> Message:
    """Return these messages as one, even where nothing of them is left.

    One that does not fit with its buttons is said in its first words.
    """
    head = (
        f"{day_of(begun_at, reader.zone)}: you have had your messages of the day. What "
        "comes until midnight is added here; pages come as always."
    )
    said = said or [notice("All of it is done, or somebody else's.")]
    blocks, left = [section(f"*{head}*")], 0
    for one in said:
        line = section(cut_marked(one.text, _LONGEST_LINE))
        ways = ([*blocks, *(one.blocks or (line,))], [*blocks, line])
        # One more may have to say how many are left.
        found = next((way for way in ways if fits([*way, context("_" * 60)])), None)
        left += found is None
        blocks = found or blocks
    if left:
        blocks.append(context(f"And {left} more: `/incident mine` has what is yours."))
    text = cut_marked(f"{head} {said[-1].text}", LONGEST_TEXT)
    return Message(text, tuple(blocks))
