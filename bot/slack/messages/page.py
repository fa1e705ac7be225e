"""Pages: the escalation while nobody owns an incident, and the check-ins of its owner.

They are shown in the same messages as reminders.
"""

from collections.abc import Iterator

from bot.incidents import recipients
from bot.incidents.nudges import StepKind
from bot.incidents.recipients import Because
from bot.policy.policies import Policy
from bot.slack import buttons
from bot.slack.blocks import Element, mention, place
from bot.slack.messages.reminder_item import WOULD_BE_MISSED, Item, role
from bot.slack.phrases import (
    LONGEST_TITLE_IN_A_LIST,
    Times,
    due_phrase,
    ended,
    headline,
    name_of,
    on_call_phrase,
    opened_up,
    owed_as,
    quoted,
    unowned,
)
from bot.slack.readers import Person


def sentences(
    item: Item, reader: Person | None, policy: Policy, times: Times
) -> list[str]:
    """Return what a page says to this reader, and what stops it."""
    because = [WOULD_BE_MISSED] if item.would_be_missed else []
    if item.incident.owner is None:
        stop = "Stops when somebody takes it."
        return [*_unowned(item, policy, times), *because, stop]
    if item.is_owned_by(reader):
        stop = "Stops at any act of yours on it."
        return [*_check_in(item, policy, times), *because, stop]
    stop = "Stops when the owner answers, or somebody takes it over."
    return [*_silent_owner(item, policy, times), *because, stop]


def buttons_of(item: Item, reader: Person | None) -> list[Element]:
    """Return the buttons of a page, the one that stops it first."""
    incident = item.incident
    answer = buttons.answer(incident)
    if item.is_owned_by(reader):
        return [buttons.still_on_it(incident), answer, buttons.hand_off(incident)]
    return [buttons.take(incident), answer]


def _unowned(item: Item, policy: Policy, times: Times) -> Iterator[str]:
    """Yield a step of the escalation while nobody owns the incident."""
    yield headline(item.incident)
    yield from _target(item, policy, times)
    nobody = f"{opened_up(unowned(item.release))}."
    told = f"told {times.clock(item.told_at or times.now)}"
    then = ""
    if item.next is not None:
        who, at = item.next
        then = f"; {place(who)} at {times.clock(at)} if nobody takes it"
    if item.because is Because.FALLBACK:
        yield f"{nobody} This channel was {told}{then}."
        yield on_call_phrase(recipients.on_call(policy, times.now, item.incident))
    else:
        yield f"{nobody} You were {told} as the {role(item.because)}{then}."


def _check_in(item: Item, policy: Policy, times: Times) -> Iterator[str]:
    """Yield the question to the owner of a Sev1, or its repeat."""
    incident, deadline = item.incident, item.deadline
    if item.kind is not StepKind.CHECK_IN:
        yield f"{name_of(incident)}: no tap yet; are you still on it?"
    elif deadline.due_at == deadline.started_at:
        # Somebody else raised or reopened it, and its owner may not know.
        yield headline(incident)
        yield "It is yours, and somebody else made it urgent: are you on it?"
    else:
        yield f"{name_of(incident)}: are you still on it?"
    yield from _target(item, policy, times)
    if incident.last_sign_at is not None:
        yield f"Last sign of life {times.clock(incident.last_sign_at)}."
    if item.next is not None:
        who, at = item.next
        yield f"No tap by {times.clock(at)}: {place(who)} is told."


def _silent_owner(item: Item, policy: Policy, times: Times) -> Iterator[str]:
    """Yield what others hear when the owner of a Sev1 does not answer."""
    incident = item.incident
    sign = incident.last_sign_at or incident.owned_since or incident.opened_at
    silent = f"no sign of life from {mention(incident.owner or '')}"
    yield f"{name_of(incident)}: {silent} since {times.clock(sign)}."
    yield f"{quoted(incident.title, LONGEST_TITLE_IN_A_LIST)}."
    yield from _target(item, policy, times)
    if item.because is Because.FALLBACK:
        yield on_call_phrase(recipients.on_call(policy, times.now, incident))
    else:
        yield f"You are told as the {role(item.because)}."
    if item.next is not None:
        who, at = item.next
        yield f"Next: {place(who)} at {times.clock(at)}."


def _target(item: Item, policy: Policy, times: Times) -> Iterator[str]:
    if item.owed is not None:
        due = due_phrase(policy, item.incident, item.owed, times)
        yield ended(f"{opened_up(owed_as(item.owed))} {due}")
