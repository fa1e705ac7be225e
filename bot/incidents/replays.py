"""What was recorded, lived through again, perhaps under another policy. Pure.

People act as they did: what they would have done instead, nobody knows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.incidents.acts import plan_of
from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident, Status, apply
from bot.incidents.reach import Account
from bot.incidents.review import Story, before
from bot.incidents.simulation import Message, Simulation
from bot.policy.policies import Policy

_OWNING = (EventKind.TAKEN, EventKind.HAND_OFF_ACCEPTED)
# The OPENED event opens; an erasure changes nothing that counts.
_NO_ACT = (EventKind.OPENED, EventKind.ERASED)
_TOLD_EVERY = 500


@dataclass(frozen=True, slots=True)
class Replay:
    """How it went: the incidents at the end, and each message.

    `left_out` are incidents by the plan or severity that the policy does not have.
    """

    stories: Mapping[int, Story]
    messages: tuple[Message, ...]
    left_out: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """Another policy, and the instant from which it counts."""

    policy: Policy
    at: datetime


def opening_of(story: Story) -> Incident:
    """Return an incident as it was opened, from what it is and its events."""
    one = before(story.incident, reversed(story.events))
    owner = _first_owner(story)
    since = one.opened_at if owner else None
    return replace(
        one,
        owner=owner,
        owned_since=since,
        last_sign_at=since,
        offered_to=None,
        status=Status.OPEN,
        responded_at=None,
        updated_at=None,
        waiting_since=None,
        closed_at=None,
        closed_by=None,
        reopened_at=None,
    )


def replayed(  # noqa: PLR0913  # The replay depends on all of them.
    policy: Policy,
    stories: Sequence[Story],
    account_of: Callable[[str], Account],
    *,
    until: datetime,
    change: Change | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> Replay:
    """Return what the stories had been under `policy`, and after the `change`.

    It ends at `until`. `advance` hears how many more events have happened.
    """
    run = _Run(policy, stories, account_of, change)
    acts = sorted(_acts(stories, until), key=lambda one: one[:3])
    for done, (at, number, _, event) in enumerate(acts):
        run.go(at)
        run.act(number, event)
        if done % _TOLD_EVERY == 0:
            advance(min(_TOLD_EVERY, len(acts) - done))
    run.go(until)
    return run.ended(until)


def _acts(
    stories: Iterable[Story], until: datetime
) -> Iterator[tuple[datetime, int, int, Event | None]]:
    """Yield when an incident was opened, and each event after that, with its place."""
    for story in stories:
        one = story.incident
        yield one.opened_at, one.number, 0, None
        for place, event in enumerate(story.events, start=1):
            if event.kind not in _NO_ACT and event.recorded_at < until:
                yield event.recorded_at, one.number, place, event


class _Run:
    """One replay while it goes on."""

    def __init__(
        self,
        policy: Policy,
        stories: Sequence[Story],
        account_of: Callable[[str], Account],
        change: Change | None,
    ) -> None:
        self._before, self._change = policy, change
        self._world = Simulation(policy, account_of)
        self._stories = {one.incident.number: one for one in stories}
        self._messages: list[Message] = []
        self._left_out: dict[int, str] = {}
        self._happened: dict[int, list[Event]] = {}

    def go(self, to: datetime) -> None:
        """Fire what is due until an instant; the policy may change on the way."""
        if self._change is not None and self._change.at <= to:
            change, self._change = self._change, None
            self._fire(change.at)
            for incident in list(self._world.incidents()):
                what = _lacked(change.policy, incident)
                if incident.is_open and what is not None:
                    self._leave_out(incident.number, what)
            self._world.change_policy(change.policy, change.at)
        self._fire(to)

    def act(self, number: int, event: Event | None) -> None:
        """Open an incident, or let something happen to it."""
        if number in self._left_out:
            return
        policy = self._world.policy
        if event is None:
            opened = opening_of(self._stories[number])
            plan = self._planned(opened.customer, opened.plan)
            opened = replace(opened, plan=plan)
            if (what := _lacked(policy, opened)) is not None:
                self._left_out[number] = what
                return
            self._world.open(opened)
            return
        fitted = self._fitted(number, event)
        # Nothing else opens an incident or changes its plan or severity.
        may_lack = not fitted.details.keys().isdisjoint(("plan", "severity"))
        if may_lack or fitted.kind is EventKind.REOPENED:
            what = _lacked(policy, apply(self._world.incident(number), fitted))
            if what is not None:
                self._leave_out(number, what)
                return
        self._world.happen(number, fitted)
        self._happened.setdefault(number, []).append(fitted)

    def ended(self, now: datetime) -> Replay:
        """Return how it went."""
        left_out: dict[str, tuple[int, ...]] = {}
        for number, what in sorted(self._left_out.items()):
            left_out[what] = (*left_out.get(what, ()), number)
        lived = {
            one.number: Story(
                one,
                tuple(self._happened.get(one.number, ())),
                self._world.owed(one.number, now),
            )
            for one in self._world.incidents()
        }
        return Replay(lived, tuple(self._messages), left_out)

    def _fire(self, to: datetime) -> None:
        while (at := self._world.next_at()) is not None and at <= to:
            self._messages += self._world.tick(at)

    def _leave_out(self, number: int, what: str) -> None:
        self._left_out[number] = what
        self._world.leave_out(number)

    def _planned(self, customer: str | None, plan: str) -> str:
        """Return the plan that a customer's incident gets under the policy in force.

        A plan that was not the customer's own was chosen by hand, and stays.
        """
        if plan != plan_of(self._before, customer):
            return plan
        return plan_of(self._world.policy, customer)

    def _fitted(self, number: int, event: Event) -> Event:
        """Return an event as it would have been recorded under the policy in force."""
        details = event.details
        if event.kind is EventKind.CUSTOMER_SET:
            plan = self._planned(details["customer"], details["plan"])
            plans = {"plan": plan, "old_plan": self._world.incident(number).plan}
            return replace(event, details={**details, **plans})
        if event.kind is EventKind.SNOOZED and not self._may_snooze(number, event):
            return replace(event, details={**details, "deadline": ""})
        return event

    def _may_snooze(self, number: int, event: Event) -> bool:
        """Return whether the snoozed deadline is owed, and not due before the end."""
        until = datetime.fromisoformat(event.details["until"])
        return any(
            one.id == event.details["deadline"]
            and one.is_open
            and one.paused_at is None
            and until <= one.due_at
            for one in self._world.owed(number, event.recorded_at)
        )


def _first_owner(story: Story) -> str | None:
    """Return who owned an incident from its opening on."""
    for event in story.events:
        if event.kind in _OWNING:
            return event.details.get("from")
        if "owned" in event.details:
            return event.details["who"]
    return story.incident.owner


def _lacked(policy: Policy, incident: Incident) -> str | None:
    """Return what an incident needs and the policy lacks: a plan or a severity."""
    if incident.severity not in policy.severities:
        return incident.severity.label
    if all(one.id != incident.plan for one in policy.plans):
        return f"plan {incident.plan}"
    return None
