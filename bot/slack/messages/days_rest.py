"""The list of what comes after a person's messages of the day: one, and edited."""

from collections.abc import Sequence
from datetime import datetime

from bot.policy.policies import Policy
from bot.slack.blocks import LONGEST_TEXT, Message, context, fits, section
from bot.slack.cutting import cut_marked
from bot.slack.phrases import counted, day_of
from bot.slack.readers import Person

_LONGEST_LINE = 300


def message(
    said: Sequence[Message], reader: Person, policy: Policy, begun_at: datetime
) -> Message | None:
    """Return these messages as one; `None` if there is nothing to say.

    One that does not fit with its buttons is said in its first words.
    """
    if not said:
        return None
    had = f"you had {counted(policy.budget - 1, 'message')} today"
    head = (
        f"{day_of(begun_at, reader.zone)}: {had}. What comes until midnight is added "
        "here; pages come as always."
    )
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
