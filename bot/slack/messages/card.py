"""The card of an incident: what it is, whose it is, what is owed by when."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import assert_never

from bot.incidents.deadlines import (
    Deadline,
    Kind,
    Outcome,
    owed_now,
    owed_to_customer,
)
from bot.incidents.events import Event
from bot.incidents.incidents import Incident, Status
from bot.policy.policies import Policy
from bot.slack import buttons, whose
from bot.slack.actions import MORE
from bot.slack.blocks import (
    Block,
    Element,
    Message,
    actions,
    context,
    fields,
    mention,
    say,
    section,
    span,
)
from bot.slack.phrases import (
    LONGEST_TITLE,
    Voice,
    due_phrase,
    ended,
    follow_up_words,
    heading,
    headline,
    late_by,
    linked,
    newest,
    opened_up,
    owed_as,
    plan_name,
    quoted,
    title_of,
    unowned,
    void_reason,
)


def message(
    incident: Incident,
    deadlines: Sequence[Deadline],
    policy: Policy,
    now: datetime,
    *,
    because: Event | None = None,
) -> Message:
    """Return the card of an incident, with the buttons that apply now.

    `because` is the event that closed it, or by which it lost its owner.
    """
    plain, token = Voice(policy, now, says_far=False).both()
    text = _text(incident, deadlines, plain, because=because)
    blocks = card_blocks(incident, deadlines, token, because=because)
    return say(text, blocks)


def card_blocks(
    incident: Incident,
    deadlines: Sequence[Deadline],
    voice: Voice,
    *,
    because: Event | None = None,
) -> Iterator[Block]:
    """Yield the blocks of a card, its buttons last."""
    is_late = any(one.is_overdue(voice.now) for one in owed_to_customer(deadlines))
    yield heading(incident, voice.policy, is_late=is_late)
    yield section(_what(incident))
    if incident.is_open:
        facts = _facts(incident, deadlines, voice, because)
        yield fields([*facts, *_resolution(incident, deadlines, voice)])
    else:
        yield section(_ending(incident, deadlines, voice, because=because))
    yield context(_origin(incident, voice))
    if incident.customer is None and incident.is_open:
        yield whose.menu(incident)
    yield actions(_buttons(incident, deadlines), block_id=f"{incident.name}/buttons")


def _text(
    incident: Incident,
    deadlines: Sequence[Deadline],
    voice: Voice,
    *,
    because: Event | None,
) -> str:
    if not incident.is_open:
        ending = _ending(incident, deadlines, voice, because=because)
        return f"{headline(incident, voice.policy)} {ending}"
    sentences = [headline(incident, voice.policy)]
    if incident.owner is None:
        sentences.append(f"{opened_up(unowned(because))}.")
    else:
        sentences.append(f"Owner: {mention(incident.owner)}.")
    owed = list(owed_to_customer(deadlines))
    if paused := [one.paused_at for one in owed if one.paused_at is not None]:
        since = voice.at(paused[0], "Waiting on the customer since")
        sentences.append(f"{since}.")
    for one in owed:
        if one.paused_at is None:
            due = due_phrase(incident, one, voice)
            sentences.append(ended(f"{opened_up(owed_as(one))} {due}"))
    return " ".join(sentences)


def _what(incident: Incident) -> str:
    if incident.link is None:
        return title_of(incident)
    return f"{title_of(incident)}\n{linked(incident.link)}"


def _facts(
    incident: Incident,
    deadlines: Sequence[Deadline],
    voice: Voice,
    because: Event | None,
) -> Iterator[tuple[str, str]]:
    """Yield the name and the words of each line of an open incident's card."""
    yield "Owner", _owner(incident, voice, because)
    first = newest(deadlines, Kind.FIRST_RESPONSE)
    if first is not None:
        yield "First response", _first_response(incident, first, voice)
    update = newest(deadlines, Kind.UPDATE)
    is_owed = update is not None and update.is_open
    if not is_owed and (incident.responded_at is None or (first and first.is_open)):
        yield "Then", follow_up_words(voice.policy, incident)
        return
    if incident.waiting_since is not None:
        is_paused = update is not None and update.paused_at is not None
        yield "Waiting on the customer", _waiting(incident, voice, is_paused=is_paused)
        if is_paused:
            return
    if update is None or not update.is_open:
        yield "Updates", follow_up_words(voice.policy, incident)
        return
    due = _due(incident, update, voice)
    if update.is_aim:
        yield "Next update", f"{due} by our own aim ({update.target})"
        yield "Contract", follow_up_words(voice.policy, incident).partition(";")[0]
    else:
        yield "Next update", f"{due} ({update.target})"


