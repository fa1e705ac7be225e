"""What the owner of an incident owes now, with the buttons of the next step."""

from collections.abc import Iterator

from bot.incidents.deadlines import Deadline
from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident
from bot.slack import buttons
from bot.slack.blocks import Block, actions, link, section
from bot.slack.phrases import (
    LONGEST_TITLE_IN_A_LIST,
    Voice,
    due_phrase,
    ended,
    heading,
    opened_up,
    owed_as,
    title_of,
)


def blocks(  # noqa: PLR0913  # All of a message.
    incident: Incident,
    said: str,
    owed: Deadline | None,
    voice: Voice,
    url: str | None,
    *,
    is_asked: bool = False,
) -> Iterator[Block]:
    """Yield what happened last, what is owed now, and the buttons of the next step.

    With `is_asked` the owner has not answered yet whether they are still on it.
    """
    is_late = owed is not None and owed.is_overdue(voice.now)
    yield heading(incident, voice.policy, is_late=is_late)
    next_due = owes(incident, owed, voice)
    yield section("\n".join([described(incident, url), f"*{said}* {next_due}"]))
    steps = buttons.steps(incident, owed)
    if is_asked:
        still = buttons.likely(buttons.still_on_it(incident))
        steps = [still, buttons.answer(incident), buttons.resolve(incident)]
    yield actions([*steps, buttons.hand_off(incident)])


def again(event: Event, voice: Voice) -> str:
    """Return what its owner reads of how they lost it to somebody; else empty."""
    is_lost = event.kind in (EventKind.TAKEN, EventKind.HAND_OFF_ACCEPTED)
    return "It is yours again." if is_lost and not voice.is_to(event.by) else ""


def described(incident: Incident, url: str | None) -> str:
    """Return the title below a heading, and the link to the card."""
    title = title_of(incident, LONGEST_TITLE_IN_A_LIST)
    return f"{title} ({link(url, 'open the card')})" if url else title


def owes(incident: Incident, owed: Deadline | None, voice: Voice) -> str:
    """Return what the customer is owed now, in a sentence."""
    if owed is None:
        return "Nothing is owed on it now."
    if owed.paused_at is not None:
        return "Nothing is due until the customer answers."
    due = due_phrase(incident, owed, voice)
    return ended(f"{opened_up(owed_as(owed))} {due}")
