"""Covers: one person asks others to be on call in their place, and one accepts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.errors import UserError
from bot.incidents.refusals import (
    CoverOver,
    CoverOwn,
    CoverTaken,
    CoverWithdrawn,
    NotOnCall,
    NotTheirCover,
    OnlyLeads,
    Reason,
    Refusal,
)
from bot.policy.covers import Cover, CoverRequest
from bot.policy.policies import Policy
from bot.policy.rotations import Stretch
from bot.store.database import Transaction
from bot.store.tables import covers, feeds, outbox_messages
from bot.store.tables.outbox_messages import MessageKind, NewMessage, Priority
from bot.triage import attention, next_shifts
from bot.triage.context import Context
from bot.triage.inbox import Act


class CoveredPolicy:
    """The policy in force, with the covers and the feeds that the record holds.

    They are as of the last `read`: every tick reads them, and so does any change.
    """

    def __init__(self, policy: Callable[[], Policy], clock: Clock) -> None:
        self._policy = policy
        self._clock = clock
        self._covers: tuple[Cover, ...] = ()
        self._read_at: Mapping[str, tuple[datetime, datetime]] = {}
        self._stretches: Mapping[str, tuple[Stretch, ...]] = {}
        self._covered: tuple[tuple[object, ...], Policy] | None = None

    def __call__(self) -> Policy:
        """Return the policy in force."""
        policy, found, read = self._policy(), self._covers, self._stretches
        # Another thread may read covers meanwhile: what is kept names those it has.
        parts, known = (policy, found, read), self._covered
        if known is None or any(
            a is not b for a, b in zip(known[0], parts, strict=True)
        ):
            known = parts, policy.with_feeds(read).with_covers(found)
            self._covered = known
        return known[1]

    def read(self, tx: Transaction) -> None:
        """Read the covers that somebody accepted, and what was read of feeds."""
        found = covers.accepted(tx, self._clock() - covers.KEPT_FOR)
        if found != self._covers:
            self._covers = found
        if self._policy().on_call.feeds:
            read_at = feeds.read_at(tx)
            if read_at != self._read_at:
                self._stretches, self._read_at = feeds.stretches(tx), read_at


@dataclass(frozen=True, slots=True)
class Wanted:
    """A cover that is wanted: for whom, from when to when, and of whom it is asked.

    Without `of` everybody is asked who is ever on call.
    """

    instead_of: str
    since: datetime
    until: datetime
    of: str | None = None


class Covers:
    """The use cases of covers, each in one transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def ask(self, act: Act, wanted: Wanted) -> list[CoverRequest]:
        """Ask for a cover of what somebody is on call for in that time."""
        now = self._context.clock()
        with self._context.database.transaction() as tx:
            self._context.note_covers(tx)
            asked = self._requests(act, wanted, now)
            covers.ask(tx, asked)
            people = asked[0].asked_of.split()
            new = [_message(MessageKind.COVER, act.key, person) for person in people]
            attention.send(tx, self._context, now, new)
            return asked

    def accept(self, act: Act, request: str) -> None:
        """Be on call instead of who asked, unless somebody else was first."""
        now = self._context.clock()
        with self._context.database.transaction() as tx:
            is_first = covers.accept(tx, request, act.by, now)
            one = _request(tx, request)
            if one.instead_of == act.by:
                raise Refusal(CoverOwn())
            if is_first:
                self._answered(tx, one, act.by, "accepted")
            elif (reason := _why_not(one, act.by)) is not None:
                raise Refusal(reason)

    def withdraw(self, act: Act, request: str) -> None:
        """End a request or a cover from now on."""
        now = self._context.clock()
        with self._context.database.transaction() as tx:
            if act.by not in _request(tx, request).concerned:
                raise Refusal(NotTheirCover())
            if covers.withdraw(tx, request, act.by, now):
                self._answered(tx, _request(tx, request), act.by, "withdrawn")

    def shown(self, person: str) -> list[CoverRequest]:
        """Return the requests and covers that concern a person and are not over."""
        with self._context.database.reading() as tx:
            self._context.note_covers(tx)
            found = covers.ending_after(tx, self._context.clock())
        return [
            one for one in found if one.withdrawn_at is None and person in one.concerned
        ]

    def _requests(self, act: Act, wanted: Wanted, now: datetime) -> list[CoverRequest]:
        on_call, whom = self._context.policy().on_call, wanted.instead_of
        leads, since = on_call.leads(), max(wanted.since, now)
        if whom != act.by and leads and act.by not in leads:
            raise Refusal(OnlyLeads())
        if wanted.until <= since:
            raise Refusal(CoverOver(wanted.until))
        if wanted.of == whom:
            raise Refusal(CoverOwn())
        everybody = sorted(on_call.everybody().keys() - {whom, act.by})
        asked_of = wanted.of or " ".join(everybody)
        if not asked_of:
            raise UserError("Nobody else is ever on call. Choose who is asked.")
        found = [
            CoverRequest(act.key, of, whom, begins, ends, act.by, asked_of, now)
            for of, begins, ends in on_call.time_of(whom, since, wanted.until)
        ]
        if not found:
            raise Refusal(NotOnCall())
        return found

    def _answered(self, tx: Transaction, one: CoverRequest, by: str, how: str) -> None:
        """Show in the request how it ended, and tell whom it concerns."""
        self._context.note_covers(tx)
        instants, policy = self._context.instants(), self._context.policy()
        next_shifts.note(tx, policy, instants["now"], one.concerned)
        for person in one.asked_of.split():
            key = _message(MessageKind.COVER, one.request, person).key
            outbox_messages.refresh_one(tx, key, **instants)
        kind = MessageKind.COVER_ANSWERED
        people = sorted(one.concerned - {by})
        new = [_message(kind, one.request, person, how) for person in people]
        attention.send(tx, self._context, self._context.clock(), new)


def _message(kind: MessageKind, request: str, person: str, how: str = "") -> NewMessage:
    return NewMessage(
        key="/".join(filter(None, ("cover", request, person, how))),
        kind=kind,
        priority=Priority.NUDGE,
        person=person,
        refs={"request": request},
    )


def _request(tx: Transaction, request: str) -> CoverRequest:
    found = covers.of_request(tx, request)
    if not found:
        raise UserError("That request is not in the record any more. Ask again.")
    return next((one for one in found if one.accepted_by), found[0])


def _why_not(one: CoverRequest, by: str) -> Reason | None:
    """Return why a request cannot be accepted; `None` if the person has done so."""
    if one.withdrawn_at is not None and one.withdrawn_by is not None:
        return CoverWithdrawn(one.withdrawn_by, one.withdrawn_at)
    if one.accepted_by is None or one.accepted_at is None:
        return CoverOver(one.ends_at)
    if one.accepted_by == by:
        return None
    return CoverTaken(one.accepted_by, one.accepted_at)