def _resolution(
    incident: Incident, deadlines: Sequence[Deadline], voice: Voice
) -> Iterator[tuple[str, str]]:
    last = newest(deadlines, Kind.RESOLUTION)
    if last is not None and last.paused_at is not None:
        yield "Resolution", "not due until they answer"
    elif last is not None and last.is_open:
        yield "Resolution", f"{_due(incident, last, voice)} ({last.target})"


def _owner(incident: Incident, voice: Voice, because: Event | None) -> str:
    if incident.owner is None or incident.owned_since is None:
        owner = unowned(because) if because else "nobody yet"
    else:
        since = voice.at(incident.owned_since, "since")
        owner = f"{mention(incident.owner)} {since}"
    if incident.offered_to is None:
        return owner
    return f"{owner}; offered to {mention(incident.offered_to)}, not accepted yet"


def _first_response(incident: Incident, first: Deadline, voice: Voice) -> str:
    if first.is_open:
        return _due(incident, first, voice)
    if first.outcome is Outcome.VOID:
        return "none is promised any more"
    sent = voice.at(first.closed_at or voice.now, "sent")
    return f"{sent}, {_how_kept(incident, first, voice.policy)}"


def _due(incident: Incident, deadline: Deadline, voice: Voice) -> str:
    """Return when it is due, and a miss from before a change moved it."""
    due = due_phrase(incident, deadline, voice)
    if deadline.is_overdue(voice.now):
        return f"*{due}*"
    if deadline.missed_at is None:
        return due
    return f"{due}, {voice.at(deadline.missed_at, 'missed')} before it moved"


def _how_kept(incident: Incident, deadline: Deadline, policy: Policy) -> str:
    if deadline.outcome is Outcome.LATE:
        return f"late by {late_by(policy, incident, deadline, deadline.due_at)}"
    return "in time"


def _waiting(incident: Incident, voice: Voice, *, is_paused: bool) -> str:
    since = voice.at(incident.waiting_since or voice.now, "since")
    if is_paused:
        return f"{since}; no update is due until they answer"
    return f"{since}; that does not stop the update clock"


def _ending(
    incident: Incident,
    deadlines: Sequence[Deadline],
    voice: Voice,
    *,
    because: Event | None,
) -> str:
    """Return how a closed incident ended."""
    closed_at = incident.closed_at or voice.now
    details = because.details if because else {}
    by = f" by {mention(incident.closed_by)}" if incident.closed_by else ""
    if incident.status is Status.VOID:
        why = f": {void_reason(because)}" if because else ""
        return f"{voice.at(closed_at, 'Closed')}{by}{why}. It counts nowhere."
    note = details.get("note")
    said = f": {quoted(note, LONGEST_TITLE)}" if note else ""
    after = f"{span(closed_at - incident.reported_at)} after it was reported"
    line = ended(f"{voice.at(closed_at, 'Resolved')}{by}, {after}{said}")
    for kind in (Kind.FIRST_RESPONSE, Kind.RESOLUTION):
        last = newest(deadlines, kind)
        if last is not None and last.outcome not in (None, Outcome.VOID):
            how = _how_kept(incident, last, voice.policy)
            line += f" {opened_up(owed_as(last))} {how}."
    return line


def _origin(incident: Incident, voice: Voice) -> str:
    plan = plan_name(voice.policy, incident.plan)
    counts = "Counts as " * (incident.customer is None)
    opened = voice.at(incident.opened_at, "Opened")
    by = mention(incident.opened_by)
    reported = ""
    if incident.reported_at != incident.opened_at:
        reported = f"; {voice.at(incident.reported_at, 'reported')}"
    return f"{counts}{plan}. {opened} by {by}{reported}."


def _buttons(incident: Incident, deadlines: Sequence[Deadline]) -> list[Element]:
    """Return the buttons that apply now, the likely next step first and coloured."""
    more = buttons.about(incident, "More", MORE)
    match incident.status:
        case Status.OPEN:
            if incident.owner is not None:
                steps = buttons.steps(incident, owed_now(deadlines))
                return [*steps, buttons.take(incident), more]
            take = buttons.likely(buttons.take(incident))
            answer, resolve = buttons.answer(incident), buttons.resolve(incident)
            waits = [buttons.resume(incident)] if incident.waiting_since else []
            return [take, answer, *waits, resolve, more]
        case Status.RESOLVED:
            return [buttons.reopen(incident), more]
        case Status.VOID:
            return [more]
        case _:
            assert_never(incident.status)
