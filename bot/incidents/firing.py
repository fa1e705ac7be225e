"""What firing a reminder does, and which reminders go out together. Pure.

The tick and the simulation both fire by it.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.incidents import recipients
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.incidents.reach import Reach, Ring
from bot.incidents.recipients import Recipient
from bot.incidents.steps import Step, StepKind
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.values import value

_IN_THREAD = (StepKind.DUE, StepKind.AFTER, StepKind.AFTER_AGAIN)


@value
class Firing:
    """One deadline after its reminder, and who gets the reminder.

    `due_at` is when the reminder was due. `is_repeated`: an earlier reminder of it was
    sent. `held` are those who get it when their day begins. `following` is who is paged
    next, and when, if somebody asked `with_following`. `steps` are those that it stands
    for, and `edited` the channels where an older message says it: the tick fills them.
    """

    incident: Incident
    deadline: Deadline
    due_at: datetime
    step: Step
    told: tuple[Recipient, ...]
    is_repeated: bool
    held: tuple[tuple[Recipient, Reach], ...]
    following: tuple[Recipient, datetime] | None = None
    steps: tuple[Step, ...] = ()
    edited: tuple[Recipient, ...] = ()

    @property
    def is_in_thread(self) -> bool:
        """Return whether the reminder is also posted in the card's thread."""
        is_grave = self.incident.severity in (Severity.SEV1, Severity.SEV2)
        return is_grave and self.step.kind in _IN_THREAD

    @property
    def first(self) -> Recipient:
        """Who gets it first, now or when their day begins."""
        return (*self.told, *(one for one, _ in self.held))[0]


@dataclass(slots=True)
class Batch:
    """What one tick sends: one message a place, with all of its reminders."""

    places: dict[str, list[tuple[Firing, Recipient]]] = field(default_factory=dict)
    fired: list[Firing] = field(default_factory=list)

    def add(self, firing: Firing) -> None:
        """Add a reminder to the message of each of its recipients."""
        self.fired.append(firing)
        for recipient in firing.told:
            self.places.setdefault(recipient.id, []).append((firing, recipient))

    def may_join(self, firing: Firing, now: datetime) -> bool:
        """Return whether a reminder can be sent early, with messages that go out now.

        All its recipients must be getting one. A page is due within this minute.
        """
        is_told = {one.id for one in firing.told} <= self.places.keys()
        is_near = not firing.step.is_page or minute(firing.due_at) == minute(now)
        return is_told and not firing.held and is_near


def fired(
    policy: Policy, incident: Incident, deadline: Deadline, now: datetime, ring: Ring
) -> Firing:
    """Return what firing a deadline does; fires one early if it is due soon."""
    assert deadline.next_nudge_at is not None, "a due deadline has an instant"
    at = max(now, deadline.next_nudge_at)
    done = recipients.fire(policy, incident, deadline, at, ring)
    return Firing(
        incident,
        done.deadline,
        at,
        done.step,
        done.told,
        is_repeated=deadline.fired > 0,
        held=done.held,
    )


def with_following(policy: Policy, firing: Firing, ring: Ring) -> Firing:
    """Return a page with who is paged next; anything else as it is."""
    if not firing.step.is_page:
        return firing
    told = [one.id for one in firing.told]
    found = recipients.next_told(
        policy, firing.incident, [firing.deadline], ring, but_not=told
    )
    return replace(firing, following=found)


def minute(at: datetime) -> datetime:
    """Return the minute in which an instant lies."""
    return at.replace(second=0, microsecond=0)
