"""A notice: a message of one paragraph, with no buttons."""

from bot.slack.blocks import LONGEST_SECTION, Message, say, section
from bot.slack.cutting import cut_marked


def notice(text: str, marked: str | None = None) -> Message:
    """Return a text as a message; what people typed in it is escaped already.

    `marked` says the same in the block, with date tokens.
    """
    block = section(cut_marked(marked or text, LONGEST_SECTION))
    return say(text, (block,))
