"""Reminders and pages: what is owed to whom by when, why you, and what stops it.

One message holds one or several. What was answered meanwhile stays readable in it, as
a dim line without buttons.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.incidents.deadlines import Deadline, Kind, Outcome
from bot.incidents.incidents import Incident, Status
from bot.incidents.nudges import Because, StepKind, snooze_choices
from bot.policy.policies import Policy
from bot.slack import buttons
from bot.slack.blocks import (
    LONGEST_TEXT,
    Block,
    Element,
    Message,
    actions,
    context,
    mention,
    place,
    section,
)
from bot.slack.cutting import cut_marked
from bot.slack.phrases import (
    LONGEST_TITLE_IN_A_LIST,
    Times,
    both,
    due_phrase,
    ended,
    headline,
    name_of,
    on_call_phrase,
    opened_up,
    owed_as,
    title_of,
)
from bot.slack.readers import Person

_MOST_ITEMS = 12


@dataclass(frozen=True, slots=True)
class Item:
    """One reminder within a message.

    `deadline` is as it stands now; for a page it is the escalation or the check-in, and
    `owed` the promise to the customer that is open then. `told_at` is when this
    reminder went out, `None` if it goes out now. `next` is who is paged next
    (a person's or a channel's id) and when. `superseded` tells that a newer reminder
    of the same deadline went to the same place.
    """

    incident: Incident
    deadline: Deadline
    kind: StepKind
    because: Because
    superseded: bool = False
    owed: Deadline | None = None
    next: tuple[str, datetime] | None = None
    told_at: datetime | None = None

    @property
    def is_page(self) -> bool:
        """Tell whether it is about the escalation or a check-in."""
        return self.deadline.kind is Kind.CHECK_IN

    @property
    def is_live(self) -> bool:
        """Tell whether it still asks somebody for something."""
        is_running = self.deadline.is_open and self.deadline.paused_at is None
        return is_running and not self.superseded

    def is_live_for(self, reader: Person | None) -> bool:
        """Tell whether it still asks this reader for something.

        A reminder to the owner ends for them when somebody else takes the incident.
        """
        return self.is_live and not self.is_taken_from(reader)

    def is_taken_from(self, reader: Person | None) -> bool:
        """Tell whether it became somebody else's since this reader was told."""
        if reader is None or self.is_page:
            return False
        if self.because in (Because.LEAD, Because.STAND_IN):
            return False
        return self.incident.owner not in (None, reader.id)

    def is_owned_by(self, reader: Person | None) -> bool:
        """Tell whether the incident is this reader's."""
        return reader is not None and self.incident.owner == reader.id


def reminder(
    items: Sequence[Item],
    reader: Person | None,
    policy: Policy,
    now: datetime,
    *,
    down: tuple[datetime, datetime] | None = None,
) -> Message | None:
    """Return one message for these reminders; `None` if there are none.

    `reader` is `None` in a thread or a channel: then it mentions those whom it
    concerns. `down` is from when to when the bot was down, if it catches up.
    """
    if not items:
        return None
    zone = reader.zone if reader else policy.team_hours.zone
    plain, token = both(zone, now, named=reader is None)
    ordered = sorted(items, key=lambda item: item.deadline.due_at)
    blocks = [section(_outage(down, len(ordered), token))] if down else []
    for index, item in enumerate(ordered[:_MOST_ITEMS]):
        blocks.extend(_blocks(index, item, reader, policy, token))
    if left := ordered[_MOST_ITEMS:]:
        blocks.append(context(_rest(left)))
    text = _text(ordered, reader, policy, plain)
    if down:
        text = f"{_outage(down, len(ordered), plain)} {text}"
    return Message(cut_marked(text, LONGEST_TEXT), tuple(blocks))


def _text(
    items: Sequence[Item], reader: Person | None, policy: Policy, times: Times
) -> str:
    """Return what a phone shows: all of one reminder, the gist of several."""
    live = [item for item in items if item.is_live_for(reader)]
    if not live:
        return " ".join(_ending(item, times) for item in items)
    if len(live) == 1:
        return " ".join(_sentences(live[0], reader, policy, times))
    firsts = (_sentences(item, reader, policy, times)[0] for item in live)
    return " ".join([f"{len(live)} reminders:", *firsts])


