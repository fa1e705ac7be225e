"""Rotations that are allowed but leave times, or people, out."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.policy import zones
from bot.policy.on_call import Role
from bot.policy.policies import Policy
from bot.policy.rotations import Feed, Holders, Rotation, Shift, Unit, shift_at

_YEAR = timedelta(days=366)


def found(policy: Policy, now: datetime) -> Iterator[str]:
    """Yield a sentence for each such setting: its key, then the consequence."""
    used = set[str]()
    for key, _, holders in policy.on_call.written():
        used |= {one.name for one in holders if not isinstance(one, str)}
        for one in holders[:-1]:
            if isinstance(one, str):
                yield f"{key}: {one} is always on; what comes after them never counts"
                break
    rotations: list[Rotation | Feed] = [
        *policy.on_call.rotations,
        *policy.on_call.feeds,
    ]
    for rotation in rotations:
        key = f"rotations.{rotation.name}"
        if odd := zones.oddity(rotation.zone.key):
            yield f"{key}.zone: {odd}"
        hours = _hours_of(rotation)
        if hours and 24 % hours and hours % 12:
            yield (
                f"{key}.every: turns of {hours} hours begin at another time each day"
            )
        if rotation.name not in used:
            yield f"{key}: is used nowhere; name it under `on_call`"
    yield from _gaps(policy, now)
    yield from _in_both_roles(policy, now)


def _hours_of(rotation: Rotation | Feed) -> int:
    """Return how many hours a turn has; 0 if it is not counted in hours."""
    if isinstance(rotation, Feed) or rotation.unit is not Unit.HOUR:
        return 0
    return rotation.every


def _gaps(policy: Policy, now: datetime) -> Iterator[str]:
    """Name who is to be woken by night, with the first time at which nobody is on."""
    told = set(policy.escalation.roles)
    wakes = sorted(policy.escalation.wakes)
    for key, role, holders in policy.on_call.written():
        waking = [
            f"a {severity.label} of {plan}"
            for severity, plan in wakes
            if policy.on_call.level(role, severity, plan)[1] is holders
        ]
        gap = _first_gap(holders, now) if role in told and waking else None
        if gap is not None:
            when = _when(gap, now, policy.team_hours.zone)
            yield f"{key}: nobody is on {when}; {waking[0]} wakes people by night, too"


def _in_both_roles(policy: Policy, now: datetime) -> Iterator[str]:
    """Name the first shift in which a turn makes one person primary and backup."""
    roles = Role.PRIMARY, Role.BACKUP
    primary, backup = (policy.on_call.level(one, None, None)[1] for one in roles)
    at: datetime | None = None if primary == backup else now
    while at is not None and at < now + _YEAR:
        one, other = shift_at(primary, at), shift_at(backup, at)
        since = max(filter(None, (one.since, other.since)), default=None)
        until = min(filter(None, (one.until, other.until)), default=None)
        if one.person is not None and one.person == other.person and until:
            shift = Shift(one.person, None, since, until)
            when = _when(shift, now, policy.team_hours.zone)
            yield (
                f"on_call.backup: {one.person} is the primary, too, {when}; nobody "
                "stands behind them then"
            )
            return
        at = until


def _first_gap(holders: Holders, now: datetime) -> Shift | None:
    """Return the first shift of nobody within a year, as far as it is known."""
    if any(isinstance(one, Feed) and one.stretches is None for one in holders):
        return None
    at: datetime | None = now
    while at is not None and at < now + _YEAR:
        shift = shift_at(holders, at)
        if shift.person is None:
            return shift
        at = shift.until
    return None


def _when(gap: Shift, now: datetime, zone: ZoneInfo) -> str:
    since, until = (
        f"{at.astimezone(zone):%a %d %b %Y %H:%M}" if at else None
        for at in (gap.since, gap.until)
    )
    if gap.since is None or gap.since <= now:
        return f"until {until} ({zone.key})" if until else "any more"
    end = f"to {until}" if until else "on"
    return f"from {since} {end} ({zone.key})"
