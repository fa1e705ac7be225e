"""What a new policy would do to the incidents that are open in the record."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cli import record
from bot.cli.record import NoRecordError
from bot.incidents import retargeting
from bot.incidents.deadlines import Deadline, Kind
from bot.incidents.incidents import Incident
from bot.policy.changes import Changed
from bot.policy.policies import Policy
from bot.store.tables import records

Case = tuple[Incident, tuple[Deadline, ...]]


@dataclass(frozen=True, slots=True)
class Effect:
    """How many open incidents there are, and for how many what is due next moves."""

    incidents: int = 0
    later: int = 0
    earlier: int = 0
    begun: int = 0
    ended: int = 0

    def __str__(self) -> str:
        counts = {
            "next due later for": self.later,
            "next due earlier for": self.earlier,
            "something is due now for": self.begun,
            "nothing is due any more for": self.ended,
        }
        moved = [f"{what} {count}" for what, count in counts.items() if count]
        plural = "s" * (self.incidents != 1)
        return ", ".join([f"{self.incidents} open incident{plural}", *moved])


def open_cases() -> list[Case] | None:
    """Return the open incidents with all their deadlines; `None` without a record."""
    try:
        with record.reading() as tx:
            numbers = [row["number"] for row in tx.all("open_incidents")]
            found = (records.incident(tx, number) for number in numbers)
            return [(one, records.deadlines(tx, one.number)) for one in found if one]
    except NoRecordError:
        return None


def of(changed: Changed, new: Policy, cases: Iterable[Case], now: datetime) -> Effect:
    """Return what a changed cell does to the incidents that it is about."""
    cell = (changed.severity, changed.plan)
    about = [one for one in cases if (one[0].severity, one[0].plan) == cell]
    own = (Kind.FIRST_RESPONSE, Kind.RESOLUTION)
    kind = Kind(changed.table) if changed.table in own else Kind.UPDATE
    return _effect(new, about, [kind], now)


def total(new: Policy, cases: Iterable[Case], now: datetime) -> Effect:
    """Return what a policy does to incidents; those without terms stay."""
    kinds = [one for one in Kind if not one.is_internal]
    return _effect(new, list(cases), kinds, now)


def _effect(
    new: Policy, cases: Sequence[Case], kinds: Sequence[Kind], now: datetime
) -> Effect:
    moved = [
        one for case in cases for one in _moves(new, case, now) if one.kind in kinds
    ]

    def count(is_so: Callable[[retargeting.Move], object]) -> int:
        return len({one.incident for one in moved if is_so(one)})

    return Effect(
        incidents=len(cases),
        later=count(lambda one: one.old and one.new and one.new > one.old),
        earlier=count(lambda one: one.old and one.new and one.new < one.old),
        begun=count(lambda one: one.old is None),
        ended=count(lambda one: one.new is None),
    )


def without_terms(new: Policy, cases: Iterable[Case]) -> list[str]:
    """Return the names of the incidents whose plan or severity is gone."""
    return [one.name for one, _ in cases if not _has_terms(new, one)]


def _has_terms(new: Policy, incident: Incident) -> bool:
    return (incident.severity, incident.plan) in new.follow_ups


def _moves(new: Policy, case: Case, now: datetime) -> Iterator[retargeting.Move]:
    incident, owed = case
    if _has_terms(new, incident):
        changed = retargeting.retargeted(new, incident, owed, now)
        yield from retargeting.moves(owed, changed)
