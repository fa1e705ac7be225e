"""What the people of the year do: of their own accord, and when they are reminded.

They work in the hours of their own day. Woken for a Sev1 they act at once; of anything
else they think again when their day begins. One reminder in five they ignore.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random

from bot.incidents import acts
from bot.incidents.acts import Report, Update
from bot.incidents.deadlines import Deadline, Kind, owed_now
from bot.incidents.events import Event
from bot.incidents.incidents import Incident
from bot.incidents.recipients import rotation_of
from bot.incidents.steps import StepKind
from bot.policy.severities import Severity
from tests.year.accounts import Heard, heard
from tests.year.teams import ACCOUNTS
from tests.year.worlds import Told, World, day_of

_SEVERITIES = {
    Severity.SEV1: 3,
    Severity.SEV2: 17,
    Severity.SEV3: 45,
    Severity.SEV4: 35,
}
_IGNORED = 0.2
_UNASKED = 0.6  # How often an owner answers before anybody reminds them.
_BY_DAY = 0.8  # How many incidents come in the team's hours.
# How long the work on an incident takes, in hours, on average.
_WORK = {
    Severity.SEV1: 5,
    Severity.SEV2: 16,
    Severity.SEV3: 48,
    Severity.SEV4: 96,
}
_CUSTOMERS = ("Acme", "Globex", "Initech", "Umbrella")
_REPORTER = "U0DEE"


@dataclass(order=True, frozen=True, slots=True)
class _Plan:
    """What somebody will do; `place` keeps plans of one instant in order.

    It is pointless once the deadline that it is `about` is no longer owed.
    """

    at: datetime
    place: int
    person: str = field(compare=False)
    number: int = field(compare=False)
    does: str = field(compare=False)
    about: str = field(compare=False)


class Year:
    """Lives through a span, the same one for each seed and world."""

    def __init__(self, world: World, begins: datetime, days: int, seed: int) -> None:
        self._world, self._core = world, world.core
        self.begins, self.ends = begins, begins + timedelta(days=days)
        self._seed = seed
        self._plans: list[_Plan] = []
        self._count = 0
        self.heard: list[Heard] = []
        self.opened: list[Incident] = []
        self.events: dict[int, list[Event]] = {}

    def live(self, incidents: int) -> None:
        """Let so many incidents happen."""
        for opened in self._openings(incidents):
            self._go(opened.opened_at)
            self._world.open(opened)
            self.opened.append(opened)
            self._somebody_sees(opened)
        self._go(self.ends)

    def owed(self) -> Iterator[Deadline]:
        """Yield every deadline that there was."""
        for one in self.opened:
            yield from self._core.owed(one.number, self.ends)

    def _openings(self, count: int) -> list[Incident]:
        random, policy = Random(self._seed), self._core.policy
        home = policy.team_hours
        found = []
        for _ in range(count):
            span = (self.ends - self.begins) / timedelta(seconds=1)
            at = self.begins + timedelta(seconds=round(random.random() * span))
            if random.random() < _BY_DAY and not home.is_open(at):
                at = home.roll_forward(at) + timedelta(
                    seconds=round(random.random() * 8 * 3600)
                )
            severity = random.choices(list(_SEVERITIES), list(_SEVERITIES.values()))[0]
            found.append((min(at, self.ends), severity, random.choice(_CUSTOMERS)))
        return [
            acts.begun(
                "T1",
                number,
                _REPORTER,
                at,
                report=Report(severity, "it fails", "C0SUPPORT", customer),
                policy=policy,
            )
            for number, (at, severity, customer) in enumerate(sorted(found), start=1)
        ]

    def _go(self, to: datetime) -> None:
        while True:
            told_at = self._world.next_at()
            plan_at = self._plans[0].at if self._plans else None
            now = min((at for at in (told_at, plan_at) if at is not None), default=to)
            if now > to or (told_at is None and plan_at is None):
                return
            if told_at is not None and told_at <= now:
                for one in self._world.tick(now):
                    self._hears(one)
            else:
                self._do(heappop(self._plans))

    def _chance(self, *what: object) -> Random:
        """Return a source of chance that is the same in each world."""
        return Random(f"{self._seed} {what}")

    def _plan(
        self, at: datetime, person: str, number: int, does: str, about: str = ""
    ) -> None:
        self._count += 1
        # The bot's record has no finer instants.
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        heappush(self._plans, _Plan(at, self._count, person, number, does, about))

    def _owed(self, number: int, now: datetime) -> Deadline | None:
        return owed_now(self._core.owed(number, now))

    def _is_asked(self, number: int, now: datetime) -> bool:
        """Return whether the owner was asked if they are still on it."""
        return any(
            one.kind is Kind.CHECK_IN and one.is_open and one.fired
            for one in self._core.owed(number, now)
        )

    def _somebody_sees(self, opened: Incident) -> None:
        """Let a colleague who is at work take half of what comes in."""
        chance = self._chance("sees", opened.number)
        at = opened.opened_at + timedelta(minutes=chance.expovariate(1 / 20))
        awake = [one for one in ACCOUNTS if day_of(self._core.policy, one).is_open(at)]
        if awake and chance.random() < 0.5:
            self._plan(at, chance.choice(awake), opened.number, "take")

    def _hears(self, told: Told) -> None:
        self.heard.append(heard(self._core, told))
        is_first = True
        for number, kind in told.about:
            chance = self._chance(told.at, told.person, number)
            owed = self._owed(number, told.at)
            if chance.random() < _IGNORED or not self._concerns(told, number, kind):
                continue
            minutes = chance.uniform(2, 25) + (0 if is_first else chance.uniform(5, 40))
            at = told.at + timedelta(minutes=minutes)
            incident = self._core.incident(number)
            if incident.severity is Severity.SEV1:
                at = told.at + timedelta(minutes=chance.uniform(1, 5))
            elif not told.is_list and not self._is_urgent(told, number):
                at = max(at, self._begin_of_day(told.person, at))
            about = owed.id if owed else ""
            self._plan(at, told.person, number, self._answer(kind), about)
            is_first = False

    def _concerns(self, told: Told, number: int, kind: StepKind) -> bool:
        """Return whether there is anything to do before the person's next day."""
        owed = self._owed(number, told.at)
        day = day_of(self._core.policy, told.person)
        return (
            kind is not StepKind.DUE
            or self._core.incident(number).owner is None
            or (owed is not None and owed.due_at <= day.opening_after_day_of(told.at))
        )

    def _is_urgent(self, told: Told, number: int) -> bool:
        """Return whether a customer must hear before the person's next day."""
        owed = self._owed(number, told.at)
        begins = self._begin_of_day(told.person, told.at)
        return owed is not None and told.at <= owed.due_at < begins

    def _begin_of_day(self, person: str, at: datetime) -> datetime:
        return day_of(self._core.policy, person).roll_forward(at)

    def _answer(self, kind: StepKind) -> str:
        return "check in" if kind in (StepKind.CHECK_IN, StepKind.PAGE) else "act"

    def _do(self, plan: _Plan) -> None:
        incident, now = self._core.incident(plan.number), plan.at
        if not incident.is_open:
            return
        owed, owner = self._owed(plan.number, now), incident.owner
        is_owed = owed is not None and plan.about in ("", owed.id)
        if owner is None:
            held_for = rotation_of(self._core.policy, incident, plan.person, now)
            taken = acts.taken(incident, plan.person, now, None, held_for)
            self._happen(taken, incident)
            self._intend(plan.number, now)
            ready_at = self._ready_at(incident, plan.person, now)
            self._plan(ready_at, plan.person, plan.number, "resolve")
        elif plan.does == "check in" and owner == plan.person:
            if self._is_asked(plan.number, now):
                self._happen(acts.checked_in(incident, owner, now), incident)
        elif plan.does == "resolve":
            self._happen(acts.resolved(incident, owner, now, "done", None), incident)
        elif plan.does == "take" or (plan.does == "act" and not is_owed):
            return
        elif owner != plan.person:  # Who is told beside the owner asks them.
            later = now + timedelta(minutes=5)
            self._plan(later, owner, plan.number, plan.does, plan.about)
        else:
            update = acts.updated(incident, owner, now, Update("so far"))
            self._happen(update, incident)
            self._intend(incident.number, now)

    def _ready_at(self, incident: Incident, owner: str, now: datetime) -> datetime:
        """Return when the owner has mended it, in the hours of their day."""
        chance = self._chance("work", incident.number)
        hours = chance.expovariate(1 / _WORK[incident.severity])
        ready = max(
            now + timedelta(minutes=5), incident.opened_at + timedelta(hours=hours)
        )
        return self._begin_of_day(owner, ready)

    def _intend(self, number: int, now: datetime) -> None:
        """Let the owner mean to answer in time, which they do not always do."""
        incident = self._core.incident(number)
        owed = self._owed(number, now)
        if owed is None or incident.owner is None:
            return
        chance = self._chance("unasked", number, owed.id)
        if chance.random() < _UNASKED:
            share = chance.uniform(0.1, 0.9)
            at = now + max(owed.due_at - now, timedelta(minutes=5)) * share
            at = self._begin_of_day(incident.owner, at)
            self._plan(at, incident.owner, number, "act", owed.id)

    def _happen(self, event: Event, incident: Incident) -> None:
        self._core.happen(incident.number, event)
        self.events.setdefault(incident.number, []).append(event)
