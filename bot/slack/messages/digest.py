"""The daily digest: what needs a person, what fell due, what came and went."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from bot.incidents.days_ahead import Day, Owed
from bot.incidents.digest import Digest, Fallen, Gap
from bot.incidents.incidents import Incident
from bot.incidents.work_list import Group
from bot.policy.policies import Policy
from bot.slack.blocks import (
    Message,
    channel_link,
    context,
    hours,
    mention,
    say,
    section,
    sections,
    shown,
    span,
)
from bot.slack.messages import work_lines
from bot.slack.phrases import (
    LONGEST_NAME_IN_A_LIST,
    MOST_NAMES_IN_A_LIST,
    Voice,
    and_more,
    by_its_clock,
    counted,
    day_of,
    joined,
    linked_name,
    linked_names,
    on_call_phrase,
    owed_as,
    plan_name,
)
from bot.slack.reasons import reason

_MOST_IN_TEXT = 3
_MOST_NAMED = 5
_CALM = {
    Group.WAITING: "Waiting on their customers",
    Group.QUIET: "Quiet: open, and nothing is owed",
}


def message(
    digest: Digest,
    policy: Policy,
    sent_at: datetime | None = None,
) -> Message:
    """Return the digest: first what needs a person, then what happened.

    One that was `sent_at` an instant shows what was taken since.
    """
    plain, token = Voice(policy, digest.at, names_zone=False).both()
    pressing = [line for line in digest.lines if line.is_pressing]
    named = [
        line
        for line in digest.lines
        if line.is_pressing or line.is_taken_since(sent_at)
    ]
    gaps = [_gap(gap) for gap in digest.gaps]
    day = day_of(sent_at or digest.at, plain.zone)
    blocks = [section(f"*{_head(day, digest, token)}*")]
    blocks.extend(sections(f"• {gap}" for gap in gaps))
    rest = ": `/incident` shows all"
    blocks.extend(work_lines.rows(named, token, rest=rest))
    for group, head in _CALM.items():
        lines = [
            line
            for line in digest.lines
            if line.group is group and not line.is_taken_since(sent_at)
        ]
        said = [work_lines.words(line, token) for line in lines[:MOST_NAMES_IN_A_LIST]]
        more = and_more(lines, MOST_NAMES_IN_A_LIST)
        blocks.extend(sections([f"*{head}*", *said, *more] if said else []))
    blocks.extend(map(section, _happened(digest, token)))
    ahead = [
        _ahead(day, policy)
        for before, day in pairwise(digest.ahead)
        if day.targets or day.aims or day.off or day.on_call != before.on_call
    ]
    blocks.extend(sections(["*Ahead, as things stand*", *ahead] if ahead else []))
    cards = f"The cards are in {channel_link(policy.channels.incidents)}."
    # A plan may have people of its own on call.
    who = f"{on_call_phrase(digest.on_call)} " if digest.of.is_for_all else ""
    blocks.append(context(f"{who}{cards}"))
    first = [work_lines.words(line, plain) for line in pressing[:_MOST_IN_TEXT]]
    left = len(pressing) - len(first)
    more = [f"And {left} more."] if left else []
    text = [
        _head(day, digest, plain),
        *gaps,
        *first,
        *more,
        *_happened(digest, plain),
    ]
    return say(" ".join(text), blocks)


def _head(day: str, digest: Digest, voice: Voice) -> str:
    """Say whether anything is late, unowned or due before the next digest."""
    plans = [plan_name(voice.policy, one) for one in digest.of.plans]
    customers = [shown(one, LONGEST_NAME_IN_A_LIST) for one in digest.of.customers]
    whose = [*plans, *customers]
    if len(whose) > _MOST_NAMED:
        whose[_MOST_NAMED:] = [f"{len(whose) - _MOST_NAMED} more"]
    if whose:
        day = f"{day}, {joined(whose)}"
    if not digest.lines and not digest.gaps:
        return f"{day}: nothing is open."
    lines, until = digest.lines, voice.at(digest.until, "due before")
    counts = {
        "late": sum(line.is_late for line in lines),
        "unowned": sum(line.is_unowned for line in lines),
        until: sum(line.is_due for line in lines),
    }
    some = [f"{count} {what}" for what, count in counts.items() if count]
    none = [what for what, count in counts.items() if not count]
    if digest.gaps:
        hear = "hears" if len(digest.gaps) == 1 else "hear"
        some.append(f"{len(digest.gaps)} on call {hear} nothing")
    missing = f"nothing {joined(none, 'or')}" if none else ""
    return f"{day}: {'; '.join(filter(None, [', '.join(some), missing]))}."


def _gap(gap: Gap) -> str:
    """Return who is named on call and hears nothing, and what to do about it."""
    how = "has left" if gap.code is None else f"cannot be reached: {reason(gap.code)}"
    roles = joined(gap.roles)
    return f"{mention(gap.person)} is {roles} on call but {how}; name somebody else."


def _ahead(day: Day, policy: Policy) -> str:
    """Return what falls due on a day, who is on call, and where people are off."""
    head = [f"{day.date:%a} {day.date.day} {day.date:%b}"]
    for holiday, calendars in day.off:
        where = f" ({joined(calendars)})" if calendars else ""
        head.append(shown(f"{holiday}{where}", LONGEST_NAME_IN_A_LIST))
    due = [
        _counted(owed, what, policy)
        for owed, what in ((day.targets, "due"), (day.aims, "due by our own aim"))
        if owed
    ]
    who = ", then ".join(mention(one) if one else "nobody" for one in day.on_call)
    return f"{', '.join(head)}: {'; '.join(due) or 'nothing due'}. On call: {who}."


def _counted(owed: Sequence[Owed], what: str, policy: Policy) -> str:
    """Return how many are due, and which, unless there are many."""
    if len(owed) > _MOST_NAMED:
        return f"{len(owed)} {what}"
    names = [linked_name(one, policy) for one, _ in owed]
    return f"{len(owed)} {what}, {joined(names)}"


def _happened(digest: Digest, voice: Voice) -> Iterator[str]:
    """Yield what fell due since the last digest, and what began and ended."""

    def named(incident: Incident) -> str:
        return linked_name(incident, voice.policy)

    if digest.fallen:
        yield _fallen(digest, voice, named)
    if voice.is_token:
        for what, found in (("Opened", digest.opened), ("Resolved", digest.resolved)):
            if found:
                yield f"*{what}:* {linked_names(found, voice.policy)}."
    if digest.came_and_went:
        went = digest.came_and_went[:MOST_NAMES_IN_A_LIST]
        lines = [_came_and_went(one, named) for one in went]
        lines += and_more(digest.came_and_went, MOST_NAMES_IN_A_LIST)
        yield f"Came and went: {joined(lines)}."


def _came_and_went(incident: Incident, named: Callable[[Incident], str]) -> str:
    """Return who resolved an incident, and how long after the report."""
    name = named(incident)
    if incident.closed_at is None or incident.closed_by is None:
        return name
    took = span(incident.closed_at - incident.reported_at)
    return f"{name}, resolved by {mention(incident.closed_by)} in {took}"


def _fallen(digest: Digest, voice: Voice, named: Callable[[Incident], str]) -> str:
    """Return how many deadlines fell due, and which, unless there are many."""
    fallen = digest.fallen
    late = [one for one in fallen if one.late_by is not None]
    kept = [one for one in fallen if one.late_by is None]
    since = voice.at(digest.since, "Since")
    said = [f"{since}, {len(kept)} of {counted(len(fallen), 'deadline')} kept."]
    if len(late) > _MOST_NAMED:
        spans = sorted(one.late_by for one in late if one.late_by is not None)
        said.append(f"Late by {hours(spans[0])} to {hours(spans[-1])} of their time.")
    elif late:
        said.append(f"Late: {joined([_named(one, named) for one in late])}.")
    if kept and len(fallen) <= _MOST_NAMED:
        said.append(f"Kept: {joined([_named(one, named) for one in kept])}.")
    return " ".join(said)


def _named(one: Fallen, named: Callable[[Incident], str]) -> str:
    what = f"{named(one.incident)} {owed_as(one.deadline)}"
    if one.late_by is None:
        return what
    return f"{what} by {by_its_clock(one.late_by, one.deadline)}"
