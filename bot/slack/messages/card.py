"""The card of an incident: what it is, whose it is, what is owed by when."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import assert_never

from bot.incidents.deadlines import Deadline, Kind, Outcome, lateness, owed_now
from bot.incidents.incidents import Event, Incident, Status
from bot.policy.policies import Policy
from bot.slack import buttons, whose
from bot.slack.actions import MORE, RESOLVE
from bot.slack.blocks import (
    Block,
    Element,
    Message,
    actions,
    context,
    hours,
    link,
    mention,
    say,
    section,
    span,
)
from bot.slack.cutting import cut
from bot.slack.phrases import (
    Times,
    both,
    customer_with_plan,
    due_phrase,
    ended,
    follow_up_words,
    headline,
    newest,
    opened_up,
    owed_as,
    title_of,
    unowned,
)

_LONGEST_LINK_LABEL = 80


def message(
    incident: Incident,
    deadlines: Sequence[Deadline],
    policy: Policy,
    now: datetime,
    *,
    because: Event | None = None,
) -> Message:
    """Return the card of an incident, with the buttons that apply now.

    `because` is the event that voided it, or by which it lost its owner.
    """
    plain, token = both(policy.team_hours.zone, now, named=True)
    text = _text(incident, deadlines, policy, plain, because=because)
    blocks = card_blocks(incident, deadlines, policy, token, because=because)
    return say(text, blocks)


def card_blocks(
    incident: Incident,
    deadlines: Sequence[Deadline],
    policy: Policy,
    times: Times,
    *,
    because: Event | None = None,
) -> Iterator[Block]:
    """Yield the blocks of a card, its buttons last."""
    yield section(_head(incident, policy))
    if incident.is_open:
        facts = _facts(incident, deadlines, policy, times, because)
        yield section("\n".join(f"*{name}:* {fact}" for name, fact in facts))
    else:
        yield section(_ending(incident, deadlines, policy, times, because=because))
    yield context(_origin(incident, times))
    if incident.customer is None and incident.is_open:
        yield whose.menu(incident)
    yield actions(_buttons(incident), block_id=f"{incident.name}/buttons")


def _text(
    incident: Incident,
    deadlines: Sequence[Deadline],
    policy: Policy,
    times: Times,
    *,
    because: Event | None,
) -> str:
    if not incident.is_open:
        ending = _ending(incident, deadlines, policy, times, because=because)
        return f"{headline(incident)} {ending}"
    sentences = [headline(incident)]
    if incident.owner is None:
        sentences.append(f"{opened_up(unowned(because))}.")
    else:
        sentences.append(f"Owner: {mention(incident.owner)}.")
    owed = owed_now(deadlines)
    if owed is not None and owed.paused_at is not None:
        sentences.append(f"Waiting on the customer since {times.at(owed.paused_at)}.")
    elif owed is not None:
        due = due_phrase(policy, incident, owed, times)
        sentences.append(ended(f"{opened_up(owed_as(owed))} {due}"))
    return " ".join(sentences)


def _head(incident: Incident, policy: Policy) -> str:
    customer = customer_with_plan(incident, policy)
    lines = [
        f"*{incident.severity.label} · {incident.name} · {customer}*",
        title_of(incident),
    ]
    if incident.link is not None:
        label = cut(incident.link.partition("://")[2], _LONGEST_LINK_LABEL)
        lines.append(link(incident.link, label))
    return "\n".join(lines)


def _facts(
    incident: Incident,
    deadlines: Sequence[Deadline],
    policy: Policy,
    times: Times,
    because: Event | None,
) -> Iterator[tuple[str, str]]:
    """Yield the name and the words of each line of an open incident's card."""
    yield "Owner", _owner(incident, times, because)
    first = newest(deadlines, Kind.FIRST_RESPONSE)
    if first is not None:
        yield "First response", _first_response(incident, first, policy, times)
    update = newest(deadlines, Kind.UPDATE)
    is_owed = update is not None and update.is_open
    if not is_owed and (incident.responded_at is None or (first and first.is_open)):
        yield "Then", follow_up_words(policy, incident)
        return
    if incident.waiting_since is not None:
        is_paused = update is not None and update.paused_at is not None
        yield "Waiting on the customer", _waiting(incident, times, is_paused=is_paused)
        if is_paused:
            return
    if update is None or not update.is_open:
        yield "Updates", follow_up_words(policy, incident)
        return
    due = _due(incident, update, policy, times)
    if update.is_aim:
        yield "Next update", f"{due} by our own aim ({update.target})"
        yield "Contract", follow_up_words(policy, incident).partition(";")[0]
    else:
        yield "Next update", f"{due} ({update.target})"


