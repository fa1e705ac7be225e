"""The day's lists: the morning list of each person and the leads' digest."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta

from bot.incidents import digest as digests
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.store.database import Transaction
from bot.store.tables import marks, records
from bot.store.tables.marks import Mark
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority

_DAY = timedelta(days=1)
_ListTime = Callable[[Policy, date], datetime | None]


def due(tx: Transaction, policy: Policy, now: datetime) -> Iterator[NewMessage]:
    """Yield the lists of today that are due and not written yet, and note them.

    A bot that starts late on a business day still writes that day's lists; the lists
    of days that are over are history. Morning lists make no sense after the last hour.
    """
    today = now.astimezone(policy.team_hours.zone).date()
    morning, at = morning_at(policy, today), digest_at(policy, today)
    is_day = bool(pieces := policy.team_hours.pieces_on(today)) and (
        now < pieces[-1].closes
    )
    if (
        morning
        and morning <= now
        and is_day
        and _is_first(tx, Mark.MORNING, morning, now)
    ):
        yield from _mornings(tx, policy, morning, now)
    last = marks.at(tx, Mark.DIGEST)
    if at and at <= now and _is_first(tx, Mark.DIGEST, at, now):
        yield _digest(policy, last or at - _DAY, now)


def next_at(policy: Policy, now: datetime) -> datetime:
    """Return when the next list is due, later than `now`."""
    lists = (morning_at, digest_at)
    return min(_following(policy, now, list_at) for list_at in lists)


def load_cases(tx: Transaction, since: datetime) -> list[digests.Case]:
    """Return the open incidents with what is owed on them, and those closed since."""
    owed = records.open_deadlines(tx)
    found = records.incidents_since(tx, since)
    return [digests.Case(one, owed.get(one.number, ())) for one in found]


def cases(tx: Transaction, found: Iterable[Incident]) -> list[digests.Case]:
    """Return some incidents with what is owed on each of them."""
    return [digests.Case(one, _owed(tx, one)) for one in found]


def morning_at(policy: Policy, day: date) -> datetime | None:
    """Return when a business day's lists are written: at the team's opening.

    A team that never closes has no opening; it reads its lists with the digest.
    `None` on a day that is not a business day.
    """
    pieces = policy.team_hours.pieces_on(day)
    if not pieces:
        return None
    opens = pieces[0].opens
    if policy.team_hours.is_open(opens - timedelta(seconds=1)):
        return digest_at(policy, day)
    return opens


def digest_at(policy: Policy, day: date) -> datetime | None:
    """Return when a business day's digest is written; `None` on other days."""
    if not policy.team_hours.pieces_on(day):
        return None
    at = policy.digest_at
    wall = timedelta(hours=at.hour, minutes=at.minute)
    return policy.team_hours.home.instant(day, wall)


def _mornings(
    tx: Transaction, policy: Policy, morning: datetime, now: datetime
) -> Iterator[NewMessage]:
    until = _following(policy, morning, morning_at)
    day = morning.astimezone(policy.team_hours.zone)
    for one in digests.mornings(policy, load_cases(tx, now), now=now, until=until):
        yield NewMessage(
            key=f"morning/{day:%Y-%m-%d}/{one.person}",
            kind=MessageKind.MORNING,
            priority=Priority.NUDGE,
            person=one.person,
            refs={"until": until.isoformat()},
        )


def _digest(policy: Policy, since: datetime, now: datetime) -> NewMessage:
    """Return the digest of what was since the last one, which may have come late."""
    until = _following(policy, now, digest_at)
    instants = {"since": since, "at": now, "until": until}
    return NewMessage(
        key=f"digest/{now.astimezone(policy.team_hours.zone):%Y-%m-%d}",
        kind=MessageKind.DIGEST,
        priority=Priority.DIGEST,
        conversation=policy.channels.digest,
        refs={name: instant.isoformat() for name, instant in instants.items()},
    )


def _owed(tx: Transaction, incident: Incident) -> tuple[Deadline, ...]:
    owed = records.deadlines(tx, incident.number)
    return tuple(deadline for deadline in owed if deadline.is_open)


def _is_first(tx: Transaction, mark: Mark, at: datetime, now: datetime) -> bool:
    """Tell whether a list is still to be written, and note that it is being."""
    written_at = marks.at(tx, mark)
    if written_at is not None and written_at >= at:
        return False
    marks.note(tx, mark, now)
    return True


def _following(policy: Policy, after: datetime, at: _ListTime) -> datetime:
    """Return the first instant of a list later than `after`."""
    day = after.astimezone(policy.team_hours.zone).date()
    while (instant := at(policy, day)) is None or instant <= after:
        day += _DAY
    return instant
