"""Two ways to remind people of the same incidents: sevbot's, and every few hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Protocol

from bot.business_time.hours import BusinessHours
from bot.incidents import recipients, work_list
from bot.incidents.incidents import Incident
from bot.incidents.nudges import StepKind
from bot.incidents.simulation import Simulation
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

    def open(self, incident: Incident) -> None:
        """Open an incident."""
        self.core.open(incident)

    def next_at(self) -> datetime | None:
        """Return the next instant at which somebody may be told something."""
        due, morning = self.core.next_at(), self._mornings[0][0]
        return morning if due is None else min(due, morning)

    def tick(self, now: datetime) -> Iterator[Told]:
        """Yield what people are told now."""
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