def _blocks(
    index: int, item: Item, reader: Person | None, policy: Policy, times: Times
) -> Iterator[Block]:
    if not item.is_live_for(reader):
        yield context(_ending(item, times))
        return
    first, *others = _sentences(item, reader, policy, times)
    lines = [f"*{first}*", " ".join(others)]
    if not item.is_page:
        lines.insert(1, title_of(item.incident, LONGEST_TITLE_IN_A_LIST))
    yield section("\n".join(lines))
    # Slack keeps what was chosen in a menu as long as its block has the same id.
    until = item.deadline.snoozed_until
    block_id = f"{index}/{item.deadline.id}/{until.timestamp() if until else ''}"
    yield actions(_buttons(item, reader, policy, times.now), block_id=block_id)


def _sentences(
    item: Item, reader: Person | None, policy: Policy, times: Times
) -> list[str]:
    """Return a reminder: what, why it comes to this reader, and what stops it."""
    if not item.is_page:
        lines = _owed(item, reader, policy, times)
    elif item.incident.owner is None:
        lines = _unowned_page(item, policy, times)
    elif item.is_owned_by(reader):
        lines = _check_in(item, times)
    else:
        lines = _silent_owner(item, policy, times)
    return [*lines, _stop(item, reader)]


def _owed(
    item: Item, reader: Person | None, policy: Policy, times: Times
) -> Iterator[str]:
    """Yield a reminder of a first response or an update."""
    yield ended(_owed_line(item, policy, times))
    until = item.deadline.snoozed_until
    if until is not None:
        yield f"Put off until {times.clock(until)}."
    elif item.kind is StepKind.SNOOZED:
        yield "You put this off until now."
    if item.deadline.changed:
        yield "A change of severity, plan, customer or policy moved it here."
    yield _why(item, reader, policy, times)


def _owed_line(item: Item, policy: Policy, times: Times) -> str:
    deadline = item.deadline
    due = due_phrase(policy, item.incident, deadline, times)
    aim = " by our own aim, outside the contract" if deadline.is_aim else ""
    return f"{name_of(item.incident)}: {owed_as(deadline)} {due}{aim}"


def _unowned_page(item: Item, policy: Policy, times: Times) -> Iterator[str]:
    """Yield a step of the escalation while nobody owns the incident."""
    yield headline(item.incident)
    yield from _target(item, policy, times)
    told = f"told {times.clock(item.told_at or times.now)}"
    then = ""
    if item.next is not None:
        who, at = item.next
        then = f"; {place(who)} at {times.clock(at)} if nobody takes it"
    if item.because is Because.FALLBACK:
        yield f"Nobody owns it. This channel was {told}{then}."
        yield on_call_phrase(policy.on_call)
    else:
        yield f"Nobody owns it. You were {told} as the {_role(item.because)}{then}."


def _check_in(item: Item, times: Times) -> Iterator[str]:
    """Yield the question to the owner of a Sev1, or its repeat."""
    incident = item.incident
    again = "" if item.kind is StepKind.CHECK_IN else "no tap yet; "
    yield f"{name_of(incident)}: {again}are you still on it?"
    if incident.last_sign_at is not None:
        yield f"Last sign of life {times.clock(incident.last_sign_at)}."
    if item.next is not None:
        who, at = item.next
        yield f"No tap by {times.clock(at)}: {place(who)} is told."


def _silent_owner(item: Item, policy: Policy, times: Times) -> Iterator[str]:
    """Yield what others are told when a Sev1's owner does not answer."""
    incident = item.incident
    sign = incident.last_sign_at or incident.owned_since or incident.opened_at
    silent = f"no sign of life from {mention(incident.owner or '')}"
    yield f"{name_of(incident)}: {silent} since {times.clock(sign)}."
    yield ended(opened_up(title_of(incident, LONGEST_TITLE_IN_A_LIST)))
    yield from _target(item, policy, times)
    if item.because is Because.FALLBACK:
        yield on_call_phrase(policy.on_call)
    else:
        yield f"You are told as the {_role(item.because)}."
    if item.next is not None:
        who, at = item.next
        yield f"Next: {place(who)} at {times.clock(at)}."


def _target(item: Item, policy: Policy, times: Times) -> Iterator[str]:
    if item.owed is not None:
        due = due_phrase(policy, item.incident, item.owed, times)
        yield ended(f"{opened_up(owed_as(item.owed))} {due}")


