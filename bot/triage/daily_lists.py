"""The daily lists: each person's morning list and the leads' digest."""

from collections.abc import Callable, Iterable, Iterator, Mapping
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
# The clocks of two hosts may differ by this much without either being wrong.
_CLOCKS_DIFFER_BY = timedelta(seconds=10)
_ListTime = Callable[[Policy, date], datetime | None]


def due(tx: Transaction, policy: Policy, now: datetime) -> Iterator[NewMessage]:
    """Yield today's lists that are due and not yet written, and mark them as written.

    A bot that starts late on a business day still writes that day's lists, but not
    those of earlier days. After the last closing of a day it writes no morning lists.
    """
    noted = _past(marks.noted(tx), now)
    if (morning := _morning_due(noted, policy, now)) is not None:
        marks.note(tx, Mark.MORNING, now)
        yield from _mornings(tx, policy, morning, now)
    if (at := _digest_due(noted, policy, now)) is not None:
        marks.note(tx, Mark.DIGEST, now)
        yield _digest(policy, noted.get(Mark.DIGEST, at - _DAY), now)


def are_due(noted: Mapping[Mark, datetime], policy: Policy, now: datetime) -> bool:
    """Return whether one of today's lists is due and not yet written."""
    past = _past(noted, now)
    lists = _morning_due(past, policy, now), _digest_due(past, policy, now)
    return any(at is not None for at in lists)


def next_at(policy: Policy, now: datetime) -> datetime:
    """Return when the next list is due, after `now`."""
    lists = (morning_at, digest_at)
    return min(_following(policy, now, list_at) for list_at in lists)


def next_morning(policy: Policy, now: datetime) -> datetime:
    """Return when the next morning lists are due, after `now`."""
    return _following(policy, now, morning_at)


def load_cases(tx: Transaction, since: datetime) -> list[digests.Case]:
    """Return open incidents with their open deadlines, and those closed since."""
    owed = records.open_deadlines(tx)
    found = records.incidents_since(tx, since)
    return [digests.Case(one, owed.get(one.number, ())) for one in found]


def cases(tx: Transaction, found: Iterable[Incident]) -> list[digests.Case]:
    """Return these incidents, each with its open deadlines."""
    return [digests.Case(one, _owed(tx, one)) for one in found]


def morning_at(policy: Policy, day: date) -> datetime | None:
    """Return when a business day's morning lists are due: at the team's opening.

    A team that never closes has no opening, and the opening of a day that lasts into
    the night is too early: both get their lists with the digest. `None` on a day that
    is not a business day.
    """
    pieces, hours = policy.team_hours.pieces_on(day), policy.team_hours
    if not pieces:
        return None
    opens = pieces[0].opens
    if hours.is_day_and_night(opens) or hours.is_open(opens - timedelta(seconds=1)):
        return digest_at(policy, day)
    return opens


def digest_at(policy: Policy, day: date) -> datetime | None:
    """Return when a business day's digest is due; `None` on other days."""
    return policy.digest_on(day) if policy.team_hours.pieces_on(day) else None


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
    """Return the digest of all that happened since the last, even a late one."""
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


def _past(noted: Mapping[Mark, datetime], now: datetime) -> dict[Mark, datetime]:
    """Leave out what a bot noted whose clock was ahead.

    Else no list would be written until real time catches up. A list that such a bot did
    write is not repeated: its key is in the outbox.
    """
    latest = now + _CLOCKS_DIFFER_BY
    return {mark: at for mark, at in noted.items() if at <= latest}


def _morning_due(
    noted: Mapping[Mark, datetime], policy: Policy, now: datetime
) -> datetime | None:
    """Return when today's morning lists were due, if they are not yet written."""
    today = now.astimezone(policy.team_hours.zone).date()
    at, pieces = morning_at(policy, today), policy.team_hours.pieces_on(today)
    is_over = not pieces or now >= pieces[-1].closes
    return None if is_over else _unwritten(noted, Mark.MORNING, at, now)


def _digest_due(
    noted: Mapping[Mark, datetime], policy: Policy, now: datetime
) -> datetime | None:
    """Return when today's digest was due, if it is not yet written."""
    today = now.astimezone(policy.team_hours.zone).date()
    return _unwritten(noted, Mark.DIGEST, digest_at(policy, today), now)


def _unwritten(
    noted: Mapping[Mark, datetime], mark: Mark, at: datetime | None, now: datetime
) -> datetime | None:
    if at is None or at > now or (mark in noted and noted[mark] >= at):
        return None
    return at


def _following(policy: Policy, after: datetime, at: _ListTime) -> datetime:
    """Return the first instant after `after` at which a list is due."""
    day = after.astimezone(policy.team_hours.zone).date()
    while (instant := at(policy, day)) is None or instant <= after:
        day += _DAY
    return instant
