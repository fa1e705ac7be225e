"""The answer to `/incident 42`: the card, and what happened."""

from collections.abc import Sequence
from datetime import datetime

from bot.incidents.deadlines import owed_now
from bot.incidents.incidents import Event, explained
from bot.policy.policies import Policy
from bot.slack import history as happened
from bot.slack.blocks import Message, say, sections
from bot.slack.cutting import cut_marked
from bot.slack.messages.answers import Recorded
from bot.slack.messages.card import card_blocks
from bot.slack.phrases import (
    both,
    due_phrase,
    ended,
    headline,
    opened_up,
    owed_as,
)
from bot.slack.readers import Person

_MOST_EVENTS = 15


def message(
    recorded: Recorded,
    history: Sequence[Event],
    policy: Policy,
    reader: Person,
    now: datetime,
) -> Message:
    """Return an incident as its card shows it, and what happened to it."""
    incident, deadlines = recorded.incident, recorded.deadlines
    plain, token = both(reader.zone, now)
    earlier = len(history) - _MOST_EVENTS
    lines = [f"{earlier} earlier events"] if earlier > 0 else []
    for event in history[-_MOST_EVENTS:]:
        line = happened.sentence(incident, event, policy, token)
        lines.append(f"{token.at(event.recorded_at)}: {cut_marked(line, 400)}")
    because = explained(incident, history)
    blocks = [*card_blocks(incident, deadlines, policy, token, because=because)]
    blocks.extend(sections(["*What happened*", *lines]))
    text = [headline(incident)]
    if (owed := owed_now(deadlines)) is not None and owed.paused_at is None:
        due = due_phrase(policy, incident, owed, plain)
        text.append(ended(f"{opened_up(owed_as(owed))} {due}"))
    return say(" ".join(text), blocks)
