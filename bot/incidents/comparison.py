"""What another policy would have changed: two replays of the same events. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.incidents.deadlines import Deadline, Outcome
from bot.incidents.events import ERASED_CUSTOMER
from bot.incidents.incidents import Incident, Status
from bot.incidents.reach import Account
from bot.incidents.replays import Replay
from bot.incidents.review import (
    Cell,
    Kept,
    Story,
    fell_due,
    resolutions_of,
    targets_of,
)
from bot.policy.policies import Policy

_MOST_CHANGED = 10
_NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class Load:
    """How many messages a person got. `at_night` are pages outside of their day."""

    reminders: int = 0
    pages: int = 0
    at_night: int = 0


@dataclass(frozen=True, slots=True)
class Changed:
    """An incident before and after: what was missed, and what moved by most.

    `moved` is by how long, the deadline as it would be, and when it was due.
    """

    incident: Incident
    missed: tuple[int, int]
    moved: tuple[timedelta, Deadline, datetime] | None

    @property
    def by(self) -> timedelta:
        """By how long its deadline moved that moved by most."""
        return self.moved[0] if self.moved else _NO_TIME


@dataclass(frozen=True, slots=True)
class Comparison:
    """Each pair is what was, and what it would be."""

    targets: Mapping[Cell, tuple[Kept, Kept]]
    loads: Mapping[str, tuple[Load, Load]]
    resolutions: tuple[Kept, Kept]
    customers: Mapping[str, tuple[int, int]]
    changed: tuple[Changed, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What two replays do not tell.

    `begins_at` is set if the record begins within the span, `gaps` are the numbers of
    incidents that it lacks, and `erased` counts those whose customer is erased.
    `left_out` are those of each plan or severity that one of the policies lacks; of
    them and all others `open_now` are still open. `calendars` are sentences about what
    the calendars from elsewhere do not tell.
    """

    begins_at: datetime | None
    gaps: tuple[int, ...]
    erased: int
    left_out: Mapping[str, tuple[int, ...]]
    open_now: frozenset[int]
    calendars: tuple[str, ...] = ()


def compared(  # noqa: PLR0913  # Two replays, each with its policy, and the span.
    before: Replay,
    after: Replay,
    policies: tuple[Policy, Policy],
    account_of: Callable[[str], Account],
    *,
    since: datetime,
    until: datetime,
) -> Comparison:
    """Return what changed from one replay to the other in a span.

    What one of them leaves out is compared in neither.
    """
    both = before.stories.keys() & after.stories.keys()
    pairs = [
        (before.stories[one], after.stories[one])
        for one in sorted(both)
        if after.stories[one].incident.status is not Status.VOID
    ]
    old = targets_of((one for one, _ in pairs), since, until)
    new = targets_of((one for _, one in pairs), since, until)
    loads = [
        _loads(replay, both, policy, account_of, since)
        for replay, policy in zip((before, after), policies, strict=True)
    ]
    changed = [_changed(*pair, since, until) for pair in pairs]
    customers: dict[str, tuple[int, int]] = {}
    for one in changed:
        if one.incident.customer is not None:
            known = customers.get(one.incident.customer, (0, 0))
            missed = known[0] + one.missed[0], known[1] + one.missed[1]
            customers[one.incident.customer] = missed
    most = sorted(changed, key=_order)[:_MOST_CHANGED]
    return Comparison(
        targets={
            cell: (old.get(cell, Kept()), new.get(cell, Kept()))
            for cell in sorted(old.keys() | new.keys())
        },
        loads={
            who: (loads[0].get(who, Load()), loads[1].get(who, Load()))
            for who in sorted(loads[0].keys() | loads[1].keys())
        },
        resolutions=(
            resolutions_of((one for one, _ in pairs), since, until),
            resolutions_of((one for _, one in pairs), since, until),
        ),
        customers={
            name: missed
            for name, missed in sorted(customers.items())
            if missed[0] != missed[1]
        },
        changed=tuple(one for one in most if one.by or one.missed[0] != one.missed[1]),
        count=len(pairs),
    )


def _order(one: Changed) -> tuple[int, timedelta, int]:
    return -abs(one.missed[1] - one.missed[0]), -one.by, one.incident.number


def _loads(
    replay: Replay,
    known_in_both: Collection[int],
    policy: Policy,
    account_of: Callable[[str], Account],
    since: datetime,
) -> Mapping[str, Load]:
    found: dict[str, Load] = {}
    for one in replay.messages:
        is_known = any(
            firing.incident.number in known_in_both for firing, _ in one.reminders
        )
        if is_known and one.is_to_person and one.at >= since:
            day = policy.day_in(account_of(one.place).zone)
            is_night = one.is_page and not day.is_open(one.at)
            known = found.get(one.place, Load())
            found[one.place] = Load(
                known.reminders + (not one.is_page),
                known.pages + one.is_page,
                known.at_night + is_night,
            )
    return found


def _changed(before: Story, after: Story, since: datetime, until: datetime) -> Changed:
    missed = tuple(
        sum(_is_missed(one, since, until) for one in story.deadlines)
        for story in (before, after)
    )
    moves = max(_moves(before, after), key=lambda one: one[0], default=None)
    return Changed(after.incident, (missed[0], missed[1]), moves)


def _is_missed(deadline: Deadline, since: datetime, until: datetime) -> bool:
    is_due = fell_due(deadline, since, until) and not deadline.is_aim
    return is_due and deadline.outcome is not Outcome.KEPT


def _moves(
    before: Story, after: Story
) -> Iterator[tuple[timedelta, Deadline, datetime]]:
    """Yield by how much each deadline of the contract moved, and where it was due."""
    old = {one.id: one.due_at for one in before.deadlines}
    for deadline in after.deadlines:
        if not deadline.kind.is_internal and deadline.id in old:
            was = old[deadline.id]
            yield abs(deadline.due_at - was), deadline, was


def limits(
    stories: Sequence[Story], before: Replay, after: Replay, since: datetime
) -> Limits:
    """Return what the replays of these stories do not tell."""
    known = {one.incident.number: one.incident for one in stories}
    new = [number for number, one in known.items() if one.opened_at >= since]
    first = known.get(1)
    return Limits(
        begins_at=first.opened_at if first and first.opened_at > since else None,
        gaps=tuple(
            number
            for number in range(min(new, default=0), max(new, default=0))
            if number not in known
        ),
        erased=sum(one.customer == ERASED_CUSTOMER for one in known.values()),
        left_out={
            what: tuple(
                sorted({*before.left_out.get(what, ()), *after.left_out.get(what, ())})
            )
            for what in {**before.left_out, **after.left_out}
        },
        open_now=frozenset(one.number for one in known.values() if one.is_open),
    )
