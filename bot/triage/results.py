"""What a use case returns: an incident as it is now, and who is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.incidents import recipients
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.incidents.recipients import Recipient
from bot.incidents.refusals import (
    NoSuchIncident,
    Refusal,
)
from bot.store.database import Transaction
from bot.store.tables import records
from bot.triage import daily_lists
from bot.triage.accounts import Rings
from bot.triage.context import Context


@dataclass(frozen=True, slots=True)
class Result:
    """An incident after an act, with every deadline it ever had.

    `told` hear of it at once; `following` is who hears next, and when, unless a morning
    list comes first. `like` is an open incident of that customer that reads like the
    one just opened. `is_repeat`: Slack delivered the command twice. `is_same_again`:
    somebody sent the same text twice. Neither changed anything.
    """

    incident: Incident
    deadlines: tuple[Deadline, ...]
    told: tuple[Recipient, ...] = ()
    following: tuple[Recipient, datetime] | None = None
    like: Incident | None = None
    is_repeat: bool = False
    is_same_again: bool = False


def look(tx: Transaction, context: Context, number: int) -> Callable[[], Result]:
    """Ask for an incident as it is now."""
    incident = records.ask_incident(tx, number)
    owed = records.ask_deadlines(tx, number)
    rings = Rings(tx, context.policy(), incident=number)
    return lambda: with_recipients(
        context, rings, must_exist(incident(), number), owed()
    )


def with_recipients(
    context: Context, rings: Rings, incident: Incident, owed: tuple[Deadline, ...]
) -> Result:
    """Return the result: who is told now, and who is next.

    Once somebody owns an incident, only its check-in tells others.
    """
    policy, now = rings.policy, context.clock()
    ring = rings.of(incident, owed)
    running = [
        one
        for one in sorted(owed, key=lambda one: not one.kind.is_internal)
        if one.next_nudge_at is not None
        and (one.kind.is_internal or incident.owner is None)
    ]
    due = [one for one in running if one.next_nudge_at and one.next_nudge_at <= now]
    fired = [recipients.fire(policy, incident, one, now, ring) for one in due]
    told = {one.id: one for firing in fired for one in firing.told}
    following = recipients.next_told(policy, incident, running, ring, but_not=told)
    if following is not None and not told and incident.owner is None:
        day = rings.day_of(recipients.of_unowned(policy, incident, now).id)
        list_at = daily_lists.next_morning(day, now)
        following = None if list_at < following[1] else following
    return Result(incident, owed, tuple(told.values()), following)


def said(result: Result) -> dict[str, object]:
    """Return the parts of an opening's answer that will change later."""
    following = None
    if result.following is not None:
        who, at = result.following
        following = (who.id, who.because, at.isoformat())
    return {
        "told": [(one.id, one.because) for one in result.told],
        "following": following,
        "is_same_again": result.is_same_again,
    }


def must_exist(incident: Incident | None, number: int) -> Incident:
    """Return the incident. Raises Refusal if there is none of this number."""
    if incident is None:
        raise Refusal(NoSuchIncident(number))
    return incident
