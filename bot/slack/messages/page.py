"""Pages: the escalation while nobody owns an incident, and the check-ins of its owner.

They are shown in the same messages as reminders.
"""

from collections.abc import Iterator

from bot.incidents import recipients
from bot.incidents.recipients import Because
from bot.incidents.steps import StepKind
from bot.slack import buttons
from bot.slack.blocks import Element, mention, place
from bot.slack.messages import yours
from bot.slack.messages.reminder_item import WOULD_BE_MISSED, Item, role
from bot.slack.phrases import Voice, on_call_phrase, opened_up, unowned
from bot.slack.readers import Person


def question(item: Item, voice: Voice) -> str:
    """Return what a page asks or says first; empty if its incident says it all."""
    incident, deadline = item.incident, item.deadline
    if incident.owner is None:
        return ""
    if not item.is_owned_by(voice.reader):
        sign = incident.last_sign_at or incident.owned_since or incident.opened_at
        silent = f"no sign of life from {mention(incident.owner)}"
        return f"{silent} {voice.clock(sign, 'since')}."
    if item.kind is not StepKind.CHECK_IN:
        return "no tap yet; are you still on it?"
    if deadline.due_at == deadline.started_at:
        if incident.last_sign_at is None and deadline.due_at == incident.owned_since:
            return "it came to you with your shift: are you on it?"
        # Somebody else raised or reopened it, and its owner may not know.
        return "it is yours, and somebody else made it urgent: are you on it?"
    return "are you still on it?"


def is_news(item: Item, reader: Person | None) -> bool:
    """Return whether its reader may not know the incident that it asks about."""
    is_urgent_now = item.deadline.due_at == item.deadline.started_at
    return is_urgent_now or not item.is_owned_by(reader)


def sentences(item: Item, voice: Voice) -> list[str]:
    """Return what else a page says to this reader, and what stops it."""
    because = [WOULD_BE_MISSED] if item.would_be_missed else []
    said = _silent_owner(item, voice)
    if item.incident.owner is None:
        said = _unowned(item, voice)
    elif item.is_owned_by(voice.reader):
        said = _check_in(item, voice)
    return [*said, *because, stop(item, voice.reader)]


def stop(item: Item, reader: Person | None) -> str:
    """Return what ends an escalation or a check-in."""
    if item.incident.owner is None:
        return "Stops when somebody takes it."
    if item.is_owned_by(reader):
        return "Stops at any act of yours on it."
    return "Stops when the owner answers, or somebody takes it over."


def buttons_of(item: Item, reader: Person | None) -> list[Element]:
    """Return the buttons of a page, the one that stops it first."""
    incident = item.incident
    answer = buttons.answer(incident)
    if item.is_owned_by(reader):
        return [buttons.still_on_it(incident), answer, buttons.hand_off(incident)]
    return [buttons.take(incident), answer]


def _unowned(item: Item, voice: Voice) -> Iterator[str]:
    """Yield a step of the escalation while nobody owns the incident."""
    yield from _target(item, voice)
    yield f"{opened_up(unowned(item.release))}."
    then = ""
    if item.next is not None:
        who, at = item.next
        then = f"{place(who)} is paged {voice.clock(at, 'at')} unless somebody takes it"
    if item.because is Because.FALLBACK:
        if then:
            yield f"{then}."
        yield on_call_phrase(recipients.on_call(voice.policy, voice.now, item.incident))
    else:
        you = f"You are the {role(item.because)}"
        yield f"{you}; {then}." if then else f"{you}."


def _check_in(item: Item, voice: Voice) -> Iterator[str]:
    """Yield the question to the owner of a Sev1, or its repeat."""
    yield from _target(item, voice)
    if item.incident.last_sign_at is not None:
        yield f"{voice.clock(item.incident.last_sign_at, 'Last sign of life')}."
    if item.next is not None:
        who, at = item.next
        yield f"Without an answer {place(who)} is paged {voice.clock(at, 'at')}."


def _silent_owner(item: Item, voice: Voice) -> Iterator[str]:
    """Yield what others hear when the owner of a Sev1 does not answer."""
    yield from _target(item, voice)
    if item.because is Because.FALLBACK:
        yield on_call_phrase(recipients.on_call(voice.policy, voice.now, item.incident))
    else:
        yield f"You are the {role(item.because)}."
    if item.next is not None:
        who, at = item.next
        yield f"{place(who)} is paged next, {voice.clock(at, 'at')}."


def _target(item: Item, voice: Voice) -> Iterator[str]:
    if item.owed is not None:
        yield yours.owes(item.incident, item.owed, voice)
