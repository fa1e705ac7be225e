"""The answer to "Why am I getting this?": as whom, by which words, and until when."""

from collections.abc import Iterator
from typing import assert_never

from bot.incidents.deadlines import Deadline, owed_now
from bot.incidents.explanation import Explanation, Reminded
from bot.incidents.reach import Why
from bot.incidents.recipients import Because
from bot.incidents.steps import StepKind
from bot.policy.on_call import Role
from bot.policy.policies import Policy
from bot.slack.blocks import Message, context, fits, place, say, section, span
from bot.slack.forms import why
from bot.slack.messages import reminder
from bot.slack.messages.reminder_item import Item, role
from bot.slack.phrases import Voice, joined, name_of

NOT_OURS = "I did not send that to you, so I cannot say why it came."
_RINGS = {
    Why.DAY: "it came within your working day",
    Why.SHIFT: "it came within your shift",
    Why.WAKES: "the policy wakes people for it (`escalation.wakes`)",
    Why.MISSED: "it was due before your next working day",
}


def message(told: Explanation, voice: Voice) -> Message:
    """Return why a person got a message; the ledgers as far as they fit."""
    plain, token = voice.both()
    text = [str(one) for one in (told.occasion,) if one]
    blocks = [section(one) for one in text]
    for one in told.reminders:
        text.append(_first(one, voice.policy))
        said = " ".join([_first(one, voice.policy), *_rest(one, token)])
        ledger = []
        if (owed := _counted(one)) is not None:
            ledger = [*why.ledger(one.incident, owed, voice)]
        ways = ([*blocks, section(said), *ledger], [*blocks, section(said)])
        # One more may have to say that this is not all.
        found = next((way for way in ways if fits([*way, context("…")])), None)
        if found is None:
            blocks.append(context("…"))
            break
        blocks = found
    last = [*_rest(told.reminders[0], plain)] if told.reminders else []
    return say(" ".join([*text[:1], *last]), blocks)


def _counted(one: Reminded) -> Deadline | None:
    """Return the deadline whose ledger is shown: its own, or what is owed now."""
    is_its_own = one.deadline.is_open and not one.deadline.kind.is_internal
    return one.deadline if is_its_own else owed_now(one.deadlines)


def _first(one: Reminded, policy: Policy) -> str:
    rang = f": {_RINGS[one.why]}" if one.why in _RINGS else ""
    name = name_of(one.incident, policy)
    return f"{name}: you are told as the {role(one.because)}{rang}."


def _rest(one: Reminded, voice: Voice) -> Iterator[str]:
    """Yield the policy's line, who else was told, what stops it, and what is next."""
    yield f"The policy: {_line(one, voice.policy)}."
    if one.others:
        others = [
            "the card's thread" if other == "thread" else place(other)
            for other in one.others
        ]
        yield f"At that moment it also went to {joined(others)}."
    else:
        yield "Nobody else was told at that moment."
    if not one.deadline.is_open:
        yield "It is over: nothing more comes."
        return
    item = Item(one.incident, one.deadline, one.step, one.because)
    yield reminder.stop(item, voice.reader)
    if one.next_at is None:
        yield "No further one comes to you for it."
    else:
        yield f"{voice.at(one.next_at, 'The next one comes to you at')}."


def _line(one: Reminded, policy: Policy) -> str:
    """Return the setting that brings a reminder, as it stands in the policy."""
    escalation, reminders = policy.escalation, policy.reminders
    match one.step:
        case StepKind.PAGE if one.because is Because.STAND_IN:
            return "it is in place of somebody who cannot be reached"
        case StepKind.PAGE:
            roles = {str(each) for each in Role} & {str(one.because)}
            steps = [
                f"after {span(step.after)} tell {joined(step.tell)}"
                for step in escalation.steps
                if roles & {str(each) for each in step.tell}
            ]
            return f"`escalation.steps`: {'; '.join(steps) or 'the owner is asked too'}"
        case StepKind.CHECK_IN:
            return f"`escalation.check_in_every: {span(escalation.check_in_every)}`"
        case StepKind.AHEAD:
            return (
                f"`reminders.ahead: {reminders.ahead:.0%}` of its time before it is due"
            )
        case StepKind.DUE:
            return "a reminder as it is due"
        case StepKind.AFTER:
            return (
                f"`reminders.ahead: {reminders.ahead:.0%}` of its time after it is late"
            )
        case StepKind.AFTER_AGAIN:
            return (
                f"twice `reminders.ahead` ({reminders.ahead:.0%} of its time) after it "
                "is late"
            )
        case StepKind.SNOOZED:
            return "somebody put the reminder off until then"
        case _:
            assert_never(one.step)
