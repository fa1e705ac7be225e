"""Reminders: what is owed to a customer by when, why you, and what stops it.

A message holds one or several, and pages among them. What was answered meanwhile
stays readable, as a line without buttons.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.incidents import recipients
from bot.incidents.deadlines import Kind, Outcome
from bot.incidents.incidents import Status
from bot.incidents.nudges import snooze_choices
from bot.incidents.recipients import Because
from bot.incidents.steps import StepKind
from bot.policy.on_call import Role
from bot.policy.policies import Policy
from bot.slack import buttons
from bot.slack.blocks import (
    Block,
    Element,
    Message,
    actions,
    context,
    mention,
    say,
    section,
)
from bot.slack.marks import RESOLVED
from bot.slack.messages import page, yours
from bot.slack.messages.reminder_item import WOULD_BE_MISSED, Item, role
from bot.slack.phrases import (
    LONGEST_TITLE_IN_A_LIST,
    NO_LINKS,
    Voice,
    due_phrase,
    ended,
    heading,
    headline,
    last_heard,
    linked_name,
    name_of,
    opened_up,
    owed_as,
    quoted,
)
from bot.slack.readers import Person

_MOST_ITEMS = 12


def message(
    items: Sequence[Item],
    voice: Voice,
    *,
    down: tuple[datetime, datetime] | None = None,
) -> Message | None:
    """Return one message of these reminders and pages; `None` if there are none.

    In a thread or a channel it mentions the people it concerns. `down` is from when to
    when the bot was down, if it catches up.
    """
    if not items:
        return None
    plain, token = voice.both()
    ordered = sorted(items, key=lambda item: item.deadline.due_at)
    blocks = [section(_outage(down, len(ordered), token))] if down else []
    for index, item in enumerate(ordered[:_MOST_ITEMS]):
        blocks.extend(_blocks(index, item, token))
    if left := ordered[_MOST_ITEMS:]:
        blocks.append(context(_rest(left)))
    text = _text(ordered, plain, down=down)
    return say(text, blocks)


def with_replies(numbers: Sequence[int]) -> Message:
    """Return what stays of a message that a newer one replaces, if people replied."""
    names = ", ".join(f"INC-{number}" for number in numbers)
    line = (
        f"{names}: kept for what was written below. What is owed is in a newer message."
    )
    return say(line, [section(line)])


def _text(
    items: Sequence[Item], voice: Voice, *, down: tuple[datetime, datetime] | None
) -> str:
    """Return what a phone shows: all of one reminder, the first line of several."""
    outage = [_outage(down, len(items), voice)] if down else []
    live = [item for item in items if item.is_live_for(voice.reader)]
    if not live:
        settled = (_settled(item, voice) for item in items)
        return " ".join([*outage, *settled])
    firsts = [_first(item, voice) for item in live]
    if len(live) == 1:
        others = _others(live[0], voice)
        return " ".join([*outage, *firsts, *others])
    return " ".join([*(outage or [f"{len(live)} reminders:"]), *firsts])


def _blocks(index: int, item: Item, voice: Voice) -> Iterator[Block]:
    incident, owed = item.incident, item.owed
    if item.is_useful_for(voice.reader):
        said = opened_up(f"{_how_settled(item, voice)}.")
        yield from yours.blocks(incident, said, owed, voice, item.url)
        return
    if not item.is_live_for(voice.reader):
        yield section(_settled(item, voice))
        return
    due = owed if item.is_page else item.deadline
    yield heading(
        incident, voice.policy, is_late=bool(due and due.is_overdue(voice.now))
    )
    asked = opened_up(_asked(item, voice))
    first, *others = filter(None, [asked, *_others(item, voice)])
    said = " ".join([f"*{first}*", *others])
    yield section(f"{yours.described(incident, item.url)}\n{said}")
    # Slack keeps what was chosen in a menu as long as its block has the same id.
    until = item.deadline.snoozed_until
    block_id = f"{index}/{item.deadline.id}/{until.timestamp() if until else ''}"
    likely, *further = _buttons(item, voice.reader, voice.policy, voice.now)
    yield actions([buttons.likely(likely), *further], block_id=block_id)


def _first(item: Item, voice: Voice) -> str:
    """Return which incident it is about, and what it says or asks of its reader."""
    asked = _asked(item, voice)
    if not asked:
        return headline(item.incident, voice.policy)
    line = f"{name_of(item.incident, voice.policy)}: {asked}"
    if item.is_page and page.is_news(item, voice.reader):
        line += f" {quoted(item.incident.title, LONGEST_TITLE_IN_A_LIST)}."
    return line


def _asked(item: Item, voice: Voice) -> str:
    if item.is_page:
        return page.question(item, voice)
    return ended(_owed_line(item, voice))


def _others(item: Item, voice: Voice) -> list[str]:
    """Return why this reader gets it, and what stops it."""
    if item.is_page:
        return page.sentences(item, voice)
    return [*_details(item, voice), stop(item, voice.reader)]


def _details(item: Item, voice: Voice) -> Iterator[str]:
    """Yield what else to know of a first response or an update."""
    until = item.deadline.snoozed_until
    if until is not None:
        yield f"{voice.clock(until, 'Put off until')}."
    elif item.kind is StepKind.SNOOZED:
        yield "You put this off until now."
    asked = item.incident.offered_to
    if asked is not None and (voice.reader is None or voice.reader.id != asked):
        yield f"Offered to {mention(asked)}, not accepted yet."
    if item.deadline.changed:
        yield "A change of severity, plan, customer or policy moved it here."
    yield _why(item, voice)
    if item.would_be_missed:
        yield WOULD_BE_MISSED


def _owed_line(item: Item, voice: Voice) -> str:
    deadline = item.deadline
    due = due_phrase(item.incident, deadline, voice)
    aim = " by our own aim, outside the contract" if deadline.is_aim else ""
    return f"{owed_as(deadline)} {due}{aim}"


def _why(item: Item, voice: Voice) -> str:
    """Return why this reader gets it or, in a channel, who is concerned."""
    on_call = dict(recipients.on_call(voice.policy, voice.now, item.incident).named())
    owner = item.incident.owner
    whose = "Nobody owns it" if owner is None else f"It is {mention(owner)}'s"
    if voice.reader is None:
        if item.kind is StepKind.AFTER_AGAIN and Role.LEAD in on_call:
            return f"{whose}; {mention(on_call[Role.LEAD])} hears of it as the lead."
        if owner is None and not on_call:
            return f"{whose}, and nobody is on call."
        if owner is None:
            return f"{whose}; {mention(next(iter(on_call.values())))} is on call."
        return f"{whose}."
    if item.is_owned_by(voice.reader):
        since = item.incident.owned_since or item.incident.opened_at
        yours_since = voice.at(since, "Yours since")
        heard = last_heard(item.incident, voice, item.last_word)
        return f"{yours_since}. {heard}"
    if item.because is Because.STAND_IN:
        return f"{whose}; you are told instead of somebody who cannot be reached."
    return f"{whose}; you are told as the {role(item.because)}."


def stop(item: Item, reader: Person | None) -> str:
    """Return what ends these reminders or pages."""
    if item.is_page:
        return page.stop(item, reader)
    if item.deadline.is_resolution:
        return "Stops when it is resolved."
    if item.deadline.kind is Kind.FIRST_RESPONSE:
        return "Stops when the first response is logged."
    if item.is_owned_by(reader):
        return "Stops when you log an update."
    return "Stops when an update is logged."


def _buttons(
    item: Item, reader: Person | None, policy: Policy, now: datetime
) -> list[Element]:
    if item.is_page:
        return page.buttons_of(item, reader)
    incident = item.incident
    answer, take = buttons.answer(incident), buttons.take(incident)
    if item.deadline.is_resolution:
        answer = buttons.resolve(incident)
    is_mine = item.is_owned_by(reader)
    is_on_call = reader is not None and item.because is Because.PRIMARY
    if incident.owner is None and not is_on_call:
        return [take, answer]
    if not is_mine and incident.owner is not None:
        return [answer, take]
    choices = snooze_choices(policy, incident, item.deadline, now)
    snooze = [buttons.snooze(item.deadline, choices)] if choices else []
    first = [answer] if is_mine else [take, answer]
    return [*first, *snooze, buttons.hand_off(incident)]


def _settled(item: Item, voice: Voice) -> str:
    """Return the line of a reminder that asks for nothing any more."""
    incident = item.incident
    is_linked = voice.is_token and item.url is not None
    links = {incident.number: item.url or ""} if is_linked else NO_LINKS
    how = _how_settled(item, voice)
    line = f"{linked_name(incident, voice.policy, links)}: {how}."
    if not item.is_useful_for(voice.reader):
        return line
    return f"{line} {yours.owes(incident, item.owed, voice)}"


def _how_settled(item: Item, voice: Voice) -> str:
    """Return why it asks for nothing any more."""
    deadline, incident = item.deadline, item.incident
    what = owed_as(deadline)
    if not deadline.is_open:
        return _how_closed(item, what, voice)
    if deadline.paused_at is not None:
        since = voice.at(deadline.paused_at, "waiting on the customer since")
        return f"{what} stands still, {since}"
    taken = voice.at(incident.owned_since or voice.now, "taken")
    return f"{taken} by {mention(incident.owner or '')}"


def _how_closed(item: Item, what: str, voice: Voice) -> str:
    incident, deadline = item.incident, item.deadline
    closed_at = deadline.closed_at
    at = closed_at or voice.now
    if incident.status is Status.RESOLVED:
        resolved = voice.at(incident.closed_at or at, "resolved")
        return f"{RESOLVED} {resolved} by {mention(incident.closed_by or '')}"
    if incident.status is Status.VOID:
        void = voice.at(incident.closed_at or at, "closed as void")
        return f"{void} by {mention(incident.closed_by or '')}"
    if item.is_page and item.is_owned_by(voice.reader):
        return voice.at(incident.owned_since or at, "yours since")
    if item.is_page and incident.owner and incident.owned_since == closed_at:
        return f"{voice.at(at, 'taken')} by {mention(incident.owner)}"
    if deadline.kind is Kind.ESCALATION and incident.owner is not None:
        return f"{voice.at(at, 'taken')}; it is {mention(incident.owner)}'s now"
    if deadline.outcome is Outcome.VOID:
        return voice.at(at, f"{what} not owed any more since")
    return voice.at(at, "resolved" if deadline.is_resolution else f"{what} answered")


def _outage(down: tuple[datetime, datetime], count: int, voice: Voice) -> str:
    begun, over = down
    was_down = f"{voice.at(begun, 'I was down from')} {voice.at(over, 'to')}"
    these = "this" if count == 1 else f"these {count}, oldest first"
    return f"{was_down} and could not remind you of {these}:"


def _rest(items: Sequence[Item]) -> str:
    names = ", ".join(item.incident.name for item in items[:30])
    return f"And {len(items)} more: {names}. `/incident` lists them."
