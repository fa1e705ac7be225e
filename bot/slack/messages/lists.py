"""Lists: a person's morning, the leads' digest, and what `/incident` shows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.incidents.deadlines import Deadline, Kind
from bot.incidents.digest import Case, Digest, Morning, Need, Owed
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.slack.blocks import (
    LONGEST_TEXT,
    Message,
    channel_link,
    context,
    hours,
    mention,
    section,
    sections,
    span,
)
from bot.slack.cutting import cut_marked
from bot.slack.phrases import (
    LONGEST_TITLE_IN_A_LIST,
    Times,
    both,
    counted,
    customer_of,
    joined,
    linked_name,
    listed_due,
    on_call_phrase,
    owed_as,
    title_of,
)
from bot.slack.readers import Person

_MOST_LINES = 12
_MOST_NAMES = 10
_MOST_IN_TEXT = 3
_MOST_SPANS = 5
_NO_LINKS: Mapping[int, str] = {}


def morning(
    morning: Morning,
    reader: Person,
    policy: Policy,
    permalinks: Mapping[int, str] = _NO_LINKS,
) -> Message:
    """Return what somebody owes today, first due first."""
    plain, token = both(reader.zone, morning.at)
    head, unowned = _today(morning, plain), _unowned(morning, reader, policy)
    lines = [_owed_line(owed, token, permalinks) for owed in morning.owed[:_MOST_LINES]]
    blocks = [section(f"*{_today(morning, token)}*")]
    blocks.extend(sections([*lines, *_more(morning.owed, _MOST_LINES)]))
    if unowned:
        blocks.append(section(unowned))
    return Message(" ".join([head, unowned]).strip(), tuple(blocks))


def digest(
    digest: Digest,
    policy: Policy,
    zone: ZoneInfo,
    permalinks: Mapping[int, str] = _NO_LINKS,
) -> Message:
    """Return the leads' digest: what needs a person first, then what was."""
    plain, token = both(zone, digest.at)
    pressing = [need for need in digest.needs if need.is_pressing]
    waiting = [need for need in digest.needs if not need.is_pressing]
    lines = [
        f"• {_need_line(need, token, permalinks)}. "
        f"{title_of(need.incident, LONGEST_TITLE_IN_A_LIST)}"
        for need in pressing[:_MOST_LINES]
    ]
    blocks = [section(f"*{_needs_you(digest, pressing, zone)}*")]
    blocks.extend(sections([*lines, *_more(pressing, _MOST_LINES)]))
    if waiting:
        blocks.append(section(_waiting(waiting, token, permalinks)))
    blocks.append(section(_receipts(digest, token)))
    blocks.extend(section(line) for line in _movements(digest, permalinks))
    cards = f"The cards are in {channel_link(policy.channels.incidents)}."
    blocks.append(context(f"{on_call_phrase(digest.on_call)} {cards}"))
    return Message(_digest_text(digest, pressing, plain, zone), tuple(blocks))


def incident_list(
    mine: Sequence[Case], next_due: Sequence[Case], reader: Person, now: datetime
) -> Message:
    """Return what is the reader's and what is due next, for their eyes only."""
    plain, token = both(reader.zone, now)
    if not mine and not next_due:
        return Message("Only you see this: no incident is open.")
    heads = [
        f"{len(mine)} {'is' if len(mine) == 1 else 'are'} yours" if mine else "",
        f"{len(next_due)} due next" if next_due else "",
    ]
    text = f"Only you see this: {', '.join(filter(None, heads)) or 'nothing is due'}."
    first = [_case_line(case, plain, _NO_LINKS) for case in (*mine, *next_due)[:1]]
    blocks = [context("Only you see this. `/incident 42` shows one.")]
    for name, cases in (("Yours", mine), ("Due next", next_due)):
        lines = [
            f"• {_case_line(case, token, _NO_LINKS)}" for case in cases[:_MOST_LINES]
        ]
        if not lines:
            lines = ["nothing"]
        blocks.extend(sections([f"*{name}*", *lines, *_more(cases, _MOST_LINES)]))
    return Message(cut_marked(" ".join([text, *first]), LONGEST_TEXT), tuple(blocks))


def _today(morning: Morning, times: Times) -> str:
    """Return a morning in a sentence or two."""
    if not morning.owed:
        return "Today: nothing is due from you."
    first, last = morning.owed[0], morning.owed[-1]
    owed = _how_many([one.deadline for one in morning.owed])
    head = f"Today: {owed} owed"
    if len(morning.owed) == 1:
        head += f", {_due_and_whose(first, times)}"
    else:
        head += f", first {_due_and_whose(first, times)}"
        head += f", last {times.at(last.deadline.due_at)}"
    if not morning.overdue:
        return f"{head}. Nothing overdue."
    return f"{head}. {morning.overdue} overdue."


def _due_and_whose(owed: Owed, times: Times) -> str:
    incident = owed.incident
    whose = f"{incident.name} {customer_of(incident)}, {incident.severity.label}"
    return f"{times.at(owed.deadline.due_at)} ({whose})"


