"""What holds after every sequence of events: the laws of deadlines and reminders."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from bot.incidents import nudges, steps
from bot.incidents.deadlines import Deadline, Kind, Outcome
from bot.incidents.events import Event, EventKind
from bot.incidents.steps import Step, StepKind
from bot.policy.severities import Severity
from bot.policy.targets import NOTHING
from bot.policy.wording import first_response
from tests.factories import incident, pacific
from tests.record import Record, with_targets

PEOPLE = st.sampled_from(["U0ANA", "U0BEN", "U0CAT"])
PLANS = ["premium", "standard", "self_service"]
SPANS = st.sampled_from([0, 1, 7, 15, 59, 60, 61, 240, 480, 1440, 4320]) | st.integers(
    0, 3000
)
RESOLUTIONS = {
    (Severity.SEV1, "premium"): first_response("6 business hours"),
    (Severity.SEV2, "premium"): first_response("30 minutes"),
    (Severity.SEV2, "standard"): first_response("2 business days"),
    (Severity.SEV3, "premium"): first_response("2 days"),
}
MINUTE = timedelta(minutes=1)
OPENINGS = st.integers(0, 6 * 1440).map(lambda n: pacific(19, "00:00") + n * MINUTE)

Rule = TypeVar("Rule", bound=Callable[..., None])


def when_open(system_clock: "Incidents") -> bool:
    return system_clock.record.incident.is_open


def when(condition: Callable[["Incidents"], object]) -> Callable[[Rule], Rule]:
    """Allow a rule only while the incident is open and a condition holds."""
    return precondition(
        lambda system_clock: when_open(system_clock) and bool(condition(system_clock))
    )


def place_of(step: Step) -> int:
    """Return a step's place in the order of its deadline's steps."""
    kinds = list(steps.NUMBERS)
    return kinds.index(step.kind) if step.kind in kinds else step.number


class Incidents(RuleBasedStateMachine):
    """One incident, on which people act and time passes.

    After each step the deadlines are compared with those of before it.
    """

    @initialize(
        severity=st.sampled_from(Severity),
        plan=st.sampled_from(PLANS),
        owner=st.none() | PEOPLE,
        opened_at=OPENINGS,
        reported_before=SPANS,
    )
    def open(
        self,
        severity: Severity,
        plan: str,
        owner: str | None,
        opened_at: datetime,
        reported_before: int,
    ) -> None:
        fresh = incident(severity, plan=plan, owner=owner, opened_at=opened_at)
        reported_at = opened_at - min(reported_before, 1440) * MINUTE
        policy = with_targets(Severity.SEV4, first=NOTHING)
        policy = replace(policy, resolutions=RESOLUTIONS)
        self.record = Record(replace(fresh, reported_at=reported_at), policy)
        self.seen: tuple[Deadline, ...] = ()
        self.next_place: dict[str, int] = {}
        self.fired = 0

    @rule(minutes=SPANS)
    def ticks(self, minutes: int) -> None:
        until = self.record.now + minutes * MINUTE
        self.record.run(until)
        self.record.tick(until)

    @rule(minutes=SPANS)
    def sleeps(self, minutes: int) -> None:
        self.record.now += minutes * MINUTE

    @when(lambda system_clock: True)
    @rule(who=PEOPLE)
    def take(self, who: str) -> None:
        if who != self.record.incident.owner:
            self.happens(EventKind.TAKEN, who)

    @when(lambda system_clock: system_clock.record.incident.owner)
    @rule()
    def check_in(self) -> None:
        self.happens(EventKind.CHECKED_IN, self.record.incident.owner or "")

    @when(lambda system_clock: True)
    @rule(who=PEOPLE, ago=SPANS, waiting=st.booleans())
    def update(self, who: str, ago: int, waiting: bool) -> None:
        answer = "yes" if waiting else ""
        self.happens(EventKind.UPDATED, who, self.earlier(ago), waiting=answer)

    @when(lambda system_clock: system_clock.record.incident.waiting_since)
    @rule(who=PEOPLE)
    def resume(self, who: str) -> None:
        self.happens(EventKind.RESUMED, who)

    @when(lambda system_clock: True)
    @rule(who=PEOPLE, severity=st.sampled_from(Severity))
    def change_severity(self, who: str, severity: Severity) -> None:
        if severity is not self.record.incident.severity:
            self.happens(EventKind.CHANGED, who, severity=severity)

    @when(lambda system_clock: True)
    @rule(who=PEOPLE, plan=st.sampled_from(PLANS))
    def change_plan(self, who: str, plan: str) -> None:
        if plan != self.record.incident.plan:
            self.happens(EventKind.CHANGED, who, plan=plan)

    @when(lambda system_clock: system_clock.record.incident.customer != "Globex")
    @rule(who=PEOPLE)
    def set_customer(self, who: str) -> None:
        self.happens(EventKind.CUSTOMER_SET, who, customer="Globex", plan="standard")

    @when(lambda system_clock: True)
    @rule(who=PEOPLE, to=PEOPLE)
    def offer(self, who: str, to: str) -> None:
        if to != self.record.incident.owner:
            self.happens(EventKind.HAND_OFF_OFFERED, who, to=to)

    @when(lambda system_clock: system_clock.record.incident.offered_to)
    @rule(accepts=st.booleans())
    def answer_offer(self, accepts: bool) -> None:
        accepted, declined = EventKind.HAND_OFF_ACCEPTED, EventKind.HAND_OFF_DECLINED
        who = self.record.incident.offered_to or ""
        self.happens(accepted if accepts else declined, who)

    @when(lambda system_clock: True)
    @rule(choice=st.sampled_from(["15 minutes", "1 hour", "next opening"]))
    def snooze(self, choice: str) -> None:
        target, *_ = self.customer_deadlines()
        record = self.record
        if choice in nudges.snooze_choices(
            record.policy, record.incident, target, record.now
        ):
            record.snooze(target.kind, choice, record.now)

    @when(lambda system_clock: True)
    @rule(who=PEOPLE, ago=SPANS)
    def resolve(self, who: str, ago: int) -> None:
        self.happens(EventKind.RESOLVED, who, self.earlier(ago))

    @when(lambda system_clock: True)
    @rule(who=PEOPLE)
    def void(self, who: str) -> None:
        self.happens(EventKind.VOIDED, who)

    @precondition(lambda system_clock: not when_open(system_clock))
    @rule(who=PEOPLE)
    def reopen(self, who: str) -> None:
        self.happens(EventKind.REOPENED, who)

    def happens(
        self, kind: EventKind, who: str, at: datetime | None = None, **details: str
    ) -> None:
        now = self.record.now
        self.record.apply(Event(kind, at or now, now, who, details))

    def earlier(self, minutes: int) -> datetime:
        """Return an instant at which the customer may have been told."""
        found = self.record.incident
        first = found.updated_at or found.reported_at
        return max(first, self.record.now - minutes * MINUTE)

    def customer_deadlines(self) -> list[Deadline]:
        return [one for one in self.open_deadlines() if not one.kind.is_internal]

    def open_deadlines(self) -> list[Deadline]:
        return [one for one in self.record.deadlines if one.is_open]

    @invariant()
    def an_open_incident_owes_an_answer_and_a_closed_one_nothing(self) -> None:
        found = self.record.incident
        target = self.record.policy.first_response(found.severity, found.plan)
        was_missed = any(
            one.kind is Kind.FIRST_RESPONSE and one.outcome is Outcome.LATE
            for one in self.record.deadlines
        )
        is_first = not found.responded_at and target.has_due and not was_missed
        kind = Kind.FIRST_RESPONSE if is_first else Kind.UPDATE
        owed = {kind} if found.is_open else set()
        if found.is_open and (found.severity, found.plan) in RESOLUTIONS:
            owed.add(Kind.RESOLUTION)

        kinds = [one.kind for one in self.customer_deadlines()]
        assert sorted(kinds) == sorted(owed)

    @invariant()
    def only_a_sev1_and_an_unowned_sev2_have_an_escalation_or_check_in(self) -> None:
        found = self.record.incident
        is_unowned_sev2 = found.severity is Severity.SEV2 and found.owner is None
        has_escalation = found.severity is Severity.SEV1 or is_unowned_sev2
        check_ins = [o for o in self.open_deadlines() if o.kind.is_internal]

        assert len(check_ins) == int(found.is_open and has_escalation)

    @invariant()
    def the_first_response_is_asked_once(self) -> None:
        firsts = [o for o in self.record.deadlines if o.kind is Kind.FIRST_RESPONSE]

        assert sum(one.outcome is not Outcome.VOID for one in firsts) <= 1

    @invariant()
    def instants_are_in_order(self) -> None:
        for one in self.record.deadlines:
            assert one.started_at <= one.due_at <= one.late_at
            if one.closed_at is not None and not one.kind.is_internal:
                assert one.started_at <= one.closed_at <= self.record.now

    @invariant()
    def pauses_are_in_order_and_lie_within_their_deadline(self) -> None:
        for one in self.record.deadlines:
            instants = [at for pause in one.pauses for at in pause]
            assert instants == sorted(instants)
            assert all(one.started_at <= at <= self.record.now for at in instants)

    @invariant()
    def what_is_paused_waits_and_is_no_first_response_and_not_a_sev1s(self) -> None:
        found = self.record.incident
        for one in self.open_deadlines():
            if one.paused_at is not None:
                assert one.kind in (Kind.UPDATE, Kind.RESOLUTION)
                assert found.waiting_since is not None
                assert found.severity is not Severity.SEV1

    @invariant()
    def a_reminder_is_awaited_unless_closed_paused_or_exhausted(self) -> None:
        policy, found = self.record.policy, self.record.incident
        for one in self.record.deadlines:
            step = steps.step_of(policy, found, one, one.step)
            is_quiet = not one.is_open or one.paused_at is not None or step is None

            assert (one.next_nudge_at is None) == is_quiet

    @invariant()
    def the_steps_of_a_deadline_come_in_order(self) -> None:
        policy, found = self.record.policy, self.record.incident
        for one in self.open_deadlines():
            over = 0
            instants: list[datetime] = []
            while len(instants) < 8 and (
                step := steps.step_of(policy, found, one, over)
            ):
                over = step.over
                instants.append(step.at)

            assert instants == sorted(instants)

    @invariant()
    def history_stays_and_each_step_goes_out_once_unless_its_deadline_moved(
        self,
    ) -> None:
        for deadline, step in self.record.fired[self.fired :]:
            if step.kind is not StepKind.SNOOZED:
                place = place_of(step)
                assert place >= self.next_place.get(deadline.id, 0)
                self.next_place[deadline.id] = place + 1
        self.fired = len(self.record.fired)
        for before in self.seen:
            (one,) = (o for o in self.record.deadlines if o.id == before.id)
            assert one.fired >= before.fired
            assert before.missed_at in (None, one.missed_at)
            assert before.is_open or one == before
            if one.due_at != before.due_at:
                self.next_place[one.id] = 0
        self.seen = self.record.deadlines


Incidents.TestCase.settings = settings(stateful_step_count=30)
TestIncidents = Incidents.TestCase
