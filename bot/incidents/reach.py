"""May a message ring for this person now? Pure.

Everything that notifies a person asks `reach`. A person's day is the team's hours, on
the team's business days, read in the person's own zone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from bot.business_time.schedules import Span
from bot.incidents.deadlines import Deadline, owed_to_customer
from bot.incidents.incidents import Incident
from bot.policy import quiet_hours
from bot.policy.policies import Policy
from bot.values import value


class Why(StrEnum):
    """Why a message rings now, is held, or never arrives; in words."""

    DAY = "it is their working day"
    SHIFT = "it is their shift"
    WAKES = "the policy wakes people for it"
    MISSED = "it is due before their next working day"
    OUTSIDE = "it is outside their working day"
    QUIET = "these are their quiet hours"
    LEFT = "they have left"
    BUDGET = "they have had their messages of the day"


@dataclass(frozen=True, slots=True)
class Account:
    """What `reach` must know of a person: the zone they live in; whether they left.

    By their `id` it finds the shifts that they work outside of their day. Until
    `quiet_until` their phone makes no sound. `quiet` are the hours of each day in which
    only what the policy wakes people for rings. `had` is how many messages they had on
    this day, which does not matter to a page.
    """

    zone: ZoneInfo
    has_left: bool = False
    quiet_until: datetime | None = None
    quiet: Span | None = None
    had: int = 0
    id: str = ""


@value
class Reach:
    """Whether a message may ring, and why.

    `until` is when the person's day begins, or before that a shift in which they work.

    Without `until` what does not ring now cannot be received at all. `is_silent`: it
    arrives, and their phone makes no sound.
    """

    why: Why
    until: datetime | None = None
    is_silent: bool = False

    @property
    def is_now(self) -> bool:
        """Return whether it may ring now."""
        return self.why in (Why.DAY, Why.SHIFT, Why.WAKES, Why.MISSED)


# May a message about this incident ring for this person, by Slack's id, at an instant?
Ring = Callable[[str, datetime], Reach]


def ring_of(
    policy: Policy,
    incident: Incident,
    account_of: Callable[[str], Account],
    owed: Callable[[], Iterable[Deadline]],
) -> Ring:
    """Return whether a message about an incident may ring for a person.

    `owed` returns its deadlines; it is called once, and only if that matters.
    """
    wakes = (incident.severity, incident.plan) in policy.escalation.wakes

    @cache
    def due() -> list[datetime]:
        running = (one for one in owed_to_customer(owed()) if one.paused_at is None)
        return sorted(one.due_at for one in running)

    def ring(id: str, at: datetime) -> Reach:
        owed_at = None if wakes else next((one for one in due() if at <= one), None)
        return reach(policy, account_of(id), at, wakes=wakes, due_at=owed_at)

    return ring


def reach(
    policy: Policy,
    account: Account,
    at: datetime,
    *,
    wakes: bool,
    due_at: datetime | None,
) -> Reach:
    """Return whether a message may ring for a person at an instant.

    `wakes` says that it is about something for which the policy wakes people. `due_at`
    is when the customer must have heard: outside of their day people hear only of what
    they would miss before their next one. The last message of the policy's budget is a
    list, and all else goes into it.
    """
    found = _by_the_clock(policy, account, at, wakes=wakes, due_at=due_at)
    is_used_up = account.had >= policy.budget - 1
    return Reach(Why.BUDGET) if found.is_now and is_used_up else found


def _by_the_clock(
    policy: Policy,
    account: Account,
    at: datetime,
    *,
    wakes: bool,
    due_at: datetime | None,
) -> Reach:
    if account.has_left:
        return Reach(Why.LEFT)
    if wakes:
        is_silent = account.quiet_until is not None and at < account.quiet_until
        return Reach(Why.WAKES, is_silent=is_silent)
    day = policy.day_in(account.zone, account.quiet)
    begins = day.next_opening(at)
    if begins is None:
        return Reach(Why.DAY)
    # Also within a night shift, which they do not part.
    is_quiet = _is_quiet(account, at)
    if day.is_open(at) and not is_quiet:
        return Reach(Why.DAY)
    shifts = policy.on_call.at_work(account.id, at, begins)
    awake = (one for one in shifts if not _is_quiet(account, one))
    until = min(awake, default=begins)
    if is_quiet:
        return Reach(Why.QUIET, until)
    if until == at:
        return Reach(Why.SHIFT)
    if due_at is not None and at <= due_at < until:
        return Reach(Why.MISSED)
    return Reach(Why.OUTSIDE, until)


def quiet_ends(account: Account, at: datetime) -> datetime:
    """Return when the quiet hours end in which an instant lies."""
    assert account.quiet is not None, "there are quiet hours"
    at = at.replace(second=0, microsecond=0)
    while _is_quiet(account, at):
        at += timedelta(minutes=1)
    return at


def _is_quiet(account: Account, at: datetime) -> bool:
    wall = _wall(at, account.zone)
    return account.quiet is not None and quiet_hours.contain(account.quiet, wall)


def _wall(at: datetime, zone: ZoneInfo) -> timedelta:
    local = at.astimezone(zone)
    return timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
