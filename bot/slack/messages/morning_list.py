"""The morning list: what a person owes today, and the next step for each."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.incidents import recipients
from bot.incidents.work_list import Line
from bot.slack.blocks import LONGEST_TEXT, Message, mention, say, section
from bot.slack.cutting import cut_marked
from bot.slack.messages import work_lines
from bot.slack.phrases import NO_LINKS, Voice, day_of
from bot.slack.readers import Person


def message(
    lines: Sequence[Line],
    voice: Voice,
    sent_at: datetime,
    permalinks: Mapping[int, str] = NO_LINKS,
) -> Message:
    """Return what a person owes today, first what needs somebody first."""
    plain, token = voice.both()
    head = f"{day_of(sent_at, voice.zone)}: {_head(lines, voice)}."
    if not lines:  # All that it named is done, or somebody else's.
        return say(head, [section(f"*{head}*")])
    first = work_lines.words(lines[0], plain)
    first = f"First: {first}" if len(lines) > 1 else first
    rest = ": `/incident mine` and `/incident unowned` show them"
    shown = work_lines.rows(lines, token, permalinks, rest=rest)
    return say(f"{head} {first}", [section(f"*{head}*"), *shown])


def in_place_of(message: Message, whose: str, reader: Person) -> Message:
    """Say whose list it is, where the reader gets it instead of somebody else."""
    if whose == reader.id:
        return message
    head = f"{mention(whose)} cannot be reached; you are told instead."
    text = cut_marked(f"{head} {message.text}", LONGEST_TEXT)
    return Message(text, (section(head), *message.blocks))


def _head(lines: Sequence[Line], voice: Voice) -> str:
    """Return how much is owed, late and nobody's."""
    owed = sum(line.is_due or line.is_late for line in lines)
    late = sum(line.is_late for line in lines)
    unowned = sum(line.is_unowned for line in lines)
    facts = [f"{owed} owed" if owed else "nothing is due from you"]
    facts += [f"{late} late"] if late else []
    facts += [f"{unowned} unowned"] if unowned else []
    on_call = recipients.all_of_unowned(voice.policy, voice.now)
    is_on_call = any(map(voice.is_to, on_call))
    return ", ".join(facts) + "; you are on call" * bool(unowned and is_on_call)
