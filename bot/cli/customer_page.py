"""What one customer was owed, with the evidence: a page that may be shown to them.

Nothing of how the team works is in it: no names, titles, reminders or aims of our own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
from bot.incidents.events import Event, updates
from bot.incidents.incidents import Status
from bot.incidents.review import PolicyOf, Story
from bot.policy import wording
from bot.policy.names import folded
from bot.policy.policies import Policy
from bot.slack.blocks import hours


@dataclass(frozen=True, slots=True)
class _Told:
    """By what a story is told: the policies, the zone of its times, and the instant."""

    policy: Policy
    policy_of: PolicyOf
    until: datetime
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return self.policy.team_hours.zone

    def at(self, instant: datetime | None) -> str:
        return f"{instant.astimezone(self.zone):%a %d %b %Y %H:%M}" if instant else ""


def page(  # noqa: PLR0913  # Whose page it is, and by what it is told.
    stories: Iterable[Story],
    customer: str,
    policy: Policy,
    policy_of: PolicyOf,
    *,
    span: tuple[datetime, datetime],
    now: datetime,
) -> Page:
    """Return the page. Raises BotError if the customer had no incident in the span."""
    since, until = span
    theirs = [
        one
        for one in stories
        if one.incident.status is not Status.VOID
        and folded(one.incident.customer or "") == folded(customer)
    ]
    if not theirs:
        raise BotError("That customer had no open incident in these days.")
    told = _Told(policy, policy_of, until, now)
    zone = told.zone
    days = (since, until - timedelta.resolution)
    first, last = (f"{at.astimezone(zone):%d %b %Y}" for at in days)
    contract = [one for story in theirs for one in _contract(story, until)]
    answers = [one for one in contract if not one.is_resolution]
    resolutions = [one for one in contract if one.is_resolution]
    return Page(
        title=f"{theirs[0].incident.customer}: {first} to {last}",
        said=(
            f"Times are in {zone.key}. Business time is counted in the calendar that "
            "the contract named at the time.",
            f"{_in_time(answers)} answers came in time.",
            *([f"{_in_time(resolutions)} were resolved in time."] * bool(resolutions)),
        ),
        sections=tuple(part for story in theirs for part in _story(story, told)),
    )


def _in_time(owed: list[Deadline]) -> str:
    kept = sum(one.outcome is Outcome.KEPT for one in owed)
    return f"{kept} of {sum(not one.is_open for one in owed)}"


def _contract(story: Story, until: datetime) -> list[Deadline]:
    return [
        one
        for one in story.deadlines
        if not (one.kind.is_internal or one.is_aim or one.outcome is Outcome.VOID)
        and one.started_at < until
    ]


def _story(story: Story, told: _Told) -> Iterator[Section]:
    one, owed, at = story.incident, _contract(story, told.until), told.at
    plans = {plan.id: plan.name for plan in told.policy.plans}
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
                _outcome(story, owed_one, told),
            )
            for owed_one in owed
        ),
        said=(
            f"{told.policy.severity_name(one.severity)}, "
            f"{plans.get(one.plan, one.plan)}. Reported {at(one.reported_at)}, "
            f"recorded {at(one.opened_at)}. {ended}",
        ),
    )
    told_them = updates(story.events)
    if told_them:
        yield Section(
            f"{one.name}: what you heard from us",
            ("When", "What you were told", "Link"),
            tuple((at(event.at), *_heard(event)) for event in told_them),
        )
    if owed:
        yield Section(
            f"{one.name}: how the time was counted",
            ("Owed", "From", "To", "Counted", "Why"),
            tuple(_ledger(story, owed, told)),
        )


def _heard(event: Event) -> tuple[str, str]:
    return event.details.get("told", ""), event.details.get("link", "")


def _outcome(story: Story, deadline: Deadline, told: _Told) -> str:
    if deadline.is_open and not deadline.is_overdue(told.now):
        return "paused, waiting for you" if deadline.paused_at else "not due yet"
    if deadline.outcome is Outcome.KEPT:
        return "in time"
    policy = told.policy_of(deadline.policy)
    return f"late by {hours(lateness(policy, deadline, story.incident, told.now))}"


def _ledger(
    story: Story, owed: list[Deadline], told: _Told
) -> Iterator[tuple[str, ...]]:
    for one in owed:
        for line in why(told.policy_of(one.policy), one, story.incident):
            counted = hours(line.counted) if line.counted else ""
            ends = told.at(line.start), told.at(line.end)
            yield one.kind.words, *ends, counted, line.why
