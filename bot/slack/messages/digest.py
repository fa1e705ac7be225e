"""The daily digest: what needs a person, what fell due, what was opened or resolved."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.incidents.digest import Digest, Gap, Need
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
    span,
)
from bot.slack.phrases import (
    LONGEST_TITLE_IN_A_LIST,
    MOST_LINES_IN_A_LIST,
    MOST_NAMES_IN_A_LIST,
    NO_LINKS,
    Times,
    and_more,
    both,
    counted,
    joined,
    linked_name,
    linked_names,
    on_call_phrase,
    owner_in_a_list,
    title_of,
)
from bot.slack.reasons import reason

_NOTHING = "nothing needs you"
_MOST_IN_TEXT = 3
_MOST_SPANS = 5


def message(
    digest: Digest,
    policy: Policy,
    zone: ZoneInfo,
    permalinks: Mapping[int, str] = NO_LINKS,
) -> Message:
    """Return the digest: first what needs a person, then what happened."""
    plain, token = both(zone, digest.at)
    pressing = [need for need in digest.needs if need.is_pressing]
    quiet = [need for need in digest.needs if need.is_quiet]
    waiting = [n for n in digest.needs if not (n.is_pressing or n.is_quiet)]
    lines = [
        f"• {_need_line(need, token, permalinks)}. "
        f"{title_of(need.incident, LONGEST_TITLE_IN_A_LIST)}"
        for need in pressing[:MOST_LINES_IN_A_LIST]
    ]
    lines[:0] = [f"• {_gap(gap)}" for gap in digest.gaps]
    blocks = [section(f"*{_needs_you(digest, pressing, zone)}*")]
    blocks.extend(sections([*lines, *and_more(pressing, MOST_LINES_IN_A_LIST)]))
    if waiting:
        head = "Waiting on their customers"
        blocks.append(section(_calm(head, waiting, token, permalinks)))
    if quiet:
        head = "Quiet: open, and nothing is owed"
        blocks.append(section(_calm(head, quiet, token, permalinks)))
    blocks.append(section(_receipts(digest, token)))
    blocks.extend(section(line) for line in _movements(digest, permalinks))
    cards = f"The cards are in {channel_link(policy.channels.incidents)}."
    blocks.append(context(f"{on_call_phrase(digest.on_call)} {cards}"))
    return say(_text(digest, pressing, quiet, plain, zone), blocks)


def _text(
    digest: Digest,
    pressing: Sequence[Need],
    quiet: Sequence[Need],
    times: Times,
    zone: ZoneInfo,
) -> str:
    sentences = [_needs_you(digest, pressing, zone)]
    sentences += [_gap(gap) for gap in digest.gaps]
    sentences += [f"{_need_line(need, times)}." for need in pressing[:_MOST_IN_TEXT]]
    if len(pressing) > _MOST_IN_TEXT:
        sentences.append(f"And {len(pressing) - _MOST_IN_TEXT} more.")
    if quiet:
        sentences.append(f"Quiet: {linked_names([need.incident for need in quiet])}.")
    return " ".join([*sentences, _receipts(digest, times)])


def _needs_you(digest: Digest, pressing: Sequence[Need], zone: ZoneInfo) -> str:
    local = digest.at.astimezone(zone)
    day = f"{local:%a} {local.day} {local:%b}"
    count = len(pressing) + len(digest.gaps)
    if count:
        return f"{day}: {count} {'needs' if count == 1 else 'need'} you."
    if not digest.open_count:
        return f"{day}: nothing open, {_NOTHING}."
    quiet = sum(need.is_quiet for need in digest.needs)
    return f"{day}: nothing due, {quiet} quiet." if quiet else f"{day}: {_NOTHING}."


def _gap(gap: Gap) -> str:
    """Return who is named on call and hears nothing, and what to do about it."""
    how = "has left" if gap.code is None else f"cannot be reached: {reason(gap.code)}"
    roles = joined(gap.roles)
    return f"{mention(gap.person)} is {roles} on call but {how}; name somebody else."


def _need_line(
    need: Need, times: Times, permalinks: Mapping[int, str] = NO_LINKS
) -> str:
    """Return why an incident needs a person, and whose it is."""
    facts = []
    if need.late_by is not None:
        facts.append(f"{hours(need.late_by)} late")
    if need.due_at is not None:
        facts.append(f"due {times.at(need.due_at)}")
    facts.append(owner_in_a_list(need.incident))
    if need.waiting_for is not None:
        facts.append(f"waiting {span(need.waiting_for)}")
    elif need.quiet_since is not None:
        facts.append(f"quiet since {times.at(need.quiet_since)}")
    return f"{linked_name(need.incident, permalinks)}: {', '.join(facts)}"


def _calm(
    head: str, needs: Sequence[Need], times: Times, permalinks: Mapping[int, str]
) -> str:
    lines = [
        _need_line(need, times, permalinks) for need in needs[:MOST_NAMES_IN_A_LIST]
    ]
    more = and_more(needs, MOST_NAMES_IN_A_LIST)
    return "\n".join([f"*{head}*", *lines, *more])


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
            yield f"*{what}:* {linked_names(incidents, permalinks)}"
