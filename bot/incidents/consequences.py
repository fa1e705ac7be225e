"""What follows from an event: the next incident, its deadlines, the news. Pure.

Openings, acts and changes of the policy all come here; nothing else decides it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bot.incidents import check_ins, incidents, nudges
from bot.incidents import deadlines as promises
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Event, EventKind, Incident
from bot.incidents.refusals import NoSuchPlan, Refusal
from bot.incidents.retargeting import retargeted
from bot.policy.policies import Policy

_NOTED = frozenset(EventKind) - {
    EventKind.OPENED,
    EventKind.CHECKED_IN,
    EventKind.HAND_OFF_OFFERED,
    EventKind.HAND_OFF_DECLINED,
    EventKind.SNOOZED,
}
_ANSWERS = (
    EventKind.TAKEN,
    EventKind.HAND_OFF_ACCEPTED,
    EventKind.HAND_OFF_DECLINED,
)


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """The policy changed. Nobody acted on the incident, so its history is silent."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card in the incidents' channel shows the new incident."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line in the card's thread says what happened."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A person is asked to take the incident."""

    to: str


@dataclass(frozen=True, slots=True)
class OfferAnswered:
    """A person learns how an offer of the incident ended."""

    to: str


Announcement: TypeAlias = Card | Note | Offer | OfferAnswered


@dataclass(frozen=True, slots=True)
class Consequences:
    """An incident after an event, the deadlines that changed or began, and the news.

    Each deadline has its next reminder set. The tick sends those; they are no news.
    """

    incident: Incident
    deadlines: tuple[Deadline, ...]
    announcements: tuple[Announcement, ...] = ()


def consequences(  # noqa: PLR0913  # All that an event meets.
    policy: Policy,
    incident: Incident,
    event: Event | PolicyChanged,
    deadlines: Sequence[Deadline],
    now: datetime,
    *,
    offered_by: str | None = None,
) -> Consequences:
    """Return what follows from an event. Whether it may happen is checked in `acts`.

    Raises Refusal if the policy does not know the plan of the incident after the event.

    `incident` is as it was before the event (at an opening, the new one); `deadlines`
    are all that it ever had. `offered_by` is who offered it to somebody who has not
    answered yet.
    """
    if isinstance(event, PolicyChanged):
        changed = retargeted(policy, incident, deadlines, now)
        return Consequences(incident, _armed(policy, incident, changed, now))
    after = incidents.apply(incident, event)
    if event.kind is EventKind.OPENED:
        changed = (
            *promises.opened(policy, after),
            *check_ins.opened(policy, after),
        )
    else:
        if after.is_open:
            _must_have_plan(policy, after)
        changed = (
            *_snoozed(policy, after, event, deadlines),
            *promises.after(policy, after, event, deadlines),
            *check_ins.after(policy, after, event, deadlines),
        )
    return Consequences(
        after,
        _armed(policy, after, changed, now),
        tuple(_announced(incident, event, offered_by)),
    )


def _must_have_plan(policy: Policy, incident: Incident) -> None:
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
    """Yield the card or the note, an offer, and the answers to one.

    Taking the incident ends an offer too. The owner and the person who made the offer
    learn of it, except for the one who acted.
    """
    if event.kind is EventKind.OPENED:
        yield Card()
    if event.kind in _NOTED:
        yield Note()
    if event.kind is EventKind.HAND_OFF_OFFERED:
        yield Offer(event.details["to"])
    if event.kind in _ANSWERS and before.offered_to is not None:
        givers = {before.owner or before.opened_by, offered_by} - {event.by, None}
        for giver in sorted(filter(None, givers)):
            yield OfferAnswered(giver)
