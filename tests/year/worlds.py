"""Two ways to remind people of the same incidents: sevbot's, and every few hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Protocol

from bot.business_time.hours import BusinessHours
from bot.incidents import acts, recipients, work_list
from bot.incidents.incidents import Incident
from bot.incidents.simulation import Simulation
from bot.incidents.steps import StepKind
from bot.incidents.work_list import Case
from bot.policy.policies import Policy
from tests.year.teams import ACCOUNTS

EVERY = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Told:
    """A message that a person got: the incidents, each with the kind of reminder.

    `DUE` also stands for a line of a morning list, and for a peer's reminder.
    """

    at: datetime
    person: str
    about: tuple[tuple[int, StepKind], ...]
    is_list: bool = False


class World(Protocol):
    """Incidents, and what people are told of them."""

    core: Simulation

    def open(self, incident: Incident) -> None:
        """Open an incident."""

    def next_at(self) -> datetime | None:
        """Return the next instant at which somebody may be told something."""

    def tick(self, now: datetime) -> Iterator[Told]:
        """Yield what people are told now."""


class Ours:
    """Reminders as sevbot sends them, with its morning lists."""

    def __init__(self, policy: Policy, begins: datetime) -> None:
        self.core = Simulation(policy, ACCOUNTS.__getitem__)
        self._mornings = [
            (day_of(policy, one).opening_after_day_of(begins), one) for one in ACCOUNTS
        ]
        heapify(self._mornings)
        self._shift_ends = _shift_ends(policy, begins)

    def open(self, incident: Incident) -> None:
        """Open an incident."""
        self.core.open(incident)

    def next_at(self) -> datetime | None:
        """Return the next instant at which somebody may be told something."""
        due = self.core.next_at()
        others = min(self._mornings[0][0], self._shift_ends)
        return others if due is None else min(due, others)

    def tick(self, now: datetime) -> Iterator[Told]:
        """Yield what people are told now."""
        if now >= self._shift_ends:
            yield from self._hand_over(now)
            self._shift_ends = _shift_ends(self.core.policy, now)
        reminded: dict[str, set[int]] = {}
        for one in self.core.tick(now):
            about = tuple(
                (firing.incident.number, firing.step.kind)
                for firing, _ in one.reminders
            )
            if one.is_to_person:
                reminded[one.place] = {number for number, _ in about}
                yield Told(now, one.place, about)
        while self._mornings[0][0] <= now:
            _, person = heappop(self._mornings)
            until = day_of(self.core.policy, person).opening_after_day_of(now)
            heappush(self._mornings, (until, person))
            lines = self._list(person, now, until)
            # What a reminder of this moment says is not said twice.
            if set(lines) - reminded.get(person, set()):
                about = tuple((number, StepKind.DUE) for number in lines)
                yield Told(now, person, about, is_list=True)

    def _hand_over(self, now: datetime) -> Iterator[Told]:
        """Pass on what is held for a rotation, with one message of all of it."""
        came: dict[str, list[int]] = {}
        for incident in [*self.core.incidents()]:
            if not incident.is_open or incident.rotation is None:
                continue
            shift = self.core.policy.on_call.turn(incident.rotation, now)
            assert shift is not None, "the rotation is the policy's"
            assert shift.person is not None, "somebody is always on"
            event = acts.shift_changed(incident, shift.person, now)
            if event is not None:
                self.core.happen(incident.number, event)
                came.setdefault(shift.person, []).append(incident.number)
        for person, numbers in came.items():
            # Else it comes in the morning list.
            if day_of(self.core.policy, person).is_open(now):
                about = tuple((number, StepKind.DUE) for number in numbers)
                yield Told(now, person, about, is_list=True)

    def _list(self, person: str, now: datetime, until: datetime) -> list[int]:
        policy = self.core.policy
        is_on_call = person in recipients.all_of_unowned(policy, now)
        cases = [
            Case(one, self.core.owed(one.number, now))
            for one in self.core.incidents()
            if one.is_open
            and (one.owner == person or (is_on_call and one.owner is None))
        ]
        lines = work_list.work_list(policy, cases, now=now, until=until)
        found = work_list.of_morning(lines, day_of(policy, person), now)
        return [one.incident.number for one in found]


def _shift_ends(policy: Policy, now: datetime) -> datetime:
    """Return when the next shift of any rotation ends."""
    shifts = (policy.on_call.turn(one.name, now) for one in policy.on_call.rotations)
    return min(one.until for one in shifts if one is not None and one.until is not None)


class Peers:
    """A reminder every few hours, to the owner or else the primary, until it is done.

    By day and by night, since such a tool knows no business time.
    """

    def __init__(self, policy: Policy) -> None:
        self.core = Simulation(policy, ACCOUNTS.__getitem__)
        self._coming: list[tuple[datetime, int]] = []

    def open(self, incident: Incident) -> None:
        """Open an incident."""
        self.core.open(incident)
        heappush(self._coming, (incident.opened_at, incident.number))

    def next_at(self) -> datetime | None:
        """Return the next instant at which somebody may be told something."""
        return self._coming[0][0] if self._coming else None

    def tick(self, now: datetime) -> Iterator[Told]:
        """Yield what people are told now."""
        while self._coming and self._coming[0][0] <= now:
            at, number = heappop(self._coming)
            incident = self.core.incident(number)
            if not incident.is_open:
                continue
            heappush(self._coming, (at + EVERY, number))
            told = (
                incident.owner
                or recipients.of_unowned(self.core.policy, incident, now).id
            )
            if told in ACCOUNTS:
                yield Told(now, told, ((number, StepKind.DUE),))


def day_of(policy: Policy, person: str) -> BusinessHours:
    """Return a person's working days."""
    return policy.day_in(ACCOUNTS[person].zone)