def _owner(incident: Incident, times: Times, because: Event | None) -> str:
    if incident.owner is None or incident.owned_since is None:
        owner = unowned(because) if because else "nobody yet"
    else:
        owner = f"{mention(incident.owner)} since {times.at(incident.owned_since)}"
    if incident.offered_to is None:
        return owner
    return f"{owner}; offered to {mention(incident.offered_to)}, not accepted yet"


def _first_response(
    incident: Incident, first: Deadline, policy: Policy, times: Times
) -> str:
    if first.is_open:
        return _due(incident, first, policy, times)
    if first.outcome is Outcome.VOID:
        return "none is promised any more"
    sent = f"sent {times.at(first.closed_at or times.now)}"
    return f"{sent}, {_how_kept(incident, first, policy)}"


def _due(incident: Incident, deadline: Deadline, policy: Policy, times: Times) -> str:
    """Return when it is due, and a miss from before a change moved it."""
    due = due_phrase(policy, incident, deadline, times)
    if deadline.missed_at is None or deadline.is_overdue(times.now):
        return due
    return f"{due}, missed {times.at(deadline.missed_at)} before it moved"


def _how_kept(incident: Incident, deadline: Deadline, policy: Policy) -> str:
    if deadline.outcome is Outcome.LATE:
        by = lateness(policy, deadline, incident, deadline.due_at)
        return f"{hours(by)} late"
    return "in time"


def _waiting(incident: Incident, times: Times, *, is_paused: bool) -> str:
    since = f"since {times.at(incident.waiting_since or times.now)}"
    if is_paused:
        return f"{since}; no update is due until they answer"
    return f"{since}; that does not stop the update clock"


def _ending(
    incident: Incident,
    deadlines: Sequence[Deadline],
    policy: Policy,
    times: Times,
    *,
    because: Event | None,
) -> str:
    """Return the one line that sums up a closed incident."""
    by = f" by {mention(incident.closed_by)}" if incident.closed_by else ""
    at = f" {times.at(incident.closed_at)}" if incident.closed_at else ""
    if incident.status is Status.VOID:
        why = f": {because.details.get('reason')}" if because else ""
        return f"Void: closed{by}{at}{why}. It counts nowhere."
    after = span((incident.closed_at or times.now) - incident.reported_at)
    line = f"Resolved{by}{at}, {after} after it was reported."
    first = newest(deadlines, Kind.FIRST_RESPONSE)
    if first is None or first.outcome in (None, Outcome.VOID):
        return line
    return f"{line} First response {_how_kept(incident, first, policy)}."


def _origin(incident: Incident, times: Times) -> str:
    opened = f"Opened by {mention(incident.opened_by)} {times.at(incident.opened_at)}"
    if incident.reported_at == incident.opened_at:
        return f"{opened}."
    return f"{opened}; reported {times.at(incident.reported_at)}."


def _buttons(incident: Incident) -> list[Element]:
    more = buttons.about(incident, "More", MORE)
    match incident.status:
        case Status.OPEN:
            first = [buttons.take(incident), buttons.answer(incident)]
            if incident.waiting_since is not None:
                first.append(buttons.resume(incident))
            return [*first, buttons.about(incident, "Resolve", RESOLVE), more]
        case Status.RESOLVED:
            return [buttons.reopen(incident), more]
        case Status.VOID:
            return [more]
        case _:
            assert_never(incident.status)
