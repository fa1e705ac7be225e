"""A change of shift moves the work that is held for a rotation to who comes on.

Who comes on owns it from that second, and gets one message with all of it. Who goes off
is told once. While nobody is on it stays where it is, and the leads hear.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.incidents import acts
from bot.policy.policies import Policy
from bot.policy.rotations import Shift
from bot.store.database import Transaction
from bot.store.tables import outbox_messages, records
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage import attention, happenings, people
from bot.triage.context import Context


@dataclass(frozen=True, slots=True)
class Stale:
    """The incidents that one person holds for a rotation in which they are off now."""

    owner: str
    rotation: str
    shift: Shift
    numbers: tuple[int, ...]


def are_any(tx: Transaction, policy: Policy, now: datetime) -> bool:
    """Return whether a change of shift has work to move, or leads to tell."""
    return next(_stale(tx, policy, now), None) is not None


def next_at(tx: Transaction, policy: Policy, now: datetime) -> datetime | None:
    """Return when the next shift ends that somebody holds work for, if it does."""
    rotations = {row["rotation"] for row in tx.all("held_for_rotations")}
    shifts = (policy.on_call.turn(one, now) for one in rotations)
    ends = (one.until for one in shifts if one is not None and one.until is not None)
    return min(ends, default=None)


def pass_on(tx: Transaction, context: Context) -> None:
    """Move the work of shifts that are over, or tell the leads that it stays."""
    now, policy = context.clock(), context.policy()
    came: dict[tuple[str, str], list[int]] = {}
    for one in [*_stale(tx, policy, now)]:
        person = _reachable(tx, one.shift)
        if person is None:
            leads = policy.channels.leads
            _tell(tx, context, one, MessageKind.SHIFT_HELD, one.numbers, place=leads)
            continue
        moved = [
            number
            for number in one.numbers
            if _pass_one(tx, context, number, one, person, now)
        ]
        if moved:
            _tell(tx, context, one, MessageKind.SHIFT_OVER, moved, person=one.owner)
            came.setdefault((one.rotation, person), []).extend(moved)
    for (rotation, person), numbers in came.items():
        key = f"shift/{rotation}/{now.isoformat()}/{person}"
        refs = {"rotation": rotation, "numbers": _listed(numbers)}
        new = NewMessage(
            key, MessageKind.SHIFT, _priority(tx, numbers), person=person, refs=refs
        )
        attention.send(tx, context, now, [new])


def _stale(tx: Transaction, policy: Policy, now: datetime) -> Iterator[Stale]:
    """Yield what is held by people who are not on, unless the leads have heard."""
    held: dict[tuple[str, str], list[int]] = {}
    for row in tx.all("held_for_rotations"):
        held.setdefault((row["owner"], row["rotation"]), []).append(row["number"])
    for (owner, rotation), numbers in held.items():
        shift = policy.on_call.turn(rotation, now)
        if shift is None or owner in (shift.person, _next(policy, rotation, shift)):
            continue
        one = Stale(owner, rotation, shift, tuple(numbers))
        is_told = outbox_messages.find(tx, _key(one, MessageKind.SHIFT_HELD))
        if _reachable(tx, shift) is not None or not is_told:
            yield one


def _next(policy: Policy, rotation: str, shift: Shift) -> str | None:
    """Return who comes on after hours in which nobody is on; `None` if somebody is."""
    if shift.person is not None or shift.until is None:
        return None
    following = policy.on_call.turn(rotation, shift.until)
    return following.person if following else None


def _reachable(tx: Transaction, shift: Shift) -> str | None:
    """Return who comes on, unless it is nobody or they have left."""
    if shift.person is None or people.has_left(tx, shift.person):
        return None
    return shift.person


def _pass_one(  # noqa: PLR0913  # What passes from whom to whom.
    tx: Transaction,
    context: Context,
    number: int,
    one: Stale,
    to: str,
    now: datetime,
) -> bool:
    """Pass on one incident, unless somebody changed it or is changing it now."""
    incident = records.free_incident(tx, number)
    if incident is None or (incident.owner, incident.rotation) != (
        one.owner,
        one.rotation,
    ):
        return False
    event = acts.shift_changed(incident, to, now)
    if event is None or not incident.is_open:
        return False
    happenings.happens(context, tx, incident, event)
    return True


def _tell(  # noqa: PLR0913  # To whom what is said of which incidents.
    tx: Transaction,
    context: Context,
    one: Stale,
    kind: MessageKind,
    numbers: tuple[int, ...] | list[int],
    *,
    person: str | None = None,
    place: str | None = None,
) -> None:
    refs = {
        "rotation": one.rotation,
        "owner": one.owner,
        "numbers": _listed(numbers),
        "until": one.shift.until.isoformat() if one.shift.until else "",
    }
    key = _key(one, kind)
    if kind is MessageKind.SHIFT_OVER:
        # Something else may move to the same person in the same shift.
        key += f"/{'-'.join(map(str, numbers))}"
    new = NewMessage(
        key=key,
        kind=kind,
        priority=Priority.NUDGE,
        person=person,
        conversation=place,
        refs=refs,
    )
    attention.send(tx, context, context.clock(), [new])


def _key(one: Stale, kind: MessageKind) -> str:
    since = one.shift.since.isoformat() if one.shift.since else ""
    return f"{kind}/{one.rotation}/{since}/{one.owner}"


def _listed(numbers: tuple[int, ...] | list[int]) -> str:
    return " ".join(map(str, numbers))


def _priority(tx: Transaction, numbers: list[int]) -> Priority:
    found = (records.incident(tx, number) for number in numbers)
    is_grave = any(one is not None and one.severity.number == 1 for one in found)
    return Priority.PAGE if is_grave else Priority.NUDGE
