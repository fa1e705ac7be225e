"""One incident in memory: events happen to it, time passes, reminders go out."""

from dataclasses import replace
from datetime import datetime

from bot import check_ins, deadlines, incidents, nudges
from bot.deadlines import Deadline, Kind
from bot.incidents import Event, EventKind, Incident
from bot.nudges import Step
from bot.policies import Policy
from tests.factories import PACIFIC, shipped_policy

_NAMES = {
    "U0ANA": "ana",
    "U0BEN": "ben",
    "U0CAT": "cat",
    "U0LEA": "lea",
    "C0SUPPORT": "#support",
}


class Record:
    """An incident with every deadline that it ever had, and a tick of its own.

    Ana is the primary on call, Ben the backup, Lea the lead. A reminder reads as
    `Tue 24 12:00 ahead ana`: when, what, and who is told. `fired` holds each step that
    went out, with its deadline as it was before.
    """

    def __init__(self, opened: Incident, policy: Policy | None = None) -> None:
        self.policy = policy or shipped_policy()
        self.incident = opened
        self.now = opened.opened_at
        self.fired: list[tuple[Deadline, Step]] = []
        self.deadlines: tuple[Deadline, ...] = ()
        owed = deadlines.opened(self.policy, opened)
        owed += check_ins.opened(self.policy, opened)
        self._save(owed)

    def happens(
        self,
        kind: EventKind,
        at: datetime,
        by: str = "U0ANA",
        *,
        happened_at: datetime | None = None,
        **details: str,
    ) -> None:
        """Let an event happen. `at` is when we are told, `happened_at` may be earlier."""
        self.now = at
        event = Event(kind, happened_at or at, at, by, details)
        self.incident = incidents.apply(self.incident, event)
        moved = deadlines.after(self.policy, self.incident, event, self.deadlines)
        moved += check_ins.after(self.policy, self.incident, event, self.deadlines)
        self._save(moved)

    def snooze(self, kind: Kind, choice: str, at: datetime) -> None:
        """Put the reminder of a deadline off."""
        self.now = at
        owed = self.owed(kind)
        choices = nudges.snooze_choices(self.policy, self.incident, owed, at)
        self._keep(nudges.snoozed(self.policy, self.incident, owed, choices[choice]))

    def owed(self, kind: Kind) -> Deadline:
        """Return the one open deadline of a kind."""
        (deadline,) = (one for one in self.deadlines if one.is_open and one.kind is kind)
        return deadline

    def last(self, kind: Kind) -> Deadline:
        """Return the newest deadline of a kind, open or not."""
        of_kind = (one for one in self.deadlines if one.kind is kind)
        return max(of_kind, key=lambda one: one.count)

    def kinds_owed(self) -> list[Kind]:
        """Return which promises to the customer are open; check-ins are not."""
        kinds = [one.kind for one in self.deadlines if one.is_open]
        return [kind for kind in kinds if kind is not Kind.CHECK_IN]

    def tick(self, now: datetime) -> list[str]:
        """Note what is late, and send once each reminder that is due."""
        self.now = now
        for one in self.deadlines:
            if one.missed_at is None and one.is_overdue(now):
                self._keep(replace(one, missed_at=one.late_at))
        sent = []
        for one in self.deadlines:
            if one.next_nudge_at is not None and one.next_nudge_at <= now:
                step, fired = nudges.fire(self.policy, self.incident, one, now)
                self._keep(fired)
                self.fired.append((one, step))
                sent.append(self._told(step, now))
        return sent

    def run(self, until: datetime) -> list[str]:
        """Tick at each instant before `until` at which something is due."""
        sent = []
        while (at := self.next_nudge_at()) is not None and at < until:
            sent += self.tick(max(at, self.now))
        return sent

    def next_nudge_at(self) -> datetime | None:
        """Return when the next reminder is due."""
        instants = (one.next_nudge_at for one in self.deadlines)
        return min((at for at in instants if at is not None), default=None)

    def _save(self, moved: tuple[Deadline, ...]) -> None:
        for one in moved:
            self._keep(nudges.armed(self.policy, self.incident, one, self.now))

    def _keep(self, deadline: Deadline) -> None:
        kept = {one.id: one for one in self.deadlines} | {deadline.id: deadline}
        self.deadlines = tuple(kept.values())

    def _told(self, step: Step, now: datetime) -> str:
        local, on_call = now.astimezone(PACIFIC), self.policy.on_call
        told = nudges.recipients(self.policy, self.incident, step, on_call)
        names = " ".join(_NAMES[one.id] for one in told)
        return f"{local:%a} {local.day} {local:%H:%M} {step.kind} {names}"
