"""What follows from an event: the next state, the deadlines, what to announce. Pure.

This is the only place that decides it, for openings, acts and changes of the policy.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bot.incidents import check_ins, contract, incidents, nudges
from bot.incidents.deadlines import Deadline
from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident
from bot.incidents.refusals import NoSuchPlan, NoSuchSeverity, Refusal
from bot.incidents.retargeting import retargeted
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.values import value

# What the card's thread says. Not the opening, which the card itself announces; not an
# offer or its end, which go to one person; not what is no news to others.
_NOTED = frozenset(EventKind) - {
    EventKind.OPENED,
    EventKind.CHECKED_IN,
    EventKind.HAND_OFF_OFFERED,
    EventKind.HAND_OFF_DECLINED,
    EventKind.HAND_OFF_EXPIRED,
    EventKind.SNOOZED,
}
# What its owner hears of if somebody else did it.
_NEWS_TO_OWNER = (
    EventKind.TAKEN,
    EventKind.UPDATED,
    EventKind.UPDATE_TAKEN_BACK,
    EventKind.CHANGED,
    EventKind.CUSTOMER_SET,
    EventKind.REPORTED_AGAIN,
    EventKind.RESOLVED,
    EventKind.VOIDED,
)
_ANSWERS = (
    EventKind.TAKEN,
    EventKind.HAND_OFF_ACCEPTED,
    EventKind.HAND_OFF_DECLINED,
    EventKind.HAND_OFF_EXPIRED,
)


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """The policy changed. Nobody acted on the incident, so no event is recorded."""


@dataclass(frozen=True, slots=True)
class Card:
    """Post the new incident's card in the incidents' channel."""


@dataclass(frozen=True, slots=True)
class Note:
    """Say in the card's thread what happened."""


@dataclass(frozen=True, slots=True)
class OwnerTold:
    """Tell the owner, or the former one, what somebody else did to their incident."""

    to: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Ask a person to take the incident."""

    to: str


@dataclass(frozen=True, slots=True)
class OfferAnswered:
    """Tell a person how an offer of the incident ended."""

    to: str


Announcement: TypeAlias = Card | Note | OwnerTold | Offer | OfferAnswered


@value
class Consequences:
    """An incident after an event, its changed and new deadlines, and announcements.

    Each deadline has its next reminder set. Reminders are no announcements: the tick
    sends them.
    """

    incident: Incident
    deadlines: tuple[Deadline, ...]
    announcements: tuple[Announcement, ...] = ()


def consequences(  # noqa: PLR0913  # Everything that the answer depends on.
    policy: Policy,
    incident: Incident,
    event: Event | PolicyChanged,
    deadlines: Sequence[Deadline],
    now: datetime,
    *,
    offered_by: str | None = None,
) -> Consequences:
    """Return what follows from an event. `acts` has checked that it may happen.

    `incident` is its state before the event (at an opening, the new incident);
    `deadlines` are all it ever had. `offered_by` made an offer that nobody has
    answered yet.

    Raises Refusal if the policy lacks the plan or the severity that it now has.
    """
    if isinstance(event, PolicyChanged):
        changed = retargeted(policy, incident, deadlines, now)
        return Consequences(incident, _armed(policy, incident, changed, now))
    after = incidents.apply(incident, event)
    if event.kind is EventKind.OPENED:
        _must_have_terms(policy, after)
        changed = (
            *contract.opened(policy, after),
            *check_ins.opened(policy, after),
        )
    else:
        if after.is_open:
            _must_have_terms(policy, after)
        # No deadline appears twice: the contract's are untouched by a snooze, and the
        # internal ones, which `check_ins` handles, cannot be snoozed.
        changed = (
            *_snoozed(policy, after, event, deadlines),
            *contract.after(policy, after, event, deadlines),
            *check_ins.after(policy, after, event, deadlines),
        )
    return Consequences(
        after,
        _armed(policy, after, changed, now),
        tuple(_announced(incident, event, offered_by)),
    )


def _must_have_terms(policy: Policy, incident: Incident) -> None:
    if incident.severity not in policy.severities:
        raise Refusal(NoSuchSeverity(incident.name, incident.severity))
    if all(plan.id != incident.plan for plan in policy.plans):
        raise Refusal(NoSuchPlan(incident.name, incident.plan))


def _snoozed(
    policy: Policy, incident: Incident, event: Event, deadlines: Sequence[Deadline]
) -> Iterator[Deadline]:
    if event.kind is EventKind.SNOOZED:
        until = datetime.fromisoformat(event.details["until"])
        for deadline in deadlines:
            if deadline.id == event.details["deadline"]:
                yield nudges.snoozed(policy, incident, deadline, until)


def _armed(
    policy: Policy, incident: Incident, deadlines: Sequence[Deadline], now: datetime
) -> tuple[Deadline, ...]:
    return tuple(nudges.armed(policy, incident, one, now) for one in deadlines)


def _announced(
    before: Incident, event: Event, offered_by: str | None
) -> Iterator[Announcement]:
    """Yield the card or the note, a new offer, and how an earlier offer ended.

    Taking the incident ends an offer, and so can a release. The owner and the person
    who made the offer hear of it, unless they acted themselves or are gone. After a
    release, so does the person who was asked, unless their quiet hours held it.
    """
    details = event.details
    is_release = event.kind is EventKind.RELEASED
    if event.kind is EventKind.OPENED:
        yield Card()
    if event.kind in _NOTED and (not is_release or "owned" in details):
        yield Note()
    # In quiet hours the tick asks, once they are over.
    if event.kind is EventKind.HAND_OFF_OFFERED and "from" not in details:
        yield Offer(details["to"])
    is_answer = event.kind in _ANSWERS and before.offered_to is not None
    if is_answer or (is_release and "to" in details):
        told = {before.owner or before.opened_by, offered_by}
        held_until = before.offered_from
        was_asked = held_until is None or held_until <= event.recorded_at
        told |= {details["to"]} if is_release and was_asked else set()
        for person in sorted(filter(None, told - {event.by, details.get("who")})):
            yield OfferAnswered(person)
    elif _is_news_to_owner(before, event):
        yield OwnerTold(str(before.owner))


def _is_news_to_owner(before: Incident, event: Event) -> bool:
    if event.kind not in _NEWS_TO_OWNER or before.owner in (None, event.by):
        return False
    # Raised to Sev1, they are asked at once whether they are on it.
    return event.details.get("severity") != Severity.SEV1
