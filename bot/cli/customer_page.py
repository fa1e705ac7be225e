"""What one customer was owed, with the evidence: a page that may be shown to them.

Nothing of how the team works is in it: no names, titles, reminders or aims of our own.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.cli.pages import Page, Section
from bot.errors import BotError
from bot.incidents.deadlines import (
    Deadline,
    Outcome,
    lateness,
    target_of,
    why,
)
from bot.incidents.incidents import Event, EventKind, Status
from bot.incidents.review import PolicyOf, Story
from bot.policy import wording
from bot.policy.names import folded
from bot.policy.policies import Policy
from bot.slack.blocks import hours
from bot.triage.reviews import Past


def page(
    past: Past, customer: str, *, since: datetime, until: datetime, now: datetime
) -> Page:
    """Return the page. Raises BotError if the customer had no incident in the span."""
    theirs = [
        one
        for one in past.stories(since, until)
        if one.incident.status is not Status.VOID
        and folded(one.incident.customer or "") == folded(customer)
    ]
    if not theirs:
        raise BotError("That customer had no open incident in these days.")
    zone = past.policy.team_hours.zone
    days = (since, until - timedelta.resolution)
    first, last = (f"{at.astimezone(zone):%d %b %Y}" for at in days)
    contract = [one for story in theirs for one in _contract(story, until)]
    kept = sum(one.outcome is Outcome.KEPT for one in contract)
    over = sum(not one.is_open for one in contract)
    return Page(
        title=f"{theirs[0].incident.customer}: {first} to {last}",
        said=(
            f"Times are in {zone.key}. Business time is counted in the calendar that "
            "the contract named at the time.",
            f"{kept} of {over} answers came in time.",
        ),
        sections=tuple(
            part for story in theirs for part in _story(story, past, zone, until, now)
        ),
    )


def _contract(story: Story, until: datetime) -> list[Deadline]:
    return [
        one
        for one in story.deadlines
        if not (one.kind.is_internal or one.is_aim or one.outcome is Outcome.VOID)
        and one.started_at < until
    ]


def _story(
    story: Story, past: Past, zone: ZoneInfo, until: datetime, now: datetime
) -> Iterator[Section]:
    one, owed = story.incident, _contract(story, until)
    plans = {plan.id: plan.name for plan in past.policy.plans}

    def at(instant: datetime | None) -> str:
        return f"{instant.astimezone(zone):%a %d %b %Y %H:%M}" if instant else ""

    ended = f"Resolved {at(one.closed_at)}." if one.closed_at else "Open."
    yield Section(
        one.name,
        ("Owed", "Promised", "Counted from", "Due", "Answered", ""),
        tuple(
            (
                owed_one.kind.words,
                wording.published(target_of(owed_one)),
                at(owed_one.started_at),
                at(owed_one.due_at),
                at(owed_one.closed_at),
                _outcome(past.policy_of, owed_one, story, now),
            )
            for owed_one in owed
        ),
        said=(
            f"{one.severity.label}, {plans.get(one.plan, one.plan)}. Reported "
            f"{at(one.reported_at)}, recorded {at(one.opened_at)}. {ended}",
        ),
    )
    told = [event for event in story.events if event.kind is EventKind.UPDATED]
    if told:
        yield Section(
            f"{one.name}: what you heard from us",
            ("When", "What you were told", "Link"),
            tuple((at(event.at), *_told(event)) for event in told),
        )
    if owed:
        yield Section(
            f"{one.name}: how the time was counted",
            ("Owed", "From", "To", "Counted", "Why"),
            tuple(_ledger(past.policy_of, story, owed, at)),
        )


def _told(event: Event) -> tuple[str, str]:
    return event.details.get("told", ""), event.details.get("link", "")


def _outcome(
    policy_of: PolicyOf, deadline: Deadline, story: Story, now: datetime
) -> str:
    if deadline.is_open and not deadline.is_overdue(now):
        return "paused, waiting for you" if deadline.paused_at else "not due yet"
    if deadline.outcome is Outcome.KEPT:
        return "in time"
    policy = policy_of(deadline.policy)
    return f"late by {hours(lateness(policy, deadline, story.incident, now))}"


def _ledger(
    policy_of: PolicyOf,
    story: Story,
    owed: list[Deadline],
    at: Callable[[datetime | None], str],
) -> Iterator[tuple[str, ...]]:
    for one in owed:
        policy: Policy = policy_of(one.policy)
        for line in why(policy, one, story.incident):
            counted = hours(line.counted) if line.counted else ""
            yield one.kind.words, at(line.start), at(line.end), counted, line.why
