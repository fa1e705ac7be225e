"""The form behind "Why these times?": what was counted, what was skipped, and why."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.business_time.ledger import Line, counted
from bot.incidents.check_ins import running_now
from bot.incidents.deadlines import (
    Deadline,
    Kind,
    Outcome,
    hours_of,
    lateness,
    owed_to_customer,
)
from bot.incidents.deadlines import why as ledger_of
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.slack.blocks import (
    Block,
    View,
    context,
    hours,
    local,
    section,
    sections,
    span,
)
from bot.slack.forms.inputs import modal
from bot.slack.marked import escape
from bot.slack.phrases import Voice, headline, opened_up, owed_as

ID = "why_view"

_MOST_CLOSED = 15
_MOST_LINES = 60


def view(incident: Incident, deadlines: Sequence[Deadline], voice: Voice) -> View:
    """Return the ledger of each open deadline, and how the closed ones ended.

    Business time is shown in the zone of its calendar, with the zone's name.
    """
    return modal(
        "Why these times?",
        _blocks(incident, deadlines, voice),
        callback_id=ID,
        close="Close",
        metadata={"incident": incident.number},
    )


def _blocks(
    incident: Incident, deadlines: Sequence[Deadline], voice: Voice
) -> list[Block]:
    found = [section(headline(incident, voice.policy))]
    for deadline in (*owed_to_customer(deadlines), running_now(deadlines)):
        if deadline is not None:
            found.extend(ledger(incident, deadline, voice))
    closed = [one for one in deadlines if not one.is_open and not one.kind.is_internal]
    lines = [
        _closed(incident, one, voice.policy, voice.now)
        for one in closed[-_MOST_CLOSED:]
    ]
    if lines:
        found.extend(sections(["*Settled*", *lines]))
    if not lines and len(found) == 1:
        found.append(section("Nothing is owed on it, and nothing was."))
    return found


def ledger(incident: Incident, deadline: Deadline, voice: Voice) -> Iterator[Block]:
    """Yield an open deadline's target in the policy's words, and what was counted."""
    zone = hours_of(voice.policy, deadline, incident).zone
    lines = ledger_of(voice.policy, deadline, incident)
    yield from sections([f"*{_target(incident, deadline, voice.policy)}*"])
    if deadline.kind.is_internal:
        yield section(_check_in(deadline, voice))
        return
    written = [_line(line, zone) for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        written.append(f"and {len(lines) - _MOST_LINES} more stretches")
    total = hours(counted(lines))
    written.append(f"= {total}, due {_full(deadline.due_at, zone)}")
    yield from sections(written)
    if remarks := " ".join(_remarks(deadline, zone, voice)):
        yield context(remarks)


def _target(incident: Incident, deadline: Deadline, policy: Policy) -> str:
    """Return the target, in the policy's words, and its calendar."""
    what = opened_up(owed_as(deadline))
    if deadline.kind.is_internal:
        return what
    zone = hours_of(policy, deadline, incident).zone.key
    whose = "our own aim" if deadline.is_aim else "the policy"
    calendar = escape(deadline.calendar)
    return f"{what}: {whose} says “{deadline.target}” (calendar {calendar}, {zone})"


def _line(line: Line, zone: ZoneInfo) -> str:
    begins, ends = line.start.astimezone(zone), line.end.astimezone(zone)
    until = f"{ends:%H:%M}"
    if ends.date() != begins.date():
        until = f"{ends:%a} {until}"
    stretch = f"{begins:%a} {begins.day} {begins:%b} {begins:%H:%M} to {until}"
    if line.counted:
        return f"{stretch}: {hours(line.counted)} counted"
    return f"{stretch}: {escape(line.why)}"


def _remarks(deadline: Deadline, zone: ZoneInfo, voice: Voice) -> Iterator[str]:
    if deadline.late_at > deadline.due_at:
        late = _full(deadline.late_at, zone)
        yield f"It counts as late only from {late}, the next opening."
    if deadline.paused_at is not None:
        since = _full(deadline.paused_at, zone)
        yield f"It stands still since {since}, waiting on the customer."
    if deadline.changed:
        yield "A change of severity, plan, customer or policy moved it."
    own = _full(deadline.due_at, voice.zone)
    if own != _full(deadline.due_at, zone):
        yield f"In your zone it is due {own}."


def _check_in(deadline: Deadline, voice: Voice) -> str:
    if deadline.kind is Kind.ESCALATION:
        return "Nobody owns it, so the escalation runs until somebody takes it."
    every = span(voice.policy.escalation.check_in_every)
    due = local(deadline.due_at, voice.zone, voice.now)
    return f"Due {due}: {every} after the owner's last sign of life."


def _closed(
    incident: Incident, deadline: Deadline, policy: Policy, now: datetime
) -> str:
    zone = hours_of(policy, deadline, incident).zone
    what = f"{opened_up(owed_as(deadline))} due {_full(deadline.due_at, zone)}"
    if deadline.outcome is Outcome.VOID:
        return f"{what}: void, it counts nowhere"
    answered = _full(deadline.closed_at or now, zone)
    late = lateness(policy, deadline, incident, now)
    if deadline.outcome is Outcome.LATE and late > timedelta(0):
        return f"{what}: answered {answered}, {hours(late)} late"
    return f"{what}: answered {answered}, in time"


def _full(at: datetime, zone: ZoneInfo) -> str:
    written = at.astimezone(zone)
    return f"{written:%a} {written.day} {written:%b} {written:%H:%M}"
