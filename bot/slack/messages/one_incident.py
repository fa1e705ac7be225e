"""The answer to `/incident 42`: the card, and what happened."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.incidents.deadlines import owed_to_customer
from bot.incidents.events import Event
from bot.incidents.incidents import explained
from bot.incidents.receipts import Outcome, Receipt
from bot.slack import history as happened
from bot.slack.blocks import Message, say, sections, shown
from bot.slack.blocks import place as placed
from bot.slack.cutting import cut_marked
from bot.slack.messages.answers import Recorded
from bot.slack.messages.card import card_blocks
from bot.slack.phrases import (
    Voice,
    due_phrase,
    ended,
    headline,
    opened_up,
    owed_as,
)
from bot.slack.reasons import reason

_MOST_EVENTS = 15
_MOST_RECEIPTS = 5
# What left within this time needs no second instant.
_LATE = timedelta(minutes=1)


def message(
    recorded: Recorded,
    history: Sequence[Event],
    voice: Voice,
    receipts: Sequence[Receipt] = (),
) -> Message:
    """Return an incident as its card shows it, and what happened to it.

    `receipts` say what became of its reminders.
    """
    incident, deadlines = recorded.incident, recorded.deadlines
    plain, token = voice.both()
    earlier = len(history) - _MOST_EVENTS
    lines = [f"{earlier} earlier events"] if earlier > 0 else []
    for event in history[-_MOST_EVENTS:]:
        line = happened.sentence(incident, event, token)
        lines.append(f"{token.at(event.recorded_at)}: {cut_marked(line, 400)}")
    because = explained(incident, history)
    blocks = [*card_blocks(incident, deadlines, token, because=because)]
    blocks.extend(sections([f"*What happened to {incident.name}*", *lines]))
    if receipts:
        blocks.extend(sections(["*Reminders*", *_reminded(receipts, token)]))
    text = [headline(incident, voice.policy)]
    for owed in owed_to_customer(deadlines):
        if owed.paused_at is None:
            due = due_phrase(incident, owed, plain)
            text.append(ended(f"{opened_up(owed_as(owed))} {due}"))
    return say(" ".join(text), blocks)


def _reminded(receipts: Sequence[Receipt], voice: Voice) -> Iterator[str]:
    """Yield what became of the last few reminders; of the others only how many."""
    earlier = receipts[:-_MOST_RECEIPTS]
    if earlier:
        counts = Counter(one.words for one in earlier)
        counted = ", ".join(f"{number} {words}" for words, number in counts.items())
        yield f"{len(earlier)} earlier: {counted}"
    for one in receipts[-_MOST_RECEIPTS:]:
        to = f" to {_place(one.place)}" if one.place else ""
        yield ended(f"{voice.at(one.due_at)}: {one.about}{to}: {_became(one, voice)}")


def _became(receipt: Receipt, voice: Voice) -> str:
    said = receipt.words
    if receipt.outcome is Outcome.HELD and receipt.at is not None:
        said = voice.at(receipt.at, "held until")
    elif receipt.at is not None and receipt.at - receipt.due_at >= _LATE:
        said = voice.at(receipt.at, said)
    if receipt.replaced_at is not None:
        return f"{said}; a newer message replaced it"
    if receipt.instead:
        said += f", {placed(receipt.instead)} got it instead"
    why = shown(receipt.why, 200)
    if receipt.outcome is Outcome.DEAD:
        why = reason(receipt.why)
    return f"{said} ({why})" if why else said


def _place(place: str) -> str:
    return "the card's thread" if place == "thread" else placed(place)
