"""One incident in memory: events happen to it, time passes, reminders go out."""

from dataclasses import replace
from datetime import datetime

from bot.business_time.hours import BusinessHours
from bot.business_time.schedules import always
from bot.incidents import nudges, recipients
from bot.incidents.consequences import consequences
from bot.incidents.deadlines import Deadline, Kind
from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident
from bot.incidents.reach import Reach, Why
from bot.incidents.steps import Step
from bot.policy.policies import Customer, Policy
from bot.policy.severities import Severity
from bot.policy.targets import Target
from tests.factories import PACIFIC, incident, shipped_policy

_NAMES = {
    "U0ANA": "ana",
    "U0BEN": "ben",
    "U0CAT": "cat",
    "U0LEA": "lea",
    "C0SUPPORT": "#support",
}


class Record:
    """An incident with all its deadlines, open or not, and its own tick.

    Ana is the primary on call, Ben the backup, Lea the lead. A reminder is written as
    `Tue 24 12:00 ahead ana`: when, what, and who is told. `fired` holds each step that
    went out, with its deadline as it was before.
    """

    def __init__(self, opened: Incident, policy: Policy | None = None) -> None:
        self.policy = policy or shipped_policy()
        self.incident = opened
        self.now = opened.opened_at
        self.fired: list[tuple[Deadline, Step]] = []
        self.deadlines: tuple[Deadline, ...] = ()
        self.apply(Event(EventKind.OPENED, self.now, self.now, opened.opened_by))

    def happens(
        self,
        kind: EventKind,
        at: datetime,
        by: str = "U0ANA",
        *,
        happened_at: datetime | None = None,
        **details: str,
    ) -> None:
        """Let an event happen. `at` is when it was recorded."""
        self.apply(Event(kind, happened_at or at, at, by, details))

    def change(
        self,
        at: datetime,
        by: str = "U0LEA",
        *,
        severity: Severity | None = None,
        plan: str | None = None,
    ) -> None:
        """Change severity or plan; unless said it is the lead who does."""
        wanted = {"severity": severity, "plan": plan}
        details = {name: value for name, value in wanted.items() if value is not None}
        self.apply(Event(EventKind.CHANGED, at, at, by, details))

    def apply(self, event: Event) -> None:
        """Let an event happen, without a tick before it."""
        self.now = event.recorded_at
        found = consequences(
            self.policy, self.incident, event, self.deadlines, self.now
        )
        self.incident = found.incident
        for one in found.deadlines:
            self._keep(one)

    def snooze(self, kind: Kind, choice: str, at: datetime) -> None:
        """Snooze the reminder of a deadline."""
        self.now = at
        owed = self.owed(kind)
        choices = nudges.snooze_choices(self.policy, self.incident, owed, at)
        self._keep(nudges.snoozed(self.policy, self.incident, owed, choices[choice]))

    def owed(self, kind: Kind) -> Deadline:
        """Return the one open deadline of a kind."""
        (deadline,) = (
            one for one in self.deadlines if one.is_open and one.kind is kind
        )
        return deadline

    def last(self, kind: Kind) -> Deadline:
        """Return the newest deadline of a kind, open or not."""
        of_kind = (one for one in self.deadlines if one.kind is kind)
        return max(of_kind, key=lambda one: one.count)

    def kinds_owed(self) -> list[Kind]:
        """Return the kinds of open deadlines, without check-ins."""
        kinds = [one.kind for one in self.deadlines if one.is_open]
        return [kind for kind in kinds if not kind.is_internal]

    def tick(self, now: datetime) -> list[str]:
        """Note what is late, and send once each reminder that is due."""
        self.now = now
        for one in self.deadlines:
            if one.missed_at is None and one.is_overdue(now):
                self._keep(replace(one, missed_at=one.late_at))
        sent = []
        for one in self.deadlines:
            if one.next_nudge_at is not None and one.next_nudge_at <= now:
                fired = recipients.fire(self.policy, self.incident, one, now, at_work)
                self._keep(fired.deadline)
                self.fired.append((one, fired.step))
                sent.append(self._told(fired.step, now))
        return sent

    def run(self, until: datetime) -> list[str]:
        """Tick at each instant before `until` at which something is due."""
        sent = []
        while (at := self.next_nudge_at()) is not None and at < until:
            sent += self.tick(max(at, self.now))
        return sent

    def pages(self, until: datetime) -> list[str]:
        """Let time pass; return the pages and check-ins of that time."""
        return [line for line in self.run(until) if _is_page(line)]

    def reminders(self, until: datetime) -> list[str]:
        """Let time pass; return the reminders without pages and check-ins."""
        return [line for line in self.run(until) if not _is_page(line)]

    def next_nudge_at(self) -> datetime | None:
        """Return when the next reminder is due."""
        instants = (one.next_nudge_at for one in self.deadlines)
        return min((at for at in instants if at is not None), default=None)

    def _keep(self, deadline: Deadline) -> None:
        kept = {one.id: one for one in self.deadlines} | {deadline.id: deadline}
        self.deadlines = tuple(kept.values())

    def _told(self, step: Step, now: datetime) -> str:
        local = now.astimezone(PACIFIC)
        told = recipients.of_step(self.policy, self.incident, step, now)
        names = " ".join(_NAMES[one.id] for one in told)
        return f"{local:%a} {local.day} {local:%H:%M} {step.kind} {names}"


def at_work(id: str, at: datetime) -> Reach:
    """Let every message ring."""
    return Reach(Why.DAY)


def _is_page(line: str) -> bool:
    return " page " in line or " check_in " in line


def opened(
    severity: Severity = Severity.SEV2,
    at: datetime | None = None,
    *,
    number: int = 42,
    plan: str = "premium",
    owner: str | None = None,
    reported_at: datetime | None = None,
    policy: Policy | None = None,
) -> Record:
    """Return a record that begins Tuesday 24 November 09:00, unless said."""
    fresh = incident(severity, number=number, plan=plan, opened_at=at, owner=owner)
    reported_at = reported_at or fresh.reported_at
    return Record(replace(fresh, reported_at=reported_at), policy)


def updated(
    severity: Severity = Severity.SEV2,
    at: datetime | None = None,
    *,
    number: int = 42,
    plan: str = "premium",
    owner: str | None = None,
    waiting: bool = False,
    policy: Policy | None = None,
) -> Record:
    """Return a record whose customer was answered as soon as it was opened."""
    record = opened(severity, at, number=number, plan=plan, owner=owner, policy=policy)
    details = {"waiting": "yes"} if waiting else {}
    now = record.now
    record.apply(Event(EventKind.UPDATED, now, now, owner or "U0LEA", details))
    return record


def with_targets(
    severity: Severity = Severity.SEV2,
    *,
    first: Target | None = None,
    follow_up: Target | None = None,
) -> Policy:
    """Return the shipped policy with another target for premium customers."""
    policy, cell = shipped_policy(), (severity, "premium")
    if first is not None:
        firsts = {**policy.first_responses, cell: first}
        policy = replace(policy, first_responses=firsts)
    if follow_up is not None:
        policy = replace(policy, follow_ups={**policy.follow_ups, cell: follow_up})
    return policy


def with_owl() -> Policy:
    """Return the shipped policy with a customer, Owl, whose calendar never closes."""
    policy = shipped_policy()
    calendars = {**policy.calendars, "always": BusinessHours(always(PACIFIC))}
    owl = Customer("Owl", plan="premium", calendar="always")
    return replace(policy, calendars=calendars, customers=(owl,))
