"""Incidents on one time line, without Slack, a record or a clock. Pure.

Events happen through `consequences`, reminders fire as the tick fires them. Who moves
the time decides what people do.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import heappop, heappush

from bot.incidents.consequences import PolicyChanged, consequences
from bot.incidents.deadlines import Deadline, Kind
from bot.incidents.events import Event, EventKind
from bot.incidents.firing import Batch, Firing, fired
from bot.incidents.incidents import Incident
from bot.incidents.reach import Account, Ring, ring_of
from bot.incidents.recipients import Recipient
from bot.policy.policies import Policy

# A reminder's instant, its incident, and which of its deadlines it is of.
_Entry = tuple[datetime, int, tuple[Kind, int]]


@dataclass(frozen=True, slots=True)
class Message:
    """What one place gets at an instant: each reminder, and as whom they get it."""

    at: datetime
    place: str
    reminders: tuple[tuple[Firing, Recipient], ...]

    @property
    def is_to_person(self) -> bool:
        """Return whether a person gets it, not the fallback channel."""
        return self.reminders[0][1].is_person

    @property
    def is_page(self) -> bool:
        """Return whether a part of it is a page."""
        return any(one.step.is_page for one, _ in self.reminders)


class Simulation:
    """Open incidents under a policy, and the reminders to come.

    `account_of` says in which zone a person lives and whether they left.
    """

    def __init__(self, policy: Policy, account_of: Callable[[str], Account]) -> None:
        self.policy = policy
        self._account_of = account_of
        self._incidents: dict[int, Incident] = {}
        self._owed: dict[int, dict[tuple[Kind, int], Deadline]] = {}
        # What acts made void stays in the heap until its instant.
        self._coming: list[_Entry] = []

    def incident(self, number: int) -> Incident:
        """Return an incident as it is now."""
        return self._incidents[number]

    def incidents(self) -> Iterator[Incident]:
        """Yield every incident."""
        return iter(self._incidents.values())

    def owed(self, number: int, now: datetime) -> tuple[Deadline, ...]:
        """Return every deadline that an incident ever had, with what is missed now."""
        return tuple(_with_miss(one, now) for one in self._owed[number].values())

    def open(self, incident: Incident) -> None:
        """Open an incident."""
        at = incident.opened_at
        self._incidents[incident.number] = incident
        self._owed[incident.number] = {}
        opened = Event(EventKind.OPENED, at, at, incident.opened_by)
        self.happen(incident.number, opened)

    def happen(self, number: int, event: Event) -> None:
        """Let something happen to an incident.

        Raises Refusal if the policy has no plan of the name that it then has.
        """
        self._change(number, event, event.recorded_at)

    def change_policy(self, policy: Policy, now: datetime) -> None:
        """Put another policy in force, and recompute the open deadlines under it."""
        self.policy = policy
        for number, incident in self._incidents.items():
            if incident.is_open:
                self._change(number, PolicyChanged(), now)

    def leave_out(self, number: int) -> None:
        """Forget an incident: the policy has no such plan."""
        del self._incidents[number], self._owed[number]

    def next_at(self) -> datetime | None:
        """Return when the next reminder is due; `None` if none is."""
        while self._coming and self._deadline(self._coming[0]) is None:
            heappop(self._coming)
        return self._coming[0][0] if self._coming else None

    def tick(self, now: datetime) -> list[Message]:
        """Fire what is due by `now`, with what may go out early, as the tick does."""
        batch = Batch()
        for entry, deadline in self._due(now):
            heappop(self._coming)
            self._add(batch, self._firing(entry, deadline, now))
        soon, early = now + self.policy.reminders.together, list[_Entry]()
        for entry, deadline in self._due(soon if batch.fired else now):
            early.append(heappop(self._coming))
            firing = self._firing(entry, deadline, now)
            if batch.may_join(firing, now):
                self._add(batch, firing)
        for entry in early:
            heappush(self._coming, entry)
        return [
            Message(now, place, tuple(within)) for place, within in batch.places.items()
        ]

    def _due(self, by: datetime) -> Iterator[tuple[_Entry, Deadline]]:
        """Yield the first reminder due, until none is; it has to be popped."""
        while (at := self.next_at()) is not None and at <= by:
            entry = self._coming[0]
            deadline = self._deadline(entry)
            assert deadline is not None, "the first one is to come"
            yield entry, deadline

    def _deadline(self, entry: _Entry) -> Deadline | None:
        """Return the deadline of a reminder; `None` if it is not to come any more."""
        at, number, key = entry
        deadline = self._owed.get(number, {}).get(key)
        is_to_come = deadline is not None and deadline.next_nudge_at == at
        return deadline if is_to_come else None

    def _firing(self, entry: _Entry, deadline: Deadline, now: datetime) -> Firing:
        incident = self._incidents[entry[1]]
        return fired(self.policy, incident, deadline, now, self._ring(incident))

    def _ring(self, incident: Incident) -> Ring:
        owed = self._owed[incident.number]
        return ring_of(self.policy, incident, self._account_of, owed.values)

    def _add(self, batch: Batch, firing: Firing) -> None:
        batch.add(firing)
        self._keep(firing.deadline)

    def _change(self, number: int, event: Event | PolicyChanged, now: datetime) -> None:
        before = self._incidents[number]
        owed = self.owed(number, now)
        found = consequences(self.policy, before, event, owed, now)
        self._incidents[number] = found.incident
        for deadline in (*owed, *found.deadlines):
            self._keep(deadline)

    def _keep(self, deadline: Deadline) -> None:
        number, key = deadline.incident, (deadline.kind, deadline.count)
        known = self._owed[number].get(key)
        self._owed[number][key] = deadline
        at = deadline.next_nudge_at
        if at is not None and (known is None or known.next_nudge_at != at):
            heappush(self._coming, (at, number, key))


def _with_miss(deadline: Deadline, now: datetime) -> Deadline:
    """Return a deadline as the tick would have marked it by now."""
    if deadline.missed_at is None and deadline.is_overdue(now):
        return replace(deadline, missed_at=deadline.late_at)
    return deadline