def _why(item: Item, reader: Person | None, policy: Policy, times: Times) -> str:
    """Return why this reader gets it or, in a channel, whom it concerns."""
    owner, on_call = item.incident.owner, policy.on_call
    whose = "Nobody owns it" if owner is None else f"It is {mention(owner)}'s"
    if reader is None:
        if item.kind is StepKind.AFTER_AGAIN and on_call.lead:
            return f"{whose}; {mention(on_call.lead)} is told as the lead."
        if owner is None:
            return f"{whose}; {mention(on_call.primary)} is on call."
        return f"{whose}."
    if item.is_owned_by(reader):
        return f"Yours since {_since(item.incident, times)}."
    if item.because is Because.STAND_IN:
        return f"{whose}; you are told instead of somebody who cannot be reached."
    return f"{whose}; you are told as the {_role(item.because)}."


def _role(because: Because) -> str:
    match because:
        case Because.PRIMARY | Because.BACKUP:
            return f"{because} on call"
        case Because.OWNER | Because.LEAD | Because.FALLBACK:
            return str(because)
        case Because.STAND_IN:
            return "stand-in for somebody who cannot be reached"
        case _:
            assert_never(because)


def _since(incident: Incident, times: Times) -> str:
    """Return since when it is owned; for a day of the past week that day's name."""
    since = incident.owned_since or incident.opened_at
    begun, today = (at.astimezone(times.zone) for at in (since, times.now))
    if not times.is_token and 0 < (today.date() - begun.date()).days < 7:
        return f"{begun:%A}"
    return times.at(since)


def _stop(item: Item, reader: Person | None) -> str:
    """Return what ends these reminders."""
    incident, is_mine = item.incident, item.is_owned_by(reader)
    if item.is_page and incident.owner is None:
        return "Stops when somebody takes it."
    if item.is_page and is_mine:
        return "Stops at any act of yours on it."
    if item.is_page:
        return "Stops when the owner answers, or somebody takes it over."
    if item.deadline.kind is Kind.FIRST_RESPONSE:
        return "Stops when the first response is logged."
    if is_mine:
        return "Stops when you log an update."
    return "Stops when an update is logged."


def _buttons(
    item: Item, reader: Person | None, policy: Policy, now: datetime
) -> list[Element]:
    incident = item.incident
    answer, take = buttons.answer(incident), buttons.take(incident)
    is_mine = item.is_owned_by(reader)
    if item.is_page and is_mine:
        hand_off = buttons.hand_off(incident)
        return [buttons.still_on_it(incident), answer, hand_off]
    is_on_call = reader is not None and item.because is Because.PRIMARY
    if item.is_page or (incident.owner is None and not is_on_call):
        return [take, answer]
    if not is_mine and incident.owner is not None:
        return [answer, take]
    choices = snooze_choices(policy, incident, item.deadline, now)
    snooze = [buttons.snooze(item.deadline, choices)] if choices else []
    first = [answer] if is_mine else [take, answer]
    return [*first, *snooze, buttons.hand_off(incident)]


def _ending(item: Item, times: Times) -> str:
    """Return the dim line of a reminder that asks for nothing any more."""
    deadline, incident = item.deadline, item.incident
    name = f"{name_of(incident)}: {owed_as(deadline)}"
    if not deadline.is_open:
        return f"{name} {_how_closed(item, times)}."
    if deadline.paused_at is not None:
        since = times.at(deadline.paused_at)
        return f"{name} stands still, waiting on the customer since {since}."
    if item.superseded:
        return f"{name}, replaced by the reminder below."
    since = times.at(incident.owned_since or times.now)
    return f"{name}, taken by {mention(incident.owner or '')} {since}."


def _how_closed(item: Item, times: Times) -> str:
    incident, closed_at = item.incident, item.deadline.closed_at
    at = times.at(closed_at or times.now)
    if incident.status is Status.RESOLVED and incident.closed_at == closed_at:
        return f"ended, resolved by {mention(incident.closed_by or '')} {at}"
    if item.deadline.outcome is Outcome.VOID:
        return f"not owed any more since {at}"
    if item.is_page and incident.owner and incident.owned_since == closed_at:
        return f"ended, taken by {mention(incident.owner)} {at}"
    return f"answered {at}"


def _outage(down: tuple[datetime, datetime], count: int, times: Times) -> str:
    begun, over = (times.at(instant) for instant in down)
    fell = "This fell" if count == 1 else f"These {count} fell"
    order = "" if count == 1 else ", oldest first"
    return f"I was down from {begun} to {over}. {fell} due meanwhile{order}."


def _rest(items: Sequence[Item]) -> str:
    names = ", ".join(item.incident.name for item in items[:30])
    return f"And {len(items)} more: {names}. `/incident` lists them."