def _how_many(deadlines: Sequence[Deadline]) -> str:
    """Return how much is owed: 7 updates and 2 first responses."""
    firsts = sum(1 for one in deadlines if one.kind is Kind.FIRST_RESPONSE)
    updates = len(deadlines) - firsts
    words = [counted(updates, "update")] if updates else []
    words += [counted(firsts, "first response")] if firsts else []
    return joined(words)


def _owed_line(owed: Owed, times: Times, permalinks: Mapping[int, str]) -> str:
    incident, deadline = owed.incident, owed.deadline
    due = listed_due(deadline, times)
    what = f"{linked_name(incident, permalinks)}: {owed_as(deadline)} {due}"
    return f"• {what}. {title_of(incident, LONGEST_TITLE_IN_A_LIST)}"


def _unowned(morning: Morning, reader: Person, policy: Policy) -> str:
    if not morning.unowned:
        return ""
    names = _names(morning.unowned, _NO_LINKS)
    is_on_call = policy.on_call.primary == reader.id
    return f"Nobody owns {names}{'; you are on call' * is_on_call}."


def _names(incidents: Sequence[Incident], permalinks: Mapping[int, str]) -> str:
    names = [linked_name(one, permalinks) for one in incidents[:_MOST_NAMES]]
    if len(incidents) > _MOST_NAMES:
        names.append(f"{len(incidents) - _MOST_NAMES} more")
    return joined(names)


def _more(things: Sequence[object], shown: int) -> list[str]:
    left = len(things) - shown
    return [f"and {left} more"] if left > 0 else []


def _needs_you(digest: Digest, pressing: Sequence[Need], zone: ZoneInfo) -> str:
    local = digest.at.astimezone(zone)
    day = f"{local:%a} {local.day} {local:%b}"
    if not digest.open_count:
        return f"{day}: nothing open, nothing needs you."
    if not pressing:
        return f"{day}: nothing needs you."
    verb = "needs" if len(pressing) == 1 else "need"
    return f"{day}: {len(pressing)} {verb} you."


def _digest_text(
    digest: Digest, pressing: Sequence[Need], times: Times, zone: ZoneInfo
) -> str:
    sentences = [_needs_you(digest, pressing, zone)]
    sentences += [
        f"{_need_line(need, times, _NO_LINKS)}." for need in pressing[:_MOST_IN_TEXT]
    ]
    if len(pressing) > _MOST_IN_TEXT:
        sentences.append(f"And {len(pressing) - _MOST_IN_TEXT} more.")
    return cut_marked(" ".join([*sentences, _receipts(digest, times)]), LONGEST_TEXT)


def _need_line(need: Need, times: Times, permalinks: Mapping[int, str]) -> str:
    """Return why an incident needs a person, and whose it is."""
    facts = []
    if need.late_by is not None:
        facts.append(f"{hours(need.late_by)} late")
    if need.due_at is not None:
        facts.append(f"due {times.at(need.due_at)}")
    if need.incident.owner is None:
        facts.append("nobody owns it")
    else:
        facts.append(f"{mention(need.incident.owner)}'s")
    if need.waiting_for is not None:
        facts.append(f"waiting {span(need.waiting_for)}")
    return f"{linked_name(need.incident, permalinks)}: {', '.join(facts)}"


def _waiting(needs: Sequence[Need], times: Times, permalinks: Mapping[int, str]) -> str:
    lines = [_need_line(need, times, permalinks) for need in needs[:_MOST_NAMES]]
    more = _more(needs, _MOST_NAMES)
    return "\n".join(["*Waiting on their customers*", *lines, *more])


def _receipts(digest: Digest, times: Times) -> str:
    """Return how many deadlines fell due and how they ended."""
    head = f"Since {times.at(digest.since)},"
    open_count = f"Open: {digest.open_count}."
    if not digest.fell_due:
        return f"{head} no deadline fell due. {open_count}"
    fell = f"{counted(digest.fell_due, 'deadline')} fell due"
    if not digest.late:
        kept = "kept" if digest.fell_due == 1 else "all kept"
        return f"{head} {fell}: {kept}. {open_count}"
    late = f"{len(digest.late)} late by {_spans(digest.late)}"
    return f"{head} {fell}: {digest.kept} kept, {late}. {open_count}"


def _spans(late: Sequence[timedelta]) -> str:
    ordered = sorted(late)
    if len(ordered) > _MOST_SPANS:
        return f"{hours(ordered[0])} to {hours(ordered[-1])}"
    return joined([hours(one) for one in ordered])


def _movements(digest: Digest, permalinks: Mapping[int, str]) -> Iterator[str]:
    for what, incidents in (("Opened", digest.opened), ("Resolved", digest.resolved)):
        if incidents:
            yield f"*{what}:* {_names(incidents, permalinks)}"
        else:
            yield f"*{what}:* none"


def _case_line(case: Case, times: Times, permalinks: Mapping[int, str]) -> str:
    incident, owed = case.incident, case.owed
    facts = ["nothing is owed"]
    if owed is not None:
        facts = [f"{owed_as(owed)} {listed_due(owed, times)}"]
    if incident.owner is None:
        facts.append("nobody owns it")
    else:
        facts.append(f"{mention(incident.owner)}'s")
    name = linked_name(incident, permalinks)
    title = title_of(incident, LONGEST_TITLE_IN_A_LIST)
    return f"{name}: {', '.join(facts)}. {title}"
