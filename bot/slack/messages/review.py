"""The weekly review: was the contract kept, and what to look at."""

from collections.abc import Iterator, Mapping

from bot.incidents.review import Kept, Review
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.slack.blocks import (
    Message,
    context,
    hours,
    mention,
    say,
    section,
    sections,
    shown,
)
from bot.slack.phrases import (
    MOST_NAMES_IN_A_LIST,
    NO_LINKS,
    counted,
    joined,
    linked_name,
    owed_as,
)

_MOST_PEOPLE = 3
# Below this a percentage says more than is known.
_FEW = 10


def message(
    now: Review,
    before: Review,
    policy: Policy,
    permalinks: Mapping[int, str] = NO_LINKS,
) -> Message | None:
    """Return the review beside the week before; `None` if nothing happened."""
    if not (now.opened or now.kept.of or now.resolved):
        return None
    last = now.until - now.until.resolution
    zone = policy.team_hours.zone
    first, last = (at.astimezone(zone) for at in (now.since, last))
    head = f"Week of {first:%a} {first.day} {first:%b}: {_kept(now, before)}"
    lines = list(_lines(now, policy, permalinks))
    whole = f"sevbot report --from {first:%Y-%m-%d} --to {last:%Y-%m-%d}"
    blocks = [
        section(f"*{head}*"),
        *sections(f"• {line}" for line in lines),
        context(f"On the host, `{whole}` says more."),
    ]
    return say(" ".join([head, *_lines(now, policy)]), blocks)


def kept_words(kept: Kept) -> str:
    """Return how many were kept: 29 of 31 (94 %); per cent only of ten or more."""
    if not kept.of:
        return "none fell due"
    share = f" ({100 * kept.kept // kept.of} %)" if kept.of >= _FEW else ""
    return f"{kept.kept} of {kept.of}{share}"


def opened_words(review: Review, policy: Policy) -> str:
    """Return how many were opened, by severity: 3 (1 Sev1, 2 Sev3)."""
    total = sum(review.opened.values())
    each = ", ".join(
        f"{review.opened[one]} {policy.severity_name(one)}"
        for one in Severity
        if review.opened[one]
    )
    return f"{total} ({each})" if total else "0"


def _kept(now: Review, before: Review) -> str:
    was = f"; the week before {kept_words(before.kept)}" if before.kept.of else ""
    if not now.kept.of:
        return f"no deadline fell due{was}."
    return f"{kept_words(now.kept)} deadlines kept{was}."


def _lines(
    now: Review, policy: Policy, permalinks: Mapping[int, str] = NO_LINKS
) -> Iterator[str]:
    for miss in now.worst:
        name = linked_name(miss.story.incident, policy, permalinks)
        by = f"{hours(miss.by)} of business time"
        yield f"Missed: {name}, {owed_as(miss.deadline)} by {by}."
    if now.aims.of:
        yield f"Our own aims, outside the contract: {kept_words(now.aims)} kept."
    if now.resolutions.of:
        yield f"Resolved in time: {kept_words(now.resolutions)}."
    if now.opened or now.resolved:
        opened = shown(opened_words(now, policy), 400)
        yield f"Opened: {opened}. Resolved: {now.resolved}."
    for one in now.corrections[:MOST_NAMES_IN_A_LIST]:
        name = linked_name(one.incident, policy, permalinks)
        was = shown(policy.severity_name(one.old), 60)
        yield f"Severity changed: {name} was {was}."
    for customer, each in list(now.repeats.items())[:MOST_NAMES_IN_A_LIST]:
        names = joined([one.name for one in each[:MOST_NAMES_IN_A_LIST]])
        yield f"More than once: {shown(customer, 60)} ({names})."
    if now.told:
        people = list(now.told.items())[:_MOST_PEOPLE]
        said = [
            f"{mention(who)} {counted(reminders, 'reminder')}"
            + f" and {counted(pages, 'page')}" * bool(pages)
            for who, (reminders, pages) in people
        ]
        yield f"Most messages: {', '.join(said)}."
